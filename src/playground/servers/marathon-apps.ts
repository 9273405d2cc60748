// `/v2/apps` of the simulated Marathon: reading, creating, changing and deleting apps, their versions and tasks (contract
// marathon §3.2). `marathon.ts` routes here; refusals are thrown and answered there.
import type { JsonObject } from '../../core/cluster.js';
import { absolute, type Change } from '../world/marathon/changes.js';
import { atLeast } from '../world/marathon/generation.js';
import type { AppState, Instance } from '../world/marathon/model.js';
import { MarathonRefusal, noSuchApp } from '../world/marathon/refusal.js';
import { readBodyObject } from '../world/marathon/validation.js';
import type { MarathonWorld } from '../world/marathon/world.js';
import { type Answer, json, type PlainRequest, text } from './http.js';
import { appView, tasksOf, taskView } from './marathon-views.js';

/** What a write came to; the access log keeps it. */
export interface Outcome {
  answer: Answer;
  tookEffect: boolean;
  deploymentId?: string;
}

const read = (answer: Answer): Outcome => ({ answer, tookEffect: false });
const flag = (request: PlainRequest, name: string) => request.query.get(name) === 'true';

export function appsRoute(world: MarathonWorld, request: PlainRequest): Outcome | undefined {
  const rest = decodeURIComponent(request.path.slice('/v2/apps'.length)).replace(/^\/+|\/+$/g, '');
  if (rest === '') return collection(world, request);
  const versions = rest.match(/^(.+?)\/versions(?:\/([^/]+))?$/);
  if (versions?.[1] !== undefined) return read(versionsAnswer(world, absolute(versions[1]), versions[2]));
  const tasks = rest.match(/^(.+?)\/tasks(?:\/([^/]+))?$/);
  if (tasks?.[1] !== undefined) return tasksRoute(world, request, absolute(tasks[1]), tasks[2]);
  const restart = rest.match(/^(.+)\/restart$/);
  if (restart?.[1] !== undefined && request.method === 'POST') {
    return changed(world, world.changes.restart(absolute(restart[1]), { force: flag(request, 'force') }));
  }
  return one(world, request, absolute(rest));
}

function collection(world: MarathonWorld, request: PlainRequest): Outcome | undefined {
  if (request.method === 'POST') return create(world, request);
  if (request.method !== 'GET') return undefined;
  const embeds = request.query.getAll('embed');
  const embed = {
    tasks: embeds.includes('apps.tasks') || embeds.includes('apps.failures'),
    lastTaskFailure: embeds.includes('apps.lastTaskFailure') || embeds.includes('apps.failures'),
  };
  const id = request.query.get('id');
  const apps = [...world.apps.values()].filter((app) => id === null || app.id.includes(id));
  return read(json(200, { apps: apps.map((app) => appView(world, app, embed)) }));
}

function create(world: MarathonWorld, request: PlainRequest): Outcome {
  const given = readBodyObject(world.generation, request.body);
  const change = world.changes.create(given, { clientIp: request.remoteAddress, uri: request.path });
  const app = world.app(absolute(String(given['id'])));
  const body = appView(world, app, { tasks: true, lastTaskFailure: false });
  return {
    ...changed(world, change),
    answer: json(201, body, { location: `/v2/apps${app.id}`, ...planHeader(world, change) }),
  };
}

function one(world: MarathonWorld, request: PlainRequest, appId: string): Outcome | undefined {
  switch (request.method) {
    case 'GET':
    case 'HEAD':
      return read(json(200, { app: appView(world, world.app(appId), { tasks: true, lastTaskFailure: true }) }));
    case 'PUT':
      return update(world, request, appId);
    case 'PATCH':
      if (!atLeast(world.generation, '1.5')) return undefined;
      world.app(appId);
      return update(world, request, appId);
    case 'DELETE':
      return changed(world, world.changes.remove(appId, { force: request.query.get('force') !== 'false' }));
    default:
      return undefined;
  }
}

function update(world: MarathonWorld, request: PlainRequest, appId: string): Outcome {
  const given = readBodyObject(world.generation, request.body);
  const existed = world.apps.has(appId);
  const replaces = request.query.get('partialUpdate') === 'false' && atLeast(world.generation, '1.5');
  const asker = { clientIp: request.remoteAddress, uri: request.path };
  const change = world.changes.update(appId, given, { force: flag(request, 'force'), partial: !replaces, asker });
  return changed(world, change, existed ? 200 : 201);
}

/** The plan also stands in a header since 1.4. */
const planHeader = (world: MarathonWorld, change: Change): Record<string, string> =>
  atLeast(world.generation, '1.5') ? { 'marathon-deployment-id': change.deploymentId } : {};

export function changed(world: MarathonWorld, change: Change, status = 200): Outcome {
  const { version, deploymentId, tookEffect } = change;
  return { answer: json(status, { version, deploymentId }, planHeader(world, change)), tookEffect, deploymentId };
}

function versionsAnswer(world: MarathonWorld, appId: string, version: string | undefined): Answer {
  const app = world.app(appId);
  if (version === undefined) return json(200, { versions: [...app.versions.keys()].reverse() });
  const stored = app.versions.get(version);
  if (stored === undefined) throw new MarathonRefusal(404, { message: `App '${appId}' does not exist` });
  return json(200, stored);
}

function tasksRoute(
  world: MarathonWorld,
  request: PlainRequest,
  appId: string,
  taskId: string | undefined,
): Outcome | undefined {
  const app = world.app(appId);
  if (request.method === 'DELETE')
    return taskId === undefined ? killMany(world, request, app) : killOne(world, request, app, taskId);
  if (request.method !== 'GET' || taskId !== undefined) return undefined;
  const tasks = tasksOf(world, app);
  if (tasks.length === 0 && world.generation === '0.8') throw noSuchApp(appId);
  if (request.headers.accept === 'text/plain')
    return read(text(200, tasks.map((task) => `${appId}\t${String(task['host'])}`).join('\n')));
  return read(json(200, { tasks }));
}

function killOne(world: MarathonWorld, request: PlainRequest, app: AppState, taskId: string): Outcome {
  const instance = app.instances.find((one) => one.taskId === taskId && !one.waiting);
  if (instance === undefined) throw new MarathonRefusal(404, { message: `No task found with id ${taskId}` });
  return kill(world, request, app, [instance], { task: taskView(world, instance) });
}

function killMany(world: MarathonWorld, request: PlainRequest, app: AppState): Outcome {
  const host = request.query.get('host');
  const chosen = app.instances.filter((one) => !one.waiting && (host === null || one.host === host));
  return kill(world, request, app, chosen, { tasks: chosen.map((instance) => taskView(world, instance)) });
}

function kill(
  world: MarathonWorld,
  request: PlainRequest,
  app: AppState,
  chosen: Instance[],
  shown: JsonObject,
): Outcome {
  const scale = flag(request, 'scale');
  if (scale && flag(request, 'wipe'))
    throw new MarathonRefusal(400, { message: 'You cannot use scale and wipe at the same time.' });
  const change = world.changes.killTasks(app, chosen, { scale, force: flag(request, 'force') });
  return change === undefined ? { answer: json(200, shown), tookEffect: chosen.length > 0 } : changed(world, change);
}
