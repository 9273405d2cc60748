import { describe, expect, test } from 'vitest';
import { buildsStarved } from '../../src/alerts/builds-starved.js';
import type { AgentTemplate, BuildQueueItem, MesosAgent } from '../../src/core/cluster.js';
import { MINUTE } from '../../src/core/time.js';
import { aController, agents, aTemplate, NOW, refusal, silence } from '../support/ci-service.js';
import type { FakeCalls } from '../support/fakes.js';
import { polled } from '../support/rule-run.js';

const item = (id: number, patch: Partial<BuildQueueItem> = {}): BuildQueueItem => ({
  id,
  name: `folder/job-${id}`,
  why: 'All nodes of label ‘linux’ are offline',
  buildable: true,
  stuck: false,
  inQueueSince: NOW + id * MINUTE,
  ...patch,
});

const full = (): MesosAgent[] => agents().map((agent) => ({ ...agent, used: agent.total }));

interface World {
  queue?: BuildQueueItem[] | 'silent';
  on?: MesosAgent[] | 'silent';
  templates?: AgentTemplate[] | 'silent';
  quietingDown?: boolean;
  session?: string;
  up?: boolean;
}

const world = (patch: World = {}): FakeCalls => {
  const { queue = [item(1)], on = agents(), templates = [aTemplate()] } = patch;
  const { quietingDown = false, session = 'session-1', up = true } = patch;
  return {
    mesos: {
      agents: async () => {
        if (on === 'silent') throw silence('Mesos');
        return on;
      },
    },
    jenkins: {
      pulse: async () => ({ state: up ? 'up' : 'unreachable', session, version: undefined, detail: undefined }),
      controller: async () => aController({ quietingDown }),
      buildQueue: async () => {
        if (queue === 'silent') throw silence('Jenkins');
        return queue;
      },
      executorSettings: async () => {
        if (templates === 'silent') throw refusal('Jenkins', 403, 'forbidden');
        return {
          controllerExecutors: 2,
          templates,
          schedulerRunning: true,
          onDemandRegistration: false,
          frameworkName: 'Jenkins Scheduler',
        };
      },
    },
  };
};

type Look = [atMin: number, world: World];

async function looks(...all: Look[]): Promise<string[]> {
  const rule = polled(buildsStarved);
  const news: string[] = [];
  for (const [atMin, one] of all) news.push((await rule.look(atMin, world(one))).join() || '-');
  return news;
}

describe('rings', () => {
  test.each<[string, Look[], string[]]>([
    [
      'when a build has waited for 10 min with room',
      [
        [0, {}],
        [9, {}],
        [10, {}],
        [11, {}],
      ],
      ['-', '-', 'rang', '-'],
    ],
    [
      'for the oldest, and tells of more',
      [
        [0, {}],
        [5, { queue: [item(1), item(2)] }],
        [10, { queue: [item(1), item(2)] }],
        [15, { queue: [item(1), item(2)] }],
      ],
      ['-', '-', 'rang', 'updated'],
    ],
    [
      'when a look without an answer lies between',
      [
        [0, {}],
        [4, { queue: 'silent' }],
        [5, { on: 'silent' }],
        [6, { up: false }],
        [10, {}],
      ],
      ['-', '-', '-', '-', 'rang'],
    ],
    [
      'when the templates may not be read and the least an agent needs is free',
      [
        [0, { templates: 'silent' }],
        [10, { templates: 'silent' }],
      ],
      ['-', 'rang'],
    ],
  ])('%s', async (_when, all, news) => {
    expect(await looks(...all)).toEqual(news);
  });
});

describe('says nothing', () => {
  test.each<[string, Look[]]>([
    [
      'of builds that come and go',
      [
        [0, { queue: [item(1)] }],
        [6, { queue: [item(2)] }],
        [12, { queue: [item(3)] }],
      ],
    ],
    [
      'while the cluster is full',
      [
        [0, { on: full() }],
        [10, { on: full() }],
        [20, { on: full() }],
      ],
    ],
    [
      'when room came only now',
      [
        [0, {}],
        [5, { on: full() }],
        [10, {}],
        [14, {}],
      ],
    ],
    [
      'while quieting down, nor right after',
      [
        [0, {}],
        [8, { quietingDown: true }],
        [10, { quietingDown: true }],
        [12, {}],
      ],
    ],
    [
      'of builds that may not start yet',
      [
        [0, { queue: [item(1, { buildable: false })] }],
        [60, { queue: [item(1, { buildable: false })] }],
        [61, {}],
      ],
    ],
    [
      'of builds for the controller',
      [
        [0, { queue: [item(1, { why: 'Waiting for next available executor on master' })] }],
        [20, { queue: [item(1, { why: 'Waiting for next available executor on master' })] }],
      ],
    ],
    [
      'of a Jenkins without agent templates',
      [
        [0, { templates: [] }],
        [20, { templates: [] }],
      ],
    ],
    [
      'when the time is up and Mesos does not answer',
      [
        [0, {}],
        [10, { on: 'silent' }],
      ],
    ],
    [
      'of a new Jenkins that counts its queue from 1 again',
      [
        [0, {}],
        [10, { session: 'session-2' }],
        [12, { session: 'session-2' }],
      ],
    ],
  ])('%s', async (_when, all) => {
    expect(await looks(...all)).toEqual(all.map(() => '-'));
  });
});

describe('is over', () => {
  test.each<[string, Look[], string[]]>([
    [
      'when those that starved have left',
      [
        [0, {}],
        [10, {}],
        [11, { queue: [item(2)] }],
      ],
      ['-', 'rang', 'over'],
    ],
    [
      'not when the cluster fills up, Jenkins is quieting down or does not answer',
      [
        [0, {}],
        [10, {}],
        [11, { on: full() }],
        [12, { quietingDown: true }],
        [13, { up: false }],
        [14, { queue: [] }],
      ],
      ['-', 'rang', '-', '-', '-', 'over'],
    ],
    [
      'not while another that starved is left',
      [
        [0, { queue: [item(1), item(2)] }],
        [10, { queue: [item(1), item(2)] }],
        [11, { queue: [item(2)] }],
        [12, { queue: [] }],
      ],
      ['-', 'rang', 'updated', 'over'],
    ],
    [
      'with the old queue, when Jenkins restarts',
      [
        [0, {}],
        [10, {}],
        [12, { session: 'session-2' }],
      ],
      ['-', 'rang', 'over'],
    ],
  ])('%s', async (_when, all, news) => {
    expect(await looks(...all)).toEqual(news);
  });
});

test('the message names the oldest, why it waits and where there is room', async () => {
  const rule = polled(buildsStarved);
  const queue = [item(2, { why: 'Waiting for next available executor' }), item(1)];
  await rule.look(3, world({ queue }));
  await rule.look(13, world({ queue }));
  const headline = 'Builds wait for an agent although the cluster has room: folder/job-1 and 1 more';
  const fields = [
    'Why: every agent with the label linux is offline',
    'Builds waiting: 2',
    'Room when it rang: 192.168.3.25 had 6.0 cpus and 12.0 GB free; the agent that fits takes 0.3 cpus and 704 MB',
  ];
  const oldest =
    'Oldest: folder/job-1, in the queue since <!date^1432807260^{date_short_pretty} {time}|2015-05-28 10:01 UTC>';
  expect(rule.said()).toEqual({
    headline,
    over: 'The build queue moves again after 0 s',
    fields: [oldest, ...fields],
    notes: [
      'Usual reasons: no agent template has the label the job asks for; agents start and cannot reach Jenkins at its configured URL, which goes stale when the controller moves; or Mesos offers Jenkins nothing because of its role or quota.',
    ],
  });
  await rule.look(17, world({ queue: [] }));
  expect(rule.said()).toEqual({
    headline,
    over: 'The build queue moves again after 14 min',
    fields: [oldest, ...fields],
  });
});

test('a restart of Jenkins is not told as a queue that moves', async () => {
  const rule = polled(buildsStarved);
  for (const atMin of [0, 10]) await rule.look(atMin, world());
  await rule.look(12, world({ session: 'session-2', queue: [] }));
  expect(rule.words().over.plain).toBe(
    'Jenkins was restarted: the builds that waited for an agent are gone with its old queue',
  );
});
