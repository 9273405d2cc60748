// Which top-level fields of an app each version of Marathon knows: it ignores the others without a word (Marathon issue
// #2124), so `manifest-lint.ts` speaks up.

import { isReadOnly } from './manifest-normal.js';
import { atLeast } from './version.js';

/** From the JSON schemas of 0.8.2, 0.13.1, 1.1.7, 1.3.14, 1.4.13 and 1.5.15; later ones from the changelog and examples. */
const SINCE: ReadonlyArray<readonly [version: string, fields: string]> = [
  [
    '0.8',
    'id cmd args user env instances cpus mem disk executor constraints uris storeUrls ports requirePorts ' +
      'backoffSeconds backoffFactor maxLaunchDelaySeconds container healthChecks dependencies upgradeStrategy labels',
  ],
  ['0.9', 'acceptedResourceRoles'],
  ['0.14', 'ipAddress'],
  ['0.15', 'fetch'],
  ['1.1', 'portDefinitions readinessChecks residency'],
  ['1.3', 'gpus secrets taskKillGracePeriodSeconds'],
  ['1.4', 'killSelection unreachableStrategy'],
  ['1.5', 'networks tty'],
  ['1.6', 'check executorResources'],
  ['1.9', 'role'],
  ['1.10', 'resourceLimits'],
];

const KNOWN_SINCE = new Map(SINCE.flatMap(([version, fields]) => fields.split(' ').map((field) => [field, version])));
const GONE_IN = new Map([['storeUrls', '1.5']]);

export type FieldKnown = { known: true } | { known: false; since?: string; until?: string };

export function fieldKnown(field: string, marathonVersion: string): FieldKnown {
  // Taken out before writing, so nobody's mistake.
  if (isReadOnly(field)) return { known: true };
  const since = KNOWN_SINCE.get(field);
  if (since === undefined) return { known: false };
  if (!atLeast(marathonVersion, since)) return { known: false, since };
  const until = GONE_IN.get(field);
  return until !== undefined && atLeast(marathonVersion, until) ? { known: false, until } : { known: true };
}
