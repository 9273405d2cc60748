// Jobs and folders as `…/api/json` shows them (contract jenkins §4.1), per line. Each view is a Bean whose properties are
// worked out when a query asks for them.
import type { Build, JobDefinition, ParameterDefinition } from '../world/jenkins/model.js';
import { buildView, className, color, jobUrl, parameterView, since, type ViewContext } from './jenkins-build-views.js';
import { type Bean, bean, type Exported, record } from './jenkins-exported.js';
import { queueItemView } from './jenkins-queue-views.js';

const JOB_CLASSES: Record<JobDefinition['kind'], string> = {
  freestyle: 'hudson.model.FreeStyleProject',
  pipeline: 'org.jenkinsci.plugins.workflow.job.WorkflowJob',
  folder: 'com.cloudbees.hudson.plugins.folder.Folder',
  multibranch: 'org.jenkinsci.plugins.workflow.multibranch.WorkflowMultiBranchProject',
};

const isFolder = (job: JobDefinition) => job.kind === 'folder' || job.kind === 'multibranch';
const lastName = (job: JobDefinition) => job.fullName.split('/').at(-1) ?? job.fullName;

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

const PARAMETER_CLASSES: Record<ParameterDefinition['type'], string> = {
  string: 'StringParameterDefinition',
  choice: 'ChoiceParameterDefinition',
  boolean: 'BooleanParameterDefinition',
  password: 'PasswordParameterDefinition',
};

function definitionView(context: ViewContext, { name, type, description, defaultValue, choices }: ParameterDefinition) {
  const kind = PARAMETER_CLASSES[type];
  return record(className(context, `hudson.model.${kind}`), {
    defaultParameterValue: parameterView(context, name, defaultValue, type),
    description,
    name,
    type: kind,
    ...(choices === undefined ? {} : { choices }),
  });
}
