import { describe, expect, test } from 'vitest';
import type { AuditEntry } from '../../src/core/audit.js';
import type { Deployment } from '../../src/core/cluster.js';
import { lockedWords } from '../../src/core/deploy-lock.js';
import { MINUTE } from '../../src/core/time.js';
import { versionsOf } from '../support/app-changes.js';
import { aDeployment, anApp, NOW, silence } from '../support/ci-service.js';
import { type FakeCalls, fakePorts } from '../support/fakes.js';

const ours = (step: string, jobId = 'd-lee-go', text = 'deploy --mem 3072') => ({
  running: async () => ({ jobId, userId: 'U0LEE', text, step, since: NOW - MINUTE }),
});
const carrying = (jobId: string) => ({
  app: async () => anApp({ labels: { BELLBOARD_JOB: jobId } }),
  deployments: async (): Promise<Deployment[]> => [aDeployment()],
});

const LOCK = '`/jenkins` is locked by deployment `5cd987cd` (step 1 of 2), in progress for 2 min.';
const NOBODYS = `${LOCK} No change under way in Bellboard owns it. Nothing was changed.`;
const ROLL_BACK = 'Wait until it has ended, or `cancel 5cd987cd` to roll it back; `deployments` shows it.';

describe('a lock', () => {
  test.each<[string, readonly string[], FakeCalls, string, string]>([
    ['from outside', ['5cd987cd'], { marathon: carrying('d-old-go') }, NOBODYS, ROLL_BACK],
    [
      'of a deploy that is being followed',
      ['5cd987cd'],
      { marathon: carrying('d-lee-go'), changes: ours('following') },
      `${LOCK} It belongs to \`deploy --mem 3072\` of <@U0LEE>. Nothing was changed.`,
      'Wait until it has ended, or `cancel d-lee-go`; `deployments` shows it.',
    ],
    [
      'is not of a deploy whose app was changed elsewhere since, with its labels kept',
      ['5cd987cd'],
      {
        marathon: {
          ...carrying('d-lee-go'),
          ...versionsOf({ '2015-05-28T07:59:00.000Z': { labels: { BELLBOARD_JOB: 'd-lee-go' } } }),
        },
        changes: ours('following'),
      },
      NOBODYS,
      ROLL_BACK,
    ],
    [
      'is not of a change that has written nothing yet',
      ['5cd987cd'],
      { marathon: carrying('d-lee-go'), changes: ours('quieting') },
      NOBODYS,
      ROLL_BACK,
    ],
    [
      'is not of a change that wrote something else',
      ['5cd987cd'],
      { marathon: carrying('d-old-go'), changes: ours('following') },
      NOBODYS,
      ROLL_BACK,
    ],
    [
      'of a restart that is being followed, which left no label',
      ['5cd987cd'],
      { marathon: carrying('d-old-go'), changes: ours('following', 'd-lee-go', 'restart --now') },
      `${LOCK} It belongs to \`restart --now\` of <@U0LEE>. Nothing was changed.`,
      'Wait until it has ended, or `cancel d-lee-go`; `deployments` shows it.',
    ],
    [
      'is not of a restart that may not have been taken',
      ['5cd987cd'],
      { marathon: carrying('d-old-go'), changes: ours('applying', 'd-lee-go', 'restart --now') },
      NOBODYS,
      ROLL_BACK,
    ],
    [
      'is not of a change of something else',
      ['5cd987cd'],
      { marathon: carrying('d-old-go'), changes: ours('following', 'd-lee-go', 'sync purge') },
      NOBODYS,
      ROLL_BACK,
    ],
    [
      'is not of the very change that it stopped',
      ['5cd987cd'],
      { marathon: carrying('d-ana-go'), changes: ours('applying', 'd-ana-go') },
      NOBODYS,
      ROLL_BACK,
    ],
    ['that Marathon 0.8 does not name is found by its app', [], { marathon: carrying('x') }, NOBODYS, ROLL_BACK],
    [
      'that nobody can name',
      [],
      {},
      '`/jenkins` is locked by a deployment that Marathon does not name. Nothing was changed.',
      '`status` shows what is in progress; try again when it has ended.',
    ],
    [
      'with Marathon silent on the rest',
      ['5cd987cd'],
      {
        marathon: {
          deployments: () => Promise.reject(silence('Marathon')),
          app: () => Promise.reject(silence('Marathon')),
        },
        changes: ours('following'),
      },
      '`/jenkins` is locked by deployment `5cd987cd`. No change under way in Bellboard owns it. Nothing was changed.',
      ROLL_BACK,
    ],
  ])('%s', async (_what, ids, calls, what, hint) => {
    const error = await lockedWords(ids, fakePorts(calls), 'd-ana-go');
    expect([error.message, error.hint]).toEqual([what, hint]);
  });

  test('of another app is said of that app', async () => {
    const deployment = aDeployment({ affectedApps: ['/jenkins-agents'] });
    const ports = fakePorts({ marathon: { deployments: async () => [aDeployment({ id: 'other' }), deployment] } });
    expect((await lockedWords([], ports, 'd-ana-go', '/jenkins-agents')).message).toMatch(
      /^`\/jenkins-agents` is locked by deployment `5cd987cd`/,
    );
  });

  const entry = (patch: Partial<AuditEntry>): AuditEntry => ({
    v: 1,
    jobId: 'd-old-go',
    userId: 'U0LEE',
    channelId: 'C0CI',
    command: 'deploy',
    text: 'deploy --mem 3072',
    outcome: 'lost',
    summary: 'Lost sight of it.',
    at: NOW - MINUTE,
    durationMs: 2 * MINUTE,
    ...patch,
  });
  test.each<[string, Partial<AuditEntry>, NonNullable<FakeCalls['marathon']>, string]>([
    ['a deploy that lost sight of it', {}, carrying('d-old-go'), 'deploy --mem 3072'],
    ['a restart in whose time it began', { command: 'restart', text: 'restart' }, carrying('x'), 'restart'],
    [
      'a cancel that said so',
      { command: 'cancel', text: 'cancel', summary: 'Going back (deployment 5cd987cd).', at: 0 },
      carrying('x'),
      'cancel',
    ],
  ])('left behind by %s is told as theirs', async (_what, patch, marathon, text) => {
    const ports = fakePorts({ marathon, audit: [entry(patch)] });
    expect((await lockedWords(['5cd987cd'], ports, 'd-ana-go')).message).toBe(
      `${LOCK} It was started by \`${text}\` of <@U0LEE>, which is over by now. Nothing was changed.`,
    );
  });

  test.each<[string, Partial<AuditEntry>, NonNullable<FakeCalls['marathon']>]>([
    ['a deploy whose label it does not carry', {}, carrying('x')],
    ['a deploy of another time', { at: NOW - 30 * MINUTE }, carrying('d-old-go')],
    ['a deploy that was refused', { outcome: 'refused' }, carrying('d-old-go')],
  ])('is not said to be of %s', async (_what, patch, marathon) => {
    const ports = fakePorts({ marathon, audit: [entry(patch)] });
    expect((await lockedWords(['5cd987cd'], ports, 'd-ana-go')).message).toBe(NOBODYS);
  });

  test('that changes other apps too names them', async () => {
    const deployments = async () => [aDeployment({ affectedApps: ['/jenkins', '/db'] })];
    const { message } = await lockedWords(['5cd987cd'], fakePorts({ marathon: { deployments } }), 'd-ana-go');
    expect(message).toContain('in progress for 2 min. It also changes `/db`. No change under way');
  });

  test('offers to look, and to end what holds the app', async () => {
    const outside = await lockedWords(['5cd987cd'], fakePorts({ marathon: carrying('x') }), 'd-ana-go');
    expect([outside.show, outside.cancel?.command]).toEqual(['deployments', 'cancel 5cd987cd --rollback']);
    const mine = fakePorts({ marathon: carrying('d-lee-go'), changes: ours('following') });
    expect((await lockedWords(['5cd987cd'], mine, 'd-ana-go')).cancel?.command).toBe('cancel d-lee-go');
    expect((await lockedWords([], fakePorts({}), 'd-ana-go')).cancel).toBeUndefined();
  });

  test('whose explanation meets a bug of ours does not hide it', async () => {
    const ports = fakePorts({ marathon: { deployments: () => Promise.reject(new TypeError('oh')) } });
    await expect(lockedWords([], ports, 'd-ana-go')).rejects.toThrow('oh');
  });
});
