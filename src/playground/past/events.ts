// What befell the controller in the week before the playground opens: a deploy, a change of the executors, a crash and its
// restart, as the simulated world does them. Called by `week.ts` when their time has come.
import { BY_LABEL, JOB_LABEL } from '../../core/deploy.js';
import { changeIdOf } from '../../core/plans.js';
import { MINUTE, SECOND } from '../../core/time.js';
import { APP, crash, SOMEBODY, theController } from '../incidents/incident.js';
import { CONTROLLER_AT, type Place, type SimulatedWorld } from '../world.js';
import type { WorldClock } from '../world-clock.js';

/** Whoever looks on while the week passes. The clock waits for it. */
export interface Onlooker {
  /** Something may have happened to the controller. */
  look(): Promise<void>;
  /** A change that was asked for in Slack has ended. */
  changed(change: PastChange): Promise<void>;
}

export interface PastChange {
  id: string;
  by: string;
  command: 'deploy' | 'scale';
  text: string;
  summary: string;
  durationMs: number;
}

export const NOBODY: Onlooker = { look: async () => {}, changed: async () => {} };

export interface Stage {
  world: SimulatedWorld;
  clock: WorldClock;
  onlooker: Onlooker;
  /** Where the controller goes with each restart. */
  places: Place[];
}

export const FIRST_PLACE: Place = { hostname: '192.168.3.14', port: 31_408 };
/** After the deploy and the crash, whichever comes first, it is where the article has it. */
export const LATER_PLACES: readonly Place[] = [{ hostname: '192.168.3.38', port: 31_771 }, CONTROLLER_AT];

const ANA = 'U0ANA';
const LEE = 'U0LEE';
/** Given to the controller at first, and by the deploy. */
export const FIRST_MIB = 1_536;
const DEPLOYED_MIB = 2_048;
export const FIRST_EXECUTORS = 1;
const SCALED_EXECUTORS = 2;

/** Long enough for a controller that starts. */
const MOST_DOWN_MS = 5 * MINUTE;
const MOST_WAIT_MS = 10 * MINUTE;
const STEP_MS = 10 * SECOND;
/** Jenkins registers with Mesos and reads its configuration back after it answers. */
const LOOKS_AFTER = 3;

/** Waits for running builds, as the command does. */
export async function deploy(stage: Stage): Promise<void> {
  const { world, clock, onlooker } = stage;
  const { jenkins, marathon } = world;
  const begun = clock.now();
  const id = changeIdOf(`past-${begun}`);
  jenkins.quietDown('deploy');
  while (jenkins.current?.farm.running.length !== 0 && clock.now() < begun + MOST_WAIT_MS) await clock.leap(STEP_MS);
  const before = addressNow(world);
  const changedAt = clock.now();
  const labels = { ...marathon.app(APP).spec.labels, [JOB_LABEL]: id, [BY_LABEL]: ANA };
  const { version } = marathon.changes.update(APP, { mem: DEPLOYED_MIB, labels }, { asker: SOMEBODY });
  // By then the old controller takes no agents any more, and the new one has found no machine yet.
  await clock.leap(SECOND / 2);
  placeNext(stage);
  await untilWell(stage, () => undefined);
  await onlooker.look();
  const seconds = Math.round((clock.now() - changedAt) / SECOND);
  await onlooker.changed({
    id,
    by: ANA,
    command: 'deploy',
    text: `deploy --mem ${DEPLOYED_MIB}`,
    summary: `Deployed ${APP} in ${seconds} s. It runs on ${addressNow(world)} (before: ${before}), version ${version}.`,
    durationMs: clock.now() - begun,
  });
}

/** The plugin of a modern Jenkins takes no other number than one. */
export async function scale({ world, clock, onlooker }: Stage): Promise<void> {
  const { line } = world.jenkins;
  if (!limitExecutors(world, SCALED_EXECUTORS, LEE)) return;
  await onlooker.changed({
    id: `past-${clock.now()}`,
    by: LEE,
    command: 'scale',
    text: `scale executors ${SCALED_EXECUTORS}`,
    summary: `Agents ${line.template.label}: ${FIRST_EXECUTORS} → ${SCALED_EXECUTORS} executors.`,
    durationMs: SECOND,
  });
}

/** @returns false where that cannot be set */
export function limitExecutors({ jenkins }: SimulatedWorld, count: number, by: string): boolean {
  const { current, line } = jenkins;
  if (current === undefined || line.generation === 'modern') return false;
  for (const template of current.home.config.templates) template.maxExecutors = count;
  current.saved(by);
  return true;
}

export async function runOutOfMemory(stage: Stage): Promise<void> {
  crash(stage.world, { oom: true });
  placeNext(stage);
  await stage.clock.leap(SECOND);
  await untilBackAgain(stage);
}

function placeNext({ world, places }: Stage): void {
  const { hostname, port } = places.shift() ?? CONTROLLER_AT;
  world.cluster.placeNext(hostname, port);
}

/** Looked at as Bellboard does while an alert is open, only less often: at once, every half minute, and when it is over. */
async function untilBackAgain(stage: Stage): Promise<void> {
  await stage.onlooker.look();
  await untilWell(stage, (steps) => (steps % 3 === 0 ? stage.onlooker.look() : undefined));
  for (let looks = 0; looks < LOOKS_AFTER; looks += 1) {
    await stage.onlooker.look();
    await stage.clock.leap(STEP_MS);
  }
}

async function untilWell({ world, clock }: Stage, after: (steps: number) => Promise<void> | undefined): Promise<void> {
  for (let steps = 1; !isWell(world) && steps * STEP_MS < MOST_DOWN_MS; steps += 1) {
    await clock.leap(STEP_MS);
    await after(steps);
  }
}

function isWell({ marathon, jenkins }: SimulatedWorld): boolean {
  const isHealthy = marathon
    .app(APP)
    .instances.some(({ taskState, checks }) => taskState === 'TASK_RUNNING' && checks.some((check) => check?.alive));
  return isHealthy && marathon.deployments.length === 0 && jenkins.current?.phase === 'up';
}

function addressNow(world: SimulatedWorld): string {
  const { task } = theController(world);
  return `${task.agent.hostname}:${task.ports[0] ?? 0}`;
}
