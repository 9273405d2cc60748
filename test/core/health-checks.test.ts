import { expect, test } from 'vitest';
import type { Json } from '../../src/core/cluster.js';
import { checkTimes } from '../../src/core/health-checks.js';

test.each<[string, Json | undefined, number, boolean]>([
  ['an app without any', undefined, 0, false],
  ['an empty list', [], 0, false],
  ["Marathon's own times", [{ protocol: 'HTTP' }], 80_000, true],
  ['times of its own', [{ protocol: 'HTTP', intervalSeconds: 20, timeoutSeconds: 5 }], 25_000, true],
  ['the slowest of several', [{ intervalSeconds: 5, timeoutSeconds: 5 }, { intervalSeconds: 90 }, {}], 110_000, true],
  ['a check without a protocol is HTTP', [{}], 80_000, true],
  ['a command that Marathon runs', [{ protocol: 'COMMAND' }], 80_000, true],
  ['checks that Mesos runs', [{ protocol: 'MESOS_HTTP' }, { protocol: 'MESOS_TCP' }], 80_000, false],
  ['checks of both kinds', [{ protocol: 'MESOS_HTTP' }, { protocol: 'TCP' }], 80_000, true],
  ['what is no check', ['TCP', null, [{}], 7], 0, false],
  ['what is no list', { protocol: 'HTTP' }, 0, false],
])('%s', (_what, healthChecks, longestMs, byMarathon) => {
  const definition = healthChecks === undefined ? {} : { healthChecks };
  expect(checkTimes({ definition })).toEqual({ longestMs, byMarathon });
});
