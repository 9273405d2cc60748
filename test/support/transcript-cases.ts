// The recorded transcripts as cases for a whole Bellboard: each is an installation of its own in an `alert-house.ts`,
// pointed to a Marathon that lives through it, and what people were told must be what `expected.json` says.
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keysOf } from '../../src/adapters/redis/keys.js';
import { messageStore } from '../../src/adapters/redis/message-store.js';
import { messages, openQueues } from '../../src/adapters/redis/queue.js';
import { say } from '../../src/core/conversation.js';
import { md } from '../../src/core/text.js';
import type { SlackMessage } from '../../src/playground/slack/workspace.js';
import { type AlertHouse, alertHouse } from './alert-house.js';
import { eventually, type HouseState, houseState, identityIn } from './house-state.js';
import { until } from './rig.js';
import { APP, readTranscript } from './transcript-file.js';
import { playTranscript, type TranscriptMarathon } from './transcript-marathon.js';
import type { Delivery } from './transcript-playback.js';

interface Expected {
  alerts: number;
  cause?: string;
  /** Distinct dead tasks inside the incident. */
  deadTasks?: number;
  recovered?: boolean;
  endsOn?: string;
  deployThread?: { cause: string; failedLaunches: number };
  followUps?: { cause: string; count: number };
}

export interface TranscriptCase {
  title: string;
  files: string[];
  snapshots?: string[];
  expected: Expected;
}

const FOLDER = new URL('../fixtures/marathon/sequences/', import.meta.url);
const EXPECTED = JSON.parse(readFileSync(new URL('expected.json', FOLDER), 'utf8')) as Record<string, Expected>;

/** Two connections, one outcome. */
const PAIRS: Record<string, { second: string; snapshots?: string[] }> = {
  'x-gap-1-before.1.5.txt': {
    second: 'x-gap-2-after.1.5.txt',
    snapshots: ['gap-1-before.1.5.app.json', 'gap-2-after.1.5.app.json'],
  },
  'x-duplicate-1-old-leader.1.5.txt': { second: 'x-duplicate-2-new-leader.1.5.txt' },
};
const SECONDS = new Set(Object.values(PAIRS).map(({ second }) => second));

export const CASES: readonly TranscriptCase[] = Object.entries(EXPECTED)
  .filter(([file]) => !SECONDS.has(file))
  .map(([file, expected]) => {
    const { second, snapshots } = PAIRS[file] ?? {};
    const files = second === undefined ? [file] : [file, second];
    return { title: files.join(' and '), files, ...(snapshots === undefined ? {} : { snapshots }), expected };
  });

/** One transcript at one installation. */
export interface Playing {
  name: string;
  one: TranscriptCase;
  marathon: TranscriptMarathon;
  /** Of the last event that Bellboard will hear and reads; undefined where there is none. */
  last: string | undefined;
}

/** Half a second of the world: what Marathon tells is decided before it tells of the next, as in life. */
const PACE_MS = 50;
const PLAN = 'plan1';

/** Half the speed of other houses: forty that look at their Marathon every few seconds keep two processors busy. */
const SPEED = 5;

export interface Disturbance {
  /** How each is delivered. */
  deliver?: (one: TranscriptCase, length: number) => Delivery;
  /** A second bot listens too. */
  twoEars?: boolean;
  lossy?: boolean;
}

/** One house in which every transcript is lived through at the same time, and a test for each. */
export function testTranscripts(title: string, { deliver, twoEars = false, lossy = false }: Disturbance): void {
  let house: AlertHouse;
  let state: HouseState;
  let playing: Playing[] = [];

  beforeAll(async () => {
    house = await alertHouse({ speed: SPEED, leaseMs: 15_000 });
    state = houseState(house);
    playing = await playAll('t', deliver);
    const installations = playing.map(({ name, marathon }) => ({ name, marathonUrl: marathon.url }));
    await house.open('worker', installations);
    await putDeployMessages(house, playing);
    await house.open('bot', installations);
    if (twoEars) await house.open('ear', installations);
    await Promise.all(playing.map(({ name }) => state.baseline(name)));
    await Promise.all(playing.map(({ marathon }) => marathon.attached(twoEars ? 2 : 1)));
    await Promise.all(playing.map(({ marathon }) => marathon.play()));
  }, 120_000);

  afterAll(async () => {
    await Promise.all(playing.map(({ marathon }) => marathon.close()));
    await house?.close();
  });

  test.each(CASES.map((one, index) => ({ ...one, index })))(
    title,
    ({ index }) => expectOutcome(house, state, playing[index] as Playing, lossy),
    60_000,
  );
}

/** @param deliver how each is delivered; cuts of the last frame that is read are allowed: then nothing is known of it */
export async function playAll(
  prefix: string,
  deliver: (one: TranscriptCase, length: number) => Delivery = () => ({}),
  cases: readonly TranscriptCase[] = CASES,
): Promise<Playing[]> {
  return Promise.all(
    cases.map(async (one, index) => {
      const { files, snapshots, expected } = one;
      const transcript = readTranscript(files);
      const delivery = { paceMs: PACE_MS, ...deliver(one, transcript.length) };
      const labels = expected.deployThread === undefined ? {} : { labels: { BELLBOARD_JOB: `${PLAN}-go` } };
      const marathon = await playTranscript({
        files,
        ...(snapshots === undefined ? {} : { snapshots }),
        ...labels,
        ...delivery,
      });
      const isCut = ({ start, end }: { start: number; end: number }) =>
        (delivery.cutAt ?? []).some((at) => at > start && at < end);
      const heard = transcript.pieces.filter((piece) => piece.event !== undefined && !isCut(piece));
      const last = heard.map(({ bytes }) => identityIn(bytes, APP)).findLast((identity) => identity !== undefined);
      return { name: `${prefix}${index}`, one, marathon, last };
    }),
  );
}

/** The message of the deploy of ours in whose thread its trouble belongs; it stands before the transcript begins. */
async function putDeployMessages(house: AlertHouse, playing: readonly Playing[]): Promise<void> {
  for (const { name, one } of playing.filter(({ one: { expected } }) => expected.deployThread !== undefined)) {
    const keys = keysOf(name);
    const queues = openQueues(house.redis, keys);
    const said = messages(house.redis, queues, keys, (text) => text);
    await said.put(
      `root:${PLAN}`,
      { kind: 'channel', channelId: 'C0CI' },
      say(md`The deploy of ${name}, ${one.title}`),
    );
    await eventually(
      'the deploy has its message',
      async () => (await messageStore(house.redis, keys).posted(`root:${PLAN}`)).state === 'posted',
    );
    await queues.close();
  }
}

/** What each cause is called, and by no other. */
const CAUSES: Record<string, RegExp> = {
  crash: /exit code [1-9]/,
  health_kill: /killed by its health check/,
  agent_lost: /its agent (?:was lost|is unreachable|is gone)/,
  out_of_memory: /: out of memory/,
  probably_out_of_memory: /killed, probably out of memory/,
  killed_outside_deploy: /killed outside a deployment/,
  command_not_found: /command not found/,
  // Up to 0.13 Mesos does not say more.
  fetch_failed: /its files could not be downloaded|typically after a failed download/,
  not_recorded: /cause not recorded/,
};

/** How often each cause stands in the timeline; what a look saw before its event was heard counts as the event tells. */
function causesIn(all: readonly string[]): Record<string, number> {
  const mended = all.filter((line) => line.startsWith("Marathon's event tells why")).length;
  const guesses = all.filter((line) => CAUSES['not_recorded']?.test(line)).slice(0, mended);
  const timeline = all.filter((line) => !guesses.includes(line));
  const found = Object.entries(CAUSES).map(([cause, words]): [string, number] => [
    cause,
    timeline.filter((line) => words.test(line)).length,
  ]);
  return Object.fromEntries(found.filter(([, times]) => times > 0));
}

/** Lines of the timeline in the root's thread, without their times. */
function timelineOf(house: AlertHouse, root: SlackMessage): string[] {
  const message = house.thread(root).find(({ text }) => text.startsWith('Timeline of '));
  const [section] = (message?.blocks ?? []) as { text?: { text?: string } }[];
  return (section?.text?.text ?? '').split('\n').map((line) => line.replace(/^<[^>]*> /, ''));
}

/** Recorded with another cause at the end than the one that is to be told of. */
const LAST_CAUSES: Record<string, string> = { 'c-crash-loop.1.5.txt': 'probably_out_of_memory' };

function wantedCauses(title: string, { cause, deadTasks = 1, followUps }: Expected): Record<string, number> {
  // An agent that came back with its task has killed nobody, and was lost once all the same.
  const first = Math.max(1, deadTasks) - (followUps?.count ?? 0);
  const last = LAST_CAUSES[title];
  if (last !== undefined) return { [String(cause)]: first - 1, [last]: 1 };
  return { [String(cause)]: first, ...(followUps === undefined ? {} : { [followUps.cause]: followUps.count }) };
}

/** How the root message counts the ends. */
function timesIn(text: string): number {
  return Number(/(\d+) times/.exec(text)?.[1] ?? 1);
}

const isBack = (text: string): boolean => /is back after/.test(text);

/** What people can read, as far as it is expected. */
interface Outcome {
  alerts: number;
  recovered?: boolean;
  causes?: Record<string, number>;
  times?: number;
  sameTask?: boolean;
  deployThread?: { replies: number; cause: string[]; failedLaunches: number };
}

function wantedOutcome({ title, expected }: TranscriptCase): Outcome {
  const { alerts, recovered, deadTasks = 1, endsOn, deployThread } = expected;
  return {
    alerts,
    ...(alerts === 0
      ? {}
      : {
          recovered: recovered === true,
          causes: wantedCauses(title, expected),
          times: Math.max(1, deadTasks),
          sameTask: endsOn === 'the original task',
        }),
    ...(deployThread === undefined
      ? {}
      : {
          deployThread: { replies: 1, cause: [deployThread.cause], failedLaunches: deployThread.failedLaunches },
        }),
  };
}

function outcomeOf(house: AlertHouse, { name, one }: Playing): Outcome {
  const roots = house.roots(name);
  const [root] = roots;
  return {
    alerts: roots.length,
    ...(root === undefined
      ? {}
      : {
          recovered: isBack(root.text),
          causes: causesIn(timelineOf(house, root)),
          times: timesIn(root.text),
          sameTask: /the same task came back with its agent/.test(root.text),
        }),
    ...(one.expected.deployThread === undefined ? {} : { deployThread: inDeployThread(house, name) }),
  };
}

function inDeployThread(house: AlertHouse, name: string): NonNullable<Outcome['deployThread']> {
  const root = house.slack.messages.find(({ text }) => text.startsWith(`The deploy of ${name},`));
  const thread = root === undefined ? [] : house.thread(root).map(({ text }) => text);
  return {
    replies: thread.length,
    cause: Object.keys(causesIn(thread)),
    failedLaunches: Number(/attempt (\d+)/.exec(thread[0] ?? '')?.[1] ?? thread.length),
  };
}

/**
 * Waits for the expected outcome, then until nothing more can come, and compares.
 * @param lossy frames were lost: several ends may be told as one, and not every cause is kept (contract marathon §10)
 */
export async function expectOutcome(
  house: AlertHouse,
  state: HouseState,
  playing: Playing,
  lossy = false,
): Promise<void> {
  const { name, one, marathon, last } = playing;
  await marathon.played;
  if (last !== undefined) await state.decided(name, last);
  const wanted = wantedOutcome(one);
  const seen = () => (lossy ? withoutLost(outcomeOf(house, playing), wanted) : outcomeOf(house, playing));
  // What does not come is told below, by comparison.
  await until(() => isDeepStrictEqual(seen(), wanted), 20_000).catch(() => {});
  await state.rest(name);
  expect(
    seen(),
    house
      .roots(name)
      .map(({ text }) => text)
      .join('\n'),
  ).toEqual(wanted);
}

/** With what a gap cannot tell taken as told: how often, and causes that nobody kept. */
function withoutLost(outcome: Outcome, wanted: Outcome): Outcome {
  if (wanted.deployThread !== undefined && outcome.deployThread !== undefined)
    return { ...outcome, deployThread: wanted.deployThread };
  if (outcome.causes === undefined || wanted.causes === undefined) return outcome;
  const known = new Set([...Object.keys(wanted.causes), 'not_recorded']);
  const wrong = Object.keys(outcome.causes).filter((cause) => !known.has(cause));
  const isToldOf = Object.keys(outcome.causes).length > 0;
  return {
    ...outcome,
    ...(isToldOf && wrong.length === 0 ? { causes: wanted.causes } : {}),
    ...(wanted.times === undefined ? {} : { times: wanted.times }),
  };
}
