// The nouns of the simulated Jenkins: what lies in its configuration, what runs, what waits. Plain data; the classes
// beside this file make it move and the server under `../../servers/` shows it in Jenkins' own words.

export interface ParameterDefinition {
  name: string;
  type: 'string' | 'choice' | 'boolean' | 'password';
  description: string | null;
  defaultValue: string;
  choices?: string[];
}

export interface JobDefinition {
  /** Folders and names with `/`; a branch name is already encoded once: `team-a/web/feature%2Flogin`. */
  fullName: string;
  kind: 'freestyle' | 'pipeline' | 'folder' | 'multibranch';
  description: string;
  /** Undefined: runs on the controller itself, where it has executors. */
  label: string | undefined;
  durationMs: number;
  /** How its builds end when nobody interferes; SUCCESS when absent. */
  result?: BuildResult;
  /** What it takes to end a Pipeline that catches the interrupt of a stop. */
  endsOnlyBy?: 'term' | 'kill';
  /** What stands in the log of a build that fails so, before its last line. */
  lastWords?: string[];
  parameters: ParameterDefinition[];
  concurrent: boolean;
  disabled: boolean;
  /** What one running build uses of its agent. */
  cpus: number;
  memMiB: number;
}

/** `cpus` and `mem` of the agent itself; the `executor…` fields exist in mesos 0.x only (contract jenkins §2.1). */
export interface AgentTemplate {
  label: string;
  minExecutors?: number;
  maxExecutors: number;
  idleTerminationMinutes: number;
  cpus: number;
  mem: number;
  executorCpus?: number;
  executorMem?: number;
  disk?: number;
  mode?: string;
  /** Without one there are no container settings. */
  dockerImage?: string;
  /** mesos 0.x and 1.x only. */
  jvmArgs?: string;
  jnlpArgs: string;
}

/** What the files kept in git say. Builds, queue and credentials are not among them (contract jenkins §3.5). */
export interface ControllerConfig {
  numExecutors: number;
  templates: AgentTemplate[];
  jobs: JobDefinition[];
  /** The configured root URL; undefined: Jenkins answers with the address it was asked at. */
  rootUrl: string | undefined;
  /** Grows at every save: stands for what config.xml holds and this model does not, such as the agents of old cores. */
  revision: number;
}

export type BuildResult = 'SUCCESS' | 'UNSTABLE' | 'FAILURE' | 'NOT_BUILT' | 'ABORTED';

export interface Cause {
  shortDescription: string;
  userId: string | null;
  userName: string;
}

export type Parameters = Record<string, string>;

export interface Build {
  job: JobDefinition;
  number: number;
  queueId: number;
  parameters: Parameters;
  cause: Cause;
  nodeName: string;
  startedAt: number;
  /** Undefined while it runs. */
  endedAt: number | undefined;
  result: BuildResult | undefined;
  /** How it ends when nobody interferes. */
  plan: BuildPlan;
}

export interface BuildPlan {
  durationMs: number;
  result: BuildResult;
}

export interface QueueItem {
  id: number;
  job: JobDefinition;
  parameters: Parameters;
  cause: Cause;
  plan: BuildPlan;
  inQueueSince: number;
  /** End of the quiet period. */
  dueAt: number;
  /** When it left the quiet period; undefined before. */
  buildableSince: number | undefined;
  state: 'waiting' | 'blocked' | 'buildable' | 'started' | 'cancelled';
  leftAt: number | undefined;
  build: Build | undefined;
}

/** A computer of Jenkins: the controller's own or an agent that came through Mesos. */
export interface JenkinsNode {
  name: string;
  isController: boolean;
  labels: string[];
  /** One place per executor; on a shrinking controller busy places outlive their number. */
  executors: (Build | undefined)[];
  online: boolean;
  idleSince: number;
  /** Takes no further build: agents of mesos 2.x serve one. */
  exhausted: boolean;
}

export const buildingOn = (node: JenkinsNode): Build[] => node.executors.filter((build) => build !== undefined);
