// Everything a POST may do to the simulated Jenkins (contract jenkins §4.2): refused without the right, written down in
// the access log with whether it took effect, answered as the line answers.
import { SECOND } from '../../core/time.js';
import type { Right } from '../world/jenkins/accounts.js';
import type { JobDefinition } from '../world/jenkins/model.js';
import type { Answer } from './http.js';
import { isModern } from './jenkins-build-views.js';
import { buildAt, type Call, jobAt } from './jenkins-call.js';
import { advertised, jetty, missingRight, notFound, oops, postRequired, redirect } from './jenkins-pages.js';
import { changedFiles } from './jenkins-scm-status.js';
import { runScript } from './jenkins-scripts.js';

interface Outcome {
  answer: Answer;
  tookEffect: boolean;
  /** When one path does several things. */
  action?: string;
}

interface Action {
  pattern: RegExp;
  name: string;
  /** What a GET is told to POST to. */
  method: string;
  right: (call: Call) => Right;
  run: (call: Call, parts: readonly string[]) => Outcome;
}

const JOB = '((?:job/[^/]+/)+)';

const action = (
  pattern: string,
  name: string,
  right: Right | ((call: Call) => Right),
  run: Action['run'],
  owner = 'jenkins.model.Jenkins',
): Action => ({
  pattern: new RegExp(`^${pattern}/?$`),
  name,
  method: `${owner}.do${name.charAt(0).toUpperCase()}${name.slice(1)}`,
  right: typeof right === 'string' ? () => right : right,
  run,
});

const WORKFLOW_RUN = 'org.jenkinsci.plugins.workflow.job.WorkflowRun';

const ACTIONS: Action[] = [
  action('scriptText', 'scriptText', (call) => call.world.line.scriptRight, scriptText),
  action('quietDown', 'quietDown', 'Administer', quietDown),
  action('cancelQuietDown', 'cancelQuietDown', 'Administer', cancelQuietDown),
  action('safeRestart', 'safeRestart', 'Administer', (call) => restart(call, 'safe')),
  action('restart', 'restart', 'Administer', (call) => restart(call, 'now')),
  action('exit', 'exit', 'Administer', exit),
  action('reload', 'reload', 'Administer', reload),
  action('plugin/scm-sync-configuration/reloadAllFilesFromScm', 'reloadAllFilesFromScm', 'Read', pullFromGit),
  action('queue/cancelItem', 'cancelItem', 'Cancel', cancelItem, 'hudson.model.Queue'),
  action(`${JOB}build`, 'build', 'Build', build, 'hudson.model.AbstractProject'),
  action(`${JOB}buildWithParameters`, 'buildWithParameters', 'Build', build, 'hudson.model.AbstractProject'),
  action(`${JOB}(enable|disable)`, 'switch', 'Configure', switchJob, 'hudson.model.AbstractProject'),
  action(`${JOB}(\\d+|lastBuild)/stop`, 'stop', 'Cancel', stop('stop'), 'hudson.model.AbstractBuild'),
  action(`${JOB}(\\d+|lastBuild)/term`, 'term', 'Cancel', stop('term'), WORKFLOW_RUN),
  action(`${JOB}(\\d+|lastBuild)/kill`, 'kill', 'Cancel', stop('kill'), WORKFLOW_RUN),
];

/** @returns undefined when the path names no action */
export function act(call: Call): Answer | undefined {
  for (const found of ACTIONS) {
    const match = found.pattern.exec(call.path);
    if (match === null) continue;
    return call.request.method === 'POST' ? perform(call, found, match.slice(1)) : refuseGet(call, found);
  }
  return undefined;
}

function refuseGet(call: Call, { name, method }: Action): Answer | undefined {
  // The console's page is there to be looked at as long as no script comes along.
  if (name === 'scriptText' && !call.request.query.has('script'))
    return { status: 200, headers: { ...advertised(call), 'content-type': 'text/plain;charset=utf-8' }, body: '' };
  return postRequired(method);
}

function perform(call: Call, { name, right, run }: Action, parts: readonly string[]): Answer {
  const { world, request, who } = call;
  const needed = right(call);
  const outcome = world.accounts.may(who, needed)
    ? run(call, parts)
    : { answer: missingRight(call, who, shownRight(call, name, needed)), tookEffect: false };
  world.accessLog.push({
    method: request.method,
    path: request.path,
    action: outcome.action ?? name,
    tookEffect: outcome.tookEffect,
    at: world.clock.now(),
  });
  return outcome.answer;
}

/** Since 2.222 these ask for Manage, which Administer implies. */
function shownRight(call: Call, name: string, needed: Right) {
  return isModern(call) && ['quietDown', 'cancelQuietDown', 'reload'].includes(name) ? 'Manage' : needed;
}

const back = (call: Call, tookEffect: boolean): Outcome => ({ answer: redirect(call, '.'), tookEffect });

function scriptText(call: Call): Outcome {
  const script = call.form.get('script') ?? call.request.query.get('script') ?? '';
  const { output, tookEffect, action } = runScript(call.world, call.controller, script, call.who.name);
  const headers = { ...advertised(call), 'content-type': 'text/plain;charset=UTF-8' };
  return { answer: { status: 200, headers, body: output }, tookEffect, action };
}

/** The text is taken since 2.267, as `message` since 2.414. */
function quietDown(call: Call): Outcome {
  const { farm } = call.controller;
  const before = farm.quietingDown;
  const given = call.request.query.get('message') ?? call.form.get('message');
  farm.quietDown(isModern(call) ? given : null);
  return back(call, !before);
}

function cancelQuietDown(call: Call): Outcome {
  const { farm } = call.controller;
  const before = farm.quietingDown;
  call.controller.cancelQuietDown();
  return back(call, before);
}

function restart(call: Call, how: 'safe' | 'now'): Outcome {
  call.controller.restart(how);
  return back(call, true);
}

function exit(call: Call): Outcome {
  call.controller.exit();
  const headers = { ...advertised(call), 'content-type': 'text/plain;charset=utf-8' };
  return { answer: { status: 200, headers, body: 'Shutting down\n' }, tookEffect: true };
}

function reload(call: Call): Outcome {
  call.controller.reload();
  return back(call, true);
}

function pullFromGit(call: Call): Outcome {
  if (call.world.scmSyncPlugin !== 'active') return missing(call);
  const before = call.controller.home.config;
  call.controller.pullFromGit();
  const files = changedFiles(before, call.controller.home.config);
  const items = files.map((file) => `<li>${file}</li>`).join('');
  const body = `<!DOCTYPE html><html><body>Modified files : ${files.length}<ul>${items}</ul></body></html>\n`;
  const headers = { ...advertised(call), 'content-type': 'text/html;charset=utf-8' };
  return { answer: { status: 200, headers, body }, tookEffect: files.length > 0 };
}

const missing = (call: Call): Outcome => ({ answer: notFound(call, call.request.path), tookEffect: false });

/** 302 for anything before 2.211; then 204, or 404 for what does not wait. */
function cancelItem(call: Call): Outcome {
  const id = Number(call.request.query.get('id') ?? call.form.get('id'));
  const tookEffect = call.controller.farm.queue.cancel(id);
  if (!isModern(call)) return back(call, tookEffect);
  return tookEffect ? { answer: { status: 204, headers: advertised(call) }, tookEffect } : missing(call);
}

function build(call: Call, [path = '']: readonly string[]): Outcome {
  const job = jobAt(call, path);
  if (job === undefined || job.kind === 'folder' || job.kind === 'multibranch') return missing(call);
  const refusal = refuseBuild(call, job);
  if (refusal !== undefined) return { answer: refusal, tookEffect: false };
  const given = [...call.request.query, ...call.form];
  const { item, already } = call.controller.build(job, {
    parameters: Object.fromEntries(given),
    cause: causeOf(call),
    quietMs: delayOf(call),
  });
  const status = already && isModern(call) ? 303 : 201;
  const location = `${call.origin}queue/item/${item.id}/`;
  return { answer: { status, headers: { 'x-content-type-options': 'nosniff', location } }, tookEffect: !already };
}

function refuseBuild(call: Call, job: JobDefinition): Answer | undefined {
  const { path } = call.request;
  const withParameters = /buildWithParameters\/?$/.test(path);
  const name = job.fullName.split('/').at(-1) ?? '';
  if (job.disabled)
    return isModern(call)
      ? jetty(call, 409, `${name} is not buildable`, path)
      : oops(call, `java.io.IOException: ${name} is not buildable`);
  if (withParameters && job.parameters.length === 0)
    return oops(call, 'java.lang.IllegalStateException: This build is not parameterized!');
  if (!withParameters && job.parameters.length > 0)
    return jetty(call, 400, isModern(call) ? 'Nothing is submitted' : 'This page expects a form submission', path);
  return undefined;
}

function causeOf({ who }: Call) {
  const userId = who.by === 'nothing' ? null : who.name;
  return { shortDescription: `Started by user ${who.fullName}`, userId, userName: who.fullName };
}

/** `delay=0sec`; without it the job's quiet period of five seconds. */
function delayOf(call: Call): number {
  const given = /^(\d+)(sec)?$/.exec(call.request.query.get('delay') ?? call.form.get('delay') ?? '');
  return (given === null ? 5 : Number(given[1])) * SECOND;
}

function switchJob(call: Call, [path = '', to]: readonly string[]): Outcome {
  const job = jobAt(call, path);
  if (job === undefined) return missing(call);
  const disabled = to === 'disable';
  const tookEffect = job.disabled !== disabled;
  job.disabled = disabled;
  if (tookEffect) call.controller.saved(call.who.name);
  return { ...back(call, tookEffect), action: disabled ? 'disable' : 'enable' };
}

/** 302 also for a build that was over already. Only a Pipeline can be ended in another way than by a stop. */
function stop(how: 'stop' | 'term' | 'kill'): Action['run'] {
  return (call, [path = '', which = '']) => {
    const job = jobAt(call, path);
    const running = job === undefined ? undefined : buildAt(call, job, which);
    if (running === undefined || (how !== 'stop' && job?.kind !== 'pipeline')) return missing(call);
    return back(call, call.controller.abort(running, how));
  };
}
