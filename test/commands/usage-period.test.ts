// `/ci usage 7d`: what is said of a time, from how many samples, and what is refused.
import { describe, expect, test } from 'vitest';
import { catalogueOf } from '../../src/commands/index.js';
import { usage } from '../../src/commands/usage.js';
import type { Message } from '../../src/core/conversation.js';
import { parse } from '../../src/core/parse.js';
import { DAY, HOUR, MINUTE } from '../../src/core/time.js';
import { anIncident } from '../support/alert-scene.js';
import { aLoadOf, NOW, silence } from '../support/ci-service.js';
import { asked, type FakeCalls, fakePorts } from '../support/fakes.js';
import { passing } from '../support/fakes-journey.js';
import { manualClock } from '../support/manual-clock.js';
import { linesOf, read } from '../support/read-command.js';
import { aSample, minutes } from '../support/samples.js';

async function said(text: string, calls: FakeCalls = {}): Promise<Message> {
  if (usage.effect !== 'read') throw new Error('usage is a read');
  const { args } = parse(text, catalogueOf([usage]));
  const clock = manualClock();
  const facts = await passing(clock, usage.run(args, fakePorts({ clock, ...calls }), asked()), 500);
  return usage.view(facts, asked());
}

/** Eight quiet hours around one in which two builds wait for 6 min each. */
const WORKDAY = minutes(NOW - 9 * HOUR, NOW, (at) => {
  const isBusy = at >= NOW - 2 * HOUR && at < NOW - HOUR;
  return isBusy
    ? {
        executors: { busy: 4, total: 4 },
        buildQueue: { length: 2, longestMs: 6 * MINUTE, atLimit: 2 },
        waitsMs: [6 * MINUTE],
      }
    : {};
});

describe('a time with samples', () => {
  test('is told by its mean, its limit, its figures and what they rest on', async () => {
    const message = await said('usage 9h', { samples: WORKDAY });
    expect(message.text).toBe(
      'The last 9 h: Jenkins really used 0.5 cpus and 1.5 GB on average, of the 1.6 cpus and 3.4 GB it was given (31 % and 45 %); the cluster has 32.0 cpus and 64.0 GB.',
    );
    expect(linesOf(message)).toEqual([
      ':bar_chart: *The last 9 h*: Jenkins really used *0.5 cpus* and *1.5 GB* on average, of the 1.6 cpus and 3.4 GB it was given (31 % and 45 %); the cluster has 32.0 cpus and 64.0 GB.',
      'The limit of 2 executors an agent was reached for 1 h; builds waited 6 min on average then. The cluster has room (75 % free): `scale executors 3` would let more builds run.',
      'cpus given | 1.6 cpus | 1.6 cpus | 1.6 cpus | Thu 28 May 01:00',
      'cpus used | 0.5 cpus | 0.5 cpus | 0.5 cpus | Thu 28 May 01:00',
      '… by builds | 0.4 cpus | 0.4 cpus | 0.4 cpus | Thu 28 May 01:00',
      'memory given | 3.4 GB | 3.4 GB | 3.4 GB | Thu 28 May 01:00',
      'memory used | 1.5 GB | 1.5 GB | 1.5 GB | Thu 28 May 01:00',
      '… by builds | 1.0 GB | 1.0 GB | 1.0 GB | Thu 28 May 01:00',
      'build agents | 2.0 | 2.0 | 2.0 | Thu 28 May 01:00',
      'executors | 4.0 | 4.0 | 4.0 | Thu 28 May 01:00',
      'executors busy | 2.2 | 4.0 | 4.0 | Thu 28 May 08:00',
      'builds waiting | 0.2 | 2.0 | 2.0 | Thu 28 May 08:00',
      '(540 samples, one a minute; times are UTC.)',
    ]);
  });

  test('has a chart that tells the same to those who do not see it', async () => {
    const incidents = { since: async () => [anIncident({ openedAt: NOW - 3 * HOUR, happenedAt: NOW - 3 * HOUR })] };
    const { chart } = await said('usage 9h', { samples: WORKDAY, incidents });
    expect(chart).toMatchObject({
      name: 'jenkins-usage-9h',
      title: 'Jenkins on Mesos, the last 9 h: Thu 28 May 01:00 to Thu 28 May 10:00',
      bucketMs: 2 * MINUTE,
      restarts: [NOW - 3 * HOUR],
    });
    expect(chart?.altText).toBe(
      'Chart of the last 9 h. Cpus given: 1.6 cpus on average, at most 1.6 cpus (Thu 28 May 01:00). Cpus used: 0.5 cpus on average, at most 0.5 cpus (Thu 28 May 01:00). Memory given: 3.4 GB on average, at most 3.4 GB (Thu 28 May 01:00). Memory used: 1.5 GB on average, at most 1.5 GB (Thu 28 May 01:00). The controller ended unasked: Thu 28 May 07:00.',
    );
    expect(chart?.panels.map(({ title, limit }) => [title, limit])).toEqual([
      ['cpus', { value: 32, words: 'the cluster has 32.0 cpus' }],
      ['memory, GB', { value: 64, words: 'the cluster has 64.0 GB' }],
    ]);
  });

  test('in the zone of the workspace', async () => {
    const settings = { timeZone: 'Asia/Shanghai' };
    const { chart, blocks } = await said('usage 90m', { samples: WORKDAY, settings });
    expect(chart?.title).toContain('Thu 28 May 16:30 to Thu 28 May 18:00');
    expect(linesOf({ text: '', blocks }).at(-1)).toBe('(90 samples, one a minute; times are Asia/Shanghai.)');
  });

  test.each<[string, FakeCalls, string]>([
    [
      'that never reached the limit',
      { samples: minutes(NOW - HOUR, NOW) },
      'The limit was never reached: at most 2 builds ran at once, and 31 % of the cpus given were really used.',
    ],
    [
      'in which builds waited for an agent to start only',
      {
        samples: minutes(NOW - HOUR, NOW, () => ({
          buildQueue: { length: 1, longestMs: MINUTE, atLimit: 1 },
          waitsMs: [MINUTE],
        })),
      },
      'The limit of 2 executors an agent was reached for 1 h; builds waited 1 min on average then, so a higher limit would gain little.',
    ],
    [
      'whose limit Jenkins does not tell',
      { samples: WORKDAY.slice(-180), jenkins: { executorSettings: () => Promise.reject(silence('Jenkins')) } },
      'Every executor was busy while builds waited, for 1 h; builds waited 6 min on average then. The cluster has room (75 % free).',
    ],
    [
      'without a word of Jenkins',
      { samples: minutes(NOW - HOUR, NOW, () => ({ executors: null, buildQueue: null })) },
      'What this means cannot be said: Jenkins told nothing of its executors.',
    ],
    ['with one sample', { samples: [aSample({ at: NOW - MINUTE })] }, '1 sample: too few to say what this means.'],
  ])('%s is said so', async (_what, calls, sentence) => {
    expect(linesOf(await said('usage 3h', calls))[1]).toBe(sentence);
  });

  test.each<[string, FakeCalls, string]>([
    [
      'begin within it',
      { samples: minutes(NOW - HOUR, NOW) },
      '60 samples, one a minute; times are UTC. Samples begin at Thu 28 May 09:00.',
    ],
    [
      'have a hole of two hours',
      { samples: [...minutes(NOW - 5 * HOUR, NOW - 3 * HOUR), ...minutes(NOW - HOUR, NOW)] },
      '180 samples, one a minute; times are UTC. 2 h have no sample: Bellboard was not running.',
    ],
    [
      'do not tell what was used',
      { samples: minutes(NOW - 5 * HOUR, NOW, (at) => (at < NOW - 4 * HOUR ? { agents: null } : {})) },
      '300 samples, one a minute; times are UTC. What was really used is not known for 1 h.',
    ],
  ])('samples that %s are no secret', async (_what, calls, sentence) => {
    expect(linesOf(await said('usage 5h', calls)).at(-1)).toBe(`(${sentence})`);
  });
});

describe('a time without samples', () => {
  test('before the first one', async () => {
    expect(linesOf(await said('usage 24h'))).toEqual([
      'No samples yet: Bellboard takes one a minute while a worker runs. `usage` shows what is used now.',
    ]);
  });

  test('while no worker ran', async () => {
    const samples = minutes(NOW - 30 * DAY, NOW - 29 * DAY);
    expect(linesOf(await said('usage 24h', { samples }))).toEqual([
      'No samples in the last 24 h: no worker of Bellboard ran. `usage` shows what is used now.',
    ]);
  });
});

describe('what is refused, with the rule', () => {
  const RULE = 'Expected `period` to be a duration from 5m to 366d, with its unit, got';
  test.each([
    ['usage 0d', `${RULE} \`0d\`.`],
    ['usage 400d', `${RULE} \`400d\`.`],
    ['usage -1h', `${RULE} \`-1h\`.`],
    ['usage yesterday', `${RULE} \`yesterday\`.`],
    ['usage 30', `${RULE} \`30\`.`],
    ['usage --by team', 'Expected `--by` to be `label` or `agent`.'],
    ['usage 7d --by label', '`--by` splits what is used now. Leave out the period, or leave out `--by`.'],
    ['usage 60d', 'Samples are kept for 35 days (`USAGE_RETENTION_DAYS`), so `60d` cannot be shown.'],
  ])('%s', async (text, message) => {
    await expect(said(text)).rejects.toThrow(message);
  });
});

describe('part by part', () => {
  const task = (id: string, agent: number) => ({
    id,
    name: id,
    state: 'TASK_RUNNING',
    frameworkId: 'jenkins-framework-1',
    mesosAgentId: `agent-${agent}`,
    executorId: '',
    resources: { cpus: 0.5, memMiB: 1_024 },
  });
  const mesos = {
    tasks: async (frameworkId: string) =>
      frameworkId === 'jenkins-framework-1' ? [task('mesos-1', 26), task('mesos-2', 27), task('mesos-3', 27)] : [],
  };
  const node = (name: string, labels?: string[]) => ({
    name,
    isController: false,
    offline: false,
    idle: true,
    numExecutors: 1,
    builds: [],
    ...(labels === undefined ? {} : { labels }),
  });

  test('by agent, with where it runs', async () => {
    expect(linesOf(await read(usage, { mesos }, { by: 'agent' })).slice(1, 5)).toEqual([
      'mesos-1 on 192.168.3.26 | 0.5 | – | 1.0 GB | –',
      'mesos-2 on 192.168.3.27 | 0.5 | – | 1.0 GB | –',
      'mesos-3 on 192.168.3.27 | 0.5 | – | 1.0 GB | –',
      'Build agents (3) | 1.5 | – | 3.0 GB | –',
    ]);
  });

  test('by label, as a new Jenkins says it with the node', async () => {
    const computers = [node('mesos-1', ['linux', 'big']), node('mesos-2', ['linux']), node('mesos-3', ['linux'])];
    const jenkins = { executors: async () => ({ ...aLoadOf(), computers }) };
    expect(linesOf(await read(usage, { mesos, jenkins }, { by: 'label' })).slice(1, 3)).toEqual([
      'linux (2) | 1.0 | – | 2.0 GB | –',
      'linux big (1) | 0.5 | – | 1.0 GB | –',
    ]);
  });

  test('by label, asked label by label of an old Jenkins, and one that is only connecting has none', async () => {
    const jenkins = {
      executors: async () => ({ ...aLoadOf(), computers: [node('mesos-1'), node('mesos-2')] }),
      nodesWith: async () => ['mesos-1', 'mesos-2'],
    };
    expect(linesOf(await read(usage, { mesos, jenkins }, { by: 'label' })).slice(1, 3)).toEqual([
      'linux (2) | 1.0 | – | 2.0 GB | –',
      'no label (1) | 0.5 | – | 1.0 GB | –',
    ]);
  });

  test('by label, which Jenkins does not tell', async () => {
    const fails = () => Promise.reject(silence('Jenkins'));
    const lines = linesOf(await read(usage, { mesos, jenkins: { executorSettings: fails } }, { by: 'label' }));
    expect(lines[1]).toBe('label not known (3) | 1.5 | – | 3.0 GB | –');
    expect(lines.at(-2)).toBe('(Not known: Jenkins: did not answer within 15 s.)');
  });
});
