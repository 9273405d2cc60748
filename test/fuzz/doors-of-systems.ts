// The doors through which Marathon, Mesos and Jenkins answer.
import fc from 'fast-check';
import { type JenkinsClient, jenkinsClient } from '../../src/adapters/jenkins/client.js';
import { marathonClient } from '../../src/adapters/marathon/client.js';
import { mesosClient } from '../../src/adapters/mesos/client.js';
import { scrubber } from '../../src/adapters/secrets.js';
import { typed } from '../support/fakes-journey.js';
import { manualClock } from '../support/manual-clock.js';
import { type Door, erased, named } from './door.js';
import { carriedOut, delivery } from './doors-of-people.js';
import { type FarSide, type Spoiling, spoiling } from './far-side.js';

/** The commands that look at all of it, over the real clients. */
const LOOKS = [
  'where',
  'status',
  'usage',
  'usage --by label',
  'usage --by agent',
  'logs',
  'logs stdout --lines 50',
  'logs --previous',
  'builds',
  'builds app-build',
  'queue',
  'console app-build#1',
  'console app-build --lines 200',
  'deploy --dry-run',
  'deploy --mem 2500',
  'cancel',
  'scale executors 4',
  'scale executors 2 --label linux',
  'scale executors 3 --controller',
  'agents',
  'agents linux',
  'templates',
  'template linux mem=1024',
  'template mesos cpus=0.5 idle=5',
];

export function upstreamDoors(far: FarSide): { doors: Door[]; close(): void } {
  const common = {
    credentials: undefined,
    clock: { ...manualClock(), sleep: () => Promise.resolve() },
    scrub: scrubber([]),
    retryDelaysMs: [],
    timeouts: { connectMs: 2_000, readMs: 5_000 },
  };
  const marathon = marathonClient({ ...common, urls: [far.marathon], publicUrl: undefined });
  const mesos = mesosClient({ ...common, urls: () => [far.mesos], publicUrl: undefined });
  const jenkins: JenkinsClient = jenkinsClient({ ...common, baseUrl: async () => far.jenkins, publicUrl: undefined });
  const reads: Record<string, () => Promise<unknown>> = {
    info: () => marathon.info(),
    app: () => marathon.app('/jenkins'),
    snapshot: () => marathon.snapshot('/jenkins'),
    deployments: () => marathon.deployments(),
    launchQueue: () => marathon.launchQueue('/jenkins'),
    versions: () => marathon.versions('/jenkins'),
    agents: () => mesos.agents(),
    frameworks: () => mesos.frameworks(),
    tasks: () => mesos.tasks('F'),
    endedTasks: () => mesos.endedTasks('F'),
    taskStatus: () => mesos.taskStatus('t'),
    controller: () => jenkins.controller(),
    executors: () => jenkins.executors(),
    buildQueue: () => jenkins.buildQueue(),
    builds: () => jenkins.builds(0),
    buildsOf: () => jenkins.buildsOf('app-build', 3),
    buildStory: () => jenkins.buildStory('app-build', 1),
    runningBuilds: () => jenkins.runningBuilds(),
    newestBuilds: () => jenkins.newestBuilds(3),
    consoleTail: () => jenkins.consoleTail('app-build', 1, 1_000),
    nodesWith: () => jenkins.nodesWith('linux'),
    whoAmI: () => jenkins.whoAmI(),
    pulse: () => jenkins.pulse(),
    executorSettings: () => jenkins.executorSettings(),
    mesosClouds: () => jenkins.mesosClouds(),
    agentActivity: () => jenkins.agentActivity(),
    setTemplates: () =>
      jenkins.setTemplates({ memMiB: 600 }, [{ cloud: 0, index: 0, label: 'mesos', settings: { memMiB: 512 } }]),
    maintenance: () => mesos.maintenance(),
    scmSync: () => jenkins.scmSync(),
    scmSyncFooter: () => jenkins.scmSyncFooter(),
    scmIncoming: () => jenkins.scmIncoming(),
  };
  return {
    doors: [
      erased({
        name: 'upstream answers',
        share: 0.1,
        comes: fc.record({ call: fc.constantFrom(...Object.keys(reads)), how: spoiling }),
        async meet({ call, how }: { call: string; how: Spoiling }) {
          far.spoil(how);
          try {
            await reads[call]?.();
            return 'answer';
          } catch (error) {
            return named(error);
          }
        },
      }),
      erased({
        name: 'commands over spoilt answers',
        share: 0.06,
        comes: fc.record({ text: fc.constantFrom(...LOOKS), how: spoiling }),
        async meet({ text: line, how }: { text: string; how: Spoiling }) {
          far.spoil(how);
          return carriedOut(typed(line, { delivery: delivery() }), { marathon, mesos, jenkins });
        },
      }),
    ],
    close() {
      for (const client of [marathon, mesos, jenkins]) client.close();
    },
  };
}
