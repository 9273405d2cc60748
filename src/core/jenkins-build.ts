// Jenkins' jobs and their builds, in its own words: nouns, and the part of the port `Jenkins` that speaks of them
// (contract jenkins §4). `core/cluster.ts` makes it one port with the rest.

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
  /** What it may be; undefined: anything. */
  choices: string[] | undefined;
  /** Undefined where there is none, or where Jenkins does not tell. */
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
