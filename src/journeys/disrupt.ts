// The second half of a disruptive command: carrying out a confirmed plan, step by step, each step kept with the job
// before the next begins: posted → quieting → applying → applied → following → done (design §4.1).
import type { DisruptCommand } from '../core/command.js';
import { say, section } from '../core/conversation.js';
import { UpstreamError, UserError } from '../core/errors.js';
import { failureWords } from '../core/gather.js';
import type { ChangeRun, ConfirmedJob, Step } from '../core/jobs.js';
import { parse } from '../core/parse.js';
import { code, md, mention, prose, type Rich } from '../core/text.js';
import { SECOND } from '../core/time.js';
import { type ChangeOutcome, failure, finish, isTakenOver, leftQueue, showStep, tellTurn } from './change.js';
import { ended, type Flight, systemOf, tellAsker } from './flight.js';
import { follow } from './follow.js';
import { askedFor, lockedOut } from './permission.js';
import { confirmedView, yesOf } from './place-in-line.js';
import type { PerformPorts } from './ports.js';
import { GIVEN_UP, releaseQuiet, waitForBuilds } from './quiet.js';
import { voided } from './voided.js';

export async function runConfirmed(job: ConfirmedJob, run: ChangeRun, ports: PerformPorts): Promise<void> {
  const plan = await ports.plans.read(job.planId);
  if (plan === undefined) throw new Error(`plan ${job.planId} is not kept any more`);
  const parsed = parse(plan.text, ports.command.catalogue);
  const asked = askedFor({ ...job, delivery: run.id }, parsed, ports);
  const flight: Flight = { job, plan, command: parsed.command as DisruptCommand, parsed, asked, run, ports };

  const outcome = run.progress().outcome ?? (await carryOut(flight));
  if (run.progress().outcome === undefined) await run.save({ step: 'done', outcome });
  await finish(job, plan.command, outcome, run, ports);
  await tellAsker(job, run.id, outcome, ports);
}

async function carryOut(flight: Flight): Promise<ChangeOutcome> {
  const { run, ports } = flight;
  let outcome: ChangeOutcome;
  try {
    if (run.progress().step === 'queued') await run.save({ startedAt: ports.clock.now() });
    outcome = await steps(flight);
  } catch (error) {
    outcome = failure(error, leftBy(error, flight), flight.plan.text, run, ports);
  }
  // A change that got through Marathon has a new controller, which is not quieting down because of us.
  if (outcome.outcome === 'succeeded' && systemOf(flight) === 'Marathon') return outcome;
  const note = await releaseQuiet(flight);
  const isReplaced = systemOf(flight) === 'Marathon' && run.progress().appliedAt !== undefined;
  return isReplaced ? outcome : withNote(outcome, note);
}

function leftBy(error: unknown, flight: Flight): Rich {
  const { command, plan, run } = flight;
  switch (run.progress().step) {
    case 'applying':
      if (command.left !== undefined) return prose(command.left(plan.facts));
      // It may have been done, and only the record of that have failed.
      return isSurelyNotDone(error)
        ? prose(UNCHANGED)
        : md`Whether it was done is not known: look at \`where\` and \`status\` before you ask again.`;
    case 'applied':
    case 'following':
      return md`The change is in ${systemOf(flight)}; \`where\` and \`status\` show what became of it.`;
    default:
      return prose(UNCHANGED);
  }
}

const isSurelyNotDone = (error: unknown): boolean =>
  error instanceof UserError || (error instanceof UpstreamError && error.system !== 'Redis' && !error.mayHaveArrived);

const UNCHANGED = 'Nothing was changed.';

const withNote = (outcome: ChangeOutcome, note: Rich | undefined): ChangeOutcome =>
  note === undefined
    ? outcome
    : ended(outcome.outcome, {
        text: `${outcome.summary} ${note.plain}`,
        blocks: [...outcome.message.blocks, section(note)],
      });

/** A step that a dead worker had begun is begun again, so each must bear that. */
async function steps(flight: Flight): Promise<ChangeOutcome> {
  const { run } = flight;
  const reached = (step: Step) => run.progress().step === step;

  if (reached('queued')) {
    const leftBy = await run.stopAsked();
    if (leftBy !== undefined) return leftQueue(leftBy);
    await showTurn(flight);
    const early = (await stopped(flight)) ?? (await lockedOut(flight)) ?? (await voided(flight));
    if (early !== undefined) return early;
    await tellTurn(flight.job, flight.ports);
    await run.save({ step: 'posted' });
  }
  if (reached('posted') || reached('quieting')) {
    const ended = await waitForBuilds(flight);
    if (ended !== undefined) return ended;
    // Builds may have taken hours to end, and nobody approved what the world has become since.
    const late = await voided(flight);
    if (late !== undefined) return late;
    await run.save({ step: 'applying' });
    const failed = await apply(flight, 'fresh');
    if (failed !== undefined) return failed;
  } else if (reached('applying')) {
    const failed = await apply(flight, 'resumed');
    if (failed !== undefined) return failed;
  }
  if (reached('applied')) await run.save({ step: 'following' });
  return follow(flight);
}

/** Its message no longer says that it waits, and its buttons go. */
async function showTurn({ job, plan, command, ports }: Flight): Promise<void> {
  const yes = yesOf(job);
  await showStep(job, 'queued', confirmedView(plan, yes, command, [], ports), ports);
}

/** @param left by a write that a dead worker had begun; absent: nothing */
async function stopped({ run }: Flight, left?: string): Promise<ChangeOutcome | undefined> {
  const by = await run.stopAsked();
  if (by === undefined) return undefined;
  const when = left === undefined ? md` before it began,` : '';
  return ended('cancelled', say(md`:no_entry_sign: Cancelled${when} by ${mention(by)}. ${prose(left ?? UNCHANGED)}`));
}

/** Pressed while the last look at the builds was under way: until the write has left, no means no. */
async function givenUp({ run }: Flight, left?: string): Promise<ChangeOutcome | undefined> {
  if ((await run.pressed()) !== 'giveup') return undefined;
  return left === undefined ? GIVEN_UP : ended('cancelled', say(md`:no_entry_sign: Given up. ${prose(left)}`));
}

/** The one outside write. Whoever finds this step begun reads back before anything is sent again. */
async function apply(flight: Flight, how: 'fresh' | 'resumed'): Promise<ChangeOutcome | undefined> {
  const { command, plan, ports, asked, run } = flight;
  if (how === 'resumed') {
    const seen = await readBack(flight, 'first answer');
    if (seen !== 'no') return fate(flight, seen);
  }
  const left = how === 'resumed' ? command.left?.(plan.facts) : undefined;
  const stop = (await stopped(flight, left)) ?? (await givenUp(flight, left));
  if (stop !== undefined) return stop;
  await showStep(
    flight.job,
    'applying',
    say(md`:hourglass_flowing_sand: ${command.title(plan.facts, 'going')}: sending the change to ${systemOf(flight)}`),
    ports,
  );
  await run.hold();
  try {
    await command.apply(plan.facts, ports.command, asked);
  } catch (error) {
    if (isTakenOver(error, run)) throw error;
    if (error instanceof UpstreamError && error.mayHaveArrived) {
      const seen = await readBack(flight, 'a minute');
      return seen === 'no' ? notTakenYet(flight, error) : fate(flight, seen);
    }
    // A refusal may be the answer to our own earlier write: it holds the app now.
    const seen = how === 'resumed' ? await readBack(flight, 'first answer') : 'no';
    if (seen === 'no') throw error;
    return fate(flight, seen);
  }
  return fate(flight, 'yes');
}

type Seen = 'yes' | 'no' | 'overtaken' | 'unknown';

async function fate(flight: Flight, seen: Exclude<Seen, 'no'>): Promise<ChangeOutcome | undefined> {
  const { command, plan, run, ports } = flight;
  const system = systemOf(flight);
  const lost = command.title(plan.facts, 'lost');
  switch (seen) {
    case 'yes':
      await run.save({ step: 'applied', appliedAt: ports.clock.now() });
      return undefined;
    case 'overtaken':
      return ended(
        'lost',
        say(
          md`:warning: ${lost}: somebody else ${system === 'Marathon' ? 'changed the app' : 'restarted Jenkins'} meanwhile, so nothing more was sent. \`where\` and \`status\` show what runs now.`,
        ),
      );
    case 'unknown':
      return ended(
        'lost',
        say(
          md`:warning: ${lost}: ${system} did not say whether it took the change, and does not answer when asked. It may be under way; \`where\` and \`status\` show it when ${system} answers again.${leftToo(flight)}`,
        ),
      );
  }
}

/** What Marathon has in its queue it takes when its turn comes, also after it gave up answering (contract marathon §2.1). */
function notTakenYet(flight: Flight, error: UpstreamError): ChangeOutcome {
  const { command, plan } = flight;
  const system = systemOf(flight);
  return ended(
    'lost',
    say(
      md`:warning: ${command.title(plan.facts, 'lost')}: ${system} did not say whether it took the change (${code(error.request)}: ${failureWords(error)}) and shows nothing of it after a minute. It may still take it: look at \`where\` and \`status\` before you ask again.${leftToo(flight)}`,
    ),
  );
}

const leftToo = ({ command, plan }: Flight): Rich | '' =>
  command.left === undefined ? '' : md` ${prose(command.left(plan.facts))}`;

const READ_BACK_EVERY_MS = 2 * SECOND;
/** A minute covers a change of Marathon's leader, and most of what waits in its queue. */
const LOOKS = 30;

/** What the app says of the write. @param patience how long "not there" may still become "there" */
async function readBack(
  { command, plan, ports, asked, run }: Flight,
  patience: 'first answer' | 'a minute',
): Promise<Seen> {
  let notYet: Seen = 'unknown';
  for (let look = 0; look < LOOKS; look += 1) {
    if (look > 0) {
      await ports.clock.sleep(READ_BACK_EVERY_MS, run.signal);
      await run.hold();
    }
    try {
      const seen = await command.arrived(plan.facts, ports.command, asked);
      if (seen !== 'no' || patience === 'first answer') return seen;
      notYet = 'no';
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
    }
  }
  return notYet;
}
