// Which builds were started in an hour of the past: a team's working week by the clock, drawn from a seeded source, so
// that the same hour always has the same builds. `week.ts` starts them.
import { DAY, HOUR, MINUTE, SECOND } from '../../core/time.js';
import { seededRandom } from '../world/cluster-parts.js';
import type { BuildResult } from '../world/jenkins/model.js';

export interface PlannedBuild {
  at: number;
  job: string;
  parameters: Record<string, string>;
  durationMs: number;
  result: BuildResult;
}

/** Builds started in each hour of a working day, by the hour; people eat at noon and go home at six. */
const WORKDAY = [0.2, 0.2, 0, 0.2, 0.2, 0.3, 0.8, 2, 7, 17, 23, 24, 11, 13, 23, 25, 22, 16, 9, 3.5, 2, 1.2, 0.6, 0.4];
const SATURDAY = [0, 0, 0, 0, 0, 0, 0, 0, 0.4, 1, 2.5, 3, 2, 1.5, 2.5, 2, 1.5, 1, 0.5, 0.4, 0.4, 0.2, 0, 0];
const SUNDAY = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0.3, 0.5, 0.8, 0.4, 0.3, 0.8, 0.8, 0.5, 0.5, 0.4, 0.6, 0.6, 0.4, 0.2, 0];

interface Kind {
  job: string;
  /** Of a hundred builds. */
  share: number;
  minutes: number;
  /** One parameter and the values it comes with; the first most often. */
  choice?: [name: string, values: string[]];
}

const KINDS: readonly Kind[] = [
  { job: 'app-build', share: 29, minutes: 4, choice: ['BRANCH', ['main', 'develop', 'fix/session-timeout']] },
  { job: 'team-a/api', share: 28, minutes: 2 },
  { job: 'team-a/web/main', share: 13, minutes: 5 },
  { job: 'team-a/web/feature%2Flogin', share: 13, minutes: 4.5 },
  { job: 'load-test', share: 11, minutes: 14, choice: ['TARGET', ['staging', 'staging-eu', 'staging-us']] },
  { job: 'housekeeping', share: 6, minutes: 0.5 },
];

/** @param start a full hour */
export function buildsOf(start: number): PlannedBuild[] {
  const random = seededRandom(start / HOUR);
  const mood = 0.8 + 0.4 * seededRandom(Math.floor(start / DAY))();
  const count = Math.floor(rateOf(start) * mood + random());
  const drawn = Array.from({ length: count }, () => drawBuild(start + Math.floor(random() * HOUR), random));
  return [...drawn, ...nightly(start)].sort((a, b) => a.at - b.at);
}

function rateOf(start: number): number {
  const date = new Date(start);
  const day = date.getUTCDay();
  const rates = day === 0 ? SUNDAY : day === 6 ? SATURDAY : WORKDAY;
  return rates[date.getUTCHours()] ?? 0;
}

/** At two o'clock each night the whole house is tested. */
function nightly(start: number): PlannedBuild[] {
  if (new Date(start).getUTCHours() !== 2) return [];
  const build = (job: string, minutes: number, parameters = {}): PlannedBuild => ({
    at: start,
    job,
    parameters,
    durationMs: minutes * MINUTE,
    result: 'SUCCESS',
  });
  return [
    build('load-test', 48, { TARGET: 'nightly' }),
    build('load-test', 35, { TARGET: 'nightly-eu' }),
    build('app-build', 7, { BRANCH: 'main' }),
    build('housekeeping', 1),
  ];
}

/** Everybody wants something at once: more than a crowded cluster has room for, and than the controller can do itself. */
export function rush(at: number): PlannedBuild[] {
  const random = seededRandom(at / MINUTE);
  const build = (job: string, afterMs: number, minutes: number, parameters = {}): PlannedBuild => ({
    ...{ at: at + afterMs, job, parameters },
    durationMs: Math.round(minutes * 60) * SECOND,
    result: 'SUCCESS',
  });
  const load = ['staging', 'staging-eu', 'staging-us', 'production', 'production-eu', 'production-us'].map(
    (TARGET, index) => build('load-test', index * 10 * SECOND, 7 + 5 * random(), { TARGET }),
  );
  const usual = Array.from({ length: 4 }, (_, index) => drawBuild(at + index * 20 * SECOND, random));
  return [build('housekeeping', 0, 22), build('housekeeping', MINUTE, 24), ...load, ...usual];
}

function drawBuild(at: number, random: () => number): PlannedBuild {
  const { job, minutes, choice } = kindFor(random() * 100);
  const result = resultFor(random());
  // What breaks does so somewhere on the way.
  const length = result === 'SUCCESS' || result === 'UNSTABLE' ? 0.75 + 0.6 * random() : 0.15 + 0.7 * random();
  const picked = choice?.[1][Math.floor(random() ** 2 * choice[1].length)];
  const parameters = choice === undefined || picked === undefined ? {} : { [choice[0]]: picked };
  return { at, job, parameters, durationMs: Math.round(minutes * length * 60) * SECOND, result };
}

function kindFor(point: number): Kind {
  let passed = 0;
  const found = KINDS.find(({ share }) => {
    passed += share;
    return point < passed;
  });
  return found ?? (KINDS[0] as Kind);
}

function resultFor(point: number): BuildResult {
  if (point < 0.08) return 'FAILURE';
  if (point < 0.11) return 'UNSTABLE';
  return point < 0.125 ? 'ABORTED' : 'SUCCESS';
}
