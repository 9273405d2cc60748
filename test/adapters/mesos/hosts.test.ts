import { expect, test } from 'vitest';
import { hostMemory } from '../../../src/adapters/mesos/hosts.js';
import { MINUTE } from '../../../src/core/time.js';
import { manualClock } from '../../support/manual-clock.js';

test('a machine that came back under another id is not lost', async () => {
  const clock = manualClock();
  const hosts = hostMemory(clock);
  hosts.remember([
    { id: 'S1', hostname: 'a' },
    { id: 'S2', hostname: 'b' },
  ]);
  const seenAt = clock.now();
  await clock.advance(MINUTE);
  hosts.remember([{ id: 'S3', hostname: 'a' }]);
  expect(hosts.lost()).toEqual([{ hostname: 'b', seenAt }]);
  expect([hosts.hostnameOf('S1'), hosts.hostnameOf('S3'), hosts.hostnameOf('S9')]).toEqual(['a', 'a', undefined]);
});
