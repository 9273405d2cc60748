// Machines that are away or soon will be: from recorded answers, and from the simulated master.
import { describe, expect, it } from 'vitest';
import { mesosClient } from '../../../src/adapters/mesos/client.js';
import { DAY, HOUR, MINUTE } from '../../../src/core/time.js';
import { serveMesos } from '../../../src/playground/servers/mesos.js';
import { Cluster } from '../../../src/playground/world/cluster.js';
import type { MesosGeneration } from '../../../src/playground/world/cluster-messages.js';
import { manualClock } from '../../support/manual-clock.js';
import { failureOf, fixture, hastyClock } from '../failing.js';
import { closeServersAfterEach, localServer } from '../local-server.js';

closeServersAfterEach();

const bodyOf = (what: string) =>
  JSON.parse(fixture(`mesos/11-maintenance-and-draining/master-maintenance-${what}.json`)).response.body;

async function answering(answers: Record<string, unknown>, status = 404) {
  const server = await localServer(({ url }, response) => {
    const body = answers[url];
    response.writeHead(body === undefined ? status : 200, { 'Content-Type': 'application/json' });
    response.end(body === undefined ? '' : JSON.stringify(body));
  });
  const options = { credentials: undefined, clock: hastyClock(), scrub: (text: string) => text };
  return mesosClient({ ...options, urls: () => [server.url], publicUrl: undefined, retryDelaysMs: [] });
}

describe('maintenance', () => {
  it('is read as it was recorded', async () => {
    const client = await answering({
      '/maintenance/status': bodyOf('status'),
      '/maintenance/schedule': bodyOf('schedule'),
    });
    const startsAt = 1_795_458_287_000;
    expect(await client.maintenance()).toEqual([
      { hostname: 'agent-2.local', state: 'planned', startsAt, endsAt: startsAt + HOUR },
    ]);
  });

  it('of machines that are down, by address where they have no name, and without a plan', async () => {
    const client = await answering({
      '/maintenance/status': { down_machines: [{ hostname: 'a.local', ip: '10.0.0.1' }, { ip: '10.0.0.2' }] },
      '/maintenance/schedule': {},
    });
    const nothing = { startsAt: undefined, endsAt: undefined };
    expect(await client.maintenance()).toEqual([
      { hostname: 'a.local', state: 'down', ...nothing },
      { hostname: '10.0.0.2', state: 'down', ...nothing },
    ]);
  });

  it('is none where nothing is planned, and on masters that know no such thing', async () => {
    const empty = await answering({ '/maintenance/status': {}, '/maintenance/schedule': {} });
    expect(await empty.maintenance()).toEqual([]);
    expect(await (await answering({})).maintenance()).toEqual([]);
  });

  it('that we may not see is an error', async () => {
    expect(await failureOf((await answering({}, 403)).maintenance())).toMatchObject({ status: 403 });
  });
});

async function simulated(mesos: MesosGeneration) {
  const clock = manualClock();
  const cluster = new Cluster({ clock, mesos, agents: 3 });
  const server = await serveMesos(cluster);
  const options = { credentials: undefined, clock, scrub: (text: string) => text, publicUrl: undefined };
  const client = mesosClient({ ...options, urls: () => [server.url] });
  return { clock, cluster, server, client };
}

describe('the simulated master', () => {
  it('shows what an operator planned, and takes it back', async () => {
    const { cluster, client, clock, server } = await simulated('1.4');
    const [host = ''] = cluster.agents.map(({ hostname }) => hostname);
    const startsAt = clock.now() + MINUTE;
    cluster.upkeep.plan(host, startsAt, HOUR);
    expect(await client.maintenance()).toEqual([
      { hostname: host, state: 'planned', startsAt, endsAt: startsAt + HOUR },
    ]);
    cluster.upkeep.endMaintenance(host);
    expect(await client.maintenance()).toEqual([]);
    await server.close();
  });

  it('before 0.25 knows none', async () => {
    const { client, server } = await simulated('0.22');
    expect(await client.maintenance()).toEqual([]);
    await server.close();
  });

  it('ends the tasks of an agent that is drained, offers nothing of it, and takes it back', async () => {
    const { cluster, client, clock, server } = await simulated('1.10');
    const framework = cluster.register({
      name: 'jenkins',
      failoverMs: 0,
      checkpoint: false,
      partitionAware: false,
      onUpdate: () => {},
    });
    const host = cluster.agents[1]?.hostname ?? '';
    cluster.placeNext(host);
    framework.launch({ taskId: 't', name: 't', cpus: 0.1, memMiB: 32 });
    await clock.advance(MINUTE);
    const since = clock.now();
    cluster.upkeep.drain(host, 3_000);
    const agent = async () => (await client.agents()).find(({ hostname }) => hostname === host);
    expect(await agent()).toMatchObject({ active: false, deactivated: true, drain: 'draining', drainSince: since });
    await clock.advance(MINUTE);
    expect(await agent()).toMatchObject({ drain: 'drained', drainSince: since });
    expect(await client.tasks(framework.id)).toEqual([]);
    cluster.placeNext(host);
    framework.launch({ taskId: 'u', name: 'u', cpus: 0.1, memMiB: 32 });
    expect(cluster.task('u')?.agent.hostname).not.toBe(host);
    cluster.upkeep.reactivate(host);
    expect(await agent()).toMatchObject({ active: true, deactivated: false, drain: undefined });
    await server.close();
  });

  it('names no unreachable agent; who saw it before does, for a day, unless it came back under another id', async () => {
    const { cluster, client, clock, server } = await simulated('1.4');
    expect(client.lostAgents()).toEqual([]);
    await client.agents();
    const seenAt = clock.now();
    const host = cluster.agents[0]?.hostname ?? '';
    cluster.failAgent(host);
    await clock.advance(2 * MINUTE);
    await client.agents();
    expect(client.lostAgents()).toEqual([{ hostname: host, seenAt }]);
    await clock.advance(DAY);
    expect(client.lostAgents()).toEqual([]);
    cluster.returnAgent(host);
    await client.agents();
    expect(client.lostAgents()).toEqual([]);
    await server.close();
  });
});
