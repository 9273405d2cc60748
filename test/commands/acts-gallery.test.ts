// What people see of builds that are started and stopped, and of agents and what they are started from, the emptiest and the
// longest: drawn into `test/fixtures/gallery/acts.txt`, which is meant to be looked at.
import { expect, test } from 'vitest';
import { render } from '../../src/adapters/slack/render.js';
import { abort } from '../../src/commands/abort.js';
import { agents } from '../../src/commands/agents.js';
import { build } from '../../src/commands/build.js';
import { template } from '../../src/commands/template.js';
import { templates } from '../../src/commands/templates.js';
import type { AbortFacts, AbortTarget } from '../../src/core/abort.js';
import type { BuildFacts } from '../../src/core/build-request.js';
import type { JenkinsComputer } from '../../src/core/cluster.js';
import type { Message } from '../../src/core/conversation.js';
import { MINUTE, SECOND } from '../../src/core/time.js';
import { complaintsAbout } from '../../src/playground/slack/block-kit.js';
import { aCloud, aCloudTemplate, aSecondTemplate, changingClouds, someClouds } from '../support/agent-templates.js';
import { changed } from '../support/changing.js';
import { aLoadOf, NOW } from '../support/ci-service.js';
import { asked } from '../support/fakes.js';
import { drawn, type Picture } from '../support/gallery.js';
import { golden } from '../support/golden.js';
import { read } from '../support/read-command.js';
import { aBuildAgent, aScene, timed } from '../support/usage-scene.js';

/** What nobody should be able to do with a name or a log. */
const HOSTILE = '<!channel> & <@U0ANA> *bold* _it_ `code` <http://x.example|click> ';

const parameter = (name: string, value: string, others: string[] = []) => ({ name, value, isDefault: false, others });
const ASKED: BuildFacts = {
  request: {
    ...{ jenkinsJob: 'team-a/api', publicUrl: 'http://ci.example.org', send: null, expected: {}, account: 'chatbot' },
    ...{ session: null, nextNumber: 1, queued: [], shown: [parameter('ENV', 'staging', ['production'])] },
  },
  ...{
    state: 'queued',
    already: false,
    answer: 'its answer was lost',
    askedAt: NOW,
    queueId: 12,
    why: 'Waiting for next available executor on ‘linux’',
  },
  ...{ number: null, at: null, estimateMs: null, node: null, result: null, durationMs: 0, log: [] },
  ...{ silentSince: null, silence: '' },
};
const RUNNING = { state: 'running', number: 5, at: NOW, node: 'mesos-1', estimateMs: 3 * MINUTE } as const;
const ENDED = { ...RUNNING, state: 'ended', durationMs: 4 * MINUTE } as const;
const LONGEST: BuildFacts['request'] = {
  ...ASKED.request,
  jenkinsJob: `team/${HOSTILE.repeat(4)}`,
  shown: Array.from({ length: 40 }, (_, at) => parameter(`P${at}`, HOSTILE.repeat(5), Array(30).fill(HOSTILE))),
};

function buildGoing(more: Partial<BuildFacts>): Message[] {
  if (build.effect !== 'change' || build.follow === undefined) throw new Error('build is a change that is followed');
  return [build.follow.view({ ...ASKED, ...more }, asked())];
}
function buildOver(more: Partial<BuildFacts>): Message[] {
  if (build.effect !== 'change') throw new Error('build is a change');
  const { message, thread } = build.view({ ...ASKED, ...ENDED, ...more }, asked());
  return [message, ...(thread === undefined ? [] : [thread])];
}

const TARGET: AbortTarget = {
  ...{ kind: 'build', jenkinsJob: 'team-a/api', number: 5, by: 'started by Ana', at: NOW, force: false },
  publicUrl: 'http://ci.example.org',
};
const QUEUED: AbortTarget = {
  ...{ kind: 'queued', jenkinsJob: 'team-a/api', id: 12, by: `started by ${HOSTILE.repeat(9)}`, since: NOW },
  publicUrl: null,
};
function abortOver(target: AbortTarget, more: Partial<AbortFacts>): Message[] {
  if (abort.effect !== 'change') throw new Error('abort is a change');
  const facts: AbortFacts = {
    ...{ target, state: 'stopped', askedAt: NOW, number: 5, result: null, durationMs: 3 * MINUTE },
    ...{ how: 'stop', silentSince: null, silence: '' },
    ...more,
  };
  return [abort.view(facts, asked()).message];
}

const node = (name: string, builds: JenkinsComputer['builds'] = []): JenkinsComputer => ({
  ...{ name, isController: false, offline: false, idle: builds.length === 0, numExecutors: 2, labels: ['linux'] },
  builds,
});

async function agentsOf(count: number): Promise<Message[]> {
  if (agents.effect !== 'read') throw new Error('agents is a read');
  const names = Array.from({ length: count }, (_, at) => `mesos-${at}`);
  const nodes = names.map((name, at) =>
    node(name, at % 2 === 0 ? [{ name: HOSTILE, number: at + 1, path: `/job/x/${at}/` }] : []),
  );
  const scene = aScene([]);
  scene.builds.push(...names.map((name) => aBuildAgent(name, 'agent-26')));
  const activity = names.map((name, at) => ({
    ...{ name, label: 'linux', forMs: at * 10 * SECOND, isConnecting: at % 5 === 4 },
    offlineWhy: at % 7 === 6 ? HOSTILE.repeat(4) : undefined,
  }));
  const ports = scene.ports({
    jenkins: {
      executors: async () => ({ busy: Math.ceil(count / 2), total: 2 * count, computers: nodes }),
      agentActivity: async () => activity,
    },
  });
  const { value } = await timed(scene.clock, agents.run({ label: undefined }, ports, asked()));
  return [agents.view(value, asked())];
}

const ofClouds = async (...given: Parameters<typeof someClouds>) => [
  await read(templates, { jenkins: { mesosClouds: async () => someClouds(...given) } }),
];
const changedTo = async (text: string, ...given: Parameters<typeof someClouds>) => {
  const { calls } = changingClouds(someClouds(...given));
  return [(await changed(template, text, { jenkins: { executors: async () => aLoadOf(['app']), ...calls } })).message];
};
const bare = aCloudTemplate({ hasContainer: false, dockerImage: undefined });
const many = Array.from({ length: 60 }, (_, index) =>
  aCloudTemplate({
    index,
    label: `linux ${HOSTILE}`,
    jvmArguments: HOSTILE.repeat(30),
    dockerImage: HOSTILE.repeat(5),
  }),
);

const CASES: readonly [string, () => Message[] | Promise<Message[]>][] = [
  ['build: waits', () => buildGoing({})],
  ['build: runs', () => buildGoing(RUNNING)],
  ['build: its answer was lost', () => buildGoing({ state: 'unanswered', queueId: null, why: '' })],
  ['build: Jenkins is away', () => buildGoing({ ...RUNNING, silentSince: NOW, silence: 'did not answer within 5 s' })],
  ['build: the longest', () => buildGoing({ ...RUNNING, request: LONGEST, node: HOSTILE.repeat(4) })],
  ['build: succeeded', () => buildOver({ result: 'SUCCESS' })],
  ['build: unstable', () => buildOver({ result: 'UNSTABLE' })],
  [
    'build: failed',
    () => buildOver({ result: 'FAILURE', log: ['compiling', `error: ${HOSTILE}`, 'Finished: FAILURE'] }),
  ],
  ['build: aborted', () => buildOver({ result: 'ABORTED' })],
  ['build: taken out of the queue', () => buildOver({ state: 'cancelled', number: null })],
  ['build: gone', () => buildOver({ state: 'gone' })],
  ['build: not known', () => buildOver({ state: 'unknown', number: null })],
  ['build: left', () => buildOver({ state: 'left' })],
  ['abort: stopped', () => abortOver(TARGET, { result: 'ABORTED' })],
  ['abort: ended by itself', () => abortOver(TARGET, { state: 'ended', result: 'SUCCESS' })],
  ['abort: goes on', () => abortOver(TARGET, { state: 'still' })],
  ['abort: goes on, the hard way too', () => abortOver({ ...TARGET, force: true }, { state: 'still' })],
  ['abort: gone', () => abortOver(TARGET, { state: 'gone' })],
  ['abort: not known', () => abortOver(TARGET, { state: 'unknown', silentSince: NOW, silence: 'answered 502' })],
  ['abort: taken out of the queue', () => abortOver(QUEUED, { number: null })],
  ['abort: began meanwhile', () => abortOver(QUEUED, { state: 'began' })],
  ['agents: none', () => agentsOf(0)],
  ['agents: some', () => agentsOf(3)],
  ['agents: many', () => agentsOf(60)],
  ['templates', () => ofClouds()],
  ['templates: of the plugin 2.x', () => ofClouds([aCloud({ generation: 2, templates: [aSecondTemplate()] })])],
  [
    'templates: whose scheduler does not run',
    () =>
      ofClouds([aCloud({ schedulerRunning: false, templates: [bare] })], {
        plugin: { version: '0.7.0', active: true },
      }),
  ],
  ['templates: no plugin', () => ofClouds([], { plugin: undefined })],
  ['templates: the longest', () => ofClouds([aCloud({ name: HOSTILE, templates: many })])],
  ['template: changed', () => changedTo('template linux mem=1024 idle=5')],
  ['template: as it was', () => changedTo('template linux mem=512')],
  ['template: configured as code', () => changedTo('template linux cpus=0.5', undefined, { isConfiguredAsCode: true })],
  ['template: many of them', () => changedTo('template linux idle=9', [aCloud({ templates: many })])],
];

test('is drawn as it was looked at, and is what Slack takes', async () => {
  const pictures: Picture[] = [];
  for (const [title, make] of CASES) {
    const messages = (await make()).map((message, at) => ({ key: `${at}`, rendered: render(message) }));
    for (const { rendered } of messages) expect(complaintsAbout(rendered.blocks, 'message'), title).toEqual([]);
    pictures.push({ title, messages });
  }
  const text = `${pictures.map(drawn).join('\n\n')}\n`;
  expect(text).toBe(golden('acts.txt', text));
});
