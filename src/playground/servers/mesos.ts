// The simulated Mesos master as an HTTP server, and the agents behind `agentRequest`: paths, redirects and refusals as
// recorded from a real cluster. `../world/cluster.ts` holds the truth.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { Cluster } from '../world/cluster.js';
import { createFaults, type Faults } from './faults.js';
import {
  type Answer,
  authorised,
  type Handler,
  json,
  type PlainRequest,
  type RequiredCredentials,
  serve,
  text,
} from './http.js';
import { agentAnswer } from './mesos-agent.js';
import { scheduleView, statusView } from './mesos-maintenance.js';
import { tasksView } from './mesos-tasks.js';
import { operatorCall } from './mesos-v1.js';
import { buildView, frameworksView, registered, slaveView, stateView, summaryView } from './mesos-views.js';

export interface MesosServer {
  readonly url: string;
  readonly handler: Handler;
  /** Of the master. */
  readonly faults: Faults;
  /** Of all agents; tell them apart by the Host header. */
  readonly agentFaults: Faults;
  /** What a request to `hostname:5051` meets; an agent nobody can reach closes the socket. */
  agentRequest(hostname: string, req: IncomingMessage, res: ServerResponse): void | Promise<void>;
  close(): Promise<void>;
}

export interface MesosServerOptions {
  port?: number;
  /** Which master this is; one that does not lead redirects to the one that does. */
  hostname?: string;
  credentials?: RequiredCredentials;
}

export async function serveMesos(cluster: Cluster, options: MesosServerOptions = {}): Promise<MesosServer> {
  const faults = createFaults(cluster.clock);
  const agentFaults = createFaults(cluster.clock);
  const handler = faults.around((request) => compressed(request, masterAnswer(cluster, request, options)));
  const agents = new Map(
    cluster.agents.map((agent) => [
      agent.hostname,
      agentFaults.around((request) => {
        const allowed =
          authorised(request, options.credentials) || request.path === '/health' || request.path === '/version';
        return allowed
          ? compressed(request, agentAnswer(cluster, agent, request))
          : unauthorised('mesos-agent-readonly');
      }),
    ]),
  );
  const listening = await serve(handler, options.port === undefined ? {} : { port: options.port });
  return {
    url: listening.url,
    handler,
    faults,
    agentFaults,
    agentRequest: (hostname, req, res) => {
      const answer = cluster.agent(hostname)?.state === 'active' ? agents.get(hostname) : undefined;
      if (answer !== undefined) return answer(req, res);
      res.destroy();
    },
    close: () => listening.close(),
  };
}

type View = (cluster: Cluster, request: PlainRequest) => Answer;

/** Answered by every master, leading or not. */
const LOCAL: Record<string, View> = {
  '/health': () => ({ status: 200 }),
  '/version': (cluster) => json(200, buildView(cluster)),
  '/metrics/snapshot': (cluster) => json(200, { 'master/elected': cluster.leader === undefined ? 0 : 1 }),
};

const LEADER: Record<string, View> = {
  '/state': (cluster) => json(200, stateView(cluster)),
  '/state-summary': (cluster) => json(200, summaryView(cluster)),
  '/slaves': (cluster, { query }) => json(200, slaves(cluster, query.get('slave_id'))),
  '/frameworks': (cluster, { query }) => json(200, frameworksView(cluster, query.get('framework_id'))),
  '/tasks': (cluster, { query }) => json(200, tasksView(cluster, query)),
  '/maintenance/schedule': (cluster) => json(200, scheduleView(cluster)),
  '/maintenance/status': (cluster) => json(200, statusView(cluster)),
  '/api/v1': operatorCall,
};

/** What masters of 0.22 do not have, and what they know only with `.json` behind it. */
const NOT_IN_OLD = new Set([
  '/state-summary',
  '/frameworks',
  '/maintenance/schedule',
  '/maintenance/status',
  '/api/v1',
]);
const JSON_IN_OLD = new Set(['/state', '/tasks']);

function masterAnswer(cluster: Cluster, request: PlainRequest, options: MesosServerOptions): Answer {
  const asked = request.path.replace(/^\/master(?=\/)/, '');
  const path = asked.replace(/\.json$/, '');
  const hostname = options.hostname ?? cluster.masterHost;
  const known = path === '/redirect' || path in LOCAL || path in LEADER;
  if (!known || (cluster.mesos === '0.22' && missingInOld(asked, path))) return notFound(cluster, request);
  if (path === '/redirect') return redirect(cluster, undefined);
  if (!authorised(request, options.credentials) && path !== '/health' && path !== '/version') {
    return unauthorised(path === '/api/v1' ? 'mesos-master-readwrite' : 'mesos-master-readonly');
  }
  if (!(path in LOCAL) && cluster.leader !== hostname) return redirect(cluster, { path, query: request.query });
  return (LOCAL[path] ?? LEADER[path] ?? notFound)(cluster, request);
}

const notFound: View = () => text(404, '404 Not Found.');

const missingInOld = (asked: string, path: string) => NOT_IN_OLD.has(path) || JSON_IN_OLD.has(asked);

/** Without scheme, the short path expanded, the query's order turned: as seen. `/redirect` itself names no path at all. */
function redirect(cluster: Cluster, to: { path: string; query: URLSearchParams } | undefined): Answer {
  if (cluster.leader === undefined) return text(503, 'No leader elected');
  const query = to === undefined ? '' : new URLSearchParams([...to.query].reverse()).toString();
  const path = to === undefined ? '' : `/master${to.path}${query === '' ? '' : `?${query}`}`;
  return { status: 307, headers: { location: `//${cluster.leader}:5050${path}` } };
}

const unauthorised = (realm: string) =>
  text(401, '401 Unauthorized.', { 'www-authenticate': `Basic realm="${realm}"` });

function slaves(cluster: Cluster, id: string | null) {
  const chosen = registered(cluster).filter((agent) => id === null || agent.id === id);
  return { slaves: chosen.map((agent) => slaveView(cluster, agent)), recovered_slaves: [] };
}

function compressed(request: PlainRequest, answer: Answer): Answer {
  const body = answer.body ?? '';
  const wanted = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
  if (!wanted || body.length === 0 || answer.headers?.['content-type'] !== 'application/json') return answer;
  return { ...answer, headers: { ...answer.headers, 'content-encoding': 'gzip' }, body: gzipSync(body) };
}
