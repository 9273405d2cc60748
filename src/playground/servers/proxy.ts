// The simulated network: an HTTP forward proxy on loopback through which clients reach the article's addresses. What
// listens at a simulated host:port answers; everything else looks like a refused connection. Nothing leaves loopback.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Cluster } from '../world/cluster.js';
import type { ClusterTask } from '../world/cluster-parts.js';
import { type Handler, type Listening, serve } from './http.js';

export interface ProxyTargets {
  cluster: Cluster;
  /** At `192.168.3.4:8080`. */
  marathon: Handler;
  /** At `192.168.3.4:5050`. */
  mesos: Handler;
  /** At `192.168.3.N:5051`. */
  agent: (hostname: string, req: IncomingMessage, res: ServerResponse) => void | Promise<void>;
  /** At any port of a running task, for instance the controller. */
  task: (task: ClusterTask, req: IncomingMessage, res: ServerResponse) => void | Promise<void>;
}

const MARATHON_PORT = 8080;
const MESOS_PORT = 5050;
const AGENT_PORT = 5051;

/** Its `url` is what `http_proxy` is set to. */
export function serveProxy(targets: ProxyTargets, options: { port?: number } = {}): Promise<Listening> {
  return serve((req, res) => forward(targets, req, res), options);
}

function forward(targets: ProxyTargets, req: IncomingMessage, res: ServerResponse): void | Promise<void> {
  const target = absoluteTarget(req.url ?? '');
  if (target === undefined) return refuse(res);
  const port = Number(target.port === '' ? 80 : target.port);
  req.url = `${target.pathname}${target.search}`;
  const { cluster } = targets;
  if (target.hostname === cluster.masterHost && port === MARATHON_PORT) return targets.marathon(req, res);
  if (target.hostname === cluster.masterHost && port === MESOS_PORT) return targets.mesos(req, res);
  if (port === AGENT_PORT && cluster.agent(target.hostname) !== undefined)
    return targets.agent(target.hostname, req, res);
  const task = cluster.listener(target.hostname, port);
  return task === undefined ? refuse(res) : targets.task(task, req, res);
}

/** Clients send a proxy the whole address (RFC 9112 §3.2.2); https would come as CONNECT, which no one here answers. */
function absoluteTarget(target: string): URL | undefined {
  return target.startsWith('http://') && URL.canParse(target) ? new URL(target) : undefined;
}

/** As a port where nothing listens: the connection ends without a word. */
function refuse(res: ServerResponse): void {
  res.destroy();
}
