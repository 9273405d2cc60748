// One case of the table from setting up to judgement: a person types and presses, something goes wrong, the house comes to
// rest, and what the simulated systems' own logs say is compared with what people were told.
import { auditReader } from '../../src/adapters/redis/audit-store.js';
import { keysOf } from '../../src/adapters/redis/keys.js';
import type { AuditEntry } from '../../src/core/audit.js';
import { pressables, type SlackMessage } from '../../src/playground/slack/workspace.js';
import { until } from '../support/rig.js';
import type { Prepared } from './act.js';
import { ANA, hasButtons, judge, type Played } from './judge.js';
import { isWell, type Scene, WELL_WITHIN_MS } from './scene.js';
import type { Case } from './table.js';

/** Real milliseconds: the slowest case waits for calls that end after 10 and 15 s of real time. */
const REST_WITHIN_MS = 90_000;
/** So long nothing may be under way before it counts as rest. */
const QUIET_MS = 250;
/** What waits for a later hour, such as a plan's end, is no work. */
const LOOK_EVERY_MS = 25;

export async function play(scene: Scene, { act, fault, name }: Case): Promise<Played> {
  const { rig } = scene;
  await scene.ready();
  await until(() => isWell(scene), WELL_WITHIN_MS);
  const prepared = await act.prepare(scene);
  const channel = prepared.button?.message.channelId ?? scene.nextChannel();
  const earlier = new Set((await audit(scene)).map(({ jobId }) => jobId));
  // What a failover may lose is what happens from here on.
  if (fault.forgetful) await wait(1_100);
  const from = rig.slack.messages.length;
  const happened = fault.arm(scene, act);
  const played: Played = {
    name,
    acts: 0,
    injected: false,
    doubled: false,
    unanswered: false,
    forgotten: false,
    broken: false,
    faults: [],
  };
  try {
    const asked = await person(scene, { act, fault, name }, prepared, channel, from);
    await rest(scene);
    const entries = (await audit(scene)).filter(({ jobId }) => !earlier.has(jobId));
    judge(played, { scene, act, fault, prepared, channel, from, entries, asked });
  } catch (error) {
    broke(played, error);
  }
  played.injected = happened();
  await tidy(scene, prepared).catch((error: unknown) => broke(played, error));
  return played;
}

function broke(played: Played, error: unknown): void {
  played.broken = true;
  played.faults.push(error instanceof Error ? error.message : String(error));
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const audit = ({ client }: Scene): Promise<AuditEntry[]> => auditReader(client, keysOf('test')).recent(1_000);

/**
 * Types, and confirms a plan once it is there. Who sees that a press did not get through presses again.
 * @returns how often it was asked for: what is typed once and pressed twice is one act, a command's own button is another each time
 */
async function person(
  scene: Scene,
  { fault }: Case,
  { text, button }: Prepared,
  channel: string,
  from: number,
): Promise<number> {
  const { slack } = scene.rig;
  const copies = fault.deliveries === undefined ? {} : { deliveries: fault.deliveries };
  if (button !== undefined) return pressed(scene, button.message, button.label, copies);
  await slack.command({ user: ANA, channel, text, ...copies });
  const isPlan = () => slack.messages.slice(from).find((one) => one.channelId === channel && hasButtons(one));
  // A change shows no plan; nor does a deploy that is refused.
  await restOr(scene, () => isPlan() !== undefined);
  const plan = isPlan();
  if (plan === undefined) return 1;
  const verb = pressables(plan)[0]?.label ?? '';
  const clicks = Array.from({ length: fault.clicks ?? 1 }, () => pressed(scene, plan, verb, copies));
  await Promise.all(clicks);
  // Told that the queue was away, or told nothing: the button is still there.
  for (let attempt = 0; attempt < 3; attempt += 1) {
    await restOr(scene, () => !hasButtons(plan));
    if (!hasButtons(plan)) return 1;
    await pressed(scene, plan, verb, {});
  }
  return 1;
}

/** @returns how often it took until Slack had an answer */
async function pressed(scene: Scene, message: SlackMessage, label: string, copies: object): Promise<number> {
  const press = () =>
    scene.rig.slack.press({
      user: ANA,
      channel: message.channelId,
      messageTs: message.ts,
      label,
      stale: true,
      ...copies,
    });
  for (let attempt = 1; ; attempt += 1) {
    if ((await press()).failure === undefined || attempt === 3) return attempt;
    await scene.ready();
  }
}

/** Nothing is under way any more: not queued, not running, not waiting to be sent. */
async function rest(scene: Scene): Promise<void> {
  if (!(await restOr(scene, () => false))) throw new Error(`it did not come to rest: ${await underWay(scene)}`);
}

/** @returns false when neither came to pass */
async function restOr(scene: Scene, isSeen: () => boolean): Promise<boolean> {
  const end = Date.now() + REST_WITHIN_MS;
  let quietSince = Date.now();
  for (;;) {
    if (isSeen()) return true;
    if ((await isBusy(scene)) || scene.rig.world.marathon.leader === undefined) quietSince = Date.now();
    if (Date.now() - quietSince > QUIET_MS) return true;
    if (Date.now() > end) return false;
    await wait(LOOK_EVERY_MS);
  }
}

async function isBusy({ rig: { world }, queues: { reads, changes, posts, events } }: Scene): Promise<boolean> {
  // What is taken late is taken all the same.
  if (world.servers.marathon.faults.slow + world.servers.jenkins.faults.slow > 0) return true;
  // The board is to show what somebody said; the looks beside it never end.
  const shows = events.getJobs(['active', 'waiting', 'prioritized']).then((jobs) => jobs.filter(isShow).length);
  const counts = await Promise.all([
    shows,
    reads.getJobCountByTypes('active', 'waiting', 'prioritized'),
    changes.getJobCountByTypes('active', 'waiting', 'delayed'),
    posts.getJobCountByTypes('active', 'waiting', 'prioritized', 'delayed'),
    followed(reads),
  ]).catch(() => [1]);
  return counts.some((count) => count > 0);
}

const isShow = (job: { name: string } | undefined): boolean => job?.name === 'refresh';

/** Between two looks at what a change began. */
const followed = async (reads: Scene['queues']['reads']): Promise<number> =>
  (await reads.getDelayed()).filter((job) => job?.data.kind === 'command').length;

async function underWay({ queues: { reads, changes, posts, events } }: Scene): Promise<string> {
  const jobs = await Promise.all(
    [reads, changes, posts, events].map((queue) => queue.getJobs(['active', 'waiting', 'prioritized', 'delayed'])),
  );
  return JSON.stringify(jobs.flat().map((job) => [job?.queueName, job?.name, job?.data]));
}

/** As if nothing had happened, for the next case. */
async function tidy(scene: Scene, prepared: Prepared): Promise<void> {
  const { rig, clock, gate } = scene;
  const { marathon, jenkins } = rig.world.servers;
  clock.leap(0);
  gate.disarm();
  rig.slack.clearFaults();
  for (const { faults } of [marathon, jenkins]) {
    faults.clear();
    faults.hooks = {};
  }
  await prepared.after?.();
  if (rig.world.jenkins.current?.farm.quietingDown) rig.world.jenkins.cancelQuietDown();
  await scene.ready();
  await until(() => isWell(scene), WELL_WITHIN_MS);
}
