// Jenkins' jobs and their builds, in its own words: nouns, and the part of the port `Jenkins` that speaks of them
// (contract jenkins §4). `core/cluster.ts` makes it one port with the rest.

import type { BuildCause } from './build-reads.js';

export interface JenkinsJob {
  /** Folders and the job, as Jenkins names them: `team-a/web/feature%2Flogin`, a branch encoded once. */
  fullName: string;
  /** What has no colour holds jobs and cannot be built: a folder, an organisation, a multibranch project. */
  kind: 'job' | 'folder';
  isDisabled: boolean;
  parameters: ParameterDefinition[];
  /** Of a folder: full names of some of what is in it. */
  members: string[];
}

/** One question a parameterised job asks (`ParameterDefinition`). */
export interface ParameterDefinition {
  name: string;
  /** Jenkins' class without its package: `StringParameterDefinition`, `PasswordParameterDefinition` … */
  type: string;
  description: string | undefined;
  /** What it may be, without what is secret; undefined: anything. */
  choices: string[] | undefined;
  /** Undefined where there is none, where Jenkins does not tell, and where it is a secret or looks like one. */
  defaultValue: string | undefined;
}

/** Names of everything that can be built; `isCut`: there are more than one look may take. */
export interface JobNames {
  names: string[];
  isCut: boolean;
}

export interface JenkinsJobs {
  /**
   * @param fullName as `JenkinsJob.fullName`
   * @returns undefined: there is none, or the account may not see it; Jenkins tells these apart for nobody
   * @throws UpstreamError 403 when it may be seen and not read; its words name the right
   */
  jenkinsJob(fullName: string): Promise<JenkinsJob | undefined>;
  /** Full names of all jobs that the account may see, through three levels of folders; some thousands at most. */
  jobNames(): Promise<JobNames>;
}

/** `team-a/web/feature%2Flogin` → `/job/team-a/job/web/job/feature%252Flogin` (contract jenkins §1, row "folders"). */
export const jobPath = (fullName: string): string =>
  fullName
    .split('/')
    .map((segment) => `/job/${encodeURIComponent(segment)}`)
    .join('');

/** What Jenkins remembers of how a build or a queue item came to be: by this one is known from another. */
export interface BuildOrigin {
  /** Of a build on cores before 1.601: undefined. */
  queueId: number | undefined;
  /** Undefined while it waits. */
  number: number | undefined;
  /** Account that asked for it; `anonymous` where nobody logs in, undefined for what no person started. */
  account: string | undefined;
  /** What Jenkins tells of them: passwords it keeps to itself. */
  parameters: Record<string, string>;
}

/** What of one job waits, and what was built of it lately. */
export interface JobTrace {
  /** New at each start of the JVM. */
  session: string | undefined;
  nextNumber: number;
  /** Waiting ones and the newest builds, those that run included. */
  origins: BuildOrigin[];
}

export interface BuildQueueEntry {
  id: number;
  /** Full name of the job. */
  jenkinsJob: string;
  /** Jenkins' words, empty once it has left. */
  why: string;
  inQueueSince: number;
  causes: BuildCause[];
  state: 'waiting' | 'started' | 'cancelled';
  /** Of the build that came of it. */
  number: number | undefined;
}

/** `term` and `kill` end what catches the interrupt of a `stop`: the steps of a Pipeline, and then the whole of it. */
export type StopHow = 'stop' | 'term' | 'kill';

export interface BuildActs {
  /** `undefined`: no such job, or no right to see it. Safe to repeat. */
  jobTrace(fullName: string): Promise<JobTrace | undefined>;
  /**
   * Twice may be two builds: after an answer that was lost look at the trace first, never send it again (contract jenkins
   * §4.4). Jenkins itself takes the same job with the same parameters only once into its queue.
   * @param parameters those that are not left to their defaults; undefined: of a job without any
   * @returns id of the queue item; undefined when Jenkins took it without naming one
   */
  startBuild(fullName: string, parameters: Record<string, string> | undefined): Promise<number | undefined>;
  /** `undefined`: never there, or left more than five minutes ago. Safe to repeat. */
  queueItem(id: number): Promise<BuildQueueEntry | undefined>;
  /** Twice equals once, and so does one that has left: whether it was cancelled is seen by looking. */
  cancelQueueItem(id: number): Promise<void>;
  /**
   * Twice equals once, also of a build that is over: whether it stopped is seen by looking.
   * @throws UpstreamError 404 for `term` and `kill` of what is no Pipeline
   */
  stopBuild(fullName: string, number: number, how: StopHow): Promise<void>;
}
