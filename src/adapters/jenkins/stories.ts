// Builds as people read about them: of one job, running everywhere, newest of all jobs (contract jenkins §4.1). Called by
// `client.ts`.
import { bulkhead } from 'cockatiel';
import { z } from 'zod';
import type { BuildReads, BuildStory } from '../../core/build-reads.js';
import { jobPath } from '../../core/jenkins-build.js';
import { unlessAbsent } from '../absent.js';
import type { HttpClient } from '../http.js';
import type { Scrub } from '../secrets.js';
import { Build, STORY } from './build-schema.js';
import { consoleTail } from './console.js';
import { walkJobs } from './job-pages.js';
import { fullName, Jobs, pathOf } from './schema.js';

/** 8,000 jobs, 200 at a time. */
const MOST_PAGES = 40;
/** Jenkins reads their builds from disk, for everybody who asks. */
const JOBS_AT_ONCE = 5;

const Builds = z.object({ builds: z.array(Build.nullish()).nullish() });

const EXECUTORS = `executors[currentExecutable[${STORY}]],oneOffExecutors[currentExecutable[${STORY}]]`;

// What runs may be no build, or one that nobody may see.
const Executor = z.object({ currentExecutable: Build.nullish().catch(undefined) }).nullish();
const Running = z.object({
  computer: z.array(
    z.object({ executors: z.array(Executor).nullish(), oneOffExecutors: z.array(Executor).nullish() }).nullish(),
  ),
});

export function buildReader(http: HttpClient, scrub: Scrub): BuildReads {
  const ask = async <T>(path: string, tree: string, schema: z.ZodType<T>): Promise<T> =>
    (await http.ask({ path: `${path}/api/json`, query: { tree } }, schema)).value;

  /** Before anybody shortens what people and programs wrote: half a secret would no longer be known as one. */
  const clean = (story: BuildStory): BuildStory => ({
    ...story,
    causes: story.causes.map(({ text }) => ({ text: scrub(text) })),
    commits: story.commits.map(({ subject, author }) => ({ subject: scrub(subject), author: author && scrub(author) })),
  });

  const buildsOf = (jenkinsJob: string, count: number) =>
    unlessAbsent(async () => {
      const { builds } = await ask(jobPath(jenkinsJob), `builds[${STORY}]{0,${count}}`, Builds);
      return (builds ?? []).flatMap((build) => (build ? [clean({ ...build.story, jenkinsJob })] : []));
    });

  return {
    buildsOf,
    buildStory: (jenkinsJob, build) =>
      unlessAbsent(async () => {
        const { story } = await ask(`${jobPath(jenkinsJob)}/${build}`, STORY, Build);
        return clean({ ...story, jenkinsJob });
      }),
    async runningBuilds() {
      const { computer } = await ask('/computer', `computer[${EXECUTORS}]`, Running);
      const executors = computer.flatMap((one) => [...(one?.executors ?? []), ...(one?.oneOffExecutors ?? [])]);
      return eachOnce(executors.flatMap((executor) => storyOf(executor?.currentExecutable) ?? []))
        .map(clean)
        .sort((a, b) => a.at - b.at);
    },
    async newestBuilds(count) {
      const last = new Map<string, number>();
      const sawAll = await walkJobs({
        fields: 'lastBuild[timestamp]',
        mostPages: MOST_PAGES,
        ask: async (path, tree) => (await http.ask({ path, query: { tree } }, Jobs)).value,
        visit: (name, { lastBuild }) => {
          if (lastBuild?.timestamp !== undefined) last.set(name, lastBuild.timestamp);
        },
      });
      // The newest of all belong to the jobs that were built last.
      const jobs = [...last].sort(([, a], [, b]) => b - a).slice(0, count);
      const turns = bulkhead(JOBS_AT_ONCE, Number.MAX_SAFE_INTEGER);
      const builds = await Promise.all(jobs.map(([name]) => turns.execute(() => buildsOf(name, count))));
      const newest = builds.flatMap((some) => some ?? []).sort((a, b) => b.at - a.at);
      return { builds: newest.slice(0, count), isCut: !sawAll };
    },
    consoleTail: (jenkinsJob, build, bytes) => consoleTail(http, `${jobPath(jenkinsJob)}/${build}`, bytes, scrub),
  };
}

/**
 * A Pipeline is led on the controller. What its steps occupy elsewhere has its number, time and address too, but does not
 * say `building` (workflow-durable-task-step: `ExecutorStepExecution.PlaceholderExecutable`).
 */
function storyOf(build: z.infer<typeof Build> | null | undefined): BuildStory | undefined {
  const jenkinsJob = fullName(pathOf(build?.url));
  return jenkinsJob === undefined || !build?.story.isRunning ? undefined : { ...build.story, jenkinsJob };
}

/** One that leads others may be shown in two places. */
const eachOnce = (builds: readonly BuildStory[]): BuildStory[] => [
  ...new Map(builds.map((build) => [`${build.jenkinsJob}#${build.number}`, build])).values(),
];
