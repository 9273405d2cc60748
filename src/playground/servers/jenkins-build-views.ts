// Builds as `…/api/json` shows them, and what jobs, builds and queue items share (contract jenkins §4.1), per line.
import { commitsOf } from '../world/jenkins/commits.js';
import type { Controller } from '../world/jenkins/controller.js';
import { durationOf } from '../world/jenkins/home.js';
import type { Build, Cause, JobDefinition, Parameters } from '../world/jenkins/model.js';
import { oldBuildId } from '../world/jenkins/words.js';
import type { JenkinsWorld } from '../world/jenkins/world.js';
import { type Bean, bean, record } from './jenkins-exported.js';

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

export const parameterView = (context: ViewContext, name: string, value: string) =>
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

const userView = (context: ViewContext, fullName: string): Bean =>
  record(undefined, { absoluteUrl: `${context.rootUrl}user/${encodeURIComponent(fullName.toLowerCase())}`, fullName });

function changesView(context: ViewContext, build: Build): Bean {
  const items = commitsOf(build).map(({ id, subject, author, at }) =>
    record(className(context, 'hudson.plugins.git.GitChangeSet'), {
      affectedPaths: ['src/app.ts'],
      commitId: id,
      timestamp: at,
      author: userView(context, author),
      comment: `${subject}\n`,
      id,
      msg: subject,
    }),
  );
  return items.length === 0
    ? record(className(context, 'hudson.scm.EmptyChangeLogSet'), { items, kind: null })
    : record(className(context, 'hudson.plugins.git.GitChangeSetList'), { items, kind: 'git' });
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
      changeSet: pipeline ? undefined : () => changesView(context, build),
      changeSets: pipeline ? () => (commitsOf(build).length === 0 ? [] : [changesView(context, build)]) : undefined,
      culprits: () => [...new Set(commitsOf(build).map(({ author }) => author))].map((name) => userView(context, name)),
    },
    ['number', 'url'],
  );
}
