// The second half of a disruptive command: carrying out a confirmed plan, step by step, each step kept with the job
// before the next begins: posted → quieting → applying → applied → following → done (design §4.1).
import type { DisruptCommand } from '../core/command.js';
import { say } from '../core/conversation.js';
import { UpstreamError } from '../core/errors.js';
import type { ChangeRun, ConfirmedJob, Step } from '../core/jobs.js';
import { parse } from '../core/parse.js';
import { md, mention } from '../core/text.js';
import { SECOND } from '../core/time.js';
import { type ChangeOutcome, failure, finish, showStep } from './change.js';
import { ended, type Flight, thread } from './flight.js';
import { follow } from './follow.js';
import { hashOf } from './hash.js';
import { askedFor } from './permission.js';
import { makePlan } from './plan.js';
import type { PerformPorts } from './ports.js';
import { releaseQuiet, waitForBuilds } from './quiet.js';

export async function runConfirmed(job: ConfirmedJob, run: ChangeRun, ports: PerformPorts): Promise<void> {
  const plan = await ports.plans.read(job.planId);
  if (plan === undefined) throw new Error(`plan ${job.planId} is not kept any more`);
  const parsed = parse(plan.text, ports.command.catalogue);
  const asked = askedFor({ ...job, delivery: run.id }, parsed, ports);
  const flight: Flight = { job, plan, command: parsed.command as DisruptCommand, parsed, asked, run, ports };

  const outcome = run.progress().outcome ?? (await carryOut(flight));
  if (run.progress().outcome === undefined) await run.save({ step: 'done', outcome });
  await finish(job, plan.command, outcome, run, ports);
  // An edit notifies nobody, and whoever asked went back to work.
  await thread(flight, `end:${run.id}`, say(md`${mention(job.actor.userId)} ${outcome.summary}`));
}

async function carryOut(flight: Flight): Promise<ChangeOutcome> {
  const { run, ports } = flight;
  try {
    if (run.progress().step === 'queued') await run.save({ startedAt: ports.clock.now() });
    return await steps(flight);
  } catch (error) {
    const wrote = ['applied', 'following'].includes(run.progress().step);
    const left = wrote
      ? 'The change is in Marathon; `where` and `deployments` show what became of it.'
      : 'Nothing was changed.';
    const outcome = failure(error, left, run, ports);
    await releaseQuiet(flight);
    return outcome;
  }
}

/** A step that a dead worker had begun is begun again, so each must bear that. */
async function steps(flight: Flight): Promise<ChangeOutcome> {
  const { run } = flight;
  const reached = (step: Step) => run.progress().step === step;

  if (reached('queued')) {
    const early = (await stopped(flight)) ?? (await voided(flight));
    if (early !== undefined) return early;
    await run.save({ step: 'posted' });
  }
  if (reached('posted') || reached('quieting')) {
    const ended = await waitForBuilds(flight);
    if (ended !== undefined) {
      await releaseQuiet(flight);
      return ended;
    }
    await run.save({ step: 'applying' });
    const failed = await apply(flight, 'fresh');
    if (failed !== undefined) return failed;
  } else if (reached('applying')) {
    const failed = await apply(flight, 'resumed');
    if (failed !== undefined) return failed;
  }
  if (reached('applied')) await run.save({ step: 'following' });
  const outcome = await follow(flight);
  await releaseQuiet(flight);
  return outcome;
}

async function stopped({ run }: Flight): Promise<ChangeOutcome | undefined> {
  const by = await run.stopAsked();
  if (by === undefined) return undefined;
  return ended(
    'cancelled',
    say(md`:no_entry_sign: Cancelled before it began, by ${mention(by)}. Nothing was changed.`),
  );
}

/** The world may have moved between the click and this change's turn. */
async function voided(flight: Flight): Promise<ChangeOutcome | undefined> {
  const { command, parsed, plan, ports, asked } = flight;
  const now = await command.plan(parsed.args, ports.command, asked);
  if (hashOf(command.boundTo(now)) === plan.hash) return undefined;
  const again = { ...flight.job, kind: 'command' as const, delivery: `${plan.id}-again`, at: ports.clock.now() };
  await makePlan(again, command, parsed, asked, ports);
  return ended(
    'refused',
    say(
      md`:no_entry_sign: The plan no longer fits: the app changed since it was made. Nothing was done; a fresh plan follows.`,
    ),
  );
}

/** The one outside write. Whoever finds this step begun reads back before anything is sent again. */
async function apply(flight: Flight, how: 'fresh' | 'resumed'): Promise<ChangeOutcome | undefined> {
  const { command, plan, ports, asked, run } = flight;
  if (how === 'resumed') {
    const seen = await command.arrived(plan.facts, ports.command, asked);
    if (seen === 'overtaken') {
      await releaseQuiet(flight);
      return ended(
        'lost',
        say(
          md`:warning: Somebody else changed the app while this change was being resumed, so nothing more was sent. ${command.title(plan.facts, 'lost')}`,
        ),
      );
    }
    if (seen === 'yes') return applied(flight);
  }
  const stop = await stopped(flight);
  if (stop !== undefined) {
    await releaseQuiet(flight);
    return stop;
  }
  await showStep(
    flight.job,
    'applying',
    say(md`:hourglass_flowing_sand: ${command.title(plan.facts, 'going')}: sending the change to Marathon`),
    ports,
  );
  await run.hold();
  try {
    await command.apply(plan.facts, ports.command, asked);
  } catch (error) {
    if (!(error instanceof UpstreamError) || !error.mayHaveArrived || run.signal.aborted) throw error;
    if (!(await arrivedAfterAll(flight))) throw error;
  }
  return applied(flight);
}

async function applied({ run, ports }: Flight): Promise<undefined> {
  await run.save({ step: 'applied', appliedAt: ports.clock.now() });
  return undefined;
}

const READ_BACK_EVERY_MS = 2 * SECOND;
/** A write that Marathon took shows in the app at once; a minute covers a change of leader. */
const READ_BACK_LOOKS = 30;

/** Marathon did not say what became of the write: believe what the app says. */
async function arrivedAfterAll({ command, plan, ports, asked, run }: Flight): Promise<boolean> {
  for (let look = 0; look < READ_BACK_LOOKS; look += 1) {
    try {
      const seen = await command.arrived(plan.facts, ports.command, asked);
      if (seen === 'yes') return true;
      if (seen === 'overtaken' || look >= 3) return false;
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
    }
    await ports.clock.sleep(READ_BACK_EVERY_MS, run.signal);
    await run.hold();
  }
  return false;
}
