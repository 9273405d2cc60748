// One request to the simulated Jenkins, read once and handed to the routes; and what stands before every route: who asks,
// is the crumb right, may they read at all (contract jenkins §1).
import type { Identity } from '../world/jenkins/accounts.js';
import type { Controller } from '../world/jenkins/controller.js';
import type { Build, JobDefinition } from '../world/jenkins/model.js';
import type { JenkinsWorld } from '../world/jenkins/world.js';
import type { Answer, PlainRequest } from './http.js';
import type { ViewContext } from './jenkins-build-views.js';
import { badCrumb, badToken, loginFirst } from './jenkins-pages.js';

export interface Call extends ViewContext {
  request: PlainRequest;
  /** Below the prefix, without the leading slash, percent escapes as sent. */
  path: string;
  form: URLSearchParams;
  who: Identity;
  /** Base of `Location`, from the Host header the container saw. */
  origin: string;
}

/** @returns the call, or the refusal that comes before any route */
export function admit(world: JenkinsWorld, controller: Controller, request: PlainRequest): Call | Answer {
  const context = { world, controller };
  const who = world.accounts.identify(request.headers.authorization);
  if (who === undefined) return badToken(context, request.path);
  const origin = `http://${request.headers.host ?? controller.address ?? 'localhost'}${world.prefix}/`;
  const call: Call = {
    ...context,
    request,
    who,
    origin,
    rootUrl: controller.home.config.rootUrl ?? origin,
    path: request.path.slice(world.prefix.length + 1),
    form: formOf(request),
  };
  if (request.method === 'POST' && needsCrumb(call) && !hasCrumb(call)) return badCrumb(context, request.path);
  const isOpen = call.path === 'login' || call.path.startsWith('login/');
  return isOpen || world.accounts.may(who, 'Read') ? call : loginFirst(context, request.path);
}

function formOf(request: PlainRequest): URLSearchParams {
  const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false;
  return new URLSearchParams(isForm ? request.body : '');
}

/** Since 2.96 a token needs none; before, every POST does. */
function needsCrumb({ world, who }: Call): boolean {
  return world.accounts.useCrumbs && !(world.line.generation === 'modern' && who.by === 'token');
}

export const crumbField = (world: JenkinsWorld) => (world.line.generation === 'old' ? '.crumb' : 'Jenkins-Crumb');

/** The filter reads header and form field. */
function hasCrumb(call: Call): boolean {
  const field = crumbField(call.world);
  const given = call.request.headers[field.toLowerCase()] ?? call.form.get(field);
  return given === crumbFor(call, sessionOf(call.request) ?? '');
}

/** @param httpSession id of the HTTP session; old crumbs are bound to the client's address instead */
export function crumbFor({ world, who, request }: Call, httpSession: string): string {
  const forwarded = request.headers['x-forwarded-for'];
  const client =
    String(forwarded ?? request.remoteAddress)
      .split(',')[0]
      ?.trim() ?? '';
  return world.line.generation === 'old'
    ? world.accounts.crumb(who, client, 16)
    : world.accounts.crumb(who, httpSession, 32);
}

export function sessionOf(request: PlainRequest): string | undefined {
  return /JSESSIONID[^=;]*=([^;]+)/.exec(request.headers.cookie ?? '')?.[1];
}

/** `job/team-a/job/app/` → the job `team-a/app`; every segment is decoded once. */
export function jobAt(call: Call, path: string): JobDefinition | undefined {
  const segments = [...path.matchAll(/job\/([^/]+)\//g)].map(([, segment]) => decoded(segment ?? ''));
  return call.controller.home.job(segments.join('/'));
}

/** A path that does not decode names nothing. */
export function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return '';
  }
}

/** A number or a name such as `lastBuild`. */
export function buildAt(call: Call, job: JobDefinition, which: string): Build | undefined {
  const builds = call.controller.home.builds(job);
  if (/^\d+$/.test(which)) return builds.find((build) => build.number === Number(which));
  const fits: Record<string, (build: Build) => boolean> = {
    lastBuild: () => true,
    lastCompletedBuild: (build) => build.endedAt !== undefined,
    lastFailedBuild: (build) => build.result === 'FAILURE',
    lastSuccessfulBuild: (build) => build.result === 'SUCCESS' || build.result === 'UNSTABLE',
  };
  const fit = fits[which];
  return fit === undefined ? undefined : builds.find(fit);
}
