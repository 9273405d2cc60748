// What Marathon writes where a manifest says nothing, by version, so that `manifest-diff.ts` calls it no difference.

import type { Json } from './cluster.js';
import { atLeast } from './version.js';

/** `state/AppDefinition.scala` @v0.8.2 and `app.raml` @v1.5.15. */
const DEFAULTS: Readonly<Record<string, Json>> = {
  instances: 1,
  cpus: 1,
  mem: 128,
  disk: 0,
  gpus: 0,
  executor: '',
  backoffSeconds: 1,
  backoffFactor: 1.15,
  requirePorts: false,
  tty: false,
  killSelection: 'YOUNGEST_FIRST',
  // Filled in by 1.9 and later.
  acceptedResourceRoles: ['*'],
  networks: [{ mode: 'host' }],
  upgradeStrategy: { minimumHealthCapacity: 1, maximumOverCapacity: 1 },
};

/** Contract marathon §4, "Backoff" and `unreachableStrategy`. */
const LONG_DELAY = 3_600;
const SHORT_DELAY = 300;
const PATIENT: Json = { inactiveAfterSeconds: 300, expungeAfterSeconds: 600 };
const IMPATIENT: Json = { inactiveAfterSeconds: 0, expungeAfterSeconds: 0 };

/**
 * The defaults of a field, in the spelling of `normaliseDefinition`, the likeliest first; none: it is simply absent.
 * @param servicePort the one Marathon has chosen, or 0 while it has not
 */
export function defaultsOf(field: string, version: string | undefined, networkMode: string, servicePort: Json): Json[] {
  if (field === 'maxLaunchDelaySeconds') return launchDelays(version);
  if (field === 'unreachableStrategy') return unreachableStrategies(version);
  if (field === 'portDefinitions') return networkMode === 'host' ? onePort(servicePort) : [];
  const only = Object.hasOwn(DEFAULTS, field) ? DEFAULTS[field] : undefined;
  return only === undefined ? [] : [only];
}

function launchDelays(version: string | undefined): Json[] {
  if (version === undefined) return [SHORT_DELAY, LONG_DELAY];
  return [atLeast(version, '1.8') ? SHORT_DELAY : LONG_DELAY];
}

function unreachableStrategies(version: string | undefined): Json[] {
  if (version === undefined) return [IMPATIENT, PATIENT];
  const patient = !atLeast(version, '1.4.9') || (atLeast(version, '1.5') && !atLeast(version, '1.5.1'));
  return [patient ? PATIENT : IMPATIENT];
}

/** One TCP port that Marathon chooses; from 1.5 it is called `default`. */
function onePort(port: Json): Json[] {
  return [[{ port, protocol: 'tcp' }], [{ port, protocol: 'tcp', name: 'default' }]];
}
