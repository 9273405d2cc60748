import { describe, expect, test } from 'vitest';
import { cancel } from '../../src/commands/cancel.js';
import { catalogueOf } from '../../src/commands/index.js';
import type { ChangeInfo } from '../../src/core/changes.js';
import type { Json } from '../../src/core/cluster.js';
import type { Message } from '../../src/core/conversation.js';
import { UserError } from '../../src/core/errors.js';
import { Offer } from '../../src/core/offer.js';
import { parse } from '../../src/core/parse.js';
import { aDeployment, anApp, NOW, silence } from '../support/ci-service.js';
import { asked, type FakeCalls, fakeLocks, fakePorts } from '../support/fakes.js';
import { aLock } from '../support/locking.js';

const change = (jobId: string, step: string, text = 'deploy'): ChangeInfo => ({
  jobId,
  userId: 'U0LEE',
  text,
  step,
  since: NOW,
});

async function cancelled(
  text: string,
  calls: FakeCalls,
  kept?: Json,
): Promise<{ ok: boolean; message: Message; before: Json }> {
  if (cancel.effect !== 'change') throw new Error('cancel is a change');
  const { args } = parse(text, catalogueOf([cancel]));
  const ports = fakePorts(calls);
  const before = kept ?? (await cancel.before(args, ports, asked()));
  return { ...cancel.view(await cancel.run(args, ports, asked(), before), asked()), before };
}

async function mistake(text: string, calls: FakeCalls): Promise<string> {
  const error = await cancelled(text, calls).catch((reason: unknown) => reason);
  if (!(error instanceof UserError)) throw new Error(`no mistake: ${String(error)}`);
  return `${error.message} ${error.hint}`;
}

/** What was asked to stop, and by whom. */
function stopping(result: 'dropped' | 'asked' | 'unknown', running?: ChangeInfo, waiting: ChangeInfo[] = []) {
  const stopped: [string, string][] = [];
  const changes: FakeCalls['changes'] = {
    running: async () => running,
    waiting: async () => waiting,
    async stop(jobId, by) {
      stopped.push([jobId, by]);
      return result;
    },
  };
  return { stopped, changes };
}

describe('a change of ours', () => {
  test('that waits is dropped', async () => {
    const { stopped, changes } = stopping('dropped', undefined, [change('d-lee', 'waiting', 'scale executors 4')]);
    const { ok, message } = await cancelled('cancel', { changes });
    expect([ok, message.text]).toEqual([
      true,
      'scale executors 4 by @U0LEE is cancelled: it had not begun, so nothing was changed.',
    ]);
    expect(stopped).toEqual([['d-lee', 'U0ANA']]);
  });

  test('that runs is asked to stop, and its deployment is not offered beside it', async () => {
    const { stopped, changes } = stopping('asked', change('d-lee-go', 'following'));
    const app = async () => anApp({ labels: { BELLBOARD_JOB: 'd-lee-go' } });
    const marathon = { app, deployments: async () => [aDeployment()] };
    const { message } = await cancelled('cancel', { changes, marathon });
    expect(message.text).toBe(
      'deploy by @U0LEE has been asked to stop; its own message says within seconds what that leaves behind.',
    );
    expect(stopped).toEqual([['d-lee-go', 'U0ANA']]);
  });

  test('is found by the beginning of its id', async () => {
    const { stopped, changes } = stopping('dropped', change('d-lee-go', 'following'), [change('d-bob', 'waiting')]);
    await cancelled('cancel d-b', { changes });
    expect(stopped).toEqual([['d-bob', 'U0ANA']]);
  });

  test('that ended meanwhile is not said to be cancelled', async () => {
    const { changes } = stopping('unknown', change('d-lee-go', 'following'));
    expect(await cancelled('cancel', { changes })).toMatchObject({
      ok: false,
      message: {
        text: 'deploy by @U0LEE is no longer under way: it had ended, or a first try of this very command, which was interrupted, ended it. status shows what goes on now.',
      },
    });
  });

  test.each([
    ['scale executors 4', 'applying'],
    ['template linux mem=4096', 'following'],
    ['sync save', 'following'],
  ])('that is one write, %s, is not said to stop once it is %s', async (text, step) => {
    const { stopped, changes } = stopping('asked', change('d-lee', step, text));
    for (const typed of ['cancel', 'cancel d-lee']) {
      expect(await mistake(typed, { changes })).toBe(
        `\`${text}\` by <@U0LEE> cannot be stopped any more: what it changes has been sent. Its own message says how it ends. When it has ended, change it back.`,
      );
    }
    expect(stopped).toEqual([]);
  });

  test('that is one write can be stopped while it waits for Slack to show it', async () => {
    const { stopped, changes } = stopping('asked', change('d-lee', 'posted', 'scale executors 4'));
    await cancelled('cancel', { changes });
    expect(stopped).toHaveLength(1);
  });

  test('can be cancelled while Marathon is silent', async () => {
    const { stopped, changes } = stopping('asked', change('d-lee-go', 'following'));
    await cancelled('cancel', { changes, marathon: { deployments: () => Promise.reject(silence('Marathon')) } });
    expect(stopped).toHaveLength(1);
  });
});

describe("a deployment of somebody else's", () => {
  const rolledBack = (answer: { deploymentId: string | undefined } | undefined) => ({
    deployments: async () => [aDeployment(), aDeployment({ id: 'x', affectedApps: ['/other'] })],
    async cancelDeployment(id: string, how: string) {
      expect([id, how]).toEqual(['5cd987cd', 'rollback']);
      return answer;
    },
  });

  test.each<[string, { deploymentId: string | undefined } | undefined, boolean, string]>([
    [
      'is rolled back',
      { deploymentId: '77aa' },
      true,
      'Marathon deployment 5cd987cd is being rolled back: Marathon goes to the state before (deployment 77aa), and the controller may restart once more. deployments shows it.',
    ],
    [
      'is rolled back by a Marathon that names nothing',
      { deploymentId: undefined },
      true,
      'Marathon deployment 5cd987cd is being rolled back: Marathon goes to the state before, and the controller may restart once more. deployments shows it.',
    ],
    [
      'that is over, or was cancelled by a worker that died, is said to be either',
      undefined,
      false,
      'Marathon deployment 5cd987cd is no longer under way: it had ended, or a first try of this very command, which was interrupted, ended it. deployments shows what goes on now.',
    ],
  ])('%s', async (_what, answer, ok, words) => {
    const done = await cancelled('cancel 5cd987cd --rollback', { marathon: rolledBack(answer) });
    expect([done.ok, done.message.text]).toEqual([ok, words]);
  });

  test.each(['restart --jenkins', 'sync reload', 'scale executors 4'])(
    'is rolled back beside %s, which makes none',
    async (text) => {
      const { changes } = stopping('asked', change('d-lee-go', 'following', text));
      const calls = { changes, marathon: rolledBack({ deploymentId: '77aa' }) };
      expect((await cancelled('cancel 5cd987cd --rollback', calls)).ok).toBe(true);
    },
  );

  test('is shown first, with what either way would do, and nothing is done yet', async () => {
    const calls = { marathon: { deployments: async () => [aDeployment()] } };
    const error = await cancelled('cancel', calls).catch((reason: unknown) => reason);
    if (!(error instanceof Offer)) throw new Error('nothing was asked');
    expect(error.message).toBe(
      'Marathon deployment `5cd987cd` of `/jenkins`: step 1 of 2 (restart /jenkins), in progress for 2 min. Nothing was cancelled yet.',
    );
    expect(error.hint).toBe(
      'Roll back: Marathon starts another deployment to the state before this one; the controller may restart once more. Leave as is: Marathon forgets the plan where it stands and frees the app; nothing is undone, so it may stay half changed.',
    );
    expect(error.buttons.map(({ label, value, style }) => [label, value, style])).toEqual([
      ['Roll back', 'cancel 5cd987cd --rollback', 'danger'],
      ['Leave as is', 'cancel 5cd987cd --leave', undefined],
    ]);
    expect(error.buttons.map(({ confirm }) => confirm?.text)).toEqual([
      'Marathon starts another deployment that takes /jenkins back to the state before this one; the controller may restart once more.',
      'Marathon forgets the plan (force=true) and undoes nothing: /jenkins may stay half changed, until somebody deploys again.',
    ]);
  });

  test.each(['cancel --rollback', 'cancel --leave'])(
    'is shown first to whoever typed %s: said twice it would end its own way back',
    async (text) => {
      const question = await mistake(text, { marathon: { deployments: async () => [aDeployment()] } });
      expect(question).toMatch(/^Marathon deployment `5cd987cd` of `\/jenkins`.* Nothing was cancelled yet\./);
    },
  );

  test('is shown with the lock that somebody holds', async () => {
    const calls = { marathon: { deployments: async () => [aDeployment()] }, locks: fakeLocks(aLock()) };
    expect(await mistake('cancel', calls)).toContain(
      'Nothing was cancelled yet. `/jenkins` is locked by <@U0LEE> for another 1 h (until Thu 28 May 11:00 UTC): `moving the repository`.',
    );
  });

  test('is left where it stands when that is asked for', async () => {
    const marathon = {
      deployments: async () => [aDeployment()],
      async cancelDeployment(id: string, how: string) {
        expect([id, how]).toEqual(['5cd987cd', 'leave']);
        return { deploymentId: undefined };
      },
    };
    expect(await cancelled('cancel 5cd9 --leave', { marathon })).toMatchObject({
      ok: true,
      message: {
        text: 'Marathon deployment 5cd987cd is forgotten where it stood: nothing was undone, and other changes are possible again. where shows what runs now, deploy makes it whole.',
      },
    });
  });

  test('of the app with the executors is one to cancel too, and no controller restarts for it', async () => {
    const calls = {
      settings: { executorsAppId: '/agents' },
      marathon: {
        deployments: async () => [aDeployment({ affectedApps: ['/agents'] })],
        cancelDeployment: async () => ({ deploymentId: '77aa' }),
      },
    };
    expect((await cancelled('cancel 5cd987cd --rollback', calls)).message.text).toBe(
      'Marathon deployment 5cd987cd is being rolled back: Marathon goes to the state before (deployment 77aa). deployments shows it.',
    );
  });

  test('is offered beside a change of ours that has written nothing yet', async () => {
    const { changes } = stopping('asked', change('d-lee-go', 'quieting'));
    expect(await mistake('cancel', { changes, marathon: rolledBack(undefined) })).toBe(
      'There are 2 things to cancel. Say which: `cancel d-lee-go` (deploy), `cancel 5cd987cd` (Marathon deployment).',
    );
  });
});

test('resumed, it cancels what it chose, whatever runs by now', async () => {
  const first = stopping('asked', change('d-lee-go', 'following'));
  const { before } = await cancelled('cancel', { changes: first.changes });
  const second = stopping('asked', change('d-bob-go', 'following'));
  await cancelled('cancel', { changes: second.changes }, before);
  expect(second.stopped).toEqual([['d-lee-go', 'U0ANA']]);
});

describe('nothing to cancel', () => {
  const silent = { deployments: () => Promise.reject(silence('Marathon')) };
  test.each<[string, FakeCalls, string]>([
    ['cancel', {}, 'Nothing waits or runs that could be cancelled. `status` shows what is under way.'],
    [
      'cancel',
      { marathon: silent },
      "Nothing waits or runs that could be cancelled. Marathon's deployments could not be seen (Marathon: did not answer within 15 s). `status` shows what is under way.",
    ],
    ['cancel 5cd9', {}, 'Nothing with the id `5cd9` waits or runs; it may have ended. Nothing else waits or runs now.'],
    [
      'cancel 5cd9',
      { marathon: silent },
      "Nothing with the id `5cd9` waits or runs; it may have ended. Marathon's deployments could not be seen (Marathon: did not answer within 15 s). Nothing else waits or runs now.",
    ],
    [
      'cancel 5cd9',
      { changes: stopping('asked', change('d-lee-go', 'following', 'deploy --set A=`x`')).changes },
      "Nothing with the id `5cd9` waits or runs; it may have ended. There is: `cancel d-lee-go` (deploy --set A='x').",
    ],
  ])('%s (%#)', async (text, calls, words) => {
    expect(await mistake(text, calls)).toBe(words);
  });

  test('a change of ours cannot be left where it stands', async () => {
    const { stopped, changes } = stopping('asked', change('d-lee-go', 'following'));
    expect(await mistake('cancel --leave', { changes })).toContain('`cancel d-lee-go` stops it.');
    expect(stopped).toEqual([]);
  });

  test('both ways at once is a mistake', () => {
    expect(() => parse('cancel --leave --rollback', catalogueOf([cancel]))).toThrow('Either `--rollback` or `--leave`');
  });

  test('an id of two letters would fit anything', () => {
    expect(() => parse('cancel 5c', catalogueOf([cancel]))).toThrow('Expected an id of at least 3 characters.');
  });
});
