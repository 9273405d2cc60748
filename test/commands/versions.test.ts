import { describe, expect, test } from 'vitest';
import { versions } from '../../src/commands/versions.js';
import type { AuditEntry } from '../../src/core/audit.js';
import type { JsonObject } from '../../src/core/cluster.js';
import { DAY, HOUR, MINUTE } from '../../src/core/time.js';
import { anApp, aTask, NOW, silence } from '../support/ci-service.js';
import type { FakeCalls } from '../support/fakes.js';
import { linesOf, read } from '../support/read-command.js';

const at = (ms: number): string => new Date(NOW - ms).toISOString();

/** Newest first: what differs from the app as it runs, and how long ago. */
const kept = (...versionsOf: [agoMs: number, patch: JsonObject][]): NonNullable<FakeCalls['marathon']> => {
  const list = versionsOf.map(([agoMs, patch]) => [at(agoMs), { ...anApp().definition, ...patch }] as const);
  const definitions = new Map(list);
  return {
    versions: async () => list.map(([version]) => version),
    appVersion: async (_appId, version) => definitions.get(version),
    app: async () => anApp({ version: list[0]?.[0] ?? '', tasks: [aTask({ version: list[0]?.[0] })] }),
  };
};

const deployed = (agoMs: number, patch: Partial<AuditEntry> = {}): AuditEntry => ({
  v: 1,
  jobId: 'd-lee-go',
  userId: 'U0LEE',
  channelId: 'C0CI',
  command: 'deploy',
  text: 'deploy --mem 2048',
  outcome: 'succeeded',
  summary: 'Deployed /jenkins.',
  at: NOW - agoMs + MINUTE,
  durationMs: 2 * MINUTE,
  ...patch,
});

const said = async (calls: FakeCalls) => linesOf(await read(versions, calls));

test('newest first: age, author, which runs, and what it changed', async () => {
  const marathon = kept([2 * HOUR, {}], [5 * DAY, { mem: 1024, env: { API_TOKEN: 'planted' } }]);
  expect(await said({ marathon, audit: [deployed(2 * HOUR)] })).toEqual([
    ':card_index_dividers: *Versions of /jenkins*, newest first: all 2.',
    '`2015-05-28T08:00:00.000Z` · 2 h ago · by Lee, `deploy --mem 2048` · :arrow_forward: *runs now*',
    '> `env.API_TOKEN: removed (was •••)`, `env.SCM_SYNC_GIT: added git@git.example.org:ci/jenkins.git`, `mem: 1024 → 2048`',
    '`2015-05-23T10:00:00.000Z` · 5 d ago · not from here, as far as is recorded',
    '> the first that Marathon has',
  ]);
});

test('one that changes nothing is a restart, and many changes are counted', async () => {
  const marathon = kept(
    [HOUR, {}],
    [2 * HOUR, {}],
    [3 * HOUR, { mem: 1, cpus: 2, user: 'ci', cmd: 'x', instances: 0 }],
  );
  const lines = await said({ marathon });
  expect(lines[2]).toBe('> nothing changed: a restart, or labels of ours');
  expect(lines[4]).toMatch(/ and 2 more$/);
});

test('what Marathon wants may not run yet', async () => {
  const marathon = kept([MINUTE, {}], [HOUR, { mem: 1024 }]);
  const app = async () => anApp({ version: at(MINUTE), tasks: [aTask({ version: at(HOUR) })] });
  const lines = await said({ marathon: { ...marathon, app } });
  expect(lines[1]).toContain(' · :hourglass_flowing_sand: *wanted now*');
  expect(lines[3]).toContain(' · :arrow_forward: *runs now*');
});

describe('of many', () => {
  test('ten are shown, the tenth compared with the one before it', async () => {
    const many = Array.from({ length: 14 }, (_, index): [number, JsonObject] => [
      (index + 1) * HOUR,
      { mem: 100 - index },
    ]);
    const lines = await said({ marathon: kept(...many) });
    expect(lines[0]).toBe(':card_index_dividers: *Versions of /jenkins*, newest first: the newest 10 of 14.');
    expect(lines).toHaveLength(1 + 2 * 10);
    expect(lines.at(-1)).toBe('> `mem: 90 → 91`');
  });
});

describe('who made it', () => {
  const label = (job: string, by: string): JsonObject => ({ labels: { BELLBOARD_JOB: job, BELLBOARD_BY: by } });
  const authors = async (marathon: NonNullable<FakeCalls['marathon']>, audit: AuditEntry[] = []) =>
    (await said({ marathon, audit })).flatMap((line) => / ago · ([^·]*[^·\s])/.exec(line)?.[1] ?? []);
  const NOBODY = 'not from here, as far as is recorded';

  test('the change during which it was made, whatever its label says', async () => {
    expect(await authors(kept([HOUR, label('d-1', 'U0ANA')], [DAY, {}]), [deployed(HOUR)])).toEqual([
      'by Lee, `deploy --mem 2048`',
      NOBODY,
    ]);
  });

  test.each<[string, Partial<AuditEntry>, string]>([
    ['taken back after its write', { outcome: 'cancelled', wrote: true }, 'by Lee, `deploy --mem 2048`'],
    ['given up before its write', { outcome: 'cancelled', wrote: false }, NOBODY],
    ['failed before its write', { outcome: 'failed', wrote: false }, NOBODY],
    ['in the JVM alone', { command: 'restart', text: 'restart --jenkins --now', wrote: true }, NOBODY],
  ])('a change during which it was made, %s', async (_what, patch, author) => {
    expect((await authors(kept([HOUR, {}], [DAY, {}]), [deployed(HOUR, patch)]))[0]).toBe(author);
  });

  test('without one whoever its label names, at the version the label came with', async () => {
    const marathon = kept([HOUR, label('d-1', 'U0ANA')], [2 * HOUR, label('d-1', 'U0ANA')], [DAY, {}]);
    expect(await authors(marathon)).toEqual([NOBODY, 'by Ana, as its label says', NOBODY]);
  });

  test('a rollback that brings an old label back is not of the one it names', async () => {
    const marathon = kept(
      [HOUR, label('d-1', 'U0ANA')],
      [2 * HOUR, label('d-2', 'U0LEE')],
      [DAY, label('d-1', 'U0ANA')],
    );
    expect(await authors(marathon)).toEqual([NOBODY, 'by Lee, as its label says', NOBODY]);
  });
});

describe('what Marathon does not tell', () => {
  test('which versions there are', async () => {
    const marathon = { versions: () => Promise.reject(silence('Marathon')) };
    expect(await said({ marathon })).toEqual([
      ':warning: Which versions /jenkins has is not known. Marathon: did not answer within 15 s.',
    ]);
  });

  test('one of them', async () => {
    const marathon = kept([HOUR, {}], [2 * HOUR, { mem: 1 }], [3 * HOUR, {}]);
    const appVersion = async (appId: string, version: string) =>
      version === at(2 * HOUR) ? Promise.reject(silence('Marathon')) : marathon.appVersion?.(appId, version);
    const lines = await said({ marathon: { ...marathon, appVersion } });
    expect([lines[2], lines[4]]).toEqual(['> what changed is not known', '> what changed is not known']);
    expect(lines.at(-1)).toBe('(Not known: Marathon: did not answer within 15 s.)');
  });

  test('there is no such app', async () => {
    const marathon = { versions: async () => [], app: async () => undefined };
    expect(await said({ marathon })).toEqual([':warning: Marathon has no app /jenkins, so there are no versions.']);
  });
});
