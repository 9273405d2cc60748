// Goes through the jobs of three levels, a page of them at a time (contract jenkins §4.1), whatever is wanted of each.
// Called by `builds.ts` and `jobs.ts`; `client.ts` does the asking.
import { jobPath } from '../../core/jenkins-build.js';
import { fullName, type JobEntry, pathOf } from './schema.js';

const JOBS_PER_PAGE = 200;
/** Folder, multibranch, branch (contract jenkins §4.1). */
const LEVELS = 3;

export interface JobWalk {
  /** Of each job, beside its address and colour: `builds[number]{0,100}`. */
  fields?: string;
  mostPages: number;
  /** Reads the `jobs` of the given tree at the given path. */
  ask(path: string, tree: string): Promise<JobEntry[]>;
  /** A job: what has a colour can be built; the others are folders of some kind. A job that moves to another page while we read comes twice. */
  visit(name: string, job: JobEntry): void;
}

/** Some of the jobs of one folder, or of the top level. */
interface Page {
  /** `/job/team-a/job/web`; empty for the top level. */
  path: string;
  /** Levels asked for, its own included. */
  levels: number;
  first: number;
}

/** @returns whether all were seen */
export async function walkJobs(walk: JobWalk): Promise<boolean> {
  const pages: Page[] = [{ path: '', levels: LEVELS, first: 0 }];
  let sawAll = true;
  // Grows while it is read.
  for (const [read, page] of pages.entries()) {
    if (read === walk.mostPages) return false;
    const jobs = await walk.ask(`${page.path}/api/json`, jobsTree(walk.fields, page.levels, page.first));
    sawAll = gather(walk, pages, page, jobs) && sawAll;
  }
  return sawAll;
}

/** Below the last level only whether there is anything. */
function jobsTree(fields: string | undefined, levels: number, first = 0): string {
  const below = levels > 1 ? jobsTree(fields, levels - 1) : 'jobs[url]{0,1}';
  const wanted = ['url', 'color', ...(fields === undefined ? [] : [fields]), below].join();
  return `jobs[${wanted}]{${first},${first + JOBS_PER_PAGE}}`;
}

function gather(walk: JobWalk, pages: Page[], page: Page, jobs: readonly JobEntry[]): boolean {
  if (jobs.length >= JOBS_PER_PAGE) pages.push({ ...page, first: page.first + JOBS_PER_PAGE });
  let sawAll = true;
  for (const job of jobs) {
    const name = fullName(pathOf(job.url));
    if (name !== undefined) sawAll = gatherOne(walk, pages, page, job, name) && sawAll;
  }
  return sawAll;
}

function gatherOne(walk: JobWalk, pages: Page[], { levels }: Page, job: JobEntry, name: string): boolean {
  const { color, jobs = [] } = job;
  if (color !== undefined) walk.visit(name, job);
  else if (levels > 1) return gather(walk, pages, { path: jobPath(name), levels: levels - 1, first: 0 }, jobs);
  return color !== undefined || jobs.length === 0;
}
