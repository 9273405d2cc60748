// A small simulated Mesos cluster behind a socket, for the tests that speak HTTP with it; closed after each test.
import { afterEach } from 'vitest';
import { MINUTE, SECOND } from '../../src/core/time.js';
import { type Listening, serve } from '../../src/playground/servers/http.js';
import { type MesosServerOptions, serveMesos } from '../../src/playground/servers/mesos.js';
import { Cluster } from '../../src/playground/world/cluster.js';
import type { MesosGeneration } from '../../src/playground/world/cluster-messages.js';
import { manualClock } from '../support/manual-clock.js';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

/** A controller under Marathon, two build agents under Jenkins, a framework that has ended. */
export async function ciCluster(options: MesosServerOptions & { mesos?: MesosGeneration } = {}) {
  const clock = manualClock();
  const cluster = new Cluster({ clock, mesos: options.mesos ?? '1.10', agents: 4 });
  const register = (name: string, own: boolean) =>
    cluster.register({
      name,
      failoverMs: own ? 7 * 24 * 60 * MINUTE : 0,
      checkpoint: own,
      partitionAware: own,
      webuiUrl: 'http://192.168.3.4:8080',
      onUpdate: () => undefined,
    });
  const marathon = register('marathon', true);
  const jenkins = register('Jenkins Scheduler', false);
  const usage = () => ({ cpus: 0.25, memMiB: 600 });
  const program = {
    start: () => undefined,
    terminate: () => undefined,
    destroy: () => undefined,
    respond: () => 200,
    usage,
  };
  marathon.launch({
    taskId: 'jenkins.1',
    name: 'jenkins',
    cpus: 0.5,
    memMiB: 1_000,
    ports: 1,
    labels: { team: 'ci' },
    program,
  });
  await clock.advance(4 * SECOND);
  for (const taskId of ['mesos-jenkins-a', 'mesos-jenkins-b'])
    jenkins.launch({ taskId, name: taskId, cpus: 0.3, memMiB: 700 });
  const ended = register('Jenkins Scheduler', false);
  ended.launch({ taskId: 'short', name: 'short', cpus: 0.1, memMiB: 64 });
  await clock.advance(4 * SECOND);
  ended.disconnect();
  await clock.advance(60 * SECOND);
  const server = await serveMesos(cluster, options);
  open.push(server);
  const host = cluster.task('jenkins.1')?.agent.hostname ?? '';
  const agent: Listening = await serve((req, res) => server.agentRequest(host, req, res));
  open.push(agent);
  const call = (path: string, init: RequestInit = {}) => fetch(`${server.url}${path}`, { redirect: 'manual', ...init });
  const sandbox = `/frameworks/${marathon.id}/executors/jenkins.1/runs/latest`;
  const file = (action: string, query: Record<string, string>) =>
    fetch(`${agent.url}/files/${action}?${new URLSearchParams(query)}`);
  const v1 = (type: string) =>
    call('/api/v1', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ type }),
    });
  return { clock, cluster, marathon, jenkins, server, agent, host, call, v1, sandbox, file };
}
