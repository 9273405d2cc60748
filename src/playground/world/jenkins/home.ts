// JENKINS_HOME of one task: configuration as it is now, builds and their numbers. It lies in the sandbox, so it outlives
// a restart of the JVM and dies with the task (contract jenkins §5.1).
import type { Clock } from '../../../core/time.js';
import type { Build, ControllerConfig, JobDefinition, QueueItem } from './model.js';
import type { GitRepository } from './repository.js';
import { ScmSync } from './scm-sync.js';

/** Jenkins keeps more; nobody here asks for older ones. */
const KEPT_BUILDS = 100;
/** Jenkins estimates from the last three completed builds. */
const ESTIMATED_FROM = 3;

export class JenkinsHome {
  config: ControllerConfig;
  readonly scmSync: ScmSync;
  readonly #builds = new Map<string, Build[]>();
  readonly #clock: Clock;

  constructor(clock: Clock, repository: GitRepository, pushMs: number) {
    this.#clock = clock;
    this.config = structuredClone(repository.head.config);
    this.scmSync = new ScmSync(clock, repository, pushMs);
  }

  job(fullName: string): JobDefinition | undefined {
    return this.config.jobs.find((job) => job.fullName === fullName);
  }

  /** Direct members of a folder, or of the top level for ''. */
  jobsIn(folder: string): JobDefinition[] {
    const prefix = folder === '' ? '' : `${folder}/`;
    return this.config.jobs.filter((job) => {
      const rest = job.fullName.startsWith(prefix) ? job.fullName.slice(prefix.length) : '';
      return rest !== '' && !rest.includes('/');
    });
  }

  /** Newest first. */
  builds(job: JobDefinition): readonly Build[] {
    return this.#builds.get(job.fullName) ?? [];
  }

  nextNumber(job: JobDefinition): number {
    return (this.builds(job)[0]?.number ?? 0) + 1;
  }

  running(job: JobDefinition): Build | undefined {
    return this.builds(job).find((build) => build.endedAt === undefined);
  }

  start(item: QueueItem, nodeName: string): Build {
    const { job, parameters, cause, plan, id } = item;
    const build: Build = {
      ...{ job, parameters, cause, plan, nodeName, queueId: id },
      number: this.nextNumber(job),
      startedAt: this.#clock.now(),
      endedAt: undefined,
      result: undefined,
    };
    this.#builds.set(job.fullName, [build, ...this.builds(job)].slice(0, KEPT_BUILDS));
    return build;
  }

  /** Mean of the last completed builds, −1 when there is none. */
  estimate(job: JobDefinition): number {
    const done = this.builds(job)
      .filter((build) => build.endedAt !== undefined && build.result !== 'ABORTED')
      .slice(0, ESTIMATED_FROM);
    if (done.length === 0) return -1;
    return Math.round(done.reduce((sum, build) => sum + durationOf(build), 0) / done.length);
  }
}

/** As Jenkins says it: 0 while the build runs. */
export const durationOf = (build: Build): number =>
  build.endedAt === undefined ? 0 : Math.max(1, build.endedAt - build.startedAt);
