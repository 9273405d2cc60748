// Those who wait for their turn: each is told its place when places move, and may leave. Only one change runs at a time,
// so this is the queue people see.
import type { Ahead } from '../core/changes.js';
import type { DisruptCommand } from '../core/command.js';
import { type Message, say, sorry } from '../core/conversation.js';
import { UserError } from '../core/errors.js';
import type { ChangesJob, PressJob } from '../core/jobs.js';
import { parse } from '../core/parse.js';
import { code, md, mention, prose } from '../core/text.js';
import { replyTo } from './answered.js';
import { leftQueue, rootId, tellEnd } from './change.js';
import { tellAsker } from './flight.js';
import { permissionOf } from './permission.js';
import { confirmedView, typedView, WAITING_RANK, withTimes, yesOf } from './place-in-line.js';
import type { PerformPorts, Waiting } from './ports.js';
import { channelOf, rootKey } from './reply.js';

/** Everybody's message says what is true now; what it said already is not sent again. */
export async function tellWaiting(ports: PerformPorts): Promise<void> {
  const { running, waiting } = await ports.queue.line();
  for (const one of waiting) if (one.leftBy !== undefined) await showLeft(one, one.leftBy, ports);
  const staying = waiting.filter(({ leftBy }) => leftBy === undefined);
  if (staying.length === 0) return;
  const before = running === undefined ? [] : [running];
  const line = await withTimes([...before, ...staying.map(infoOf)], ports);
  for (const [index, one] of staying.entries()) {
    const ahead = line.slice(0, before.length + index);
    // The first in line begins in this moment.
    if (ahead.length > 0) await showPlace(one, ahead, ports);
  }
}

/** For what only has to happen soon, and must not stand in the way of a change. */
export const othersMove = ({ queue, log }: PerformPorts): Promise<void> =>
  queue
    .moved()
    .catch((error: unknown) => log.warn({ error: String(error) }, 'those who wait could not be told their place'));

const infoOf = ({ job }: Waiting) => ({ userId: job.actor.userId, text: job.text });

async function showPlace({ id, job }: Waiting, ahead: readonly Ahead[], ports: PerformPorts): Promise<void> {
  const message = await placeOf(id, job, ahead, ports);
  if (message === undefined) return;
  await ports.messages.put(rootKey(rootId(job)), channelOf(job.place), message, {
    rank: WAITING_RANK,
    priority: 'progress',
  });
}

async function placeOf(
  id: string,
  job: ChangesJob,
  ahead: readonly Ahead[],
  ports: PerformPorts,
): Promise<Message | undefined> {
  if (job.kind === 'command') return typedView(id, job, ahead, ports);
  const plan = await ports.plans.read(job.planId);
  if (plan === undefined) return undefined;
  const command = parse(plan.text, ports.command.catalogue).command as DisruptCommand;
  return confirmedView(plan, yesOf(job), command, ahead, ports);
}

/** Told now, not when its turn would have come; when that comes, it finds everything told. */
async function showLeft({ id, job }: Waiting, by: string, ports: PerformPorts): Promise<void> {
  const outcome = leftQueue(by);
  await tellEnd(job, parse(job.text, ports.command.catalogue).command.name, outcome, { id, took: 0 }, ports);
  if (job.kind === 'confirmed') await tellAsker(job, id, outcome, ports);
}

/** *Leave the queue*: whoever asked or confirmed, and whoever may cancel. */
export async function leave(press: PressJob, ports: PerformPorts): Promise<void> {
  const id = press.value;
  const job = await ports.queue.find(id);
  if (job === undefined) {
    throw new UserError('That button is older than what is remembered of it.', '`status` shows what waits now.');
  }
  const refusal = await mayNotLeave(press, job, ports);
  if (refusal !== undefined) return replyTo(press, refusal, ports);
  const left = await ports.queue.leave(id, press.actor.userId);
  if (left === 'begun') return replyTo(press, await tooLate(id, job, ports), ports);
  await showLeft({ id, job, leftBy: left.by }, left.by, ports);
  await ports.queue.moved();
  if (!left.isFirst) await replyTo(press, alreadyOut(job, left.by, ports), ports);
}

async function mayNotLeave(press: PressJob, job: ChangesJob, ports: PerformPorts): Promise<Message | undefined> {
  const { userId } = press.actor;
  const isTheirs = job.actor.userId === userId || (job.kind === 'confirmed' && job.confirmedBy === userId);
  if (isTheirs && (await permissionOf(press, parse(job.text, ports.command.catalogue), ports)).allowed)
    return undefined;
  const permission = await permissionOf(press, CANCEL, ports);
  if (permission.allowed) return undefined;
  const who = `Only <@${job.actor.userId}>, who asked, and whoever may \`cancel\` can take this out of the queue.`;
  return sorry(`${who} ${permission.reason}`, permission.hint);
}

/** To leave is to cancel what has not begun. */
const CANCEL = { command: { name: 'cancel', effect: 'change' as const }, policyWords: 'cancel', args: {} };

async function tooLate(id: string, job: ChangesJob, ports: PerformPorts): Promise<Message> {
  const slash = ports.command.settings.slashCommand;
  const what = code(`${slash} ${job.text}`);
  if ((await ports.queue.stateOf(id)) === 'running') {
    // Only what was planned can be stopped on its way.
    const then =
      job.kind === 'confirmed' ? md`${code(`${slash} cancel ${id}`)} stops it` : md`Its own message says how it ends`;
    return say(md`Too late to leave: ${what} has begun. ${then}.`);
  }
  const entry = (await ports.command.audit.recent(200)).find((row) => row.jobId === id);
  return entry === undefined
    ? say(md`${what} does not wait any more; the message above tells what became of it.`)
    : say(md`${what} is over: ${prose(entry.summary)}`);
}

const alreadyOut = (job: ChangesJob, by: string, ports: PerformPorts): Message =>
  say(
    md`${code(`${ports.command.settings.slashCommand} ${job.text}`)} was taken out of the queue already, by ${mention(by)}. Nothing was changed.`,
  );
