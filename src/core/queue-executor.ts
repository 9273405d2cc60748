// What stands between a waiting build and an executor: Jenkins' nodes, the Mesos plugin's templates, its framework, and
// the room on the cluster, looked at in the order in which an agent comes about. Pure; called by `queue-wait.ts`.
import { agentNeeds, roomFor } from './agent-room.js';
import type { WaitCause } from './build-wait.js';
import type { AgentTemplate, ExecutorSettings, JenkinsComputer, JenkinsExecutors, MesosAgent } from './cluster.js';
import { matchesLabels } from './label-expression.js';
import { code, join, md, type Rich, shorten } from './text.js';
import { counted, cpus, memory } from './words.js';

/** Items with the same words wait for the same thing. */
export interface Wait {
  why: Rich;
  helps: Rich;
}

/** Each part is undefined when nobody told it. */
export interface ExecutorLook {
  executors: JenkinsExecutors | undefined;
  settings: ExecutorSettings | undefined;
  /** Mesos': machines, not nodes of Jenkins. */
  mesosAgents: readonly MesosAgent[] | undefined;
  /** Is Jenkins registered with Mesos? */
  isRegistered: boolean | undefined;
  /** Names of tasks of Jenkins' framework that have not ended: of agents that run or are being started. */
  mesosTasks: readonly string[] | undefined;
  /** Names of the nodes that carry a label. */
  labelled: ReadonlyMap<string, readonly string[]>;
  /** Static agents are instances of an app of their own (`EXECUTORS_APP_ID`). */
  staticAgents: boolean;
}

type ExecutorCause = Extract<WaitCause, { kind: 'executor' }>;

/** `scale executors` takes no more (contract jenkins §2.1). */
const MOST = 64;
const LONGEST = 100;
/** Node names of the Mesos plugin (contract jenkins §2.4). */
const OF_MESOS = /^(?:mesos-)?jenkins-/;

export function executorWait(cause: ExecutorCause, look: ExecutorLook): Wait {
  const { on } = cause;
  const node = look.executors?.computers.find(({ name }) => name === on);
  if (node?.isController === true) return onController(node, cause);
  const controller = look.executors?.computers.find(({ isController }) => isController);
  if (on === undefined && controller !== undefined && isFull(controller)) return anyBusy(controller, look);

  const nodes = nodesFor(on, node, look);
  const label = node === undefined ? on : node.labels?.[0];
  const templates = templatesFor(label, node, look.settings);
  if (templates === undefined || look.executors === undefined) return byJenkinsAlone(cause, nodes);
  return templates.length === 0 ? withoutTemplate(cause, nodes, look) : withTemplate(label, nodes, templates, look);
}

const isFull = ({ numExecutors, builds }: JenkinsComputer): boolean =>
  numExecutors > 0 && builds.length >= numExecutors;

/** Those that could take it; undefined where that is not known. */
function nodesFor(on: string | undefined, node: JenkinsComputer | undefined, { executors, labelled }: ExecutorLook) {
  if (executors === undefined) return undefined;
  const names = on === undefined ? undefined : labelled.get(on);
  if (node !== undefined) return [node];
  if (on === undefined) return executors.computers.filter(({ isController }) => !isController);
  return names === undefined ? undefined : executors.computers.filter(({ name }) => names.includes(name));
}

/** A template carries blank-separated labels. Undefined where it is not known which of them would do. */
function templatesFor(
  label: string | undefined,
  node: JenkinsComputer | undefined,
  settings: ExecutorSettings | undefined,
): AgentTemplate[] | undefined {
  if (settings === undefined) return undefined;
  // What is tied to one node waits for that one, unless Mesos made it: such names are of one template's agents.
  if (node !== undefined && !OF_MESOS.test(node.name)) return [];
  const suits = ({ label: carried }: AgentTemplate) =>
    label === undefined || carried === label || matchesLabels(label, carried.split(/\s+/));
  const { templates } = settings;
  return templates.some((template) => suits(template) === undefined) ? undefined : templates.filter(suits);
}

function onController(controller: JenkinsComputer, { seen }: ExecutorCause): Wait {
  const { numExecutors } = controller;
  if (seen === 'offline')
    return {
      why: md`it may run on the controller only, which is offline`,
      helps: md`Somebody took it offline on Jenkins' page "Nodes", and can bring it back there.`,
    };
  return {
    why:
      numExecutors === 0
        ? md`it may run on the controller only, which has no executors`
        : md`it may run on the controller only, and the limit of ${counted(numExecutors, 'executor')} there is reached${busyWith([controller])}`,
    helps: md`${code(`scale executors ${numExecutors + 1} --controller`)} lets one more run there.`,
  };
}

/** Jenkins names no label while there are no agents, so it is not known whether the controller alone would do. */
function anyBusy(controller: JenkinsComputer, { executors, settings }: ExecutorLook): Wait {
  const online = (executors?.computers ?? []).filter(({ offline }) => !offline);
  const total = online.reduce((sum, { numExecutors }) => sum + numExecutors, 0);
  const isAlone = online.every(({ isController }) => isController);
  const agents =
    isAlone && settings !== undefined && settings.templates.length > 0
      ? md` A job with a label gets an agent of its own within about two minutes.`
      : md``;
  return {
    why: md`the limit of executors is reached: ${counted(total, 'executor')}, all busy${busyWith(online)}`,
    helps: md`It starts when one is free; ${code(`scale executors ${Math.min(100, controller.numExecutors + 1)} --controller`)} lets one more run on the controller.${agents}`,
  };
}

/** Without the right to run scripts nobody knows the templates. */
function byJenkinsAlone({ seen, on }: ExecutorCause, nodes: JenkinsComputer[] | undefined): Wait {
  const coming = (nodes ?? []).filter(isComing);
  if (coming.length > 0) return beingStarted(coming);
  const who = labelWords(on);
  const why = {
    busy: md`every executor${who} is busy${busyWith(nodes ?? [])}`,
    offline: md`every agent${who} is offline`,
    none: md`there is no agent${who}`,
  }[seen];
  return {
    why,
    helps: md`It starts when one is free or a new agent comes; which agents Jenkins may start is not known now.`,
  };
}

function withoutTemplate({ seen, on }: ExecutorCause, nodes: JenkinsComputer[] | undefined, look: ExecutorLook): Wait {
  const who = labelWords(on);
  const more = look.staticAgents ? md` ${code('scale executors N')} starts more static agents.` : md``;
  if (seen === 'none') {
    const known = [...new Set((look.settings?.templates ?? []).map(({ label }) => label))].filter(
      (label) => label !== '',
    );
    const templates =
      known.length === 0
        ? md`there are no agent templates`
        : md`the agent templates are for ${join(known.slice(0, 8).map((label) => code(shorten(label, LONGEST))))}`;
    return {
      why: md`nothing has what it asks for: no agent${who}, and ${templates}`,
      helps: md`Give that label to an agent or a template in Jenkins, or another one to the job.${more}`,
    };
  }
  if (seen === 'offline')
    return {
      why: md`every agent${who} is offline, and no template starts another`,
      helps: md`Start one of them: Jenkins connects by itself.${more}`,
    };
  return {
    why: md`every executor${who} is busy${busyWith(nodes ?? [])}, and no template starts another agent`,
    helps: md`It starts when one is free.${more}`,
  };
}

function withTemplate(
  label: string | undefined,
  nodes: JenkinsComputer[] | undefined,
  templates: readonly AgentTemplate[],
  look: ExecutorLook,
): Wait {
  const { settings, isRegistered, mesosAgents, mesosTasks } = look;
  const away = settings?.schedulerRunning === false || isRegistered === false;
  if (away && settings?.onDemandRegistration !== true) return notRegistered(label);

  const coming = (nodes ?? []).filter(isComing);
  const launched = coming.filter(({ name }) => mesosTasks?.some((task) => task.startsWith(name)) ?? true);
  if (launched.length > 0) return beingStarted(launched);
  if (mesosAgents !== undefined && roomFor(mesosAgents, templates) === undefined)
    return noRoom(label, templates, mesosAgents);
  const online = (nodes ?? []).filter(({ offline }) => !offline);
  if (online.length > 0) return limitReached(label, online, templates, mesosAgents !== undefined);
  return {
    why: md`no agent${labelWords(label)} runs yet, and Jenkins asks Mesos for one`,
    helps: md`Nothing for now: Jenkins decides every ten seconds, for the first time about two minutes after its start, and an agent takes about a minute.`,
  };
}

const isComing = ({ name, offline }: JenkinsComputer): boolean => offline && OF_MESOS.test(name);

function beingStarted(nodes: readonly JenkinsComputer[]): Wait {
  return {
    why: md`waiting for ${nodes.length === 1 ? 'an agent that is' : `${nodes.length} agents that are`} being started`,
    helps: md`Nothing for now: an agent connects within about a minute. One that never does cannot reach Jenkins at the address configured there.`,
  };
}

const notRegistered = (label: string | undefined): Wait => ({
  why: md`it needs an agent${labelWords(label)}, and Jenkins is not registered with Mesos, so none can start`,
  helps: md`${code('status')} shows what Mesos sees; ${code('restart')} makes Jenkins register anew.`,
});

function noRoom(label: string | undefined, templates: readonly AgentTemplate[], agents: readonly MesosAgent[]): Wait {
  const needs = templates.map(agentNeeds).toSorted((a, b) => a.memMiB - b.memMiB)[0] ?? { cpus: 0, memMiB: 0 };
  const free = agents
    .filter(({ active, deactivated }) => active && !deactivated)
    .map(({ hostname, total, used }) => ({
      hostname,
      cpus: total.cpus - used.cpus,
      memMiB: total.memMiB - used.memMiB,
    }))
    .toSorted((a, b) => b.memMiB - a.memMiB)[0];
  const most =
    free === undefined
      ? md`no Mesos agent is active`
      : md`the most that is free is ${cpus(free.cpus)} and ${memory(free.memMiB)}, on ${free.hostname}`;
  return {
    why: md`Mesos' offers are too small for an agent${labelWords(label)}: it takes ${cpus(needs.cpus)} and ${memory(needs.memMiB)}, and ${most}`,
    helps: md`Room on the cluster: something that ends, another machine, or a template that asks for less.`,
  };
}

/** Plugin 0.x and 1.x give an agent so many executors at most; from 2.x on each agent has one. */
function limitReached(
  label: string | undefined,
  online: readonly JenkinsComputer[],
  templates: readonly AgentTemplate[],
  hasRoom: boolean,
): Wait {
  if (templates.every(({ generation }) => generation !== 2) && !online.every(isFull))
    return {
      why: md`an executor${labelWords(label)} has just become free`,
      helps: md`Nothing: it starts in a moment.`,
    };
  const total = online.reduce((sum, { numExecutors }) => sum + numExecutors, 0);
  const all = total === 1 ? md`the only executor` : md`all ${total} executors`;
  const most = Math.max(...templates.map(({ maxExecutors }) => maxExecutors));
  const ofMany =
    templates.some(({ generation }) => generation !== 2) && online.every(({ numExecutors }) => numExecutors >= most);
  const limit = ofMany ? md`, the limit of ${counted(most, 'executor')} an agent is reached` : md``;
  const option = label === undefined || /\s/.test(label) ? '' : ` --label ${label}`;
  const scale =
    ofMany && most < MOST
      ? md` ${code(`scale executors ${most + 1}${option}`)} gives agents that start from then on more.`
      : md``;
  return {
    why: md`${all}${labelWords(label)} ${total === 1 ? 'is' : 'are'} busy${busyWith(online)}${limit}`,
    helps: md`It starts when one is free, or Jenkins starts another agent${hasRoom ? ': the cluster has room' : ''}.${scale}`,
  };
}

const labelWords = (on: string | undefined): Rich =>
  on === undefined ? md`` : md` with the label ${code(shorten(on, LONGEST))}`;

/** The first of what runs there. */
function busyWith(nodes: readonly JenkinsComputer[]): Rich {
  const names = nodes.flatMap(({ builds }) => builds.map(({ name }) => name));
  if (names.length === 0) return md``;
  const shown = join(names.slice(0, 2).map((name) => md`${shorten(name, LONGEST)}`));
  return names.length > 2 ? md` (${shown} and ${names.length - 2} more)` : md` (${shown})`;
}
