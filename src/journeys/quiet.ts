// Before a disruptive write: let running builds end. Jenkins is told to quiet down, and whoever told it so owes it the
// way back at every end but a restart.

import { runningTask } from '../core/controller.js';
import { type Message, say } from '../core/conversation.js';
import { UpstreamError, UserError } from '../core/errors.js';
import { failureWords } from '../core/gather.js';
import { join, md, mention, type Rich } from '../core/text.js';
import { MINUTE, SECOND } from '../core/time.js';
import { duration } from '../core/words.js';
import { type ChangeOutcome, showStep } from './change.js';
import { ended, type Flight, systemOf } from './flight.js';
import type { PerformPorts } from './ports.js';

const LOOK_EVERY_MS = 2 * SECOND;
/** After the wait is over a person decides; nobody deciding for so long means no. */
const DECISION_MS = 30 * MINUTE;

export const GIVEN_UP = ended(
  'cancelled',
  say(md`:no_entry_sign: Given up while waiting for builds. Nothing was changed.`),
);

/** `undefined`: the way is free. An outcome: the change ends here. */
export async function waitForBuilds(flight: Flight): Promise<ChangeOutcome | undefined> {
  const { command, parsed, run, ports } = flight;
  const waitMs = command.waitMs(parsed.args);
  if (waitMs === 0) return undefined;
  if (run.progress().step === 'quieting') await quietAgain(flight);
  else if (!(await quiet(flight, waitMs))) return undefined;

  const waitUntil = run.progress().waitUntil ?? 0;
  for (;;) {
    const decided = await decision(flight);
    if (decided !== 'wait') return decided === 'now' ? undefined : decided;
    const now = ports.clock.now();
    if (now > waitUntil + DECISION_MS) {
      return ended(
        'cancelled',
        say(
          md`:no_entry_sign: Given up: builds were still running after ${duration(waitMs + DECISION_MS)}, and nobody decided. Nothing was changed.`,
        ),
      );
    }
    const builds = await running(flight);
    if (builds.state === 'none') return undefined;
    await showStep(flight.job, 'quieting', waiting(flight, builds, waitUntil - now), ports);
    await ports.clock.sleep(LOOK_EVERY_MS, run.signal);
    await run.hold();
  }
}

async function decision({ run }: Flight): Promise<'wait' | 'now' | ChangeOutcome> {
  const by = await run.stopAsked();
  if (by !== undefined) {
    return ended(
      'cancelled',
      say(md`:no_entry_sign: Cancelled by ${mention(by)} while waiting for builds. Nothing was changed.`),
    );
  }
  const choice = await run.pressed();
  if (choice === 'giveup') {
    return GIVEN_UP;
  }
  return choice ?? 'wait';
}

/** False: there is no Jenkins to wait for, so nothing runs in it either. */
async function quiet(flight: Flight, waitMs: number): Promise<boolean> {
  const { run, ports } = flight;
  const waitUntil = ports.clock.now() + waitMs;
  if ((await ports.command.jenkins.pulse()).state !== 'up') {
    if (await isSurelyIdle(flight)) return false;
    // It cannot be asked to quiet down, and it may be building all the same.
    await run.save({ step: 'quieting', quieted: false, waitUntil });
    return true;
  }
  try {
    const alreadyQuiet = (await ports.command.jenkins.controller()).quietingDown;
    // Written before the call: a worker that dies in between still leaves a note that somebody owes the way back.
    await run.save({ step: 'quieting', quieted: !alreadyQuiet, waitUntil });
    if (!alreadyQuiet) await askForQuiet(flight);
    return true;
  } catch (error) {
    if (!(error instanceof UpstreamError) || (error.status !== 401 && error.status !== 403)) throw error;
    throw new UserError(
      `Jenkins does not let me wait for its builds: ${failureWords(error)}. Nothing was changed.`,
      'Mend the API token or its rights, or ask for it with `--now`, which does not wait.',
    );
  }
}

const askForQuiet = ({ command, plan, ports }: Flight): Promise<void> =>
  ports.command.jenkins.quietDown(`Bellboard: ${command.title(plan.facts, 'going')}`);

/** The worker that wrote down that it would ask may have died before it did. */
async function quietAgain(flight: Flight): Promise<void> {
  if (flight.run.progress().quieted !== true) return;
  try {
    await askForQuiet(flight);
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    flight.ports.log.warn({ error: error.message }, 'Jenkins could not be asked again to quiet down');
  }
}

/** A JVM that starts has no builds, and without a task there is no JVM; one that only does not answer may have some. */
async function isSurelyIdle({ ports }: Flight): Promise<boolean> {
  const { state } = await ports.command.jenkins.pulse();
  return state === 'starting' || state === 'restarting' || hasNoTask(ports);
}

async function hasNoTask({ command: { marathon, settings } }: PerformPorts): Promise<boolean> {
  const app = await marathon.app(settings.appId).catch((error: unknown) => {
    if (!(error instanceof UpstreamError)) throw error;
    return 'silent' as const;
  });
  return app !== 'silent' && (app === undefined || runningTask(app) === undefined);
}

type Builds = { state: 'none' } | { state: 'some'; names: string[] } | { state: 'unknown'; why: string };

/** A Jenkins that is slow to answer is not one without builds. */
async function running(flight: Flight): Promise<Builds> {
  try {
    const { computers } = await flight.ports.command.jenkins.executors();
    const names = computers.flatMap((computer) => computer.builds.map((build) => build.name));
    return names.length === 0 ? { state: 'none' } : { state: 'some', names };
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    return (await isSurelyIdle(flight)) ? { state: 'none' } : { state: 'unknown', why: failureWords(error) };
  }
}

function waiting({ command, plan, run }: Flight, builds: Exclude<Builds, { state: 'none' }>, msLeft: number): Message {
  const title = command.title(plan.facts, 'going');
  const most = duration(Math.ceil(msLeft / MINUTE) * MINUTE);
  return say(
    msLeft > 0
      ? md`:hourglass_flowing_sand: ${title}: waiting for ${countOf(builds)} to end (at most ${most} more). ${namesOf(builds)}`
      : md`:warning: ${title}: the wait is over. ${namesOf(builds)} *${command.verb} now* ends what runs; *Give up* changes nothing.`,
    { type: 'actions', buttons: decisions(command.verb, run.id) },
  );
}

function countOf(builds: Exclude<Builds, { state: 'none' }>): string {
  if (builds.state === 'unknown') return 'builds';
  return builds.names.length === 1 ? 'a build' : `${builds.names.length} builds`;
}

function namesOf(builds: Exclude<Builds, { state: 'none' }>): Rich {
  if (builds.state === 'unknown') return md`Jenkins does not say which builds run (${builds.why}).`;
  const { names } = builds;
  const more = names.length > 5 ? [`${names.length - 5} more`] : [];
  return md`Running: ${join([...names.slice(0, 5), ...more])}.`;
}

const decisions = (verb: string, id: string) => [
  {
    label: `${verb} now`,
    action: 'change.now' as const,
    value: id,
    style: 'danger' as const,
    confirm: { title: `${verb} now?`, text: 'Builds that are running will be lost.', yes: `${verb} now`, no: 'Wait' },
  },
  { label: 'Give up', action: 'change.giveup' as const, value: id },
];

const RELEASE_ATTEMPTS = 5;
/** A Jenkins that loads its configuration answers again by itself. */
const LOADING_ATTEMPTS = 60;

/**
 * Takes back the quiet-down that we set, wherever the change ended. A new JVM is not quieting down, so twice is harmless.
 * @returns what people must do when it could not be taken back
 */
export async function releaseQuiet(flight: Flight): Promise<Rich | undefined> {
  const { run, ports } = flight;
  if (run.progress().quieted !== true) return undefined;
  const jenkins = ports.command.jenkins;
  let why = 'it does not answer';
  const isLoading = systemOf(flight) === 'Jenkins' && run.progress().appliedAt !== undefined;
  const attempts = isLoading ? LOADING_ATTEMPTS : RELEASE_ATTEMPTS;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    if (attempt > 0) await ports.clock.sleep(LOOK_EVERY_MS, run.signal);
    try {
      if (await isForgotten(flight)) return undefined;
      if ((await jenkins.controller()).quietingDown) {
        await run.hold();
        await jenkins.cancelQuietDown();
      }
      return undefined;
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      why = failureWords(error);
      ports.log.warn({ error: error.message }, 'Jenkins could not be asked to leave quiet-down yet');
    }
  }
  return md`:warning: Jenkins was told to quiet down and could not be told to go on (${why}): if it still runs, no build starts until somebody cancels that on its page.`;
}

/** With the JVM. One that only loads its configuration anew says that it starts, too, and forgets nothing. */
async function isForgotten(flight: Flight): Promise<boolean> {
  const { state } = await flight.ports.command.jenkins.pulse();
  if (state === 'up') return false;
  if (state === 'starting') return systemOf(flight) === 'Marathon';
  return state === 'restarting' || hasNoTask(flight.ports);
}
