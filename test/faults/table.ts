// The two tables of the promise "exactly once": what people can have done, and what can go wrong meanwhile. A command is
// one entry of `ACTS`; every fault that fits it is tried on it.
import { keysOf } from '../../src/adapters/redis/keys.js';
import { lockStore } from '../../src/adapters/redis/lock-store.js';
import { alertQueue } from '../../src/adapters/redis/queue.js';
import { commands } from '../../src/commands/index.js';
import type { Effect } from '../../src/core/command.js';
import type { Incident } from '../../src/core/incident.js';
import { HOUR, SECOND } from '../../src/core/time.js';
import type { FaultHow, Faults } from '../../src/playground/servers/faults.js';
import type { PlainRequest } from '../../src/playground/servers/http.js';
import { pressables, type Fault as SlackFault, type SlackMessage } from '../../src/playground/slack/workspace.js';
import { anIncident } from '../support/alert-scene.js';
import { until } from '../support/rig.js';
import { shown } from '../support/talk.js';
import { ALERTS, type Cast, type Scene } from './scene.js';

/** One thing that can be asked for. */
export interface Act {
  /** Name of the command in the list. */
  command: string;
  /** More than one entry of a command: what is special about this one. */
  which?: string;
  /** Whose access log tells what took effect, and who can fail to answer. Redis and Slack have faults of their own. */
  system?: 'Marathon' | 'Jenkins';
  /** The one request that does it. */
  isAct?(request: PlainRequest): boolean;
  /** Makes it possible, and not done yet. */
  prepare(scene: Scene): Promise<Prepared>;
}

export interface Prepared {
  /** What is typed behind `/ci`, or what the button says. */
  text: string;
  /** Pressed instead of typed. */
  button?: { message: SlackMessage; label: string };
  /** How often it took effect since, by the log of the system that did it. */
  times(): number;
  /** Whether the world is now as it was asked for. */
  holds(): boolean;
  /** Takes back what would stand in the way of the next case. */
  after?(): Promise<void> | void;
}

const deletesDeployment = ({ method, path }: PlainRequest) =>
  method === 'DELETE' && path.startsWith('/v2/deployments/');
const putsApp = ({ method, path }: PlainRequest) => method === 'PUT' && path.startsWith('/v2/apps');
const restartsApp = ({ method, path }: PlainRequest) => method === 'POST' && path.endsWith('/restart');

const WELL_WITHIN_MS = 30_000;

export const ACTS: readonly Act[] = [
  {
    command: 'deploy',
    system: 'Marathon',
    isAct: putsApp,
    async prepare(scene) {
      const { rig, nextNumber } = scene;
      const mem = 2_000 + nextNumber();
      return {
        text: `deploy --mem ${mem}`,
        ...puts(scene),
        holds: () => rig.world.marathon.app('/jenkins').definition['mem'] === mem,
      };
    },
  },
  {
    command: 'restart',
    system: 'Marathon',
    isAct: restartsApp,
    async prepare({ rig }) {
      const times = writesThatTook(restartsApp);
      const before = times(rig);
      return { text: 'restart', times: () => times(rig) - before, holds: () => times(rig) > before };
    },
  },
  {
    command: 'rollback',
    system: 'Marathon',
    isAct: putsApp,
    async prepare(scene) {
      const { marathon } = scene.rig.world;
      const mem = marathon.app('/jenkins').definition['mem'];
      // There must be a version to go back to, and it must differ.
      marathon.changes.update('/jenkins', { mem: 4_000 + scene.nextNumber() });
      await until(() => isWell(scene), WELL_WITHIN_MS);
      return { text: 'rollback', ...puts(scene), holds: () => marathon.app('/jenkins').definition['mem'] === mem };
    },
  },
  {
    command: 'suspend',
    system: 'Marathon',
    isAct: putsApp,
    async prepare(scene) {
      return {
        text: 'suspend',
        ...puts(scene),
        holds: () => instancesOf(scene) === 0,
        after: () => run(scene, 1),
      };
    },
  },
  {
    command: 'resume',
    system: 'Marathon',
    isAct: putsApp,
    async prepare(scene) {
      run(scene, 0);
      const { marathon } = scene.rig.world;
      await until(() => marathon.deployments.length === 0, WELL_WITHIN_MS);
      return { text: 'resume', ...puts(scene), holds: () => instancesOf(scene) === 1, after: () => run(scene, 1) };
    },
  },
  {
    command: 'scale',
    system: 'Jenkins',
    isAct: ({ path, body }) => path.endsWith('/scriptText') && body.includes('setSlaveInfos'),
    async prepare({ rig }) {
      const now = () => rig.world.jenkins.current?.home.config.templates[0]?.maxExecutors;
      const count = ((now() ?? 1) % 60) + 2;
      const times = () =>
        rig.world.jenkins.accessLog.filter(({ action, tookEffect }) => action === 'set template maximum' && tookEffect)
          .length;
      const before = times();
      return { text: `scale executors ${count}`, times: () => times() - before, holds: () => now() === count };
    },
  },
  {
    command: 'build',
    system: 'Jenkins',
    isAct: ({ method, path }) => method === 'POST' && path.endsWith('/job/housekeeping/build'),
    async prepare({ rig }) {
      const times = jenkinsDid(rig, 'build');
      return { text: 'build housekeeping', times, holds: () => times() > 0 };
    },
  },
  {
    command: 'abort',
    system: 'Jenkins',
    isAct: ({ method, path }) => method === 'POST' && path.endsWith('/stop'),
    async prepare({ rig: { world }, rig }) {
      const item = world.jenkins.startBuild('housekeeping', { quietMs: 0, plan: { durationMs: HOUR } });
      await until(() => item.build !== undefined, WELL_WITHIN_MS);
      const { build } = item;
      return {
        text: `abort housekeeping#${build?.number}`,
        times: jenkinsDid(rig, 'stop'),
        holds: () => build?.result === 'ABORTED',
        after: () => void world.jenkins.finishBuild('housekeeping', 'SUCCESS', build?.number),
      };
    },
  },
  {
    command: 'template',
    system: 'Jenkins',
    isAct: ({ path, body }) => path.endsWith('/scriptText') && body.includes('memberOfSecond'),
    async prepare({ rig }) {
      const now = () => rig.world.jenkins.current?.home.config.templates[0];
      const mem = (((now()?.mem ?? 512) - 511) % 400) + 512;
      const text = `template ${now()?.label ?? 'mesos'} mem=${mem}`;
      return { text, times: jenkinsDid(rig, 'set template settings'), holds: () => now()?.mem === mem };
    },
  },
  {
    command: 'restart',
    which: 'inside its task',
    system: 'Jenkins',
    isAct: ({ path }) => /\/(?:safeR|r)estart$/.test(path),
    async prepare({ rig }) {
      const { times } = jenkinsActs({ rig }, 'safeRestart', 'restart');
      const session = rig.world.jenkins.current?.session;
      return { text: 'restart --jenkins', times, holds: () => rig.world.jenkins.current?.session !== session };
    },
  },
  {
    command: 'sync save',
    system: 'Jenkins',
    isAct: ({ path, body }) => path.endsWith('/scriptText') && body.includes('synchronizeAllConfigs'),
    async prepare({ rig }) {
      const { home } = upIn({ rig });
      // Edited on the disk, which the plugin does not see.
      home.config.revision += 1;
      const { commits } = rig.world.jenkins.repository;
      const saves = () => commits.filter(({ message }) => message === 'Repository initialization').length;
      const before = saves();
      return {
        text: 'sync save',
        times: () => saves() - before,
        holds: () => upIn({ rig }).home.scmSync.isInSync(upIn({ rig }).home.config),
      };
    },
  },
  {
    command: 'sync reload',
    system: 'Jenkins',
    isAct: ({ path }) => path.endsWith('/reload'),
    async prepare(scene) {
      const executors = 2 + (scene.nextNumber() % 50);
      scene.rig.world.jenkins.editInGit((config) => {
        config.numExecutors = executors;
      });
      return {
        text: 'sync reload',
        ...jenkinsActs(scene, 'reload'),
        holds: () => scene.rig.world.jenkins.current?.home.config.numExecutors === executors,
      };
    },
  },
  {
    command: 'sync purge',
    system: 'Jenkins',
    isAct: ({ path, body }) => path.endsWith('/scriptText') && body.includes('purgeFailLogs'),
    async prepare(scene) {
      const { scmSync } = upIn(scene).home;
      // Older than the last success, so that nothing fails now.
      scmSync.fail = { mtime: 0, text: 'Thu May 28 18:40:02 CST 2015 : Delete jobs/old-name/<br/>' };
      const acts = jenkinsActs(scene, 'purge scm-sync failures');
      return { text: 'sync purge', ...acts, holds: () => scmSync.fail === undefined };
    },
  },
  {
    command: 'quiet',
    system: 'Jenkins',
    isAct: ({ path }) => path.endsWith('/quietDown'),
    async prepare(scene) {
      const text = `quiet case ${scene.nextNumber()}`;
      return { text, ...jenkinsActs(scene, 'quietDown'), holds: () => upIn(scene).farm.quietingDown };
    },
  },
  {
    command: 'unquiet',
    system: 'Jenkins',
    isAct: ({ path }) => path.endsWith('/cancelQuietDown'),
    async prepare(scene) {
      scene.rig.world.jenkins.quietDown();
      const acts = jenkinsActs(scene, 'cancelQuietDown');
      return { text: 'unquiet', ...acts, holds: () => !upIn(scene).farm.quietingDown };
    },
  },
  {
    command: 'cancel',
    system: 'Marathon',
    isAct: deletesDeployment,
    async prepare({ rig }) {
      const { cluster, marathon } = rig.world;
      // Without offers it cannot end before it is cancelled.
      cluster.withholdOffers(true);
      marathon.changes.restart('/jenkins');
      const [theirs] = marathon.deployments;
      if (theirs === undefined) throw new Error('there is no deployment to cancel');
      const times = writesThatTook(deletesDeployment);
      const before = times(rig);
      return {
        text: `cancel ${theirs.id} --rollback`,
        times: () => times(rig) - before,
        holds: () => marathon.deployments.every(({ id }) => id !== theirs.id),
        after: () => cluster.withholdOffers(false),
      };
    },
  },
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

/** By Jenkins' own log. */
function jenkinsActs({ rig }: Pick<Scene, 'rig'>, ...actions: string[]): Pick<Prepared, 'times'> {
  const { accessLog } = rig.world.jenkins;
  const times = () => accessLog.filter(({ action, tookEffect }) => tookEffect && actions.includes(action)).length;
  const before = times();
  return { times: () => times() - before };
}

function upIn({ rig }: Pick<Scene, 'rig'>) {
  const { current } = rig.world.jenkins;
  if (current === undefined) throw new Error('there is no controller');
  return current;
}

/** What is in Redis alone has no log but what people are told of it. */
function isSaid({ rig: { slack } }: Scene, ...words: string[]): Pick<Prepared, 'times' | 'holds'> {
  const from = slack.messages.length;
  const times = () =>
    slack.messages
      .slice(from)
      .filter((one) => one.threadTs === undefined && words.every((word) => shown(one).includes(word))).length;
  return { times, holds: () => times() > 0 };
}

/** From now on, by the log of the controllers. */
function jenkinsDid({ world }: Scene['rig'], action: string): () => number {
  const { accessLog } = world.jenkins;
  const from = accessLog.length;
  return () => accessLog.slice(from).filter((one) => one.action === action && one.tookEffect).length;
}

const writesThatTook =
  (isAct: (request: PlainRequest) => boolean) =>
  ({ world }: Scene['rig']): number =>
    world.servers.marathon.writes.filter((write) => write.tookEffect && isAct(write as never)).length;

function puts({ rig }: Scene): Pick<Prepared, 'times'> {
  const times = writesThatTook(putsApp);
  const before = times(rig);
  return { times: () => times(rig) - before };
}

const instancesOf = ({ rig }: Scene): number => rig.world.marathon.app('/jenkins').spec.instances;

/** As somebody else would set it, whatever goes on. */
function run(scene: Scene, instances: number): void {
  const { marathon } = scene.rig.world;
  if (instancesOf(scene) !== instances) marathon.changes.update('/jenkins', { instances }, { force: true });
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

export const nameOf = ({ command, which }: Act): string => (which === undefined ? command : `${command} ${which}`);

/** Changing commands nobody has entered above. */
export const missing = (): string[] =>
  commands
    .filter(({ effect }) => effect !== 'read')
    .map(({ name }) => name)
    .filter((name) => ACTS.every(({ command }) => command !== name));

const effectOf = ({ command }: Act): Effect => {
  const found = commands.find(({ name }) => name === command);
  if (found === undefined) throw new Error(`there is no command ${command}`);
  return found.effect;
};

/** One thing that goes wrong. */
export interface Fault {
  name: string;
  /** Which of them are alike, for a subset that has something of each. */
  kind: string;
  cast: Cast;
  fits(act: Act): boolean;
  /** Slack's copies of what was typed or pressed. */
  deliveries?: number;
  /** Presses by a hand that trembles. */
  clicks?: number;
  /** Nothing of it is a reason not to do it. */
  harmless?: boolean;
  /** Waits for calls that end after 10 s or more of real time. */
  isSlow?: boolean;
  /** Redis may have forgotten what it had taken: what may be lost then is said in `judge.ts`. */
  forgetful?: boolean;
  /** @returns whether it has happened */
  arm(scene: Scene, act: Act): () => boolean;
}

const always = () => true;
const isDisruptive = (act: Act): boolean => effectOf(act) === 'disrupt';
/** The others until Jenkins is done, or until git has what they changed. */
const FOLLOWED = ['build', 'abort', 'scale', 'template', 'sync save'];
const isFollowed = (act: Act): boolean => isDisruptive(act) || FOLLOWED.includes(act.command);

/** A moment of a change, as the worker asks Redis. */
interface Moment {
  name: string;
  pattern: RegExp;
  fits(act: Act): boolean;
}

const STEP = (step: string): RegExp => new RegExp(`"progress":\\{"step":"${step}"`);
const ROOT = String.raw`message:root:[^\r]*\r\n`;

const MOMENTS: readonly Moment[] = [
  ...['posted', 'quieting', 'applying', 'applied', 'following', 'done'].map((step) => ({
    name: `the step ${step} is recorded`,
    pattern: STEP(step),
    fits: step === 'following' ? isFollowed : ['posted', 'applying', 'done'].includes(step) ? always : isDisruptive,
  })),
  { name: 'the plan is kept', pattern: /"madeAt":\d+,"validUntil":/, fits: isDisruptive },
  { name: 'the click is claimed', pattern: /"what":"confirmed"/, fits: isDisruptive },
  { name: 'the confirmed change is queued', pattern: /"kind":"confirmed"/, fits: isDisruptive },
  {
    name: 'the first send to the channel is marked as begun',
    pattern: new RegExp(`${ROOT}\\$7\\r\\nsending\\r\\n\\$1\\r\\n1`),
    fits: always,
  },
  {
    name: 'it is recorded that Slack took the first message',
    pattern: new RegExp(`${ROOT}\\$4\\r\\nsent\\r\\n`),
    fits: always,
  },
  {
    name: 'the outcome is put',
    pattern: new RegExp(`"outcome":\\{"outcome"[\\s\\S]*local rank = tonumber[\\s\\S]*${ROOT}`),
    fits: always,
  },
  {
    name: 'it is recorded that Slack took the outcome',
    pattern: new RegExp(`:audited:[\\s\\S]*${ROOT}\\$4\\r\\nsent\\r\\n`),
    fits: always,
  },
  { name: 'the audit entry is written', pattern: /:audited:/, fits: always },
];

type When = 'before' | 'after' | 'meanwhile';

/** @param strike what happens at that moment */
function at(moment: Moment, when: When, strike: (scene: Scene) => Promise<void>): Fault['arm'] {
  return (scene) => {
    let struck = false;
    scene.gate.strike({
      pattern: moment.pattern,
      when,
      async act() {
        struck = true;
        await strike(scene);
      },
    });
    return () => struck;
  };
}

/** Something taken away at each of those moments. */
function blows(kind: string, cast: Cast, whens: readonly When[], strike: (scene: Scene) => Promise<void>): Fault[] {
  return MOMENTS.flatMap((moment) =>
    whens.map((when) => ({
      name: `${kind} ${when === 'meanwhile' ? 'when' : when} ${moment.name}`,
      kind,
      cast,
      fits: moment.fits,
      arm: at(moment, when, strike),
    })),
  );
}

/** The worker dies around the very request that acts. */
const AROUND_THE_ACT: readonly Fault[] = (['before', 'lost', 'after', 'answered'] as const).map((when) => ({
  name: `kill -9 of the worker ${{ before: 'before the act, which is carried out nevertheless', lost: 'before the act, which is lost', after: 'after the act, unanswered', answered: 'after the act was answered' }[when]}`,
  kind: 'kill -9 of the worker',
  cast: 'worker apart',
  fits: (act) => act.isAct !== undefined,
  arm: (scene, act) => {
    let struck = false;
    const { hooks } = faultsOf(scene, act);
    hooks[when === 'lost' ? 'before' : when] = async (request) => {
      if (struck || act.isAct?.(request) !== true) return;
      struck = true;
      await scene.strike();
      if (when === 'lost') throw new Error('lost with its client');
    };
    return () => struck;
  },
}));

const faultsOf = ({ rig }: Scene, { system }: Act): Faults => {
  const { marathon, jenkins } = rig.world.servers;
  return system === 'Jenkins' ? jenkins.faults : marathon.faults;
};

/** As the bot asks Redis. */
const HEARD: readonly Moment[] = [
  { name: 'what was typed is queued', pattern: /"kind":"command"/, fits: (act) => act.which === undefined },
  { name: 'the press is queued', pattern: /"kind":"press"|"kind":"command"/, fits: (act) => act.which !== undefined },
];

const BOT_DIES: readonly Fault[] = [
  ...HEARD.flatMap((moment) =>
    (['before', 'after'] as const).map(
      (when): Fault => ({
        name: `kill -9 of the bot ${when} ${moment.name}`,
        kind: 'kill -9 of the bot',
        cast: 'bot apart',
        fits: moment.fits,
        arm: at(moment, when, (scene) => scene.strike()),
      }),
    ),
  ),
  ...(['before', 'after'] as const).map(
    (when): Fault => ({
      name: `kill -9 of the bot ${when} the confirming press is queued`,
      kind: 'kill -9 of the bot',
      cast: 'bot apart',
      fits: isDisruptive,
      arm: at({ name: '', pattern: /"action":"plan.confirm"/, fits: always }, when, (scene) => scene.strike()),
    }),
  ),
  {
    name: 'kill -9 of the bot before the act',
    kind: 'kill -9 of the bot',
    cast: 'bot apart',
    fits: (act) => act.isAct !== undefined,
    arm: (scene, act) => {
      let struck = false;
      faultsOf(scene, act).hooks.before = async (request) => {
        if (struck || act.isAct?.(request) !== true) return;
        struck = true;
        await scene.strike();
      };
      return () => struck;
    },
  },
  {
    name: 'kill -9 of the bot as soon as something is seen',
    kind: 'kill -9 of the bot',
    cast: 'bot apart',
    fits: always,
    arm: (scene) => {
      let struck = false;
      const stop = scene.rig.slack.onChange(() => {
        if (struck) return;
        struck = true;
        stop();
        void scene.strike();
      });
      return () => struck;
    },
  },
];

/**
 * A replica that lags behind more than a second is not what anybody promises for. Of less: nothing is done twice, and what
 * is said of Marathon and Jenkins is so. But Redis may have forgotten that something was asked, or how far it was: then
 * its message stays as it stood or there is none, and whoever asked sees that and asks again, which does no harm. An ack
 * or a silence that was only in Redis may be gone although it was confirmed.
 */
const LONGEST_LAG_MS = 1_000;

const FAILOVERS: readonly Fault[] = blows(
  'a failover of Redis that loses its last writes',
  'together',
  ['after'],
  (scene) => scene.redis.failover(scene.random() * LONGEST_LAG_MS),
).map((fault) => ({ ...fault, forgetful: true }));

const SLACK_FAILS: [string, SlackFault][] = [
  ['500', { kind: 'status', status: 500 }],
  ['a connection that ends after it arrived', { kind: 'reset-after' }],
  ['silence after it arrived', { kind: 'timeout-after' }],
  ['429', { kind: 'rate-limit', retryAfterSeconds: 1 }],
  ...['internal_error', 'invalid_auth', 'not_in_channel'].map((code): [string, SlackFault] => [
    code,
    { kind: 'error', code },
  ]),
];

const SENDS: [name: string, method: string, skipped: number, times: number, fits: Fault['fits']][] = [
  ['the first message', 'chat.postMessage', 0, 1, always],
  ['the first message, twice', 'chat.postMessage', 0, 2, always],
  ['the second message', 'chat.postMessage', 1, 1, isDisruptive],
  ['the first edit', 'chat.update', 0, 1, always],
  ['the second edit', 'chat.update', 1, 1, isDisruptive],
  ['the first three edits', 'chat.update', 0, 3, isDisruptive],
];

/** Whether a call of that method has failed since. */
function isHit({ rig: { slack } }: Scene, method: string): () => boolean {
  const from = slack.calls.length;
  return () =>
    slack.calls.slice(from).some((call) => call.method === method && (call.status !== 200 || call.error !== undefined));
}

const SLACK: readonly Fault[] = SLACK_FAILS.flatMap(([how, fault]) => {
  const alike = { kind: `Slack: ${how}`, cast: 'together', isSlow: fault.kind === 'timeout-after' } as const;
  return [
    ...SENDS.map(
      ([which, method, skipped, times, fits]): Fault => ({
        ...alike,
        name: `Slack answers ${which} with ${how}`,
        fits,
        arm: (scene) => {
          const { slack } = scene.rig;
          if (skipped > 0) slack.fault(method, { kind: 'well' }, skipped);
          slack.fault(method, fault, times);
          return isHit(scene, method);
        },
      }),
    ),
    {
      ...alike,
      name: `Slack takes no message into the channel, and answers that private word with ${how}`,
      fits: (act: Act) => act.which === undefined,
      arm: (scene: Scene) => {
        scene.rig.slack.fault('chat.postMessage', { kind: 'error', code: 'channel_not_found' });
        scene.rig.slack.fault('response_url', fault);
        return isHit(scene, 'response_url');
      },
    },
  ];
});

const UNHEARD: [string, FaultHow][] = [
  ['carries it out and answers 502', 'apply-then-502'],
  ['carries it out and closes the connection', 'apply-then-close'],
  ['carries it out and answers half', 'truncate'],
  ['carries it out and never answers', 'apply-then-hang'],
  ['closes the connection', 'close'],
  ['answers 503', { status: 503, body: 'not now' }],
  ['answers 500', { status: 500, body: 'no' }],
  ['never answers', 'hang'],
  ['takes 40 s', { slowMs: 40 * SECOND }],
];

const SYSTEMS: readonly Fault[] = UNHEARD.flatMap(([name, how]) =>
  (how === 'apply-then-502' || how === 'close' ? [1, 3] : [1]).map(
    (times): Fault => ({
      name: `the system ${name}${times === 1 ? '' : `, ${times} times`}`,
      kind: 'the system fails',
      cast: 'together',
      isSlow: how === 'apply-then-hang' || how === 'hang' || (typeof how === 'object' && 'slowMs' in how),
      fits: (act) => act.isAct !== undefined,
      arm: (scene, act) => {
        let met = false;
        const match = (request: PlainRequest) => {
          const hit = act.isAct?.(request) === true;
          met ||= hit;
          return hit;
        };
        faultsOf(scene, act).push({ match, how, times });
        return () => met;
      },
    }),
  ),
);

const LONGEST_ELECTION_MS = 12 * SECOND;

async function changeLeader({ rig: { world, clock }, random }: Scene): Promise<void> {
  const { marathon } = world;
  const { leader } = marathon;
  marathon.loseLeader();
  clock.after(random() * LONGEST_ELECTION_MS, () => marathon.electLeader(leader));
}

const LEADER: readonly Fault[] = blows('a change of Marathon’s leader', 'together', ['meanwhile'], changeLeader).map(
  (fault) => ({ ...fault, fits: (act: Act) => fault.fits(act) && act.system === 'Marathon' }),
);

const leaps = (name: string, furthestMs: number): Fault[] =>
  blows(name, 'together', ['meanwhile'], async ({ clock, random }) => clock.leap(random() * furthestMs));

export const FAULTS: readonly Fault[] = [
  { name: 'nothing at all', kind: 'nothing', harmless: true, cast: 'together', fits: always, arm: () => always },
  {
    name: 'three deliveries of the same',
    kind: 'deliveries',
    harmless: true,
    cast: 'together',
    fits: always,
    deliveries: 3,
    arm: () => always,
  },
  {
    name: 'three deliveries of the same to two bots and two workers',
    kind: 'deliveries',
    harmless: true,
    cast: 'twins',
    fits: always,
    deliveries: 3,
    arm: () => always,
  },
  {
    name: 'a double click',
    kind: 'double click',
    harmless: true,
    cast: 'together',
    fits: (act) => isDisruptive(act),
    clicks: 2,
    arm: () => always,
  },
  {
    name: 'three clicks, to two bots and two workers',
    kind: 'double click',
    harmless: true,
    cast: 'twins',
    fits: (act) => isDisruptive(act),
    clicks: 3,
    arm: () => always,
  },
  { name: 'two bots and two workers', kind: 'twins', harmless: true, cast: 'twins', fits: always, arm: () => always },
  ...blows('kill -9 of the worker', 'worker apart', ['before', 'after'], (scene) => scene.strike()),
  ...AROUND_THE_ACT,
  ...BOT_DIES,
  ...blows('kill -9 of Redis', 'together', ['before', 'after'], (scene) => scene.redis.crash()),
  ...blows('kill -9 of Redis, with two of all,', 'twins', ['after'], (scene) => scene.redis.crash()),
  ...FAILOVERS,
  ...SLACK,
  ...SYSTEMS,
  ...LEADER,
  ...leaps('the clock leaps hours ahead', 12 * HOUR),
  ...leaps('the clock leaps hours back', -12 * HOUR),
];

export interface Case {
  act: Act;
  fault: Fault;
  name: string;
}

export const CASES: readonly Case[] = ACTS.flatMap((act) =>
  FAULTS.filter((fault) => fault.fits(act)).map((fault) => ({ act, fault, name: `${nameOf(act)}: ${fault.name}` })),
);

export const hasButtons = (message: SlackMessage): boolean =>
  pressables(message).some(({ label }) => label === 'Cancel');

export const isWell = ({ rig: { world } }: Scene): boolean =>
  world.marathon.leader !== undefined &&
  world.marathon.deployments.length === 0 &&
  world.jenkins.current?.phase === 'up' &&
  !world.jenkins.current.farm.quietingDown;
