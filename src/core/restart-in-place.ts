// `/ci restart --jenkins`: a new JVM inside the task that runs, so nothing of the sandbox is lost and Marathon does nothing
// (contract jenkins §4.2, §5.5), unless its health check kills the task before Jenkins is back. Called by `commands/restart.ts`.
import { type Before, lookBefore } from './app-change.js';
import { notRegistered, tokenWords } from './app-change-follow.js';
import { lossesOf, planMessage } from './app-change-view.js';
import type { App, JsonObject } from './cluster.js';
import { graceOf } from './coming-up.js';
import type { Ports, Progress } from './command.js';
import { addressOf, pulseWords, runningTask, stateWords } from './controller.js';
import type { Message } from './conversation.js';
import { UpstreamError, UserError } from './errors.js';
import { gaps, known, type Told, told } from './gather.js';
import { BOOT_SECONDS, leastPatience } from './manifest-lint-health.js';
import { md, type Rich } from './text.js';
import { MINUTE, SECOND } from './time.js';

export interface InPlace extends Before {
  inPlace: true;
  waitMs: number;
  graceMs: number;
  /** Of Marathon's least patient health check; null: none would kill the task, or nobody knows. */
  patience: { failures: number; intervalSeconds: number } | null;
}

export const isInPlace = (plan: JsonObject): plan is InPlace => plan['inPlace'] === true;

export async function planInPlace(waitMs: number, ports: Ports): Promise<InPlace> {
  const { jenkins, marathon, clock, settings } = ports;
  const [pulse, app] = await Promise.all([
    jenkins.pulse(),
    told(clock, 'Marathon (health check)', () => marathon.app(settings.appId)),
  ]);
  if (pulse.state !== 'up') {
    throw new UserError(
      `Jenkins ${pulseWords(pulse)}, so it cannot be asked to restart itself.`,
      '`where` shows how it stands; `restart` has Marathon start a new task.',
    );
  }
  const { before } = await lookBefore(known(app), pulse, ports);
  return {
    ...before,
    inPlace: true,
    waitMs,
    graceMs: graceOf(known(app)),
    patience: leastPatience(known(app)?.definition ?? {}) ?? null,
    missing: [...before.missing, ...gaps(app)],
  };
}

export function inPlaceView(plan: InPlace): Message {
  const where = plan.address === null ? '' : md` on ${plan.address}`;
  // What is unsaved stays on the disk of the task, so it is only named where the task itself may die.
  const losses = lossesOf({ ...plan, unsaved: isTight(plan) ? plan.unsaved : null }, plan.waitMs, 'the restart', 'it');
  return planMessage(
    md`:arrows_counterclockwise: Restart of Jenkins inside its task${where}: the same task and sandbox, a new JVM. Marathon is not asked.`,
    { effects: [...(isTight(plan) ? [tightWords(plan)] : []), ...losses, AWAY], missing: plan.missing },
  );
}

const AWAY = md`Jenkins is away while it starts. Jobs, build numbers and the queue stay; agents on Mesos end and are started anew when builds need them.`;

const patienceSeconds = ({ patience }: InPlace): number =>
  patience === null ? Number.POSITIVE_INFINITY : patience.failures * patience.intervalSeconds;

const isTight = (plan: InPlace): boolean => patienceSeconds(plan) < BOOT_SECONDS;

function tightWords(plan: InPlace): Rich {
  const { failures, intervalSeconds } = plan.patience ?? { failures: 0, intervalSeconds: 0 };
  return md`:warning: Marathon's health check may not survive this: it gives up after ${failures} × ${intervalSeconds} s = ${patienceSeconds(plan)} s without Jenkins, and a start may take ${BOOT_SECONDS} s or more. Then it kills the task, and a new one starts elsewhere without what git does not have. Deploy a larger \`maxConsecutiveFailures\` first.`;
}

/** How patient Marathon is decides what this may become. */
export const inPlaceBoundTo = ({ session, taskId, waitMs, patience }: InPlace): string =>
  JSON.stringify([session, taskId, waitMs, patience]);

/** Builds that still run in a quiet Jenkins were given up by whoever pressed *Restart now*. */
export async function restartInPlace({ waitMs }: InPlace, { jenkins }: Ports): Promise<null> {
  const isGivenUp = async () => (await jenkins.controller()).quietingDown && (await jenkins.executors()).busy > 0;
  await jenkins.restartJvm(waitMs === 0 || (await isGivenUp()) ? 'now' : 'safe');
  return null;
}

/** A restart that was taken shows at once: 503, then a new session. @throws UpstreamError while nobody can tell */
export async function arrivedInPlace({ session }: InPlace, { jenkins }: Ports): Promise<'yes' | 'no'> {
  const pulse = await jenkins.pulse();
  switch (pulse.state) {
    case 'restarting':
    case 'starting':
      return 'yes';
    case 'up':
      return pulse.session === session ? 'no' : 'yes';
    default:
      throw new UpstreamError({
        system: 'Jenkins',
        request: 'GET /login',
        seen: pulseWords(pulse),
        retryable: true,
        mayHaveArrived: false,
      });
  }
}

export async function followInPlace(plan: InPlace, ports: Ports): Promise<Progress> {
  const { jenkins, marathon, clock, settings } = ports;
  const [pulse, app] = await Promise.all([
    jenkins.pulse(),
    told(clock, 'Marathon', () => marathon.app(settings.appId), LOOK_MS),
  ]);
  const { task, line: inTask } = taskNow(plan, app);
  const meanwhile = task === 'killed' ? `${inTask} ` : '';
  const left = `${meanwhile}\`where\` shows how it stands.`;
  if (pulse.state !== 'up') {
    const line = `${meanwhile}Jenkins ${stateWords(pulse)}`;
    return { state: 'going', line, ifOver: { line: `Jenkins ${pulseWords(pulse)}.`, left } };
  }
  if (pulse.session === plan.session) {
    return {
      state: 'going',
      line: 'the old Jenkins still answers',
      ifOver: { line: 'Jenkins never restarted: something keeps it from it; its log tells what.', left },
    };
  }
  const notYet = await notRegistered(plan, left, ports);
  if (notYet !== undefined) return notYet;
  return { state: 'done', line: `${inTask}${task === 'same' ? '' : await tokenWords(jenkins)}` };
}

/** Within one look, which comes every 2 s. */
const LOOK_MS = 10 * SECOND;

/** Marathon may have killed the task meanwhile: then this became a failover. */
function taskNow(
  { taskId, address }: InPlace,
  app: Told<App | undefined>,
): { task: 'same' | 'killed' | 'unknown'; line: string } {
  if (!app.ok || taskId === null) {
    const why = app.ok ? 'Marathon did not tell of the one before' : 'Marathon did not answer';
    return { task: 'unknown', line: `A new JVM; whether in the same task is not known (${why}).` };
  }
  const task = app.value === undefined ? undefined : runningTask(app.value);
  if (task?.id === taskId)
    return { task: 'same', line: `The same task${address === null ? '' : ` on ${address}`}, a new JVM.` };
  const where = task === undefined ? 'a new one has not started yet' : `a new one runs on ${addressOf(task)}`;
  return {
    task: 'killed',
    line: `Marathon ended the task meanwhile (its health check was not patient enough, or somebody else did), so this became a failover: ${where}, and what git did not have is lost.`,
  };
}

/** @returns what state that leaves */
export async function cancelInPlace({ session }: InPlace, { jenkins }: Ports): Promise<string> {
  const pulse = await jenkins.pulse();
  if (pulse.state === 'up' && pulse.session === session) {
    await jenkins.cancelQuietDown();
    return 'Jenkins had not begun to restart, and goes on as before.';
  }
  return 'Jenkins was restarting already; it comes back by itself.';
}

/** Boot within the check's grace, a failover if it comes to that, and some air. */
export const inPlaceWithinMs = ({ graceMs }: InPlace): number => graceMs + 8 * MINUTE;

export const IN_PLACE_TITLES = {
  going: 'Restarting Jenkins inside its task',
  done: 'Restarted Jenkins inside its task',
  failed: 'Restart of Jenkins inside its task failed',
  cancelled: 'Restart of Jenkins inside its task cancelled',
  lost: 'Lost sight of the restart of Jenkins inside its task',
} as const;
