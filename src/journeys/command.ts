// The command journey. Bot: accept() answers mistakes at once or adds one job. Worker: perform() parses again,
// authorises with fresh facts and hands over to what the command's effect asks for.
import { authorise } from '../core/authorise.js';
import { type Asked, type Command, isExclusive } from '../core/command.js';
import { type Message, sorry } from '../core/conversation.js';
import { UpstreamError, UserError } from '../core/errors.js';
import type { ChangeRun, ChangesJob, CommandJob, PressJob, ReadsJob } from '../core/jobs.js';
import { type Parsed, parse } from '../core/parse.js';
import { MINUTE } from '../core/time.js';
import { isTakenOver, runChange } from './change.js';
import { runConfirmed } from './disrupt.js';
import { askedFor, permissionOf } from './permission.js';
import { makePlan } from './plan.js';
import type { AcceptPorts, PerformPorts } from './ports.js';
import { expire, press } from './press.js';
import { answerKey, answerTo, bugView, upstreamView, userErrorView } from './reply.js';

/** What the ack says: a private message now, or nothing yet because the job will answer. */
export type Accepted =
  | { kind: 'answered'; message: Message; outcome: 'refused' | 'user-error' | 'unavailable' }
  | { kind: 'queued'; queue: 'reads' | 'changes'; command: string };

type Incoming = CommandJob | PressJob;

/** Verify → normalise → parse → authorise from memory → one `queue.add`. No call to any other system. */
export async function accept(job: Incoming, slash: string, ports: AcceptPorts): Promise<Accepted> {
  try {
    const parsed = parse(job.kind === 'press' ? pressedText(job) : job.text, ports.catalogue);
    if (job.kind === 'command' || job.action === 'run') {
      const refusal = permissionFromMemory(job, parsed, ports);
      if (refusal !== undefined) return { kind: 'answered', message: refusal, outcome: 'refused' };
    }
    // Stored as understood, so that what a person reads back is what runs.
    const queue =
      job.kind === 'command' && isExclusive(parsed.command) && parsed.command.effect === 'change' ? 'changes' : 'reads';
    await ports.queue.accept(job.kind === 'command' ? { ...job, text: parsed.text } : job, queue);
    return { kind: 'queued', queue, command: job.kind === 'command' ? parsed.command.name : job.action };
  } catch (error) {
    if (error instanceof UserError)
      return { kind: 'answered', message: userErrorView(error, slash), outcome: 'user-error' };
    if (error instanceof UpstreamError) {
      ports.log.warn({ error: error.message }, 'a command could not be queued');
      return {
        kind: 'answered',
        message: sorry(
          'The queue (Redis) cannot be reached: nothing was queued and nothing was done.',
          'Try again in a minute.',
        ),
        outcome: 'unavailable',
      };
    }
    throw error;
  }
}

/** A press that carries no command needs no parsing; `help` always parses. */
const pressedText = (job: PressJob): string => (job.action === 'run' ? job.value : 'help');

function permissionFromMemory(job: Incoming, parsed: Parsed, ports: AcceptPorts): Message | undefined {
  const { person, channel } = ports.people.remembered(job.actor.userId, job.place.channelId);
  const permission = authorise({
    policy: ports.policy(),
    actor: job.actor,
    place: job.place,
    person,
    channel,
    homeTeamId: ports.people.homeTeamId(),
    command: parsed.command,
    policyWords: parsed.policyWords,
    args: parsed.args,
  });
  return permission.allowed ? undefined : sorry(permission.reason, permission.hint);
}

/** A typed change that waited longer than this is no longer what its author has in mind. */
const STALE_AFTER_MS = 30 * MINUTE;

/** Carries out one job. Whatever happens, the person who asked gets exactly one outcome. */
export async function perform(job: ReadsJob | ChangesJob, run: ChangeRun, ports: PerformPorts): Promise<void> {
  switch (job.kind) {
    case 'command':
      return performCommand(job, run, ports);
    case 'press':
      return job.action === 'run'
        ? performCommand({ ...job, kind: 'command', text: job.value }, run, ports)
        : answering(job, run, ports, () => press(job, ports));
    case 'expire':
      return expire(job.planId, ports);
    case 'confirmed':
      return runConfirmed(job, run, ports);
  }
}

async function performCommand(job: CommandJob, run: ChangeRun, ports: PerformPorts): Promise<void> {
  await answering(job, run, ports, async () => {
    const parsed = parse(job.text, ports.command.catalogue);
    const { command } = parsed;
    const refusal = await permissionOf(job.actor, job.place, parsed, ports);
    if (!refusal.allowed) {
      ports.counted(command.name, 'refused');
      return ports.messages.put(answerKey(job.delivery), answerTo(job), sorry(refusal.reason, refusal.hint));
    }
    const asked = askedFor(job, parsed, ports);
    if (command.effect === 'read') return read(job, command, parsed, asked, ports);
    if (ports.clock.now() - job.at > STALE_AFTER_MS && run.progress().step === 'queued') {
      throw new UserError(
        'This waited more than 30 min because no worker was running, so it was not done.',
        'Type it again if you still want it.',
      );
    }
    if (command.effect === 'change') return runChange(job, command, parsed, asked, run, ports);
    return makePlan(job, command, parsed, asked, ports);
  });
}

async function read(
  job: CommandJob,
  command: Extract<Command, { effect: 'read' }>,
  parsed: Parsed,
  asked: Asked,
  ports: PerformPorts,
): Promise<void> {
  const facts = await command.run(parsed.args, ports.command, asked);
  await ports.messages.put(answerKey(job.delivery), answerTo(job, { here: parsed.here }), command.view(facts, asked));
  ports.counted(command.name, 'succeeded');
}

/** Errors of what comes before any act end in the private answer; a change reports its own. */
async function answering(job: Incoming, run: ChangeRun, ports: PerformPorts, act: () => Promise<void>): Promise<void> {
  const answer = (message: Message) => ports.messages.put(answerKey(job.delivery), answerTo(job), message);
  try {
    await act();
  } catch (error) {
    if (error instanceof UserError) {
      ports.counted('any', 'user-error');
      return answer(userErrorView(error, ports.command.settings.slashCommand));
    }
    if (error instanceof UpstreamError && error.system !== 'Redis') {
      ports.counted('any', 'failed');
      return answer(upstreamView(error, 'Nothing was changed.'));
    }
    if (isTakenOver(error, run)) throw error;
    const reference = `r-${job.delivery.slice(-6)}`;
    ports.log.error({ err: error, reference }, 'a bug ended a command');
    ports.counted('any', 'bug');
    await answer(bugView(reference));
    throw error;
  }
}
