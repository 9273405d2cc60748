// Before a disruptive write: let running builds end. Jenkins is told to quiet down, and whoever told it so owes it the
// way back at every end but a restart.
import { type Message, say } from '../core/conversation.js';
import { UpstreamError } from '../core/errors.js';
import { join, md, mention } from '../core/text.js';
import { MINUTE, SECOND } from '../core/time.js';
import { duration } from '../core/words.js';
import { type ChangeOutcome, showStep } from './change.js';
import { ended, type Flight } from './flight.js';

const LOOK_EVERY_MS = 2 * SECOND;
/** After the wait is over a person decides; nobody deciding for so long means no. */
const DECISION_MS = 30 * MINUTE;

/** `undefined`: the way is free. An outcome: the change ends here. */
export async function waitForBuilds(flight: Flight): Promise<ChangeOutcome | undefined> {
  const { command, parsed, run, ports } = flight;
  const waitMs = command.waitMs(parsed.args);
  if (waitMs === 0) return undefined;
  if (run.progress().step !== 'quieting' && !(await quiet(flight, waitMs))) return undefined;

  const waitUntil = run.progress().waitUntil ?? 0;
  for (;;) {
    const by = await run.stopAsked();
    if (by !== undefined)
      return ended(
        'cancelled',
        say(md`:no_entry_sign: Cancelled by ${mention(by)} while waiting for builds. Nothing was changed.`),
      );
    const choice = await run.pressed();
    if (choice === 'now') return undefined;
    if (choice === 'giveup')
      return ended('cancelled', say(md`:no_entry_sign: Given up while waiting for builds. Nothing was changed.`));
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
    if (builds.length === 0) return undefined;
    await showStep(flight.job, 'quieting', waiting(flight, builds, waitUntil - now), ports);
    await ports.clock.sleep(LOOK_EVERY_MS, run.signal);
    await run.hold();
  }
}

/** False: there is no Jenkins to wait for, so nothing runs in it either. */
async function quiet({ command, plan, run, ports }: Flight, waitMs: number): Promise<boolean> {
  const jenkins = ports.command.jenkins;
  if ((await jenkins.pulse()).state !== 'up') return false;
  const alreadyQuiet = (await jenkins.controller()).quietingDown;
  // Written before the call: a worker that dies in between still leaves a note that somebody owes the way back.
  await run.save({ step: 'quieting', quieted: !alreadyQuiet, waitUntil: ports.clock.now() + waitMs });
  if (!alreadyQuiet) await jenkins.quietDown(`Bellboard: ${command.title(plan.facts, 'going')}`);
  return true;
}

/** Names of running builds; none when Jenkins has gone meanwhile. */
async function running({ ports }: Flight): Promise<string[]> {
  try {
    const { computers } = await ports.command.jenkins.executors();
    return computers.flatMap((computer) => computer.builds.map((build) => build.name));
  } catch (error) {
    if (error instanceof UpstreamError && error.status === undefined) return [];
    throw error;
  }
}

function waiting({ command, plan, run }: Flight, builds: string[], msLeft: number): Message {
  const named = join([...builds.slice(0, 5), ...(builds.length > 5 ? [`${builds.length - 5} more`] : [])]);
  const title = command.title(plan.facts, 'going');
  if (msLeft > 0) {
    return say(
      md`:hourglass_flowing_sand: ${title}: waiting for ${builds.length === 1 ? 'a build' : `${builds.length} builds`} to end (at most ${duration(Math.ceil(msLeft / MINUTE) * MINUTE)} more). Running: ${named}`,
      {
        type: 'actions',
        buttons: decisions(command.verb, run.id),
      },
    );
  }
  return say(
    md`:warning: ${title}: the wait is over and builds are still running: ${named}. *${command.verb} now* ends them; *Give up* changes nothing.`,
    {
      type: 'actions',
      buttons: decisions(command.verb, run.id),
    },
  );
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

/** Takes back the quiet-down that we set, wherever the change ended. A new JVM is not quieting down, so twice is harmless. */
export async function releaseQuiet({ run, ports }: Flight): Promise<void> {
  if (run.progress().quieted !== true) return;
  const jenkins = ports.command.jenkins;
  for (let attempt = 0; attempt < 5; attempt += 1) {
    try {
      if ((await jenkins.pulse()).state !== 'up') return; // a JVM that starts anew has forgotten it
      if ((await jenkins.controller()).quietingDown) {
        await run.hold();
        await jenkins.cancelQuietDown();
      }
      return;
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      ports.log.warn({ error: error.message }, 'Jenkins could not be asked to leave quiet-down yet');
      await ports.clock.sleep(LOOK_EVERY_MS, run.signal);
    }
  }
}
