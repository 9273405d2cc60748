// Jobs, folders and builds as `…/api/json` shows them (contract jenkins §4.1), per line. Each view is a Bean whose
// properties are worked out when a query asks for them.
import type { Controller } from '../world/jenkins/controller.js';
import { durationOf } from '../world/jenkins/home.js';
import type { Build, Cause, JobDefinition, ParameterDefinition, Parameters } from '../world/jenkins/model.js';
import { oldBuildId } from '../world/jenkins/words.js';
import type { JenkinsWorld } from '../world/jenkins/world.js';
import { type Bean, bean, type Exported, record } from './jenkins-exported.js';
import { queueItemView } from './jenkins-queue-views.js';

export interface ViewContext {
  world: JenkinsWorld;
  controller: Controller;
  /** Root URL of the links in answers, with trailing slash. */
  rootUrl: string;
}

export const isModern = (context: ViewContext) => context.world.line.generation === 'modern';
/** `_class` exists since core 2.2. */
export const className = (context: ViewContext, name: string) => (isModern(context) ? name : undefined);
/** A property old cores do not have. */
export const since = <T>(context: ViewContext, value: T): T | undefined => (isModern(context) ? value : undefined);

const JOB_CLASSES: Record<JobDefinition['kind'], string> = {
  freestyle: 'hudson.model.FreeStyleProject',
  pipeline: 'org.jenkinsci.plugins.workflow.job.WorkflowJob',
  folder: 'com.cloudbees.hudson.plugins.folder.Folder',
  multibranch: 'org.jenkinsci.plugins.workflow.multibranch.WorkflowMultiBranchProject',
};

const isFolder = (job: JobDefinition) => job.kind === 'folder' || job.kind === 'multibranch';
const lastName = (job: JobDefinition) => job.fullName.split('/').at(-1) ?? job.fullName;

/** `job/team-a/job/app/`: every segment encoded, a branch for the second time. */
export function jobUrl(context: ViewContext, job: JobDefinition): string {
  const path = job.fullName.split('/').map((segment) => `job/${encodeURIComponent(segment)}/`);
  return context.rootUrl + path.join('');
}

const buildUrl = (context: ViewContext, build: Build) => `${jobUrl(context, build.job)}${build.number}/`;
const buildClass = (build: Build) =>
  build.job.kind === 'pipeline' ? 'org.jenkinsci.plugins.workflow.job.WorkflowRun' : 'hudson.model.FreeStyleBuild';
const displayName = (job: JobDefinition) => job.fullName.split('/').map(decodeURIComponent).join(' » ');

export function color(context: ViewContext, job: JobDefinition): string {
  const [newest, ...older] = context.controller.home.builds(job);
  const building = newest?.endedAt === undefined && newest !== undefined;
  const done = building ? older.find((build) => build.endedAt !== undefined) : newest;
  const colors = { SUCCESS: 'blue', UNSTABLE: 'yellow', FAILURE: 'red', ABORTED: 'aborted', NOT_BUILT: 'notbuilt' };
  const plain = job.disabled ? 'disabled' : done?.result === undefined ? 'notbuilt' : colors[done.result];
  return building ? `${plain}_anime` : plain;
}

export function jobView(context: ViewContext, job: JobDefinition): Bean {
  return isFolder(job) ? folderView(context, job) : projectView(context, job);
}

function folderView(context: ViewContext, job: JobDefinition): Bean {
  return bean(
    className(context, JOB_CLASSES[job.kind]),
    {
      description: () => job.description,
      displayName: () => lastName(job),
      fullName: since(context, () => job.fullName),
      name: () => lastName(job),
      url: () => jobUrl(context, job),
      healthReport: () => [],
      jobs: () => context.controller.home.jobsIn(job.fullName).map((member) => jobView(context, member)),
    },
    ['name', 'url'],
  );
}

function projectView(context: ViewContext, job: JobDefinition): Bean {
  const { home, farm } = context.controller;
  const builds = home.builds(job);
  const waiting = () => farm.queue.of(job);
  const last = (fits: (build: Build) => boolean) => () => {
    const found = builds.find(fits);
    return found === undefined ? null : buildView(context, found);
  };
  return bean(
    className(context, JOB_CLASSES[job.kind]),
    {
      description: () => job.description,
      displayName: () => decodeURIComponent(lastName(job)),
      fullName: since(context, () => job.fullName),
      name: () => lastName(job),
      url: () => jobUrl(context, job),
      buildable: () => !job.disabled,
      builds: () => builds.map((build) => buildView(context, build)),
      color: () => color(context, job),
      healthReport: () => healthReport(builds),
      inQueue: () => waiting() !== undefined,
      lastBuild: last(() => true),
      lastCompletedBuild: last((build) => build.endedAt !== undefined),
      lastFailedBuild: last((build) => build.result === 'FAILURE'),
      lastSuccessfulBuild: last((build) => build.result === 'SUCCESS' || build.result === 'UNSTABLE'),
      nextBuildNumber: () => home.nextNumber(job),
      property: () => parameterProperty(context, job.parameters),
      queueItem: () => {
        const item = waiting();
        return item === undefined ? null : queueItemView(context, item);
      },
      concurrentBuild: () => job.concurrent,
      disabled: since(context, () => job.disabled),
    },
    ['name', 'url', 'color'],
  );
}

function healthReport(builds: readonly Build[]): Exported[] {
  const done = builds.filter((build) => build.endedAt !== undefined).slice(0, 5);
  if (done.length === 0) return [];
  const failed = done.filter((build) => build.result === 'FAILURE').length;
  const outcome = failed === 0 ? 'No recent builds failed.' : `${failed} out of the last ${done.length} builds failed.`;
  const score = Math.round((100 * (done.length - failed)) / done.length);
  return [record(undefined, { description: `Build stability: ${outcome}`, score })];
}

function parameterProperty(context: ViewContext, parameters: readonly ParameterDefinition[]): Exported[] {
  if (parameters.length === 0) return [];
  const definitions = parameters.map((parameter) => definitionView(context, parameter));
  return [
    record(className(context, 'hudson.model.ParametersDefinitionProperty'), { parameterDefinitions: definitions }),
  ];
}

function definitionView(context: ViewContext, { name, type, description, defaultValue, choices }: ParameterDefinition) {
  const kind = type === 'choice' ? 'ChoiceParameterDefinition' : 'StringParameterDefinition';
  return record(className(context, `hudson.model.${kind}`), {
    defaultParameterValue: parameterView(context, name, defaultValue),
    description,
    name,
    type: kind,
    ...(choices === undefined ? {} : { choices }),
  });
}

const parameterView = (context: ViewContext, name: string, value: string) =>
  record(className(context, 'hudson.model.StringParameterValue'), { name, value });

/** Parameters and causes, as builds and queue items carry them. */
export function actionViews(context: ViewContext, parameters: Parameters, cause: Cause): Bean[] {
  const values = Object.entries(parameters).map(([name, value]) => parameterView(context, name, value));
  const kind = cause.userId === null ? 'hudson.triggers.SCMTrigger$SCMTriggerCause' : 'hudson.model.Cause$UserIdCause';
  const causes = [record(className(context, kind), { ...cause })];
  const withParameters = record(className(context, 'hudson.model.ParametersAction'), { parameters: values });
  return [
    ...(values.length === 0 ? [] : [withParameters]),
    record(className(context, 'hudson.model.CauseAction'), { causes }),
  ];
}

export function buildView(context: ViewContext, build: Build): Bean {
  const { home } = context.controller;
  const pipeline = build.job.kind === 'pipeline';
  const builtOn = () => (build.nodeName === context.world.line.controllerName ? '' : build.nodeName);
  return bean(
    className(context, buildClass(build)),
    {
      actions: () => actionViews(context, build.parameters, build.cause),
      artifacts: () => [],
      building: () => build.endedAt === undefined,
      description: () => null,
      displayName: since(context, () => `#${build.number}`),
      duration: () => durationOf(build),
      estimatedDuration: () => home.estimate(build.job),
      executor: () => (build.endedAt === undefined ? record(undefined, {}) : null),
      fullDisplayName: () => `${displayName(build.job)} #${build.number}`,
      id: () => (isModern(context) ? String(build.number) : oldBuildId(build.startedAt)),
      inProgress: since(context, () => build.endedAt === undefined),
      keepLog: () => false,
      number: () => build.number,
      queueId: since(context, () => build.queueId),
      result: () => build.result ?? null,
      timestamp: () => build.startedAt,
      url: () => buildUrl(context, build),
      builtOn: pipeline ? undefined : builtOn,
      changeSet: pipeline
        ? undefined
        : () => record(className(context, 'hudson.scm.EmptyChangeLogSet'), { items: [], kind: null }),
      changeSets: pipeline ? () => [] : undefined,
      culprits: () => [],
    },
    ['number', 'url'],
  );
}
