// What people can have done to what Bellboard itself keeps: alerts and the lock. Slack's log tells how often it was said.
import { keysOf } from '../../src/adapters/redis/keys.js';
import { lockStore } from '../../src/adapters/redis/lock-store.js';
import { alertQueue } from '../../src/adapters/redis/queue.js';
import type { Incident } from '../../src/core/incident.js';
import { HOUR } from '../../src/core/time.js';
import type { SlackMessage } from '../../src/playground/slack/workspace.js';
import { anIncident } from '../support/alert-scene.js';
import { shown } from '../support/talk.js';
import type { Act, Prepared } from './act.js';
import { ALERTS, type Scene } from './scene.js';

export const OWN_ACTS: readonly Act[] = [
  {
    command: 'ack',
    async prepare(scene) {
      const { message, id, over } = await ringing(scene);
      return { text: `ack ${id}`, ...becomes(message, 'acknowledged by'), after: over };
    },
  },
  {
    command: 'ack',
    which: 'by its button',
    isPressed: true,
    async prepare(scene) {
      const { message, id, over } = await ringing(scene);
      const button = { message, label: 'Acknowledge' };
      return { text: `ack ${id}`, button, ...becomes(message, 'acknowledged by'), after: over };
    },
  },
  {
    command: 'silence',
    async prepare(scene) {
      const { message, id, over } = await ringing(scene);
      return { text: `silence ${id} --for 2h`, ...becomes(message, 'silenced by'), after: over };
    },
  },
  {
    command: 'lock',
    async prepare(scene) {
      const reason = `case ${scene.nextNumber()}`;
      return { text: `lock ${reason}`, ...isSaid(scene, `until`, reason), after: () => opened(scene) };
    },
  },
  {
    command: 'unlock',
    async prepare(scene) {
      const { client, clock } = scene;
      const at = clock.now();
      const lock = {
        v: 1,
        id: `case-${scene.nextNumber()}`,
        userId: 'U0ANA',
        reason: null,
        at,
        until: at + HOUR,
      } as const;
      await lockStore(client, keysOf('test'), clock).take(lock);
      return { text: 'unlock', ...isSaid(scene, 'may be changed again'), after: () => opened(scene) };
    },
  },
];

const opened = async ({ client }: Scene): Promise<void> => void (await client.del(keysOf('test').lock));

/** What is in Redis alone has no log but what people are told of it. */
function isSaid({ rig: { slack } }: Scene, ...words: string[]): Pick<Prepared, 'times' | 'holds'> {
  const from = slack.messages.length;
  const times = () =>
    slack.messages
      .slice(from)
      .filter((one) => one.threadTs === undefined && words.every((word) => shown(one).includes(word))).length;
  return { times, holds: () => times() > 0 };
}

/** By Slack's log: how often the alert came to say so, having not said so before. */
function becomes(message: SlackMessage, words: string): Pick<Prepared, 'times' | 'holds'> {
  const says = (blocks: unknown) => JSON.stringify(blocks).includes(words);
  const said = () => [...message.history, message].map(({ blocks }) => says(blocks));
  return {
    times: () => said().filter((now, index, all) => now && all[index - 1] !== true).length,
    holds: () => says(message.blocks),
  };
}

/** An alert that is open and shown; nothing rings for it and nothing resolves it but the case's end. */
async function ringing(scene: Scene) {
  const { client, rig, queues, clock } = scene;
  const keys = keysOf('test');
  const number = 1_000 + scene.nextNumber();
  const now = clock.now();
  const times = { openedAt: now, raisedAt: now, happenedAt: now, rings: [now] };
  const incident = anIncident({ id: `A${number}`, fingerprint: `case-${number}`, ...times });
  const keep = async (state: Incident) => {
    await client.set(keys.incident(state.id), JSON.stringify(state));
    await client.hset(keys.latest, state.fingerprint, state.id);
    await alertQueue(queues, clock).decide({ v: 1, kind: 'refresh' }, `refresh-${state.id}-${state.rev}`);
  };
  await keep(incident);
  const message = await rig.slack.changed(
    () =>
      rig.slack.messages.find(
        (one) => one.channelId === ALERTS && one.threadTs === undefined && shown(one).includes(`*${incident.id}*`),
      ),
    15_000,
  );
  const over = async () => {
    await client.hdel(keys.latest, incident.fingerprint);
    await client.del(keys.incident(incident.id));
  };
  return { message, id: incident.id, over };
}
