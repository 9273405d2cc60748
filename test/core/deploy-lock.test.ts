import { describe, expect, test } from 'vitest';
import type { Deployment } from '../../src/core/cluster.js';
import { lockedWords } from '../../src/core/deploy-lock.js';
import { MINUTE } from '../../src/core/time.js';
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
const ROLL_BACK = 'Wait until it has ended, or `cancel 5cd987cd` to roll it back; `status` shows it.';

describe('a lock', () => {
  test.each<[string, readonly string[], FakeCalls, string, string]>([
    ['from outside', ['5cd987cd'], { marathon: carrying('d-old-go') }, NOBODYS, ROLL_BACK],
    [
      'of a deploy that is being followed',
      ['5cd987cd'],
      { marathon: carrying('d-lee-go'), changes: ours('following') },
      `${LOCK} It belongs to \`deploy --mem 3072\` of <@U0LEE>. Nothing was changed.`,
      'Wait until it has ended, or `cancel d-lee-go`; `status` shows it.',
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
      'Wait until it has ended, or `cancel d-lee-go`; `status` shows it.',
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

  test('whose explanation meets a bug of ours does not hide it', async () => {
    const ports = fakePorts({ marathon: { deployments: () => Promise.reject(new TypeError('oh')) } });
    await expect(lockedWords([], ports, 'd-ana-go')).rejects.toThrow('oh');
  });
});
