import { describe, expect, test } from 'vitest';
import type { LaunchQueueEntry } from '../../src/core/cluster.js';
import { whyNotStarting } from '../../src/core/launch-delay.js';

const waiting: LaunchQueueEntry = {
  appId: '/jenkins',
  count: 1,
  delaySecondsLeft: 0,
  overdue: true,
  since: undefined,
  processedOffers: 31,
  unusedOffers: 31,
  reason: undefined,
};

describe('whyNotStarting', () => {
  test.each<[string, Partial<LaunchQueueEntry>, string]>([
    [
      'a delay after failures',
      { overdue: false, delaySecondsLeft: 41.2 },
      'Marathon delays the next launch by 42 more seconds because earlier launches failed. Deploying a changed app ends the delay.',
    ],
    ['a delay that is over', { overdue: false }, 'Marathon is about to launch it.'],
    [
      'no offer yet',
      { processedOffers: 0, unusedOffers: 0 },
      'Mesos has made Marathon no offer yet: check that Marathon is registered with Mesos, and its role and quota.',
    ],
    ['an offer that fits', { unusedOffers: 0 }, 'Marathon is taking up an offer from Mesos.'],
    [
      'a Marathon before 1.4',
      { processedOffers: undefined, unusedOffers: undefined },
      'Marathon is waiting for an offer from Mesos that fits; this version does not say why offers were refused.',
    ],
    ['no reason', {}, 'Marathon refused 31 offers from Mesos: it does not say why.'],
    [
      'one offer',
      { unusedOffers: 1, reason: 'InsufficientDisk' },
      'Marathon refused 1 offer from Mesos: no agent has enough disk space free.',
    ],
    [
      'a reason of the future',
      { reason: 'BadWeather' },
      'Marathon refused 31 offers from Mesos: its reason is `BadWeather`.',
    ],
    [
      'a reason named like a method',
      { reason: 'toString' },
      'Marathon refused 31 offers from Mesos: its reason is `toString`.',
    ],
  ])('%s', (_what, entry, words) => {
    expect(whyNotStarting({ ...waiting, ...entry }, false)).toBe(words);
  });

  test.each([
    ['UnfulfilledRole', 'they were for a role this app does not accept'],
    ['UnfulfilledConstraint', "the app's constraints rule out the agents that made them"],
    [
      'NoCorrespondingReservationFound',
      'none held what is reserved for this app; the agent with its reservation or volume may be away',
    ],
    ['AgentMaintenance', 'the agents that made them are in maintenance, or soon will be'],
    ['InsufficientCpus', 'no agent has enough CPUs free'],
    ['InsufficientMemory', 'no agent has enough memory free'],
    ['InsufficientDisk', 'no agent has enough disk space free'],
    ['InsufficientGpus', 'no agent has enough GPUs free'],
    ['InsufficientPorts', 'no agent has the ports free that the app asks for'],
    ['DeclinedScarceResources', 'only agents with GPUs made them, and Marathon keeps those for apps that ask for GPUs'],
  ])('says %s in words', (reason, words) => {
    expect(whyNotStarting({ ...waiting, reason }, false)).toBe(`Marathon refused 31 offers from Mesos: ${words}.`);
  });

  test('names the amount that is missing when it is known', () => {
    const needs = { cpus: 1, memMiB: 1536 };
    expect(whyNotStarting({ ...waiting, reason: 'InsufficientCpus' }, false, needs)).toContain(
      'no agent has 1 CPU free',
    );
    expect(whyNotStarting({ ...waiting, reason: 'InsufficientMemory' }, false, needs)).toContain(
      '1536 MiB of memory free',
    );
    expect(whyNotStarting({ ...waiting, reason: 'InsufficientCpus' }, false, { ...needs, cpus: 0.5 })).toContain(
      '0.5 CPUs',
    );
  });

  test('without an entry the launch is with Mesos, or nothing is wanted', () => {
    expect(whyNotStarting(undefined, false)).toBe(
      'Marathon has nothing left to launch: Mesos is starting the task now, or the app is set to 0 instances.',
    );
    expect(whyNotStarting(undefined, true)).toBe('It is running, and Marathon has nothing more to launch.');
  });
});
