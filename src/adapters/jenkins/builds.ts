// What was built lately, for digests: the jobs of three levels with their newest builds, a page of jobs at a time (contract
// jenkins §4.1). Called by `client.ts`, which does the asking.
import type { BuildHistory, JenkinsBuild } from '../../core/cluster.js';
import { type BuildEntry, fullName, type JobEntry, pathOf } from './schema.js';

/** Jenkins lists no more of them, however many it keeps (`Job.getNewBuilds`). */
const BUILDS_PER_JOB = 100;
const JOBS_PER_PAGE = 200;
/** Folder, multibranch, branch (contract jenkins §4.1). */
const LEVELS = 3;
/** One is the rule. Each may take as long as Jenkins needs to load its builds from disk, so there is an end to it. */
const MOST_PAGES = 10;

/** Some of the jobs of one folder, or of the top level. */
interface Page {
  /** `/job/team-a/job/web`; empty for the top level. */
  path: string;
  /** Levels asked for, its own included. */
  levels: number;
  first: number;
}

interface Harvest {
  from: number;
  /** By job: one that is added while we read pushes another to the next page, where it would be counted again. */
  builds: Map<string, JenkinsBuild[]>;
  /** Grows while it is read. */
  pages: Page[];
  isCut: boolean;
}

/** @param ask reads the `jobs` of the given tree at the given path */
export async function readBuilds(
  from: number,
  ask: (path: string, tree: string) => Promise<JobEntry[]>,
): Promise<BuildHistory> {
  const harvest: Harvest = {
    from,
    builds: new Map(),
    pages: [{ path: '', levels: LEVELS, first: 0 }],
    isCut: false,
  };
  for (const [read, page] of harvest.pages.entries()) {
    if (read === MOST_PAGES) {
      harvest.isCut = true;
      break;
    }
    gather(harvest, page, await ask(`${page.path}/api/json`, jobsTree(page.levels, page.first)));
  }
  return { builds: [...harvest.builds.values()].flat(), isCut: harvest.isCut };
}

/** Below the last level only whether there is anything. */
function jobsTree(levels: number, first = 0): string {
  const below = levels > 1 ? jobsTree(levels - 1) : 'jobs[url]{0,1}';
  const builds = `builds[number,result,building,timestamp,duration]{0,${BUILDS_PER_JOB}}`;
  return `jobs[url,color,${builds},${below}]{${first},${first + JOBS_PER_PAGE}}`;
}

function gather(harvest: Harvest, page: Page, jobs: readonly JobEntry[]): void {
  if (jobs.length >= JOBS_PER_PAGE) harvest.pages.push({ ...page, first: page.first + JOBS_PER_PAGE });
  for (const job of jobs) {
    const name = fullName(pathOf(job.url));
    if (name !== undefined) gatherOne(harvest, page, job, name);
  }
}

/** What has a colour can be built; the others are folders of some kind. */
function gatherOne(harvest: Harvest, { levels }: Page, job: JobEntry, name: string): void {
  const { color, builds = [], jobs = [] } = job;
  if (color !== undefined) addBuilds(harvest, name, builds);
  else if (levels > 1) gather(harvest, { path: jobPath(name), levels: levels - 1, first: 0 }, jobs);
  else if (jobs.length > 0) harvest.isCut = true;
}

function addBuilds(harvest: Harvest, jenkinsJob: string, builds: readonly BuildEntry[]): void {
  const recent = builds.filter(({ timestamp }) => timestamp >= harvest.from);
  if (recent.length >= BUILDS_PER_JOB) harvest.isCut = true;
  harvest.builds.set(
    jenkinsJob,
    recent.map((build) => buildOf(jenkinsJob, build)),
  );
}

/** A Pipeline may know its result before its end. */
function buildOf(jenkinsJob: string, { number, timestamp, building, duration, result }: BuildEntry): JenkinsBuild {
  const about = { jenkinsJob, number, at: timestamp };
  return building === true
    ? { ...about, durationMs: 0, result: undefined }
    : { ...about, durationMs: duration ?? 0, result };
}

/** Made anew from the name: of an address in an answer only the names count. */
const jobPath = (name: string): string =>
  name
    .split('/')
    .map((segment) => `/job/${encodeURIComponent(segment)}`)
    .join('');
