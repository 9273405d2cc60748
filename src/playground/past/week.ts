// The week before the playground opens, lived by the simulated world in about a second: builds by the clock, and what
// befell the controller. Called by `past.ts`; ends with the controller where the article has it, and idle.
import type { JsonObject } from '../../core/cluster.js';
import { HOUR, MINUTE, SECOND } from '../../core/time.js';
import type { UsageSample } from '../../core/usage-sample.js';
import { APP } from '../incidents/incident.js';
import { crowd } from '../world/crowd.js';
import { type SimulatedWorld, startController } from '../world.js';
import type { WorldClock } from '../world-clock.js';
import { buildsOf, type PlannedBuild, rush } from './builds.js';
import type { Calendar } from './calendar.js';
import {
  deploy,
  FIRST_EXECUTORS,
  FIRST_MIB,
  FIRST_PLACE,
  LATER_PLACES,
  limitExecutors,
  NOBODY,
  type Onlooker,
  runOutOfMemory,
  type Stage,
  scale,
} from './events.js';
import { Meter } from './samples.js';

/** Up, healthy, and with its first 100 s behind it, in which no agent is asked for. */
const WARM_MS = 4 * MINUTE;
/** So long before the present everything is quiet, so that the present begins as it always does. */
const QUIET_MS = 5 * MINUTE;
/** Builds are over by then, and their agents go after the three minutes they wait for more. */
const LAST_END_MS = QUIET_MS + 4 * MINUTE;
const LAST_START_MS = LAST_END_MS + 3 * MINUTE;
/** With builds and plugins to load it takes longer than in the present, where somebody waits for it. */
const BOOT_MS = 75 * SECOND;
/** A leak fills the controller's memory in the hour before it ends. */
const LEAKS_FOR_MS = HOUR;
/** What it needs anyway, and what it never gets. */
const NOT_LEAKED_MIB = 500;
/** What another team leaves free: for a few agents on two machines, for none on the others. */
const LEFT_MIB = { two: 1_700, others: 300 };

export interface WeekOptions {
  world: SimulatedWorld;
  clock: WorldClock;
  calendar: Calendar;
  /** What Marathon was given at first, but for its memory. */
  manifest: JsonObject;
  onlooker?: Onlooker;
}

/**
 * @returns samples up to shortly before the present, when this resolves; from then on they are added as the clock gets
 * there, until the present
 */
export async function liveWeek(options: WeekOptions): Promise<UsageSample[]> {
  const { world, clock, calendar, onlooker = NOBODY } = options;
  const stage: Stage = { world, clock, onlooker, places: [...LATER_PLACES] };
  const bootMs = world.jenkins.boot.ms;
  world.jenkins.setBoot(BOOT_MS);
  const until = (at: number) => clock.leap(Math.max(0, at - clock.now()));
  startController(world, { ...options.manifest, mem: FIRST_MIB }, FIRST_PLACE);
  const samples = everyMinute(options);
  await clock.leap(WARM_MS);
  limitExecutors(world, FIRST_EXECUTORS, 'SYSTEM');
  await onlooker.look();
  for (const { at, happen } of happenings(calendar, stage)) {
    await until(at);
    await happen();
  }
  await until(calendar.until - LAST_END_MS);
  endBuilds(world);
  world.jenkins.setBoot(bootMs);
  await until(calendar.until - QUIET_MS);
  await onlooker.look();
  return samples;
}

function happenings(calendar: Calendar, stage: Stage): { at: number; happen: () => Promise<void> }[] {
  const crowds = calendar.crowded.map(({ from, until }) => ({ at: from, happen: async () => gather(until, stage) }));
  return [
    { at: calendar.deploy, happen: () => deploy(stage) },
    { at: calendar.scale, happen: () => scale(stage) },
    { at: calendar.crash, happen: () => runOutOfMemory(stage) },
    ...crowds,
  ].sort((a, b) => a.at - b.at);

  /** Another team takes what the machines have left, just when everybody wants to build. */
  function gather(until: number, { world, clock }: Stage): void {
    const two = world.cluster.agents.slice(0, 2);
    const leave = crowd(world.cluster, (agent) => (two.includes(agent) ? LEFT_MIB.two : LEFT_MIB.others));
    clock.after(until - clock.now(), leave);
    plan(rush(clock.now() + MINUTE), stage, calendar);
  }
}

/** On the minute: a sample; on the hour: the builds of that hour. */
function everyMinute({ world, clock, calendar }: WeekOptions): UsageSample[] {
  const meter = new Meter(world);
  const samples: UsageSample[] = [];
  const next = () => {
    const at = (Math.floor(clock.now() / MINUTE) + 1) * MINUTE;
    if (at > calendar.until) return;
    clock.after(at - clock.now(), () => {
      if (at % HOUR === 0) plan(buildsOf(at), { world, clock }, calendar);
      leak(world, calendar.crash - at);
      samples.push(meter.sample());
      next();
    });
  };
  next();
  return samples;
}

function plan(builds: readonly PlannedBuild[], { world, clock }: Pick<Stage, 'world' | 'clock'>, { until }: Calendar) {
  for (const build of builds.filter(({ at }) => at < until - LAST_START_MS))
    clock.after(build.at - clock.now(), () => start(build, world));
}

/** What a push should start while Jenkins is away is not started. */
function start({ job, parameters, durationMs, result }: PlannedBuild, { jenkins }: SimulatedWorld): void {
  if (jenkins.current?.phase === 'up') jenkins.startBuild(job, { parameters, plan: { durationMs, result } });
}

function leak({ jenkins, marathon }: SimulatedWorld, leftMs: number): void {
  if (jenkins.current === undefined || leftMs < 0 || leftMs > LEAKS_FOR_MS) return;
  const most = marathon.app(APP).spec.mem - NOT_LEAKED_MIB;
  jenkins.current.leakedMiB = Math.round(most * (1 - leftMs / LEAKS_FOR_MS));
}

function endBuilds({ jenkins }: SimulatedWorld): void {
  const farm = jenkins.current?.farm;
  for (const { id } of farm?.queue.items ?? []) farm?.queue.cancel(id);
  for (const build of farm?.running ?? []) farm?.end(build, 'SUCCESS');
}
