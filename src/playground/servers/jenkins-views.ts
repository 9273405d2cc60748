// The controller, its computers, labels, load, plugins and the caller as `…/api/json` shows them (contract jenkins §4.1).
import { matchesLabels } from '../../core/label-expression.js';
import type { Identity } from '../world/jenkins/accounts.js';
import { type Counts, LENGTHS, STEPS } from '../world/jenkins/load.js';
import { type Build, buildingOn, type JenkinsNode } from '../world/jenkins/model.js';
import { buildView, className, isModern, since, type ViewContext } from './jenkins-build-views.js';
import { type Bean, bean, type Exported, record } from './jenkins-exported.js';
import { jobView } from './jenkins-job-views.js';

export function controllerView(context: ViewContext): Bean {
  const { world, controller, rootUrl } = context;
  const { home, farm } = controller;
  const old = !isModern(context);
  const view = () => record(className(context, 'hudson.model.AllView'), { name: old ? 'All' : 'all', url: rootUrl });
  return bean(className(context, 'hudson.model.Hudson'), {
    assignedLabels: () => [nameOnly(context, world.line.controllerLabel)],
    mode: () => (old ? 'NORMAL' : 'EXCLUSIVE'),
    nodeDescription: () => (old ? 'the master Jenkins node' : "the Jenkins controller's built-in node"),
    nodeName: () => '',
    numExecutors: () => home.config.numExecutors,
    description: () => null,
    jobs: () => home.jobsIn('').map((job) => jobView(context, job)),
    overallLoad: () => ({ ...loadView(context), className: undefined }),
    primaryView: view,
    quietDownReason: since(context, () => farm.quietDownReason),
    quietingDown: () => farm.quietingDown,
    slaveAgentPort: () => (old ? 0 : 50_000),
    unlabeledLoad: () => bean(className(context, 'jenkins.model.UnlabeledLoadStatistics'), {}),
    url: since(context, () => rootUrl),
    useCrumbs: () => world.accounts.useCrumbs,
    useSecurity: () => world.accounts.security,
    views: () => [view()],
  });
}

/** A label where it is only mentioned: by name on modern cores, as `{}` on old ones. */
function nameOnly(context: ViewContext, name: string): Bean {
  return bean(undefined, isModern(context) ? { name: () => name } : {}, ['name']);
}

export function computersView(context: ViewContext): Bean {
  const { farm } = context.controller;
  return bean(className(context, 'hudson.model.ComputerSet'), {
    busyExecutors: () => farm.counts().busy,
    computer: () => farm.nodes.map((node) => computerView(context, node)),
    displayName: () => (isModern(context) ? 'Nodes' : 'nodes'),
    totalExecutors: () => farm.counts().total,
  });
}

/** Every node carries its own name too; the controller's stands among its labels already. */
const labelsOf = ({ isController, name, labels }: JenkinsNode) => (isController ? labels : [name, ...labels]);

export function computerView(context: ViewContext, node: JenkinsNode): Bean {
  const kind = node.isController ? 'hudson.model.Hudson$MasterComputer' : 'org.jenkinsci.plugins.mesos.MesosComputer';
  const properties = {
    assignedLabels: since(context, () => labelsOf(node).map((label) => nameOnly(context, label))),
    displayName: () => node.name,
    executors: () => node.executors.map((build, number) => executorView(context, build, number)),
    idle: () => buildingOn(node).length === 0,
    numExecutors: () => (node.isController ? context.controller.home.config.numExecutors : node.executors.length),
    offline: () => !node.online,
    offlineCauseReason: () => '',
    oneOffExecutors: () => [],
    temporarilyOffline: () => false,
  };
  return bean(className(context, kind), properties, Object.keys(properties));
}

function executorView(context: ViewContext, build: Build | undefined, number: number): Bean {
  const progress = () => (build === undefined ? -1 : progressOf(context, build));
  return bean(undefined, {
    currentExecutable: () => (build === undefined ? null : buildView(context, build)),
    idle: () => build === undefined,
    likelyStuck: () => false,
    number: () => number,
    progress,
  });
}

/** −1 while no earlier build tells how long it takes; Jenkins never says 100 of a build that runs. */
function progressOf(context: ViewContext, build: Build): number {
  const estimate = context.controller.home.estimate(build.job);
  if (estimate <= 0) return -1;
  return Math.min(99, Math.round((100 * (context.world.clock.now() - build.startedAt)) / estimate));
}

/** What is not understood is a label nobody carries. */
const carries = (node: JenkinsNode, expression: string): boolean => matchesLabels(expression, labelsOf(node)) === true;

/** An unknown label answers with zeros, never with 404. */
export function labelView(context: ViewContext, label: string): Bean {
  const { farm, home } = context.controller;
  const nodes = farm.nodes.filter((node) => carries(node, label));
  const online = nodes.filter((node) => node.online);
  const busy = online.reduce((sum, node) => sum + buildingOn(node).length, 0);
  const total = online.reduce((sum, node) => sum + node.executors.length, 0);
  const served = home.config.templates.some((template) => template.label.split(' ').includes(label));
  return bean(className(context, 'hudson.model.labels.LabelAtom'), {
    busyExecutors: () => busy,
    clouds: () => (served ? [bean(className(context, 'org.jenkinsci.plugins.mesos.MesosCloud'), {})] : []),
    idleExecutors: () => total - busy,
    name: () => label,
    nodes: () => nodes.map((node) => nodeView(context, node)),
    offline: () => nodes.length > 0 && online.length === 0,
    totalExecutors: () => total,
  });
}

/** The node of the controller is the controller itself, and has no name. */
function nodeView(context: ViewContext, { isController, name }: JenkinsNode): Bean {
  const kind = isController ? 'hudson.model.Hudson' : 'org.jenkinsci.plugins.mesos.MesosJenkinsAgent';
  return record(className(context, kind), { nodeName: isController ? '' : name });
}

export function loadView(context: ViewContext): Bean {
  const series = (value: (counts: Counts) => number) => () => timeSeries(context, value);
  const onlyModern = (value: (counts: Counts) => number) => since(context, series(value));
  const queued = series((counts) => counts.queued);
  return bean(className(context, 'hudson.model.OverallLoadStatistics'), {
    availableExecutors: onlyModern((counts) => counts.total - counts.busy),
    busyExecutors: series((counts) => counts.busy),
    connectingExecutors: onlyModern((counts) => counts.defined - counts.total),
    definedExecutors: onlyModern((counts) => counts.defined),
    idleExecutors: onlyModern((counts) => counts.total - counts.busy),
    onlineExecutors: onlyModern((counts) => counts.total),
    queueLength: queued,
    totalExecutors: series((counts) => counts.total),
    totalQueueLength: queued,
  });
}

function timeSeries(context: ViewContext, value: (counts: Counts) => number): Bean {
  const lengths = LENGTHS[context.world.line.generation];
  const { load } = context.controller.farm;
  const of = (step: keyof typeof STEPS) => () =>
    record(undefined, { ...load.series(value, STEPS[step], lengths[step]) });
  return bean(undefined, { hour: of('hour'), min: of('min'), sec10: of('sec10') });
}

export function whoAmIView(context: ViewContext, who: Identity): Bean {
  const known = who.by !== 'nothing';
  return record(className(context, 'hudson.security.WhoAmI'), {
    anonymous: !known,
    authenticated: known || context.world.accounts.security === false,
    authorities: known ? ['authenticated'] : ['anonymous'],
    name: who.name,
  });
}

export function pluginsView(context: ViewContext): Bean {
  const { line, scmSyncPlugin } = context.world;
  const plugins: [string, string, boolean][] = [
    ['git', isModern(context) ? '5.6.0' : '2.3.5', true],
    ['cloudbees-folder', isModern(context) ? '6.955.v81e2a_35c08d3' : '4.8', true],
    ['mesos', line.mesosPlugin, true],
  ];
  if (scmSyncPlugin !== 'absent')
    plugins.push(['scm-sync-configuration', line.scmSyncVersion, scmSyncPlugin === 'active']);
  const views: Exported[] = plugins.map(([shortName, version, active]) =>
    record(undefined, { active, enabled: true, shortName, version }),
  );
  return bean(className(context, 'hudson.LocalPluginManager'), { plugins: () => views });
}
