// The usage digest as people read it: the news first, what it cost, what went wrong, and one line when nothing did.
import { describe, expect, test } from 'vitest';
import { rules } from '../../src/alerts/index.js';
import type { AuditEntry } from '../../src/core/audit.js';
import type { JenkinsBuild } from '../../src/core/cluster.js';
import type { DigestPorts } from '../../src/core/digest.js';
import type { Period } from '../../src/core/schedule.js';
import { DAY, HOUR, MINUTE } from '../../src/core/time.js';
import type { UsageSample } from '../../src/core/usage-sample.js';
import { usage } from '../../src/digests/usage.js';
import { anIncident } from '../support/alert-scene.js';
import { anApp, aTask, NOW, silence } from '../support/ci-service.js';
import { fakeJenkins, fakeMarathon, fakeSamples, SETTINGS } from '../support/fakes.js';
import { manualClock } from '../support/manual-clock.js';
import { linesOf } from '../support/read-command.js';
import { minutes } from '../support/samples.js';

const PERIOD: Period = { kind: 'day', from: NOW - DAY, to: NOW };

const built = (result: string | undefined, at = NOW - 3 * HOUR): JenkinsBuild => ({
  jenkinsJob: 'app-build',
  number: 1,
  at,
  durationMs: MINUTE,
  result,
});

interface Night {
  samples?: readonly UsageSample[];
  builds?: JenkinsBuild[];
  jenkins?: Parameters<typeof fakeJenkins>[0];
  incidents?: ReturnType<typeof anIncident>[];
  audit?: AuditEntry[];
  startedAt?: number;
  zone?: string;
}

async function digestOf(night: Night, period = PERIOD) {
  const ports: DigestPorts = {
    marathon: fakeMarathon({
      app: async () => anApp({ tasks: [aTask({ startedAt: night.startedAt ?? NOW - 3 * DAY })] }),
    }),
    jenkins: fakeJenkins({
      builds: async () => ({ builds: night.builds ?? [], isCut: false }),
      ...night.jenkins,
    }),
    usage: {
      ...fakeSamples(night.samples ?? minutes(NOW - 2 * DAY, NOW)),
      add: async () => true,
      trim: async () => {},
    },
    audit: { since: async () => night.audit ?? [] },
    incidents: {
      since: async () => night.incidents ?? [],
      link: async (id) => (id === 'A17' ? 'https://house.slack.com/archives/C0CIALERTS/p17' : undefined),
    },
    rules,
    nameOf: async (userId) => ({ U0ANA: 'ana' })[userId] ?? userId,
    settings: { ...SETTINGS, timeZone: night.zone ?? 'UTC' },
    clock: manualClock(),
  };
  return usage.view(await usage.gather(period, ports));
}

const change = (text: string, at: number): AuditEntry => ({
  v: 1,
  jobId: `j-${at}`,
  userId: 'U0ANA',
  channelId: 'C0CI',
  command: text.split(' ')[0] ?? '',
  text,
  outcome: 'succeeded',
  summary: '',
  at,
  durationMs: 1_000,
});

describe('a quiet day', () => {
  test('is one line, without a picture', async () => {
    const message = await digestOf({
      builds: [built('SUCCESS'), built('SUCCESS'), built('UNSTABLE'), built('FAILURE')].slice(0, 3),
    });
    expect(linesOf(message)).toEqual([
      ':white_check_mark: *Wed 27 May 10:00 to Thu 28 May 10:00*: quiet. 3 builds, none failed; Jenkins really used *0.5 cpus* and *1.5 GB* on average, of the 1.6 cpus and 3.4 GB it was given (31 % and 45 %); the cluster has 32.0 cpus and 64.0 GB.',
    ]);
    expect(message.chart).toBeUndefined();
  });

  test('stays quiet when Jenkins does not tell its builds', async () => {
    const fails = () => Promise.reject(silence('Jenkins'));
    expect((await digestOf({ jenkins: { builds: fails } })).text).toContain('quiet. builds not known;');
  });
});

describe('a day with news', () => {
  const night: Night = {
    samples: minutes(NOW - 2 * DAY, NOW, (at) => {
      if (at >= NOW - 8 * HOUR && at < NOW - 8 * HOUR + 4 * MINUTE)
        return { up: false, executors: null, buildQueue: null, waitsMs: null };
      if (at < NOW - DAY)
        return { agents: { tasks: 0, allocated: { cpus: 0, memMiB: 0 }, used: { tasks: 0, cpus: 0, memMiB: 0 } } };
      return { waitsMs: at % HOUR === 0 ? [2 * MINUTE] : [] };
    }),
    builds: [built('SUCCESS'), built('FAILURE'), built(undefined)],
    incidents: [
      anIncident({
        openedAt: NOW - 8 * HOUR,
        happenedAt: NOW - 8 * HOUR,
        resolvedAt: NOW - 8 * HOUR + 4 * MINUTE,
        overAt: NOW - 8 * HOUR + 4 * MINUTE,
      }),
    ],
    audit: [change('scale executors 4', NOW - 20 * HOUR)],
    startedAt: NOW - 8 * HOUR + MINUTE,
  };

  test('begins with what went wrong, and tells the rest below', async () => {
    const message = await digestOf(night);
    const lines = linesOf(message);
    expect(lines[0]).toBe(
      ':newspaper: *Wed 27 May 10:00 to Thu 28 May 10:00*: the controller ended unasked once; Jenkins did not answer for about 4 min; 1 of 3 builds failed; the cpus used rose by 400 %; 1 change.',
    );
    expect(lines.slice(12)).toEqual([
      'Controller: answered &gt; 99 % of the time, not for about 4 min; 1 unasked end',
      'Builds: 3 builds, 1 failed\n23 were seen waiting: p50 2 min, p95 2 min.\nOnly since Thu 28 May 02:01: the controller that began then remembers no earlier ones.',
      'SCM sync: now: everything is saved in git',
      'Changes: Wed 27 May 14:00 ana: `scale executors 4` succeeded',
      '*What rang*',
      expect.stringMatching(
        /^Thu 28 May 02:00 <https:\/\/house\.slack\.com\/archives\/C0CIALERTS\/p17\|A17> Jenkins controller is back after 4 min/,
      ),
      '(1440 samples, one a minute; times are UTC.)',
    ]);
    expect(message.chart).toMatchObject({ name: 'jenkins-usage-day-to-thu-28-may', restarts: [NOW - 8 * HOUR] });
  });

  test('compares with the day before', async () => {
    const table = (await digestOf(night)).blocks.find((block) => block.type === 'table');
    expect(table?.columns).toEqual(['', 'mean', 'change', 'p95', 'peak', 'peak at']);
    expect(table?.rows.slice(0, 3)).toEqual([
      ['cpus given', '1.6 cpus', '+60 %', '1.6 cpus', '1.6 cpus', 'Wed 27 May 10:00'],
      ['cpus used', '0.5 cpus', '+400 %', '0.5 cpus', '0.5 cpus', 'Wed 27 May 10:00'],
      ['… by builds', '0.4 cpus', 'new', '0.4 cpus', '0.4 cpus', 'Wed 27 May 10:00'],
    ]);
  });

  test('compares with nothing when there were too few samples before', async () => {
    const samples = minutes(NOW - 30 * HOUR, NOW);
    const table = (await digestOf({ ...night, samples })).blocks.find((block) => block.type === 'table');
    expect(table?.columns).toEqual(['', 'mean', 'p95', 'peak', 'peak at']);
  });

  test('says what Jenkins and Marathon did not tell', async () => {
    const fails = () => Promise.reject(silence('Jenkins'));
    const lines = linesOf(
      await digestOf({ ...night, jenkins: { builds: fails, scmSync: fails, executorSettings: fails } }),
    );
    expect(lines).toContain('Builds: not known');
    expect(lines).toContain('SCM sync: now: not known');
    expect(lines).toContain('(Not known: Jenkins: did not answer within 15 s.)');
  });

  test('is told without samples too', async () => {
    const message = await digestOf({ ...night, samples: [] });
    expect(message.text).toBe(
      'Wed 27 May 10:00 to Thu 28 May 10:00: the controller ended unasked once; 1 of 3 builds failed; 1 change; no usage samples.',
    );
    expect(linesOf(message)[1]).toBe('No usage samples in this time: no worker of Bellboard ran.');
    expect(message.chart).toBeUndefined();
  });

  test('cuts long lists and says how much is left', async () => {
    const audit = Array.from({ length: 9 }, (_, index) => change('scale executors 4', NOW - HOUR - index));
    expect(linesOf(await digestOf({ audit })).find((line) => line.startsWith('Changes'))).toMatch(/\nand 3 more$/);
  });
});

test('a week is named by its days, in the zone of the workspace', async () => {
  const week: Period = { kind: 'week', from: NOW - 7 * DAY, to: NOW };
  const message = await digestOf({ audit: [change('deploy', NOW - HOUR)], zone: 'Asia/Shanghai' }, week);
  expect(message.text).toBe('Week of Thu 21 May to Thu 28 May: 1 change.');
  expect(message.chart?.zone).toBe('Asia/Shanghai');
});

test('SCM sync that failed is counted', async () => {
  const nothing = { failText: null, quote: null, sinceWords: null, lastSavedAt: null, host: null, footerOnly: null };
  const some = { trouble: 'failing', kind: 'other', since: NOW - HOUR, queued: 0, unpushed: 0, files: [] };
  const facts = { ...nothing, ...some, restart: null, off: null };
  const failed = anIncident({ rule: 'scm-sync-failed', fingerprint: 'scm-sync-failed', openedAt: NOW - HOUR, facts });
  const message = await digestOf({ incidents: [failed] });
  expect(linesOf(message)).toContain('SCM sync: failed once; now: everything is saved in git');
  expect(message.text).toContain('1 other alert rang');
});
