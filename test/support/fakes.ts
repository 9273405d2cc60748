// A CI service as plain records: each system answers with a fixed good state, and a test replaces the calls it is about.
// What a test did not expect (a write) fails with its name.
import { rules } from '../../src/alerts/index.js';
import { catalogueOf, commands } from '../../src/commands/index.js';
import type { AppLock, EndedBy, LockDesk } from '../../src/core/app-lock.js';
import type { AuditEntry } from '../../src/core/audit.js';
import type { ChangeQueue } from '../../src/core/changes.js';
import type { Jenkins, Marathon, Mesos } from '../../src/core/cluster.js';
import type { Asked, Ports, Settings } from '../../src/core/command.js';
import { type Examine, good } from '../../src/core/doctor.js';
import type { Clock } from '../../src/core/time.js';
import type { UsageSample } from '../../src/core/usage-sample.js';
import { someClouds } from './agent-templates.js';
import { aController, aFramework, agents, aLoadOf, anApp, aTask, aTemplate, SAVED } from './ci-service.js';
import { manualClock } from './manual-clock.js';

const unexpected = (call: string) => (): never => {
  throw new Error(`nobody expected ${call}`);
};

export function fakeMarathon(calls: Partial<Marathon> = {}): Marathon {
  return {
    publicUrl: 'http://marathon.example.org:8080',
    info: async () => ({
      version: '1.5.15',
      frameworkId: 'marathon-framework',
      mesosUrl: 'http://192.168.3.4:5050',
      leader: '192.168.3.4:8080',
    }),
    app: async () => anApp(),
    deployments: async () => [],
    snapshot: async () => ({ app: anApp(), deployments: [], marathonVersion: '1.5.15' }),
    launchQueue: async () => undefined,
    versions: async () => [anApp().version],
    appVersion: async () => anApp().definition,
    create: unexpected('POST /v2/apps'),
    replace: unexpected('PUT /v2/apps'),
    setInstances: unexpected('PUT of instances'),
    restart: unexpected('POST of a restart'),
    rollBack: unexpected('PUT of a version'),
    cancelDeployment: unexpected('DELETE /v2/deployments'),
    ...calls,
  };
}

export function fakeMesos(calls: Partial<Mesos> = {}): Mesos {
  const mesos: Mesos = {
    publicUrl: 'http://192.168.3.4:5050',
    agents: async () => agents(),
    hostnameOf: () => undefined,
    frameworks: async () => [aFramework()],
    tasks: async (frameworkId) =>
      frameworkId === 'marathon-framework'
        ? [
            {
              id: aTask().id,
              name: 'jenkins',
              state: 'TASK_RUNNING',
              frameworkId,
              mesosAgentId: 'agent-25',
              executorId: '',
              resources: { cpus: 1, memMiB: 2048 },
            },
          ]
        : [],
    task: async (frameworkId, taskId) => (await mesos.tasks(frameworkId)).find((task) => task.id === taskId),
    endedTasks: async () => [],
    statistics: async () => [],
    taskStatus: async () => undefined,
    maintenance: async () => [],
    lostAgents: () => [],
    sandboxTail: async () => undefined,
    sandboxLink: ({ mesosAgentId, frameworkId, taskId }) =>
      `http://192.168.3.4:5050/#/agents/${mesosAgentId}/frameworks/${frameworkId}/executors/${taskId}`,
    ...calls,
  };
  return mesos;
}

export function fakeJenkins(calls: Partial<Jenkins> = {}): Jenkins {
  return {
    publicUrl: async () => 'http://ci.example.org/',
    pulse: async () => ({ state: 'up', session: 'session-1', version: '1.596.2', detail: undefined }),
    controller: async () => aController(),
    executors: async () => aLoadOf(),
    buildQueue: async () => [],
    builds: async () => ({ builds: [], isCut: false }),
    jenkinsJob: async () => undefined,
    jobTrace: async () => undefined,
    queueItem: async () => undefined,
    startBuild: unexpected('a build'),
    cancelQueueItem: unexpected('a queue item to be cancelled'),
    stopBuild: unexpected('a build to be stopped'),
    jobNames: async () => ({ names: [], isCut: false }),
    buildsOf: async () => undefined,
    buildStory: async () => undefined,
    runningBuilds: async () => [],
    newestBuilds: async () => ({ builds: [], isCut: false }),
    consoleTail: async () => undefined,
    nodesWith: async () => [],
    executorSettings: async () => ({
      controllerExecutors: 2,
      templates: [aTemplate()],
      schedulerRunning: true,
      onDemandRegistration: false,
      frameworkName: 'Jenkins Scheduler',
    }),
    setTemplateMax: unexpected('a change of the agent templates'),
    mesosClouds: async () => someClouds(),
    setTemplates: unexpected('a change of the agents to come'),
    agentActivity: async () => [],
    setControllerExecutors: unexpected("a change of the controller's executors"),
    scmSync: async () => SAVED,
    scmSyncFooter: unexpected('a look at the footer of a page'),
    quietDown: unexpected('quietDown'),
    cancelQuietDown: unexpected('cancelQuietDown'),
    whoAmI: async () => 'bellboard',
    scmSaveAll: unexpected('the saving of everything to git'),
    scmPurge: unexpected('a purge of the failure note'),
    scmIncoming: unexpected('a look at what git would bring'),
    scmPull: unexpected('a pull from git'),
    reload: unexpected('a reload of the configuration'),
    restartJvm: unexpected('a restart inside the task'),
    ...calls,
  };
}

export const fakeChanges = (calls: Partial<ChangeQueue> = {}): ChangeQueue => ({
  running: async () => undefined,
  waiting: async () => [],
  stop: async () => 'unknown',
  ...calls,
});

/** @param entries newest first; the id of each row is its place from the end */
const fakeTrail = (entries: readonly AuditEntry[]): Ports['audit'] => ({
  recent: async (limit) => entries.slice(0, limit),
  async page({ from, before, fits, limit }) {
    const rows = entries.map((entry, index) => ({ id: `${entries.length - index}-0`, entry }));
    const older = rows.filter(
      ({ id }) => before === undefined || Number.parseInt(id, 10) < Number.parseInt(before, 10),
    );
    const fitting = older.filter(({ entry }) => entry.at >= from && fits(entry));
    return { rows: fitting.slice(0, limit), isMore: fitting.length > limit };
  },
});

const NAMES: Readonly<Record<string, string>> = { U0ANA: 'Ana', U0LEE: 'Lee', U0BOB: 'Bob' };

export interface FakeLocks extends LockDesk {
  lock: AppLock | undefined;
  told: [lock: AppLock, by: EndedBy][];
}

/** @param lock that stands; one that has ended is not there */
export function fakeLocks(lock?: AppLock): FakeLocks {
  const fake: FakeLocks = {
    lock,
    told: [],
    standing: async () => fake.lock,
    async take(wanted, replaces) {
      const { lock: held } = fake;
      if (held === undefined || held.userId === wanted.userId || held.id === replaces) fake.lock = wanted;
      return fake.lock ?? wanted;
    },
    async open(id) {
      if (fake.lock?.id === id) fake.lock = undefined;
    },
    tellOver: async (...call) => void fake.told.push(call),
  };
  return fake;
}

/** A quiet board. */
const fakeIncidents = (calls: Partial<Ports['incidents']> = {}): Ports['incidents'] => ({
  recent: async () => [],
  since: async () => [],
  find: async () => undefined,
  ackOf: async () => undefined,
  silences: async () => ({}),
  ack: unexpected('an acknowledgement'),
  silence: unexpected('a silence'),
  endSilence: unexpected('the end of a silence'),
  endsOfController: async () => undefined,
  refresh: unexpected('a refresh of the board'),
  ...calls,
});

/** Kept in a plain list. */
export const fakeSamples = (samples: readonly UsageSample[]): Ports['usage'] => ({
  async *read(from, to) {
    yield samples.filter(({ at }) => at >= from && at < to);
  },
  latest: async () => samples.at(-1),
});

const fakeDigests = (calls: Partial<Ports['digests']> = {}): Ports['digests'] => ({
  schedule: { cron: '0 9 * * 1-5', zone: 'UTC' },
  channelId: 'C0CIALERTS',
  last: async () => undefined,
  compose: unexpected('a digest'),
  post: unexpected('the posting of a digest'),
  ...calls,
});

export const SETTINGS: Settings = {
  name: 'bellboard',
  slashCommand: '/ci',
  appId: '/jenkins',
  executorsAppId: undefined,
  scmSyncGit: 'git@git.example.org:ci/jenkins.git',
  appUser: 'jenkins',
  alertChannel: 'C0CIALERTS',
  timeZone: 'UTC',
  usageRetentionDays: 35,
};

/** Filled in from the environment. */
const variable = (name: string) => `\${${name}}`;

/** What `anApp` runs, so that a deploy of it finds nothing to do. */
export const MANIFEST = JSON.stringify({
  id: '/jenkins',
  instances: 1,
  cpus: 1,
  mem: 2048,
  user: variable('APP_USER'),
  cmd: 'exec java -jar jenkins.war --httpPort=$PORT0',
  env: { SCM_SYNC_GIT: variable('SCM_SYNC_GIT') },
  healthChecks: [
    { protocol: 'HTTP', path: '/login', gracePeriodSeconds: 300, intervalSeconds: 20, maxConsecutiveFailures: 9 },
  ],
  upgradeStrategy: { minimumHealthCapacity: 0, maximumOverCapacity: 0 },
});

export interface FakeCalls {
  marathon?: Partial<Marathon>;
  mesos?: Partial<Mesos>;
  jenkins?: Partial<Jenkins>;
  changes?: Partial<ChangeQueue>;
  incidents?: Partial<Ports['incidents']>;
  locks?: LockDesk;
  settings?: Partial<Settings>;
  audit?: readonly AuditEntry[];
  /** Oldest first. */
  samples?: readonly UsageSample[];
  digests?: Partial<Ports['digests']>;
  examine?: Examine;
  manifest?: () => string;
  clock?: Clock;
}

export function fakePorts(calls: FakeCalls = {}): Ports {
  return {
    marathon: fakeMarathon(calls.marathon),
    mesos: fakeMesos(calls.mesos),
    jenkins: fakeJenkins(calls.jenkins),
    manifest: { read: async () => calls.manifest?.() ?? MANIFEST },
    audit: fakeTrail(calls.audit ?? []),
    usage: fakeSamples(calls.samples ?? []),
    digests: fakeDigests(calls.digests),
    examine: calls.examine ?? (async () => [good('Marathon', 'version 1.5.15')]),
    incidents: fakeIncidents(calls.incidents),
    rules,
    changes: fakeChanges(calls.changes),
    locks: calls.locks ?? fakeLocks(),
    nameOf: async (userId) => NAMES[userId] ?? userId,
    linkOf: async ({ messageTs }) =>
      messageTs === undefined ? undefined : `https://example.slack.com/archives/C0CI/p${messageTs.replace('.', '')}`,
    catalogue: catalogueOf(commands),
    settings: { ...SETTINGS, ...calls.settings },
    clock: calls.clock ?? manualClock(),
  };
}

export const asked = (patch: Partial<Asked> = {}): Asked => ({
  id: 'd-ana-go',
  actor: { userId: 'U0ANA', teamId: 'T0HOME' },
  place: { channelId: 'C0CI', teamId: 'T0HOME' },
  text: 'where',
  here: false,
  may: () => ({ allowed: true }),
  ...patch,
});
