// The simulated Marathon as an HTTP server: routes, headers, refusals and the log of everything written. Clients that
// others wrote talk to it as to the real one; `../world/marathon/` decides what happens.

import { SECOND } from '../../core/time.js';
import { atLeast } from '../world/marathon/generation.js';
import { MarathonRefusal } from '../world/marathon/refusal.js';
import type { MarathonWorld } from '../world/marathon/world.js';
import { createFaults, type Faults } from './faults.js';
import type { Handler } from './http.js';
import {
  type Answer,
  authorised,
  html,
  json,
  type Listening,
  type PlainRequest,
  type RequiredCredentials,
  serve,
  text,
} from './http.js';
import { appsRoute, changed, type Outcome } from './marathon-apps.js';
import { eventStream } from './marathon-events.js';
import { infoView } from './marathon-info.js';
import { deploymentView, queueView, tasksOf } from './marathon-views.js';

/** One request that could change something. */
export interface MarathonWrite {
  method: string;
  path: string;
  query: Record<string, string>;
  body: string;
  /** As Marathon decided; a fault may have kept the client from hearing it. */
  status: number;
  /** A deployment began, a task was killed, a delay reset. */
  tookEffect: boolean;
  deploymentId: string | undefined;
  /** The world's clock. */
  at: number;
}

export interface MarathonServer {
  readonly url: string;
  readonly handler: Handler;
  readonly faults: Faults;
  /** Oldest first. */
  readonly writes: readonly MarathonWrite[];
  close(): Promise<void>;
}

export interface MarathonServerOptions {
  port?: number;
  credentials?: RequiredCredentials;
  /** Path in front of everything, as behind a gateway: `/service/marathon`. */
  prefix?: string;
}

export async function serveMarathon(
  world: MarathonWorld,
  options: MarathonServerOptions = {},
): Promise<MarathonServer> {
  const { faults, writes, handler } = marathonHandler(world, options);
  const listening: Listening = await serve(handler, options.port === undefined ? {} : { port: options.port });
  return { url: `${listening.url}${options.prefix ?? ''}`, handler, faults, writes, close: () => listening.close() };
}

function marathonHandler(world: MarathonWorld, options: MarathonServerOptions) {
  const writes: MarathonWrite[] = [];
  const faults = createFaults(world.clock);
  const handler = faults.around((request) => {
    const isSilent = () => faults.silent;
    const outcome = respond(world, unprefixed(request, options.prefix ?? ''), options.credentials, isSilent);
    if (isWrite(request)) writes.push(recordOf(world, request, outcome));
    return withLeader(world, outcome.answer);
  });
  return { writes, faults, handler };
}

const isWrite = ({ method }: PlainRequest) => method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS';

function recordOf(world: MarathonWorld, request: PlainRequest, outcome: Outcome): MarathonWrite {
  const { method, path, body } = request;
  const { tookEffect, deploymentId, answer } = outcome;
  const query = Object.fromEntries(request.query);
  return { method, path, query, body, status: answer.status, tookEffect, deploymentId, at: world.clock.now() };
}

function unprefixed(request: PlainRequest, prefix: string): PlainRequest {
  return request.path.startsWith(prefix)
    ? { ...request, path: request.path.slice(prefix.length) }
    : { ...request, path: '' };
}

/** 0.8 names no leader. */
function withLeader(world: MarathonWorld, answer: Answer): Answer {
  if (world.leader === undefined || !atLeast(world.generation, '0.11')) return answer;
  return { ...answer, headers: { ...answer.headers, 'x-marathon-leader': `http://${world.leader}` } };
}

const untouched = (answer: Answer): Outcome => ({ answer, tookEffect: false });

function respond(
  world: MarathonWorld,
  request: PlainRequest,
  credentials: RequiredCredentials | undefined,
  isSilent: () => boolean,
): Outcome {
  if (!authorised(request, credentials)) {
    return untouched(html(401, 'Unauthorized', { 'www-authenticate': 'Basic realm="Mesosphere"' }));
  }
  // 503 up to 1.7.50, 502 later (api/LeaderProxyFilter.scala).
  if (world.leader === undefined)
    return untouched(html(world.generation === '1.11' ? 502 : 503, 'Could not determine the current leader'));
  try {
    return route(world, request, isSilent) ?? untouched(notFound(world));
  } catch (refusal) {
    if (refusal instanceof MarathonRefusal) return untouched(json(refusal.status, refusal.body));
    throw refusal;
  }
}

function notFound(world: MarathonWorld): Answer {
  return world.generation === '1.11' ? json(500, { message: 'URI not found' }) : html(404, 'Not Found');
}

function route(world: MarathonWorld, request: PlainRequest, isSilent: () => boolean): Outcome | undefined {
  const { method, path } = request;
  if (path === '/v2/apps' || path.startsWith('/v2/apps/')) return appsRoute(world, request);
  if (path.startsWith('/v2/deployments')) return deploymentsRoute(world, request);
  if (path.startsWith('/v2/queue')) return queueRoute(world, request);
  if (path === '/v2/leader') return leaderRoute(world, method);
  if (method !== 'GET' && method !== 'HEAD') return undefined;
  if (path === '/ping') return untouched(text(200, 'pong'));
  if (path === '/v2/info') return untouched(json(200, infoView(world)));
  if (path === '/v2/tasks')
    return untouched(json(200, { tasks: [...world.apps.values()].flatMap((app) => tasksOf(world, app)) }));
  if (path === '/v2/events' && atLeast(world.generation, '0.11'))
    return untouched(eventStream(world, request, isSilent));
  return undefined;
}

function deploymentsRoute(world: MarathonWorld, { method, path, query }: PlainRequest): Outcome | undefined {
  const id = path.slice('/v2/deployments'.length).replace(/^\/|\/$/g, '');
  if (method === 'GET' && id === '')
    return untouched(
      json(
        200,
        world.deployments.map((one) => deploymentView(world, one)),
      ),
    );
  if (method !== 'DELETE' || id === '') return undefined;
  const change = world.changes.cancel(id, { force: query.get('force') === 'true' });
  // The deployment has ended, also where the way back has no steps.
  return { ...(change === undefined ? { answer: { status: 202 } } : changed(world, change)), tookEffect: true };
}

function queueRoute(world: MarathonWorld, { method, path }: PlainRequest): Outcome | undefined {
  if (method === 'GET' && /^\/v2\/queue\/?$/.test(path)) return untouched(json(200, queueView(world)));
  const appId = path.match(/^\/v2\/queue\/+(.+)\/delay$/)?.[1];
  if (method !== 'DELETE' || appId === undefined) return undefined;
  const app = world.apps.get(`/${decodeURIComponent(appId)}`);
  if (app === undefined || !app.instances.some((instance) => instance.waiting)) {
    throw new MarathonRefusal(404, { message: `Application /${appId} not found in tasks queue.` });
  }
  world.resetDelay(app.id);
  return { answer: { status: 204 }, tookEffect: true };
}

/** Time until another Marathon leads after an abdication. */
const ELECTION_MS = 10 * SECOND;

function leaderRoute(world: MarathonWorld, method: string): Outcome | undefined {
  if (method === 'GET') return untouched(json(200, { leader: world.leader ?? null }));
  if (method !== 'DELETE') return undefined;
  const { leader } = world;
  world.loseLeader();
  world.clock.after(ELECTION_MS, () => world.electLeader(leader));
  return { answer: json(200, { message: 'Leadership abdicated' }), tookEffect: true };
}
