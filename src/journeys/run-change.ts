// A change from its turn to its outcome: one message in the channel first, then the act. Each step is kept with the job, so
// a worker that takes it over goes on where the other one died. How it is told is in `change.ts`.
import type { Json } from '../core/cluster.js';
import type { Asked, ChangeCommand, ChangeView } from '../core/command.js';
import { context, type Message, say, sorry } from '../core/conversation.js';
import { UpstreamError } from '../core/errors.js';
import type { ChangeRun, CommandJob } from '../core/jobs.js';
import type { Parsed } from '../core/parse.js';
import { code, md, mention } from '../core/text.js';
import { MINUTE } from '../core/time.js';
import { duration } from '../core/words.js';
import { type ChangeOutcome, failure, finish, LONG_WAIT_MS, leftQueue, rootId, showStep, tellTurn } from './change.js';
import { tellAsker } from './flight.js';
import type { PerformPorts } from './ports.js';
import { answerKey, answerTo, askedBy, channelRefusal, rootKey } from './reply.js';

/** How often a change looks whether Slack has taken its message. */
const LOOK_MS = 100;
/** Slack may pause us for a while; after this the act is given up unbegun. */
const POST_PATIENCE_MS = 10 * MINUTE;

/** Nothing is over and nothing lost: to be called again after so many ms of the clock. */
export interface Pause {
  againMs: number;
}

export async function runChange(
  job: CommandJob,
  command: ChangeCommand,
  parsed: Parsed,
  asked: Asked,
  run: ChangeRun,
  ports: PerformPorts,
): Promise<Pause | undefined> {
  const known = run.progress();
  const told = (): CommandJob => ({ ...job, text: toldText(command, parsed, run) });
  const over = (outcome: ChangeOutcome): Promise<undefined> => finish(told(), command.name, outcome, run, ports);
  if (known.outcome !== undefined) return over(known.outcome);
  if (known.step === 'following') return goOn(job, command, parsed, asked, run, ports);
  if (known.step === 'queued') {
    await run.save({ startedAt: ports.clock.now() });
    const leftBy = await run.stopAsked();
    if (leftBy !== undefined) return over(leftQueue(leftBy));
    await tellTurn(told(), ports);
  }
  const typed = `${ports.command.settings.slashCommand} ${told().text}`;
  const working = say(md`:hourglass_flowing_sand: Working on ${code(typed)}`);
  await showStep(job, 'posted', withAsker(working, told(), ports), ports);
  if (!(await standsInChannel(job, run, ports))) return undefined;

  const outcome = await act(command, parsed, asked, run, ports);
  if (outcome === 'begun') return goOn(job, command, parsed, asked, run, ports);
  const { text } = told();
  if (text !== job.text) await ports.home.forget(job.actor.userId, job.text);
  await run.save({ step: 'done', outcome }, text);
  return over(outcome);
}

const toldText = ({ guarded }: ChangeCommand, { args, text }: Parsed, run: ChangeRun): string =>
  run.progress().before === undefined && guarded !== undefined ? guarded(args) : text;

async function act(
  command: ChangeCommand,
  parsed: Parsed,
  asked: Asked,
  run: ChangeRun,
  ports: PerformPorts,
): Promise<ChangeOutcome | 'begun'> {
  const resumed = run.progress().step === 'applying';
  const stoppedBy = resumed ? undefined : await run.stopAsked();
  if (stoppedBy !== undefined) return cancelled(stoppedBy);
  try {
    const kept = run.progress().before;
    const before = kept === undefined ? await command.before(parsed.args, ports.command, asked) : (kept as Json);
    await run.save({ step: 'applying', before });
    await run.hold();
    const facts = await command.run(parsed.args, ports.command, asked, before, resumed);
    if (command.follow === undefined) return outcomeOf(command.view(facts, asked));
    await run.save({ step: 'following', followed: facts as Json });
    return 'begun';
  } catch (error) {
    const begun = run.progress().step === 'applying';
    const surelyNot = error instanceof UpstreamError && !error.mayHaveArrived && !resumed;
    const unknown = command.follow === undefined ? FATE_UNKNOWN : LOOK_FIRST;
    return failure(error, begun && !surelyNot ? unknown : md`Nothing was changed.`, parsed.text, run, ports);
  }
}

/** Every change says of itself that twice is once (`core/cluster.ts`) … */
const FATE_UNKNOWN = md`Whether it was done is not known; to ask again does no harm if it was.`;
/** … but for what is followed. */
const LOOK_FIRST = md`Whether it was done is not known: look before you ask again.`;

/** One look at what goes on after the act. Between two looks the job lies in the queue and keeps nobody busy. */
async function goOn(
  job: CommandJob,
  { name, follow, view }: ChangeCommand,
  parsed: Parsed,
  asked: Asked,
  run: ChangeRun,
  ports: PerformPorts,
): Promise<Pause | undefined> {
  let outcome: ChangeOutcome;
  try {
    if (follow === undefined) throw new Error(`${name} is followed, and has no look`);
    const { facts, againMs } = await follow.look(run.progress().followed, ports.command, asked);
    await run.save({ followed: facts as Json });
    if (againMs !== undefined) {
      await showStep(job, 'following', withAsker(follow.view(facts, asked), job, ports), ports);
      return { againMs };
    }
    outcome = outcomeOf(view(facts, asked));
  } catch (error) {
    outcome = failure(error, md`It was begun; what became of it is not known.`, parsed.text, run, ports);
  }
  await run.save({ step: 'done', outcome });
  await finish(job, name, outcome, run, ports);
  if (ports.clock.now() - run.progress().startedAt > LONG_WAIT_MS) await tellAsker(job, run.id, outcome, ports);
  return undefined;
}

const outcomeOf = ({ ok, message, thread }: ChangeView): ChangeOutcome => ({
  outcome: ok ? 'succeeded' : 'failed',
  summary: message.text,
  message,
  ...(thread === undefined ? {} : { thread }),
});

function withAsker(message: Message, job: CommandJob, { command }: PerformPorts): Message {
  const asked = context(askedBy(job.actor, command.settings.slashCommand, job.text));
  return { ...message, blocks: [...message.blocks, asked] };
}

const cancelled = (by: string): ChangeOutcome => {
  const message = say(md`:no_entry_sign: Cancelled before it began, by ${mention(by)}. Nothing was changed.`);
  return { outcome: 'cancelled', summary: message.text, message };
};

/** Waits until the channel can see who asked what. False: it never will, and the asker was told why. */
async function standsInChannel(job: CommandJob, run: ChangeRun, ports: PerformPorts): Promise<boolean> {
  const givenUpAt = ports.clock.now() + POST_PATIENCE_MS;
  for (;;) {
    const posted = await ports.messages.posted(rootKey(rootId(job)));
    if (posted.state === 'posted') {
      if (run.progress().step === 'queued') await run.save({ step: 'posted' });
      return true;
    }
    if (posted.state === 'refused') {
      await tellNotDone(job, channelRefusal(posted.error, ports.command.settings.name), ports);
      return false;
    }
    if (ports.clock.now() > givenUpAt) {
      const why = `Slack did not take the message into the channel for ${duration(POST_PATIENCE_MS)}.`;
      // It still waits to be sent, and must not say then that this is being worked on.
      const message = sorry(`Not done: ${why}`, 'Type it again if you still want it.');
      // Kept first: a worker that takes this over must not act below a message that says it was not done.
      await run.save({ step: 'done', outcome: { outcome: 'refused', summary: message.text, message } });
      await showStep(job, 'done', message, ports);
      await tellNotDone(job, why, ports);
      return false;
    }
    await ports.clock.sleep(LOOK_MS, run.signal);
  }
}

const tellNotDone = (job: CommandJob, why: string, ports: PerformPorts): Promise<void> =>
  ports.messages.put(answerKey(job.delivery), answerTo(job), sorry(`${why} Nothing was done.`));
