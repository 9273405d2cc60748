import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../../src/core/time.js';
import { failureOf } from '../failing.js';
import { closeServersAfterEach, json } from '../local-server.js';
import { answer } from './example.js';
import { example, jenkins } from './scene.js';
import { closeWorldsAfterEach, worldOf } from './world.js';

closeServersAfterEach();
closeWorldsAfterEach();

/** An agent is there, and builds. */
async function withAgent(generation: 'old' | 'modern') {
  const stage = await worldOf(generation);
  stage.world.startBuild('app-build', { plan: { durationMs: 30 * MINUTE } });
  await stage.clock.advance(5 * MINUTE);
  const { computers } = await stage.client.executors();
  const agent = computers.find(({ isController }) => !isController);
  if (agent === undefined) throw new Error('no agent came');
  return { ...stage, computers, agent };
}

const LINES = [
  ['old', 'master', 'master', 'mesos'],
  ['modern', 'Built-In Node', 'built-in', 'linux'],
] as const;

describe.each(LINES)('nodes of the %s line', (generation, controller, ownLabel, label) => {
  it('are found by a label, under the names of their computers', async () => {
    const { client, agent, computers } = await withAgent(generation);
    expect(await client.nodesWith(label)).toEqual([agent.name]);
    expect(await client.nodesWith(agent.name)).toEqual([agent.name]);
    expect(await client.nodesWith(`${label}&&${agent.name}`)).toEqual([agent.name]);
    expect(await client.nodesWith(ownLabel)).toEqual([controller]);
    expect(computers.map(({ name }) => name)).toEqual([controller, agent.name]);
  });

  it.each(['nobody', 'a b', 'team/linux', 'linux && nobody', '100%', '.', '..', 'ünï', ' ', ''])(
    'that carry "%s" are none',
    async (unknown) => {
      expect(await (await worldOf(generation)).client.nodesWith(unknown)).toEqual([]);
    },
  );

  it('tell their labels themselves where the core does', async () => {
    const { computers } = await withAgent(generation);
    expect(computers.map(({ labels }) => labels)).toEqual(
      generation === 'old' ? [undefined, undefined] : [[], ['linux']],
    );
  });
});

describe('labels', () => {
  it('of each node are told by computer.json, without the one that only names the node', async () => {
    const { client } = await jenkins(example('computer.json'));
    const { computers } = await client.executors();
    expect(computers.map(({ labels }) => labels)).toEqual([[], ['linux'], ['linux']]);
  });

  it('are unknown to computer-1.596.2.json', async () => {
    const { client } = await jenkins(example('computer-1.596.2.json'));
    const { computers } = await client.executors();
    expect(computers.map(({ labels }) => labels)).toEqual([undefined, undefined]);
  });

  it('of a controller may be given too', async () => {
    const labels = ['built-in', 'small', 'docker'].map((name) => ({ name }));
    const { client } = await jenkins((_asked, response) =>
      json(response, {
        busyExecutors: 0,
        totalExecutors: 0,
        computer: [{ displayName: 'Built-In Node', assignedLabels: labels }],
      }),
    );
    expect((await client.executors()).computers[0]?.labels).toEqual(['small', 'docker']);
  });

  it('are asked for with every character they may have', async () => {
    const { client, server } = await jenkins(example('label.json'));
    expect(await client.nodesWith('a/b c&&d?#%')).toEqual(['jenkins-agent-linux-6f2f1f7e-30a2-4c0e-9a55-0f3b8c5f2b11']);
    expect(server.asked.map(({ url }) => url)).toEqual([
      '/ci/label/a%2Fb%20c%26%26d%3F%23%25/api/json?tree=nodes%5BnodeName%5D',
    ]);
  });

  it('of the controller lead to the name its computer has, in any language', async () => {
    const { client } = await jenkins(({ url }, response) =>
      url.startsWith('/ci/label/')
        ? json(response, { nodes: [{ nodeName: 'a' }, { nodeName: '' }] })
        : json(response, {
            busyExecutors: 0,
            totalExecutors: 0,
            computer: [
              { _class: 'hudson.model.Hudson$MasterComputer', displayName: 'Integrierter Knoten' },
              { _class: 'hudson.slaves.SlaveComputer', displayName: 'a' },
            ],
          }),
    );
    expect(await client.nodesWith('docker')).toEqual(['a', 'Integrierter Knoten']);
  });

  it('are refused as every other read', async () => {
    const { client } = await jenkins((_asked, response) => answer(response, '403-permission.http'));
    expect(await failureOf(client.nodesWith('linux'))).toMatchObject({
      request: 'GET /label/linux/api/json',
      status: 403,
      seen: 'chatbot lacks the right Overall/Administer',
    });
  });
});
