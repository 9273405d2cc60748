// The nouns of a healthy CI service at `NOW`: the controller of the article, on 192.168.3.25:31052 for two hours.
import type { BuildStory } from '../../src/core/build-reads.js';
import type {
  AgentTemplate,
  App,
  Deployment,
  Framework,
  JenkinsComputer,
  JenkinsController,
  JenkinsExecutors,
  MarathonTask,
  MesosAgent,
  ScmSyncStatus,
} from '../../src/core/cluster.js';
import { type System, UpstreamError } from '../../src/core/errors.js';
import { HOUR, MINUTE } from '../../src/core/time.js';

/** The default of `manualClock`: 2015-05-28T10:00:00Z. */
export const NOW = Date.UTC(2015, 4, 28, 10);

export const aTask = (patch: Partial<MarathonTask> = {}): MarathonTask => ({
  id: 'jenkins.old',
  host: '192.168.3.25',
  ports: [31052],
  state: 'TASK_RUNNING',
  version: '2015-05-28T08:00:00.000Z',
  mesosAgentId: 'agent-25',
  stagedAt: NOW - 2 * HOUR,
  startedAt: NOW - 2 * HOUR,
  ipAddresses: [],
  health: 'healthy',
  lastSuccessAt: NOW - 10_000,
  consecutiveFailures: 0,
  ...patch,
});

export const anApp = (patch: Partial<App> = {}): App => ({
  id: '/jenkins',
  version: '2015-05-28T08:00:00.000Z',
  instances: 1,
  cpus: 1,
  memMiB: 2048,
  labels: {},
  hasHealthChecks: true,
  healthGraceMs: 5 * MINUTE,
  tasks: [aTask()],
  lastTaskFailure: undefined,
  deploymentIds: [],
  lastConfigChangeAt: undefined,
  lastScalingAt: undefined,
  definition: {
    id: '/jenkins',
    instances: 1,
    cpus: 1,
    mem: 2048,
    user: 'jenkins',
    cmd: 'exec java -jar jenkins.war --httpPort=$PORT0',
    env: { SCM_SYNC_GIT: 'git@git.example.org:ci/jenkins.git' },
    healthChecks: [
      { protocol: 'HTTP', path: '/login', gracePeriodSeconds: 300, intervalSeconds: 20, maxConsecutiveFailures: 9 },
    ],
    upgradeStrategy: { minimumHealthCapacity: 0, maximumOverCapacity: 0 },
  },
  ...patch,
});

export const aFramework = (patch: Partial<Framework> = {}): Framework => ({
  id: 'jenkins-framework-1',
  name: 'Jenkins Scheduler',
  active: true,
  connected: true,
  registeredAt: NOW - 2 * HOUR,
  used: { cpus: 0, memMiB: 0 },
  ...patch,
});

export const aDeployment = (patch: Partial<Deployment> = {}): Deployment => ({
  id: '5cd987cd',
  version: '2015-05-28T09:58:00.000Z',
  affectedApps: ['/jenkins'],
  currentStep: 1,
  totalSteps: 2,
  currentActions: [{ action: 'RestartApplication', app: '/jenkins' }],
  ...patch,
});

export const aTemplate = (patch: Partial<AgentTemplate> = {}): AgentTemplate => ({
  cloud: 0,
  generation: 0,
  index: 0,
  label: 'linux',
  maxExecutors: 2,
  idleMinutes: 3,
  cpus: 0.2,
  memMiB: 512,
  executorCpus: 0.1,
  executorMemMiB: 128,
  ...patch,
});

export const aController = (patch: Partial<JenkinsController> = {}): JenkinsController => ({
  version: '1.596.2',
  session: 'session-1',
  quietingDown: false,
  numExecutors: 2,
  rootUrl: 'http://ci.example.org/',
  ...patch,
});

/** Ended 8 min before `NOW`. */
export const aBuild = (patch: Partial<BuildStory> = {}): BuildStory => ({
  jenkinsJob: 'app-build',
  number: 7,
  at: NOW - 10 * MINUTE,
  isRunning: false,
  durationMs: 2 * MINUTE,
  estimateMs: 3 * MINUTE,
  result: 'SUCCESS',
  nodeName: 'mesos-jenkins-1',
  causes: [{ text: 'Started by user Ana' }],
  commits: [],
  ...patch,
});

const aComputer = (name: string, isController: boolean, builds: string[]): JenkinsComputer => ({
  name,
  isController,
  offline: false,
  idle: builds.length === 0,
  numExecutors: 2,
  builds: builds.map((build) => ({ name: build, number: 7, path: `job/${build}/7/` })),
});

/** The controller and one agent for each list of builds. */
export const aLoadOf = (...onAgents: string[][]): JenkinsExecutors => ({
  busy: onAgents.flat().length,
  total: 2 + 2 * onAgents.length,
  computers: [
    aComputer('master', true, []),
    ...onAgents.map((builds, index) => aComputer(`mesos-jenkins-${index + 1}`, false, builds)),
  ],
});

export const agents = (): MesosAgent[] =>
  [25, 26, 27, 28].map((at) => ({
    id: `agent-${at}`,
    hostname: `192.168.3.${at}`,
    port: 5051,
    active: true,
    deactivated: false,
    total: { cpus: 8, memMiB: 16_384 },
    used: { cpus: 2, memMiB: 4_096 },
  }));

export const SAVED: ScmSyncStatus = {
  plugin: 'active',
  scm: 'Git',
  url: 'git@git.example.org:ci/jenkins.git',
  session: 'session-1',
  now: NOW,
  queuedCommits: 0,
  unpushedCommits: 0,
  dirtyFiles: 0,
  configInSync: true,
  successAt: NOW - HOUR,
  failedAt: undefined,
  failSize: undefined,
  failText: undefined,
};

/** A system that does not answer a read. */
export const silence = (system: System, request = 'GET /'): UpstreamError =>
  new UpstreamError({
    system,
    request,
    seen: 'did not answer within 15 s',
    retryable: true,
    mayHaveArrived: true,
  });

export const refusal = (
  system: System,
  status: number,
  seen: string,
  request = 'PUT /v2/apps/jenkins',
): UpstreamError =>
  new UpstreamError({ system, request, status, seen, retryable: false, mayHaveArrived: status >= 500 });
