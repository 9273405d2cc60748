// A change from its turn to its outcome: one message in the channel first, then the act. Each step is kept with the job, so
// a worker that takes it over goes on where the other one died. How it is told is in `change.ts`.
import type { Json } from '../core/cluster.js';
import type { Asked, ChangeCommand } from '../core/command.js';
import { context, say, sorry } from '../core/conversation.js';
import { UpstreamError } from '../core/errors.js';
import type { ChangeRun, CommandJob } from '../core/jobs.js';
import type { Parsed } from '../core/parse.js';
import { code, md, mention } from '../core/text.js';
import { MINUTE } from '../core/time.js';
import { duration } from '../core/words.js';
import { type ChangeOutcome, failure, finish, leftQueue, rootId, showStep, tellTurn } from './change.js';
import type { PerformPorts } from './ports.js';
import { answerKey, answerTo, askedBy, channelRefusal, rootKey } from './reply.js';

/** How often a change looks whether Slack has taken its message. */
const LOOK_MS = 100;
/** Slack may pause us for a while; after this the act is given up unbegun. */
const POST_PATIENCE_MS = 10 * MINUTE;

export async function runChange(
  job: CommandJob,
  command: ChangeCommand,
  parsed: Parsed,
  asked: Asked,
  run: ChangeRun,
  ports: PerformPorts,
): Promise<void> {
  const known = run.progress();
  if (known.outcome !== undefined) return finish(job, command.name, known.outcome, run, ports);
  if (known.step === 'queued') {
    await run.save({ startedAt: ports.clock.now() });
    const leftBy = await run.stopAsked();
    if (leftBy !== undefined) return finish(job, command.name, leftQueue(leftBy), run, ports);
    await tellTurn(job, ports);
  }
  const slash = ports.command.settings.slashCommand;
  await showStep(
    job,
    'posted',
    say(
      md`:hourglass_flowing_sand: Working on ${code(`${slash} ${parsed.text}`)}`,
      context(askedBy(job.actor, slash, parsed.text)),
    ),
    ports,
  );
  if (!(await standsInChannel(job, run, ports))) return;

  const outcome = await act(command, parsed, asked, run, ports);
  await run.save({ step: 'done', outcome });
  await finish(job, command.name, outcome, run, ports);
}

async function act(
  command: ChangeCommand,
  parsed: Parsed,
  asked: Asked,
  run: ChangeRun,
  ports: PerformPorts,
): Promise<ChangeOutcome> {
  const resumed = run.progress().step === 'applying';
  const stoppedBy = resumed ? undefined : await run.stopAsked();
  if (stoppedBy !== undefined) return cancelled(stoppedBy);
  try {
    const kept = run.progress().before;
    const before = kept === undefined ? await command.before(parsed.args, ports.command, asked) : (kept as Json);
    await run.save({ step: 'applying', before });
    await run.hold();
    const facts = await command.run(parsed.args, ports.command, asked, before);
    const { ok, message } = command.view(facts, asked);
    return { outcome: ok ? 'succeeded' : 'failed', summary: message.text, message };
  } catch (error) {
    const begun = run.progress().step === 'applying';
    const surelyNot = error instanceof UpstreamError && !error.mayHaveArrived && !resumed;
    return failure(error, begun && !surelyNot ? FATE_UNKNOWN : md`Nothing was changed.`, parsed.text, run, ports);
  }
}

/** Every change says of itself that twice is once (`core/cluster.ts`). */
const FATE_UNKNOWN = md`Whether it was done is not known; to ask again does no harm if it was.`;

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
