// The command journey. Bot: accept() answers mistakes at once or adds one job. Worker: perform() parses again,
// authorises with fresh facts and hands over to what the command's effect asks for.
import type { Permit } from '../core/allowance.js';
import { isExclusive } from '../core/command.js';
import { type Message, sorry } from '../core/conversation.js';
import { UpstreamError, UserError } from '../core/errors.js';
import type { AnyJob, ChangeRun, ChangesJob, CommandJob, PressJob, ReadsJob } from '../core/jobs.js';
import { commandIn, type Parsed, parse, readable } from '../core/parse.js';
import { MINUTE, SECOND } from '../core/time.js';
import { isTakenOver, rankOf, showStep } from './change.js';
import { runConfirmed } from './disrupt.js';
import { expire } from './expiry.js';
import { gatherChoices } from './gather-choices.js';
import { refreshHome } from './home.js';
import { askedFor, permissionFromMemory, permissionOf, type Refusal } from './permission.js';
import { makePlan } from './plan.js';
import type { AcceptPorts, PerformPorts } from './ports.js';
import { press } from './press.js';
import { read } from './read.js';
import { recordRefusal } from './record.js';
import {
  answerKey,
  answerTo,
  bugView,
  channelOf,
  rootKey,
  upstreamView,
  userErrorView,
  withChannelFault,
} from './reply.js';
import { type Pause, runChange } from './run-change.js';
import { othersMove, tellWaiting } from './waiting.js';

/** What the ack says: a private message now, or nothing yet because the job will answer. */
export type Accepted =
  | { kind: 'answered'; message: Message; outcome: 'refused' | 'user-error' | 'unavailable' | 'too-many' }
  /** One of many too many, where to say so again would only add to the noise. */
  | { kind: 'ignored' }
  | { kind: 'queued'; queue: 'reads' | 'changes'; command: string };

type Incoming = CommandJob | PressJob;

/** Verify → normalise → parse → authorise from memory → one `queue.add`. No call to any other system. */
export async function accept(incoming: Incoming, slash: string, ports: AcceptPorts): Promise<Accepted> {
  try {
    const job = asTyped(incoming);
    const tooMuch = admitted(job, ports);
    if (tooMuch !== undefined) return tooMuch;
    if (job.kind === 'press') return await queued(job, 'reads', job.action, ports);
    refuseSecrets(job.text, ports);
    const parsed = parse(job.text, ports.catalogue);
    const permission = permissionFromMemory(job, parsed, ports);
    if (!permission.allowed) return await refused(job, parsed, permission, ports);
    const { command } = parsed;
    const queue = isExclusive(command) && command.effect === 'change' ? 'changes' : 'reads';
    // Stored as understood, so that what a person reads back is what runs.
    return await queued({ ...job, text: parsed.text }, queue, command.name, ports);
  } catch (error) {
    if (error instanceof UserError)
      return { kind: 'answered', message: userErrorView(error, slash), outcome: 'user-error' };
    if (error instanceof UpstreamError) {
      ports.log.warn({ error: error.message }, 'a command could not be queued');
      return { kind: 'answered', message: notQueued(error), outcome: 'unavailable' };
    }
    throw error;
  }
}

/** One write to Redis, as for what is queued. Where there is none to be had, no is still no. */
async function refused(
  job: CommandJob,
  parsed: Parsed,
  { reason, hint }: Refusal,
  ports: AcceptPorts,
): Promise<Accepted> {
  const message = sorry(reason, hint);
  try {
    await recordRefusal(job, parsed, message, ports);
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    ports.log.warn({ error: error.message }, 'a refusal could not be recorded');
  }
  return { kind: 'answered', message, outcome: 'refused' };
}

/** Who is called by twenty alerts at once acknowledges twenty at once, whatever else was typed before. */
const URGENT: ReadonlySet<string> = new Set(['ack', 'silence']);

/** @returns what is said when one person asks for too much */
export function admitted(job: Incoming, ports: Pick<AcceptPorts, 'allowance'>): Accepted | undefined {
  const permit = allowanceOf(job, ports);
  return permit.ok ? undefined : tooMany(job, permit);
}

function allowanceOf(job: Incoming, { allowance }: Pick<AcceptPorts, 'allowance'>): Permit {
  const [word = ''] = job.kind === 'command' ? job.text.trimStart().slice(0, 20).toLowerCase().split(/\s/, 1) : [];
  const from = URGENT.has(word) ? allowance.urgent : allowance.any;
  return from.take(`${job.actor.teamId}/${job.actor.userId}`, job.delivery);
}

function tooMany(job: Incoming, { waitMs, first }: Extract<Permit, { ok: false }>): Accepted {
  // A mention is answered aloud, and two bots that mention each other would never come to an end.
  if (!first && job.kind === 'command' && job.replyTo.responseUrl === undefined) return { kind: 'ignored' };
  const message = sorry(
    'That was a lot within a minute, so this one was neither queued nor done.',
    `Go on in ${Math.max(1, Math.ceil(waitMs / SECOND))} s; acknowledging alerts works all the while.`,
  );
  return { kind: 'answered', message, outcome: 'too-many' };
}

/** A Redis that hangs carries out what it was sent when it wakes up. */
export const notQueued = ({ mayHaveArrived }: Pick<UpstreamError, 'mayHaveArrived'>): Message =>
  mayHaveArrived
    ? sorry(
        'The queue (Redis) did not answer in time, so it is not known whether this was queued.',
        'If it was, the answer comes within a minute of its recovery; otherwise try again then.',
      )
    : sorry('The queue (Redis) cannot be reached: nothing was queued and nothing was done.', 'Try again in a minute.');

/**
 * What is typed is stored with the job, the plan and the audit trail, and goes into the buttons that help with a mistake:
 * a secret must not get that far, neither as it was typed nor as it is read once Slack's escapes and curly quotes are undone.
 */
export function refuseSecrets(typed: string, { scrub }: Pick<AcceptPorts, 'scrub'>): void {
  const read = readable(typed);
  if (scrub(typed) === typed && scrub(read) === read) return;
  throw new UserError(
    'The command contains what looks like a secret, so it was not stored or run.',
    'Change it: Slack has seen it. Keep it in the environment of the server, or in Jenkins.',
  );
}

/** A button with a command in it is that command, typed by whoever clicked: the same checks, the same queue. */
function asTyped(job: Incoming): Incoming {
  if (job.kind === 'command' || (job.action !== 'run' && job.action !== 'run.thread')) return job;
  const { action: _run, value, ...fromSlack } = job;
  return { ...fromSlack, kind: 'command', text: value };
}

async function queued(
  job: Incoming,
  queue: 'reads' | 'changes',
  command: string,
  ports: AcceptPorts,
): Promise<Accepted> {
  await ports.queue.accept(job, queue);
  return { kind: 'queued', queue, command };
}

/** A typed change that waited longer than this is no longer what its author has in mind. */
const STALE_AFTER_MS = 30 * MINUTE;

/** Carries out one job. Whatever happens, the person who asked gets exactly one outcome. */
export async function perform(
  job: ReadsJob | ChangesJob,
  run: ChangeRun,
  ports: PerformPorts,
): Promise<Pause | undefined> {
  switch (job.kind) {
    case 'command':
      return performCommand(job, run, ports);
    case 'press':
      await answering(job, run, ports, () => press(job, ports));
      break;
    case 'expire':
      await expire(job.planId, ports);
      break;
    case 'waiting':
      await tellWaiting(ports);
      break;
    case 'gather':
      await gatherChoices(job, ports);
      break;
    case 'home':
      await refreshHome(job, ports);
      break;
    case 'confirmed':
      await othersMove(ports);
      await answering(job, run, ports, () => runConfirmed(job, run, ports));
      break;
  }
  return undefined;
}

async function performCommand(job: CommandJob, run: ChangeRun, ports: PerformPorts): Promise<Pause | undefined> {
  return answering(job, run, ports, async () => {
    const parsed = parse(job.text, ports.command.catalogue);
    const { command } = parsed;
    const asked = askedFor(job, parsed, ports);
    if (command.effect === 'change' && (await isBeyondRefusal(run)))
      return runChange(job, command, parsed, asked, run, ports);
    const refusal = await permissionOf(job, parsed, ports);
    if (!refusal.allowed) {
      ports.counted(command.name, 'refused');
      const why = sorry(refusal.reason, refusal.hint);
      await recordRefusal(job, parsed, why, ports);
      await answer(job, run, why, ports);
      return undefined;
    }
    if (command.effect === 'read') {
      await read(job, command, parsed, asked, ports);
      return undefined;
    }
    if (ports.clock.now() - job.at > STALE_AFTER_MS && run.progress().step === 'queued') {
      throw new UserError(
        'This waited more than 30 min for its turn, so it was not done.',
        'Type it again if you still want it.',
      );
    }
    if (isExclusive(command) && command.effect === 'change') await othersMove(ports);
    if (command.effect === 'change') return runChange(job, command, parsed, asked, run, ports);
    await makePlan(job, command, parsed, asked, run.signal, ports);
    return undefined;
  });
}

/** What may have been done is told to its end, whoever may do it by now; and so is that somebody took it out. */
const isBeyondRefusal = async (run: ChangeRun): Promise<boolean> =>
  mayHaveActed(run) || (await run.stopAsked()) !== undefined;

const mayHaveActed = (run: ChangeRun): boolean => !['queued', 'posted'].includes(run.progress().step);

/** Errors of what comes before any act end in the private answer; a change reports its own. */
async function answering<Result>(
  job: AnyJob,
  run: ChangeRun,
  ports: PerformPorts,
  act: () => Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await act();
  } catch (error) {
    // First of all: whatever failed, the one who has the job now answers it.
    if (isTakenOver(error, run)) throw error;
    if (error instanceof UserError) {
      ports.counted('any', 'user-error');
      const typed = job.kind === 'press' ? undefined : job.text;
      await answer(job, run, userErrorView(error, ports.command.settings.slashCommand, typed), ports);
      return undefined;
    }
    if (error instanceof UpstreamError && error.system !== 'Redis') {
      ports.counted('any', 'failed');
      await answer(job, run, upstreamView(error, 'Nothing was changed.'), ports);
      return undefined;
    }
    const reference = `r-${job.delivery.slice(-6)}`;
    ports.log.error({ err: error, reference }, 'a bug ended a command');
    ports.counted('any', 'bug');
    await answer(job, run, bugView(reference), ports);
    throw error;
  }
}

/** A click's answer stands beside the message with the button: to replace it would take a plan away from everybody. */
async function answer(job: AnyJob, run: ChangeRun, message: Message, ports: PerformPorts): Promise<void> {
  if (job.kind === 'confirmed') return showStep(job, 'done', message, ports, 'final');
  const told = await withChannelFault(message, ports);
  if (job.kind === 'command' && mayStand(job, run, ports)) {
    const options = { rank: rankOf('done'), priority: 'final', ifStands: true } as const;
    await ports.messages.put(rootKey(job.delivery), channelOf(job.place), told, options);
    // A mention is answered where it was told its place.
    const { state } = await ports.messages.posted(rootKey(job.delivery));
    if (job.replyTo.responseUrl === undefined && state === 'posted') return;
  }
  await ports.messages.put(answerKey(job.delivery), answerTo(job, { replace: job.kind === 'command' }), told);
}

/** Its message may say that it waits or is being worked on: nothing else would ever say that it is not. */
const mayStand = (job: CommandJob, run: ChangeRun, ports: PerformPorts): boolean =>
  !mayHaveActed(run) && commandIn(job.text, ports.command.catalogue)?.effect === 'change';
