import { describe, expect, test } from 'vitest';
import { render } from '../../src/adapters/slack/render.js';
import { queue } from '../../src/commands/queue.js';
import type { BuildQueueItem, Jenkins } from '../../src/core/cluster.js';
import { UpstreamError } from '../../src/core/errors.js';
import { MINUTE, SECOND } from '../../src/core/time.js';
import { aController, aFramework, aLoadOf, NOW, silence } from '../support/ci-service.js';
import type { FakeCalls } from '../support/fakes.js';
import { linesOf, read } from '../support/read-command.js';

const anItem = (id: number, patch: Partial<BuildQueueItem> = {}): BuildQueueItem => ({
  id,
  name: `test${id}`,
  why: 'Waiting for next available executor on linux',
  buildable: true,
  stuck: false,
  inQueueSince: NOW - 10 * MINUTE + id * MINUTE,
  causes: [{ text: 'Started by user Ana' }],
  ...patch,
});

/** Newest first, as Jenkins lists them; one agent, both of its executors busy. */
const waiting = (items: BuildQueueItem[], calls: Partial<Jenkins> = {}): FakeCalls => ({
  jenkins: {
    buildQueue: async () => items.toReversed(),
    executors: async () => aLoadOf(['test #1', 'test2 #1']),
    nodesWith: async (label) => (label === 'linux' ? ['mesos-jenkins-1'] : []),
    ...calls,
  },
});

test('each with its age and start, those that wait for the same thing together, the oldest first', async () => {
  const blocked = { why: 'Build #128 is already in progress (ETA: 3 min 2 sec)', name: 'app-build', stuck: true };
  const message = await read(queue, waiting([anItem(1), anItem(2), anItem(3, blocked)]));
  expect(linesOf(message)).toEqual([
    ":hourglass: 3 builds wait in Jenkins' queue, the oldest for 9 min.",
    '*2 builds:* all 2 executors with the label `linux` are busy (test #1, test2 #1), the limit of 2 executors an agent is reached.',
    '_What helps:_ It starts when one is free, or Jenkins starts another agent: the cluster has room. `scale executors 3 --label linux` gives agents that start from then on more.',
    '• `q1` test1 for 9 min, started by Ana',
    '• `q2` test2 for 8 min, started by Ana',
    '*1 build:* app-build builds one at a time, and its #128 is running.',
    "_What helps:_ It starts when that has ended, in about 3 min 2 sec by Jenkins' guess. `abort app-build#128` ends it now.",
    '• `q3` app-build for 7 min, started by Ana, much longer than usual',
    '(`abort q…` with its number takes one out of the queue.)',
  ]);
  expect(message.text.split('\n')[0]).toBe("3 builds wait in Jenkins' queue, the oldest for 9 min.");
  expect(message.text).toContain('q3 app-build for 7 min');
});

test('nothing, and then nobody else is asked', async () => {
  const executors = () => {
    throw new Error('asked for nothing');
  };
  expect((await read(queue, waiting([], { executors }))).text).toBe("Nothing waits in Jenkins' build queue.");
});

test('300 builds are cut with a count, and no reason hides another', async () => {
  const items = Array.from({ length: 300 }, (_, at) => {
    const why =
      at < 280 ? undefined : at < 290 ? 'In the quiet period. Expires in 3 sec' : `Waiting for lock ${at % 12}`;
    const name = `team-${'x'.repeat(200)}/job <!channel> ${at}`;
    return anItem(at + 1, { name, inQueueSince: NOW - (300 - at) * SECOND, ...(why === undefined ? {} : { why }) });
  });
  const message = await read(queue, waiting(items));
  const told = linesOf(message);
  expect(told[0]).toBe(":hourglass: 300 builds wait in Jenkins' queue, the oldest for 5 min.");
  expect(told).toContain('… and 272 more, the newest for 21 s');
  expect(told.filter((line) => line.startsWith('• ')).length).toBeLessThanOrEqual(30);
  expect(told.filter((line) => line.startsWith('*')).length).toBe(10);
  expect(told.at(-2)).toBe('(And 2 more, for other reasons.)');
  const { blocks } = render(message);
  expect(blocks.length).toBeLessThanOrEqual(50);
  expect(JSON.stringify(blocks)).not.toContain('<!channel>');
});

describe('what is missing is named, and the rest is told', () => {
  const refused = new UpstreamError({
    system: 'Jenkins',
    request: 'POST /scriptText',
    status: 403,
    seen: 'chatbot lacks the right Overall/Administer',
    retryable: false,
    mayHaveArrived: false,
  });

  test('the queue itself', async () => {
    const message = await read(queue, waiting([], { buildQueue: () => Promise.reject(silence('Jenkins')) }));
    expect(linesOf(message)).toEqual([
      ':warning: What waits in Jenkins is not known. Jenkins: did not answer within 15 s.',
    ]);
  });

  test('the templates, without the right to run scripts', async () => {
    const message = await read(queue, waiting([anItem(1)], { executorSettings: () => Promise.reject(refused) }));
    const told = linesOf(message);
    expect(told[1]).toBe('*1 build:* every executor with the label `linux` is busy (test #1, test2 #1).');
    expect(told.at(-1)).toBe(
      '(Not known: Jenkins (its agent templates): 403, chatbot lacks the right Overall/Administer.)',
    );
  });

  test('Mesos, said once', async () => {
    const fails = () => Promise.reject(silence('Mesos'));
    const message = await read(queue, { ...waiting([anItem(1)]), mesos: { agents: fails, frameworks: fails } });
    const told = linesOf(message);
    expect(told[1]).toMatch(/^\*1 build:\* all 2 executors with the label `linux` are busy/);
    expect(told.filter((line) => line.includes('Mesos: did not answer'))).toHaveLength(1);
  });
});

test.each<[what: string, calls: FakeCalls, line: RegExp]>([
  [
    'Mesos says that Jenkins is not its framework any more',
    { mesos: { frameworks: async () => [aFramework({ active: false })] } },
    /is not registered with Mesos, so none can start/,
  ],
  [
    'Jenkins quiets down',
    { jenkins: { controller: async () => aController({ quietingDown: true }) } },
    /quieting down/,
  ],
])('%s', async (_what, calls, line) => {
  const scene = waiting([anItem(1)]);
  const message = await read(queue, { ...scene, ...calls, jenkins: { ...scene.jenkins, ...calls.jenkins } });
  expect(linesOf(message)[1]).toMatch(line);
});
