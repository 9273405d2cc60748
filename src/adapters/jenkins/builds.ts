// What was built lately, for digests: the jobs of three levels with their newest builds (contract jenkins §4.1). Called by
// `client.ts`, which does the asking.
import type { BuildHistory, JenkinsBuild } from '../../core/cluster.js';
import { walkJobs } from './job-pages.js';
import type { BuildEntry, JobEntry } from './schema.js';

/** Jenkins lists no more of them, however many it keeps (`Job.getNewBuilds`). */
const BUILDS_PER_JOB = 100;
/** One is the rule. Each may take as long as Jenkins needs to load its builds from disk, so there is an end to it. */
const MOST_PAGES = 10;

/** @param ask reads the `jobs` of the given tree at the given path */
export async function readBuilds(
  from: number,
  ask: (path: string, tree: string) => Promise<JobEntry[]>,
): Promise<BuildHistory> {
  /** By job: one that is added while we read pushes another to the next page, where it would be counted again. */
  const byJob = new Map<string, JenkinsBuild[]>();
  const fields = `builds[number,result,building,timestamp,duration]{0,${BUILDS_PER_JOB}}`;
  const visit = (name: string, { builds = [] }: JobEntry) => {
    const recent = builds.filter(({ timestamp }) => timestamp >= from);
    byJob.set(
      name,
      recent.map((build) => buildOf(name, build)),
    );
  };
  const sawAll = await walkJobs({ fields, mostPages: MOST_PAGES, ask, visit });
  const isFull = [...byJob.values()].some((builds) => builds.length >= BUILDS_PER_JOB);
  return { builds: [...byJob.values()].flat(), isCut: !sawAll || isFull };
}

/** A Pipeline may know its result before its end. */
function buildOf(jenkinsJob: string, { number, timestamp, building, duration, result }: BuildEntry): JenkinsBuild {
  const about = { jenkinsJob, number, at: timestamp };
  return building === true
    ? { ...about, durationMs: 0, result: undefined }
    : { ...about, durationMs: duration ?? 0, result };
}
