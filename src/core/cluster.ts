// Long because the nouns of three systems stand side by side here, so that a word two of them use is seen to have one owner.
// Ports and nouns of Marathon, Mesos and Jenkins, in their own words. The adapters implement them; commands name the
// few calls they make (`Pick<Marathon, 'app'>`). Every method throws UpstreamError when the system refuses, fails or
// stays silent. Reads are safe to repeat; each write says what twice means. Times are ms since the epoch.

import type { AgentTemplates } from './agent-templates.js';
import type { BuildCause, BuildReads } from './build-reads.js';
import type { BuildActs, JenkinsJobs } from './jenkins-build.js';
import type { JenkinsUpkeep } from './jenkins-upkeep.js';
import type { MachineMaintenance } from './mesos-maintenance.js';

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

// ── Marathon ────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface MarathonInfo {
  /** As Marathon says it, e.g. `1.5.15` or `1.11.24-SNAPSHOT`. */
  version: string;
  frameworkId: string | undefined;
  /** Base URL of the Mesos master's page, when Marathon knows it (0.11+, else read out of `master`). */
  mesosUrl: string | undefined;
  leader: string | undefined;
}

export interface MarathonTask {
  id: string;
  host: string;
  ports: number[];
  /** Mesos state name; undefined before 0.15.4 (then `startedAt` tells). */
  state: string | undefined;
  /** App version this task runs. */
  version: string | undefined;
  mesosAgentId: string | undefined;
  stagedAt: number | undefined;
  startedAt: number | undefined;
  ipAddresses: string[];
  /** 'unknown' when no check has reported yet or none is configured. */
  health: 'healthy' | 'unhealthy' | 'unknown';
  /** Latest successful check, Marathon's clock. */
  lastSuccessAt: number | undefined;
  consecutiveFailures: number;
}

export interface TaskFailure {
  taskId: string;
  state: string;
  message: string;
  host: string | undefined;
  at: number;
  version: string | undefined;
}

export interface App {
  id: string;
  version: string;
  instances: number;
  cpus: number;
  memMiB: number;
  labels: Record<string, string>;
  hasHealthChecks: boolean;
  /** The slowest configured health check, in ms; undefined without checks. */
  healthGraceMs: number | undefined;
  tasks: MarathonTask[];
  lastTaskFailure: TaskFailure | undefined;
  /** Ids of deployments in progress that touch this app. */
  deploymentIds: string[];
  lastConfigChangeAt: number | undefined;
  lastScalingAt: number | undefined;
  /** The app as Marathon answered it, for diffs and for writing back; read-only fields still inside. */
  definition: JsonObject;
}

export interface Deployment {
  id: string;
  /** Timestamp of the version it brings, ISO text. */
  version: string;
  affectedApps: string[];
  currentStep: number;
  totalSteps: number;
  /** e.g. `RestartApplication /jenkins`. */
  currentActions: { action: string; app: string }[];
}

/** What the alerts compare with what they saw before: one look, all parts of it asked at once. */
export interface AppSnapshot {
  /** `undefined`: Marathon says 404. */
  app: App | undefined;
  deployments: Deployment[];
  marathonVersion: string;
  /** Id of our change under way that had written the app before this look: the app's version is its (`own-change.ts`). */
  ours?: string | undefined;
}

/** Why an app's next instance has not started (contract marathon §4). */
export interface LaunchQueueEntry {
  appId: string;
  count: number;
  delaySecondsLeft: number;
  overdue: boolean;
  /** When Marathon began to want this instance (1.4+). */
  since: number | undefined;
  processedOffers: number | undefined;
  unusedOffers: number | undefined;
  /** First reason with declined offers, Marathon's word (`InsufficientMemory`), 1.4+. */
  reason: string | undefined;
}

export interface Marathon {
  /** Base for links people get, without trailing slash. */
  readonly publicUrl: string;
  info(): Promise<MarathonInfo>;
  /** `undefined` when Marathon says 404. */
  app(appId: string): Promise<App | undefined>;
  deployments(): Promise<Deployment[]>;
  /** For whoever looks again anyway: asked once, 5 s at most. */
  snapshot(appId: string): Promise<AppSnapshot>;
  /** `undefined` when nothing of this app waits. */
  launchQueue(appId: string): Promise<LaunchQueueEntry | undefined>;
  /** Versions, newest first, ISO text. */
  versions(appId: string): Promise<string[]>;
  appVersion(appId: string, version: string): Promise<JsonObject | undefined>;
  /**
   * POST: creates. Twice is refused by Marathon (409), so never two apps.
   * @returns the deployment that starts it, when Marathon named one
   */
  create(definition: JsonObject): Promise<{ deploymentId: string | undefined; version: string | undefined }>;
  /**
   * PUT: replaces the definition (`partialUpdate=false` from 1.4, merge before). Marathon starts a deployment only if
   * something differs, so an equal body twice changes nothing; 409 while another deployment holds the app.
   */
  replace(
    appId: string,
    definition: JsonObject,
  ): Promise<{ deploymentId: string | undefined; version: string | undefined }>;
  /** PUT of `{instances}` alone; equal twice changes nothing. */
  setInstances(appId: string, instances: number): Promise<{ deploymentId: string | undefined }>;
  /**
   * POST of a restart, never forced: a new version of the same definition, and every task anew. Twice restarts twice, so
   * it is not sent again before reading back; 409 while a deployment holds the app, its own first one included.
   */
  restart(appId: string): Promise<{ deploymentId: string | undefined; version: string | undefined }>;
  /**
   * PUT of `{version}` alone: a new version with that one's whole definition. When that runs already, nothing happens, so
   * twice is once; 409 while another deployment holds the app, 422 for a version that Marathon does not keep.
   */
  rollBack(appId: string, version: string): Promise<{ deploymentId: string | undefined; version: string | undefined }>;
  /**
   * Cancels: `rollback` starts a deployment back to the state before, `leave` forgets the plan where it stands.
   * `undefined` when it had already ended (404), so twice is harmless.
   */
  cancelDeployment(id: string, how: 'rollback' | 'leave'): Promise<{ deploymentId: string | undefined } | undefined>;
}

// ── Mesos ───────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface Resources {
  cpus: number;
  memMiB: number;
}

export interface MesosAgent {
  id: string;
  hostname: string;
  /** Port of the agent's own API. */
  port: number;
  active: boolean;
  deactivated: boolean;
  /** An operator has its tasks ended before work on the machine (Mesos 1.9+). */
  drain?: 'draining' | 'drained' | undefined;
  drainSince?: number | undefined;
  total: Resources;
  used: Resources;
}

export interface Framework {
  id: string;
  name: string;
  active: boolean;
  connected: boolean;
  registeredAt: number | undefined;
  used: Resources;
}

export interface MesosTask {
  id: string;
  name: string;
  state: string;
  frameworkId: string;
  mesosAgentId: string;
  /** `''` for command tasks: the agent then names the executor like the task. */
  executorId: string;
  resources: Resources;
  /** When it came to this state, by the clock of who said so; undefined while it is staging, or where Mesos does not say. */
  since?: number | undefined;
}

export interface EndedMesosTask extends MesosTask {
  /** Of the status that tells the end; undefined when there is none. */
  endedAt: number | undefined;
}

/** Mesos' last word on a task (`statuses` of the v1 API): no other answer carries its text. */
export interface MesosTaskStatus {
  state: string;
  /** e.g. `Memory limit exceeded: …`; empty when Mesos gives none. */
  message: string;
  /** e.g. `REASON_CONTAINER_LIMITATION_MEMORY`. */
  reason: string | undefined;
  mesosAgentId: string;
  frameworkId: string;
  executorId: string;
}

/** One look at what a container really used. CPU seconds are cumulative: use is a difference over a difference of `at`. */
export interface ExecutorStatistics {
  frameworkId: string;
  executorId: string;
  cpuSeconds: number;
  cpusLimit: number;
  memRssMiB: number;
  memLimitMiB: number;
  at: number;
}

export interface Mesos extends MachineMaintenance {
  readonly publicUrl: string;
  /** Registered agents; remembers every id → hostname pair seen (an unreachable agent disappears from the answer). */
  agents(): Promise<MesosAgent[]>;
  /** Hostname of an agent seen earlier by this client. */
  hostnameOf(mesosAgentId: string): string | undefined;
  /** Frameworks that have not completed, without their tasks. */
  frameworks(): Promise<Framework[]>;
  /** Tasks of one framework that have not ended. */
  tasks(frameworkId: string): Promise<MesosTask[]>;
  /** One of them; `undefined` when it has ended or never was. */
  task(frameworkId: string, taskId: string): Promise<MesosTask | undefined>;
  /** Tasks of one framework that have ended and are still remembered, latest end first; few after a change of leader. */
  endedTasks(frameworkId: string): Promise<EndedMesosTask[]>;
  /** Containers on one agent; two calls some time apart tell cpu use. 2 s at most. */
  statistics(agent: Pick<MesosAgent, 'hostname' | 'port'>): Promise<ExecutorStatistics[]>;
  /** What Mesos itself says of how a task stands or ended; `undefined` when it no longer knows it (contract mesos, GET_TASKS). */
  taskStatus(taskId: string): Promise<MesosTaskStatus | undefined>;
  /**
   * The end of a file in a task's sandbox, on its agent: at most the last `bytes`, as a terminal would show them, secrets
   * hidden. Text that begins in the middle of a line or of a character begins with the next whole one. `undefined` when
   * the agent or the file is not there. 5 s at most.
   */
  sandboxTail(
    task: { mesosAgentId: string; frameworkId: string; executorId: string; taskId: string },
    file: 'stdout' | 'stderr',
    bytes: number,
  ): Promise<string | undefined>;
  /** Sandbox page of a task, for people. */
  sandboxLink(task: { mesosAgentId: string; frameworkId: string; executorId: string; taskId: string }): string;
}

// ── Jenkins ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** What one knock on `GET login` tells. Never throws: a controller that does not answer is an answer. */
export interface JenkinsPulse {
  state: 'up' | 'starting' | 'restarting' | 'broken' | 'unreachable';
  /** New at each start of the JVM (`X-Jenkins-Session`). */
  session: string | undefined;
  version: string | undefined;
  /** What was seen when not up, in plain words. */
  detail: string | undefined;
}

export interface JenkinsController {
  version: string | undefined;
  session: string | undefined;
  quietingDown: boolean;
  /** Undefined: none given, or a core before 2.267, which keeps none. */
  quietDownReason?: string | undefined;
  numExecutors: number;
  /** Root URL configured inside Jenkins; goes stale after a failover. */
  rootUrl: string | undefined;
}

export interface JenkinsExecutors {
  busy: number;
  total: number;
  computers: JenkinsComputer[];
}

export interface JenkinsComputer {
  name: string;
  /** True for the controller itself (`master`, `Built-In Node`). */
  isController: boolean;
  offline: boolean;
  idle: boolean;
  numExecutors: number;
  /** Undefined on cores that do not say (before 2.94): `nodesWith` tells there. */
  labels?: string[] | undefined;
  /** Builds running on it, one-off executors included. */
  builds: { name: string; number: number | undefined; path: string | undefined }[];
}

export interface BuildQueueItem {
  id: number;
  name: string;
  why: string;
  buildable: boolean;
  stuck: boolean;
  inQueueSince: number;
  /** Who or what wants it built. */
  causes?: BuildCause[] | undefined;
}

export interface JenkinsBuild {
  /** Full name, `team-a/api`. */
  jenkinsJob: string;
  /** Begins at 1 again with each new controller that has no history. */
  number: number;
  /** When it began, Jenkins' clock. */
  at: number;
  /** 0 while it runs. */
  durationMs: number;
  /** Jenkins' word, `SUCCESS UNSTABLE FAILURE NOT_BUILT ABORTED`; undefined while it runs. */
  result: string | undefined;
}

export interface BuildHistory {
  builds: JenkinsBuild[];
  /** Some jobs had more builds than one answer takes: there were at least these. */
  isCut: boolean;
}

/** One agent template of a Mesos cloud (contract jenkins §2.1). `memMiB` and `cpus` are those of the agent itself. */
export interface AgentTemplate {
  cloud: number;
  /** 2 for mesos plugin 2.x, else 0. */
  generation: 0 | 2;
  index: number;
  label: string;
  maxExecutors: number;
  idleMinutes: number | undefined;
  cpus: number;
  memMiB: number;
  executorCpus: number | undefined;
  executorMemMiB: number | undefined;
}

export interface ExecutorSettings {
  controllerExecutors: number;
  templates: AgentTemplate[];
  /** False: Jenkins is not a Mesos framework now and no agent can start; undefined when the plugin cannot tell. */
  schedulerRunning: boolean | undefined;
  onDemandRegistration: boolean;
  /** Name under which Jenkins registers with Mesos; undefined without a Mesos cloud. */
  frameworkName: string | undefined;
}

export interface TemplateChange {
  cloud: number;
  template: number;
  label: string;
  from: number;
  to: number;
}

export interface TemplateChangeResult {
  changed: TemplateChange[];
  unchanged: TemplateChange[];
  refused: (TemplateChange & { reason: 'generation2' | 'ifCurrent' | string })[];
  saved: boolean;
}

export interface ScmSyncStatus {
  plugin: 'absent' | 'inactive' | 'active';
  scm: string | undefined;
  url: string | undefined;
  session: string | undefined;
  /** Jenkins' own clock. */
  now: number;
  /** When Jenkins last loaded its configuration, by the same clock; undefined when its log no longer tells. */
  loadedAt?: number | undefined;
  queuedCommits: number | undefined;
  unpushedCommits: number | undefined;
  dirtyFiles: number | undefined;
  configInSync: boolean | undefined;
  /** Hash of the newest commit of the plugin's checkout, pushed or not. */
  head?: string | undefined;
  /** As is `failedAt`, the time of the plugin's file; from a footer its words read as UTC, good only to compare the two. */
  successAt: number | undefined;
  failedAt: number | undefined;
  failSize: number | undefined;
  /** Latest failure text, credentials hidden. */
  failText: string | undefined;
  /** When that was in the plugin's own words, `Thu May 28 18:41:10 CST 2015`: no zone to rely on, but the same in both sources. */
  failDate?: string | undefined;
  /** What git said about it, from Jenkins' log; the failure text itself never quotes git. */
  logText?: string | undefined;
  logAt?: number | undefined;
  /** Paths below JENKINS_HOME that git lacks or has older, as far as the plugin's checkout tells. */
  filesAtRisk?: string[] | undefined;
  /** `footer`: seen on a page without script right; it tells failures, and no recovery (contract jenkins §3.3). */
  source?: 'script' | 'footer' | undefined;
}

export interface Jenkins extends JenkinsJobs, BuildActs, BuildReads, AgentTemplates, JenkinsUpkeep {
  /** Base for links people get; undefined while nobody knows where the controller is. */
  publicUrl(): Promise<string | undefined>;
  pulse(): Promise<JenkinsPulse>;
  controller(): Promise<JenkinsController>;
  executors(): Promise<JenkinsExecutors>;
  buildQueue(): Promise<BuildQueueItem[]>;
  /** Builds that began at `from` or later and that this controller remembers: nothing of the one before it. */
  builds(from: number): Promise<BuildHistory>;
  /** Names of the nodes that carry a label; none for a label nobody knows. */
  nodesWith(label: string): Promise<string[]>;
  /** Script console; needs Administer (RunScripts on old cores). */
  executorSettings(): Promise<ExecutorSettings>;
  /** Equal twice is `unchanged` and saves nothing. `ifCurrent`: refuse templates whose value is another by now. */
  setTemplateMax(change: {
    max: number;
    label?: string | undefined;
    ifCurrent?: number | undefined;
  }): Promise<TemplateChangeResult>;
  setControllerExecutors(count: number): Promise<{ from: number; to: number; applied: boolean }>;
  scmSync(): Promise<ScmSyncStatus>;
  /** What a page shows anybody who may read it, where scripts are refused; asked once. Fails where pages show nothing of it. */
  scmSyncFooter(): Promise<ScmSyncStatus>;
  /** Twice equals once. */
  quietDown(reason: string): Promise<void>;
  /** Twice equals once. */
  cancelQuietDown(): Promise<void>;
  /** Name the credentials act under; `anonymous` without. */
  whoAmI(): Promise<string>;
}
