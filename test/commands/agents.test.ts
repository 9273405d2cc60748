import { describe, expect, test } from 'vitest';
import { render } from '../../src/adapters/slack/render.js';
import { agents } from '../../src/commands/agents.js';
import type { AgentActivity } from '../../src/core/agent-templates.js';
import type { JenkinsComputer, MesosAgent } from '../../src/core/cluster.js';
import type { Message } from '../../src/core/conversation.js';
import { MINUTE, SECOND } from '../../src/core/time.js';
import { NOW, refusal, agents as someMesosAgents } from '../support/ci-service.js';
import { asked, type FakeCalls } from '../support/fakes.js';
import { linesOf } from '../support/read-command.js';
import { aBuildAgent, aCluster, aScene, type Scene, timed } from '../support/usage-scene.js';

const aNode = (name: string, patch: Partial<JenkinsComputer> = {}): JenkinsComputer => ({
  name,
  isController: false,
  offline: false,
  idle: true,
  numExecutors: 2,
  labels: ['linux'],
  builds: [],
  ...patch,
});
const CONTROLLER = aNode('master', { isController: true, labels: [] });
const building = (...names: string[]) =>
  names.map((name, index) => ({ name, number: index + 1, path: `/job/${name}/${index + 1}/` }));

const activityOf = (name: string, patch: Partial<AgentActivity> = {}): AgentActivity => ({
  name,
  label: 'linux',
  forMs: undefined,
  isConnecting: false,
  offlineWhy: undefined,
  ...patch,
});

interface Told {
  nodes?: JenkinsComputer[];
  activity?: AgentActivity[];
}

async function messageOf(scene: Scene, { nodes = [], activity = [] }: Told, calls: FakeCalls = {}, label?: string) {
  if (agents.effect !== 'read') throw new Error('agents is a read');
  const computers = [CONTROLLER, ...nodes];
  const busy = computers.reduce((sum, { builds }) => sum + builds.length, 0);
  const ports = scene.ports({
    ...calls,
    jenkins: {
      executors: async () => ({ busy, total: 2 * computers.length, computers }),
      agentActivity: async () => activity,
      ...calls.jenkins,
    },
  });
  const { value } = await timed(scene.clock, agents.run({ label }, ports, asked()));
  return agents.view(value, asked());
}
const shown = async (...all: Parameters<typeof messageOf>): Promise<string[]> => linesOf(await messageOf(...all));
const plain = ({ text }: Message) => text;

const BOX = (agent: string, name: string) =>
  `<http://192.168.3.4:5050/#/agents/${agent}/frameworks/jenkins-framework-1/executors/${name}|sandbox>`;

describe('agents', () => {
  test('that build and that are idle, with what they hold and use', async () => {
    const scene = aScene();
    const told = {
      nodes: [aNode('b1', { builds: building('app') }), aNode('b2')],
      activity: [activityOf('b1'), activityOf('b2', { forMs: 90 * SECOND })],
    };
    expect(await shown(scene, told)).toEqual([
      ':gear: *2 agents*: 1 busy, 1 idle. 1 of 4 executors busy. They hold 1.0 cpu and 2.0 GB, and use 0.5 cpus and 600 MB.',
      '*192.168.3.26* · `linux` · 1 of 2 executors busy · builds <http://ci.example.org/job/app/1/|app>',
      `0.3 of 0.5 cpus, 300 MB of 1.0 GB used · ${BOX('agent-26', 'b1')} · \`b1\``,
      '*192.168.3.27* · `linux` · 0 of 2 executors busy · idle for 1 min 30 s',
      `0.3 of 0.5 cpus, 300 MB of 1.0 GB used · ${BOX('agent-27', 'b2')} · \`b2\``,
    ]);
  });

  test('of 2.x, whose tasks begin with the name of the node', async () => {
    const scene = aScene([]);
    scene.builds.push(aBuildAgent('jenkins-agent-linux-1.0', 'agent-26'));
    const [, first, second] = await shown(scene, { nodes: [aNode('jenkins-agent-linux-1')] });
    expect(first).toMatch(/^\*192\.168\.3\.26\* · `linux` · 0 of 2 executors busy · idle$/);
    expect(second).toMatch(/`jenkins-agent-linux-1`$/);
  });

  test('on their way say how far they are and for how long', async () => {
    const scene = aScene([]);
    scene.builds.push(aBuildAgent('staging', 'agent-26', { state: 'TASK_STAGING' }));
    scene.builds.push(aBuildAgent('late', 'agent-27', { since: NOW - 10 * MINUTE }));
    scene.builds.push(aBuildAgent('ends', 'agent-28', { state: 'TASK_KILLING' }));
    const off = { offline: true };
    const lines = await shown(scene, {
      nodes: [aNode('staging', off), aNode('late', off), aNode('wanted', off), aNode('ends', off)],
      activity: [
        activityOf('staging', { forMs: 20 * SECOND }),
        activityOf('late', { offlineWhy: 'Connection was broken' }),
        activityOf('wanted', { forMs: 40 * SECOND }),
      ],
    });
    expect(lines[0]).toMatch(/^:gear: \*4 agents\*: 2 starting, 1 not connected, 1 stopping\. They hold/);
    expect(lines.filter((line) => / · `linux`/.test(line))).toEqual([
      ':warning: *192.168.3.27* · `linux` · its task has run for 10 min, and it is not connected to Jenkins (Jenkins: Connection was broken)',
      '*no machine yet* · `linux` · offline for 40 s: Mesos has no task of it yet',
      '*192.168.3.26* · `linux` · starting for 20 s: Mesos fetches what it needs',
      '*192.168.3.28* · `linux` · is being stopped',
    ]);
    expect(lines).toContain('(2 agents are starting, the longest for 40 s.)');
  });

  test('that were there and are not, with Jenkins’ words, and those whose machine Mesos does not reach', async () => {
    const scene = aScene([]);
    scene.builds.push(aBuildAgent('cut-off', 'agent-26', { state: 'TASK_UNREACHABLE' }));
    const off = { offline: true };
    const told = {
      nodes: [aNode('by-ssh', off), aNode('cut-off', off), aNode('never-came', off)],
      activity: [
        activityOf('by-ssh', { forMs: 40 * MINUTE, offlineWhy: 'Disconnected by ana : disk swap' }),
        activityOf('cut-off', { offlineWhy: 'Connection was broken' }),
        activityOf('never-came', { forMs: 39 * MINUTE }),
      ],
    };
    const lines = await shown(scene, told, { mesos: { ...scene.mesos, hostnameOf: () => '192.168.3.26' } });
    expect(lines[0]).toBe(':gear: *3 agents*: 3 not connected.');
    expect(lines.filter((line) => / · `linux`/.test(line))).toEqual([
      ':warning: *not on Mesos* · `linux` · offline for 40 min (Jenkins: Disconnected by ana : disk swap)',
      ':warning: *no machine yet* · `linux` · offline for 39 min: Mesos has no task of it',
      ':warning: *192.168.3.26* · `linux` · Mesos does not reach its machine, so nobody knows whether it runs (Jenkins: Connection was broken)',
    ]);
  });

  test('cannot start while Jenkins is no framework of Mesos', async () => {
    const scene = aScene([]);
    const mesos = { ...scene.mesos, frameworks: async () => [] };
    expect(await shown(scene, {}, { mesos })).toContain(
      '(:warning: Jenkins is not registered with Mesos now, so no agent can start: `templates` says more.)',
    );
    expect((await shown(scene, {}, { mesos, settings: { executorsAppId: '/agents' } })).join()).not.toContain(
      'registered',
    );
  });

  test('that only one of the two knows', async () => {
    const scene = aScene(['agent-26']);
    const lines = await shown(scene, { nodes: [aNode('by-hand', { builds: building('x') })] });
    expect(lines.filter((line) => line.includes('*'))).toEqual([
      expect.stringMatching(/^:gear: \*2 agents\*: 1 busy\./),
      ':warning: *192.168.3.26* · its task runs, and Jenkins knows no such agent',
      '*not on Mesos* · `linux` · 1 of 2 executors busy · builds <http://ci.example.org/job/x/1/|x>',
    ]);
  });

  test('there are none', async () => {
    expect(await shown(aScene([]), {})).toEqual([
      ':gear: Jenkins has no agent now, and no build waits: one is started when a build needs it.',
    ]);
    const waiting = [1, 2].map((id) => ({ id, name: 'x', why: '', buildable: true, stuck: false, inQueueSince: NOW }));
    expect(await shown(aScene([]), {}, { jenkins: { buildQueue: async () => waiting } })).toEqual([
      ':gear: Jenkins has no agent now, and 2 builds wait.',
    ]);
  });

  test('of one label, or of a label that nobody carries', async () => {
    const nodes = [aNode('b1'), aNode('b2', { labels: ['windows', 'docker'] })];
    expect((await shown(aScene(), { nodes }, {}, 'docker')).slice(0, 2)).toEqual([
      expect.stringMatching(/^:gear: \*1 agent\* with the label `docker`: 1 idle\. 0 of 2 executors busy\./),
      '*192.168.3.27* · `windows`, `docker` · 0 of 2 executors busy · idle',
    ]);
    expect((await shown(aScene(), { nodes }, {}, 'mac'))[0]).toBe(
      ':warning: No agent has the label `mac`. Labels there are: `docker`, `linux`, `windows`.',
    );
  });

  test('by the thousand are a short message that says what is left out', async () => {
    const machines = aCluster(1_000);
    const scene = aScene([], machines);
    const names = machines.map((_, index) => `mesos-jenkins-${String(index).padStart(36, '0')}`);
    scene.builds.push(...names.map((name, index) => aBuildAgent(name, `agent-${index}`)));
    const nodes = names.map((name, index) =>
      aNode(name, { labels: [index % 3 === 0 ? 'windows' : 'linux'], builds: building('a', 'b', 'c', 'd', 'e', 'f') }),
    );
    const lost = machines.map((machine) => ({ ...machine, active: false }));
    const message = await messageOf(scene, { nodes }, { mesos: { ...scene.mesos, agents: async () => lost } });
    const lines = linesOf(message);
    expect(lines[0]).toMatch(/^:gear: \*1000 agents\*: 1000 busy\. 6000 of 2000 executors busy\./);
    expect(lines).toContain(
      '(988 more are not shown. By label: linux 666, windows 334. `agents linux` shows those of one label, `usage --by label` what they use.)',
    );
    expect(lines).toContain('992 more Mesos agents are away or soon will be.');
    expect(render(message).rest).toBe(undefined);
  });
});

describe('machines', () => {
  const troubled = (patch: Partial<MesosAgent>) =>
    someMesosAgents().map((agent) => (agent.id === 'agent-26' ? { ...agent, ...patch } : agent));

  test.each<[string, Partial<MesosAgent>, RegExp]>([
    ['lost their connection', { active: false }, /has lost its connection to Mesos: .* gives it up after 75 s\./],
    [
      'are being drained',
      { active: false, deactivated: true, drain: 'draining', drainSince: NOW },
      /is being drained since <!date.*>: its tasks are being ended, and it takes no new ones\./,
    ],
    ['are drained', { active: false, deactivated: true, drain: 'drained' }, /is drained: it runs nothing/],
    ['are deactivated', { active: false, deactivated: true }, /is deactivated: it takes no new tasks\./],
  ])('that %s are said, with the agents on them', async (_what, patch, words) => {
    const scene = aScene(['agent-26'], troubled(patch));
    const line = (await shown(scene, { nodes: [aNode('b1')] })).find((one) => one.includes(':warning: 192.168.3.26'));
    expect(line).toMatch(words);
    expect(line).toMatch(/ 1 agent of Jenkins runs there\.$/);
  });

  test('in maintenance, down for it, and not with Mesos any more', async () => {
    const scene = aScene();
    const lines = await shown(
      scene,
      { nodes: [aNode('b1'), aNode('b2')] },
      {
        mesos: {
          ...scene.mesos,
          maintenance: async () => [
            { hostname: '192.168.3.27', state: 'planned', startsAt: NOW, endsAt: NOW + MINUTE },
            { hostname: '192.168.3.99', state: 'down', startsAt: undefined, endsAt: undefined },
          ],
          lostAgents: () => [
            { hostname: '192.168.3.99', seenAt: NOW },
            { hostname: '192.168.3.77', seenAt: NOW - MINUTE },
          ],
        },
      },
    );
    expect(lines.filter((line) => line.startsWith(':warning: 192'))).toEqual([
      expect.stringMatching(
        /^:warning: 192\.168\.3\.27 has a maintenance window from <.*> until <.*>: Mesos asks its frameworks to leave it\. 1 agent of Jenkins runs there\.$/,
      ),
      expect.stringMatching(
        /^:warning: 192\.168\.3\.77 is not with Mesos any more, last seen <.*>: unreachable, or removed\.$/,
      ),
      ':warning: 192.168.3.99 is down for maintenance.',
    ]);
  });
});

describe('what does not answer is named', () => {
  const down = (system: 'Jenkins' | 'Mesos', seen: string) => async () => {
    throw refusal(system, 403, seen);
  };

  test('scripts that are refused cost the ages alone', async () => {
    const agentActivity = down('Jenkins', 'chatbot lacks the right Overall/Administer');
    const lines = await shown(aScene(), { nodes: [aNode('b1'), aNode('b2')] }, { jenkins: { agentActivity } });
    expect(lines[1]).toBe('*192.168.3.26* · `linux` · 0 of 2 executors busy · idle');
    expect(lines.at(-1)).toBe(
      '(Not known: since when agents are idle or starting (Jenkins: 403, chatbot lacks the right Overall/Administer).)',
    );
  });

  test('without Jenkins there are its tasks, without Mesos its nodes', async () => {
    const noJenkins = await messageOf(aScene(), {}, { jenkins: { executors: down('Jenkins', 'no') } });
    expect(plain(noJenkins)).toContain('192.168.3.26 · its task runs\n');
    const mesos = { agents: down('Mesos', 'no'), frameworks: down('Mesos', 'no') };
    const noMesos = await messageOf(aScene(), { nodes: [aNode('b1', { offline: true })] }, { mesos });
    expect(plain(noMesos)).toContain('machine not known · linux · offline');
    expect(linesOf(noMesos).at(-1)).toContain('(Not known: Mesos: 403, no');
  });

  test('without either nothing is claimed', async () => {
    const calls = {
      jenkins: { executors: down('Jenkins', 'no') },
      mesos: { agents: down('Mesos', 'no'), frameworks: down('Mesos', 'no') },
    };
    expect((await shown(aScene(), {}, calls))[0]).toBe(':warning: What agents Jenkins has is not known.');
  });
});
