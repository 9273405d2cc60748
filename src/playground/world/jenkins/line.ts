// The two supported lines of Jenkins side by side: what differs by version and is not behaviour (contract jenkins, head).
import { randomUUID } from 'node:crypto';
import type { JenkinsGeneration } from '../types.js';
import type { AgentTemplate } from './model.js';

export interface Line {
  generation: JenkinsGeneration;
  core: string;
  mesosPlugin: string;
  /** Version the scm-sync plugin would have, where it is installed. */
  scmSyncVersion: string;
  scmSyncByDefault: 'active' | 'absent';
  /** Display name of the controller's own node: `Built-In Node` since 2.307. */
  controllerName: string;
  controllerLabel: string;
  controllerExecutors: number;
  useCrumbs: boolean;
  /** The permission `scriptText` asks for; Administer since 2.222. */
  scriptRight: 'RunScripts' | 'Administer';
  template: AgentTemplate;
  /** Node name of a new agent (contract jenkins §2.4). */
  agentName(label: string): string;
  /** Mesos task id of that agent: the node name in 0.x, in 2.x an id that starts with it. */
  taskId(agentName: string): string;
}

const old: Line = {
  generation: 'old',
  core: '1.596.2',
  mesosPlugin: '0.7.0',
  scmSyncVersion: '0.0.8',
  scmSyncByDefault: 'active',
  controllerName: 'master',
  controllerLabel: 'master',
  controllerExecutors: 2,
  useCrumbs: false,
  scriptRight: 'RunScripts',
  template: {
    label: 'mesos',
    maxExecutors: 2,
    idleTerminationMinutes: 3,
    cpus: 0.2,
    mem: 512,
    executorCpus: 0.1,
    executorMem: 128,
    // What the plugin fills in; it adds -Xmx from the memory itself.
    jvmArgs: '-Xms16m -XX:+UseConcMarkSweepGC -Djava.net.preferIPv4Stack=true',
    jnlpArgs: '',
  },
  agentName: () => `mesos-jenkins-${randomUUID()}`,
  taskId: (agentName) => agentName,
};

const modern: Line = {
  generation: 'modern',
  core: '2.479.3',
  mesosPlugin: '2.3',
  scmSyncVersion: '0.0.10',
  scmSyncByDefault: 'absent',
  controllerName: 'Built-In Node',
  controllerLabel: 'built-in',
  controllerExecutors: 0,
  useCrumbs: true,
  scriptRight: 'Administer',
  template: {
    label: 'linux',
    minExecutors: 1,
    maxExecutors: 1,
    idleTerminationMinutes: 3,
    cpus: 0.1,
    mem: 512,
    disk: 0,
    mode: 'EXCLUSIVE',
    dockerImage: 'mesosphere/jenkins-dind:0.8.0',
    jnlpArgs: '-noReconnect',
  },
  agentName: (label) => `jenkins-agent-${label}-${randomUUID()}`,
  taskId: (agentName) => `${agentName}.0`,
};

export const LINES: Record<JenkinsGeneration, Line> = { old, modern };

/** What Mesos is asked for when an agent with `executors` slots starts (contract jenkins §2.1, row "resources"). */
export function agentResources(template: AgentTemplate, executors: number): { cpus: number; memMiB: number } {
  if (template.executorCpus === undefined) return { cpus: template.cpus, memMiB: template.mem + 32 };
  const memMiB = template.mem + executors * (template.executorMem ?? 0);
  return {
    cpus: Math.round((template.cpus + executors * template.executorCpus) * 1000) / 1000,
    memMiB: Math.round(memMiB * 1.1),
  };
}
