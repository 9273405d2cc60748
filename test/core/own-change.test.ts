import { describe, expect, test } from 'vitest';
import type { ChangeInfo } from '../../src/core/changes.js';
import { tellingOurs } from '../../src/core/own-change.js';
import { NOW } from '../support/ci-service.js';
import { fakeChanges, fakeMarathon } from '../support/fakes.js';

const change = (text: string, step: string): ChangeInfo => ({
  jobId: 'd-ana-go',
  userId: 'U0ANA',
  text,
  step,
  since: NOW,
});

describe('a look at the app while a change of ours is under way', () => {
  test.each<[string, ChangeInfo | undefined, string | undefined]>([
    ['tells whose version it is', change('restart --now', 'following'), 'd-ana-go'],
    ['once Marathon took it', change('Rollback 2015-05-27', 'applied'), 'd-ana-go'],
    ['and not while nobody knows', change('suspend', 'applying'), undefined],
    ['nor while it waits for builds', change('resume', 'quieting'), undefined],
    ['of changes of the app alone', change('sync purge', 'following'), undefined],
    ['and of nothing else', undefined, undefined],
  ])('%s', async (_what, running, ours) => {
    const marathon = tellingOurs(fakeMarathon(), fakeChanges({ running: async () => running }));
    expect((await marathon.snapshot('/jenkins')).ours).toBe(ours);
  });

  test('asks for the change first: what that has written by then, the look shows', async () => {
    const asked: string[] = [];
    const snapshot = fakeMarathon().snapshot;
    const marathon = tellingOurs(
      {
        async snapshot(appId) {
          asked.push('the app');
          return snapshot(appId);
        },
      },
      {
        async running() {
          asked.push('the change');
          return undefined;
        },
      },
    );
    await marathon.snapshot('/jenkins');
    expect(asked).toEqual(['the change', 'the app']);
  });
});
