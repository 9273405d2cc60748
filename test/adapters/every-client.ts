// The three clients of the far side, each with its reads and writes, for the suites that all of them have to pass.
import { type JenkinsOptions, jenkinsClient } from '../../src/adapters/jenkins/client.js';
import { marathonClient } from '../../src/adapters/marathon/client.js';
import { mesosClient } from '../../src/adapters/mesos/client.js';
import { hastyClock } from './failing.js';

type Common = Pick<JenkinsOptions, 'credentials' | 'clock' | 'scrub' | 'onResponse' | 'timeouts' | 'retryDelaysMs'>;

export interface Act {
  name: string;
  effect: 'read' | 'write';
  run(url: string, more?: Partial<Common>): Promise<unknown>;
}

/** Part of a definition that is written; nothing of it may come back in an error. */
export const DEFINITION_SECRET = 'in-the-definition-9f8e';

const common: Common = { credentials: undefined, clock: hastyClock(), scrub: (text) => text };
const definition = { id: '/j', env: { DB_PASSWORD: DEFINITION_SECRET } };

const act = <C extends { close(): void }>(
  system: string,
  open: (url: string, options: Common) => C,
  effect: Act['effect'],
  calls: Record<string, (client: C) => Promise<unknown>>,
): Act[] =>
  Object.entries(calls).map(([name, call]) => ({
    name: `${system} ${name}`,
    effect,
    run: async (url, more = {}) => {
      const client = open(url, { ...common, ...more });
      try {
        return await call(client);
      } finally {
        client.close();
      }
    },
  }));

const marathon = (url: string, options: Common) => marathonClient({ ...options, urls: [url], publicUrl: undefined });
const mesos = (url: string, options: Common) => mesosClient({ ...options, urls: () => [url], publicUrl: undefined });
const jenkins = (url: string, options: Common) =>
  jenkinsClient({ ...options, baseUrl: async () => url, publicUrl: undefined });

export const READS: Act[] = [
  ...act('Marathon', marathon, 'read', {
    info: (client) => client.info(),
    app: (client) => client.app('/j'),
    deployments: (client) => client.deployments(),
    launchQueue: (client) => client.launchQueue('/j'),
    versions: (client) => client.versions('/j'),
    appVersion: (client) => client.appVersion('/j', '2015-05-08T09:00:00.000Z'),
  }),
  ...act('Mesos', mesos, 'read', {
    agents: (client) => client.agents(),
    frameworks: (client) => client.frameworks(),
    tasks: (client) => client.tasks('F'),
    task: (client) => client.task('F', 't'),
    endedTasks: (client) => client.endedTasks('F'),
    taskStatus: (client) => client.taskStatus('t'),
    maintenance: (client) => client.maintenance(),
  }),
  ...act('Jenkins', jenkins, 'read', {
    controller: (client) => client.controller(),
    executors: (client) => client.executors(),
    buildQueue: (client) => client.buildQueue(),
    builds: (client) => client.builds(0),
    jenkinsJob: (client) => client.jenkinsJob('team-a/api'),
    jobNames: (client) => client.jobNames(),
    buildsOf: (client) => client.buildsOf('team-a/api', 3),
    buildStory: (client) => client.buildStory('team-a/api', 7),
    runningBuilds: (client) => client.runningBuilds(),
    newestBuilds: (client) => client.newestBuilds(3),
    jobTrace: (client) => client.jobTrace('team-a/api'),
    queueItem: (client) => client.queueItem(412),
    nodesWith: (client) => client.nodesWith('linux'),
    whoAmI: (client) => client.whoAmI(),
  }),
];

export const WRITES: Act[] = [
  ...act('Marathon', marathon, 'write', {
    create: (client) => client.create(definition),
    replace: (client) => client.replace('/j', definition),
    restart: (client) => client.restart('/j'),
    rollBack: (client) => client.rollBack('/j', '2015-05-08T09:00:00.000Z'),
    setInstances: (client) => client.setInstances('/j', 1),
    rollback: (client) => client.cancelDeployment('d', 'rollback'),
    leave: (client) => client.cancelDeployment('d', 'leave'),
  }),
  ...act('Jenkins', jenkins, 'write', {
    quietDown: (client) => client.quietDown('because'),
    cancelQuietDown: (client) => client.cancelQuietDown(),
    startBuild: (client) => client.startBuild('team-a/api', { BRANCH: 'main' }),
    cancelQueueItem: (client) => client.cancelQueueItem(412),
    stopBuild: (client) => client.stopBuild('team-a/api', 7, 'stop'),
    executorSettings: (client) => client.executorSettings(),
    setTemplateMax: (client) => client.setTemplateMax({ max: 2 }),
    setControllerExecutors: (client) => client.setControllerExecutors(2),
    mesosClouds: (client) => client.mesosClouds(),
    setTemplates: (client) => client.setTemplates({ cpus: 1 }, []),
    agentActivity: (client) => client.agentActivity(),
    scmSync: (client) => client.scmSync(),
    scmSaveAll: (client) => client.scmSaveAll(),
    scmPurge: (client) => client.scmPurge(),
    scmIncoming: (client) => client.scmIncoming(),
    scmPull: (client) => client.scmPull(),
    reload: (client) => client.reload(),
    restartJvm: (client) => client.restartJvm('safe'),
  }),
];
