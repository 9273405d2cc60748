// What the simulated Marathon acts on, read once out of an app definition: numbers, checks, strategies, host rule.
import { z } from 'zod';
import type { JsonObject } from '../../../core/cluster.js';
import { SECOND } from '../../../core/time.js';

const healthCheck = z.object({
  protocol: z.string().default('HTTP'),
  path: z.string().default('/'),
  gracePeriodSeconds: z.number().default(300),
  intervalSeconds: z.number().default(60),
  timeoutSeconds: z.number().default(20),
  maxConsecutiveFailures: z.number().default(3),
  delaySeconds: z.number().default(0),
});
export type HealthCheck = z.infer<typeof healthCheck>;

const definition = z.object({
  id: z.string(),
  cmd: z.string().nullish(),
  env: z.record(z.string(), z.unknown()).default({}),
  instances: z.number(),
  cpus: z.number(),
  mem: z.number(),
  disk: z.number(),
  labels: z.record(z.string(), z.string()).default({}),
  uris: z.array(z.string()).nullish(),
  fetch: z.array(z.object({ uri: z.string() })).nullish(),
  constraints: z.array(z.array(z.string())).nullish(),
  ports: z.array(z.number()).optional(),
  portDefinitions: z.array(z.unknown()).optional(),
  healthChecks: z.array(healthCheck).default([]),
  upgradeStrategy: z.object({ minimumHealthCapacity: z.number(), maximumOverCapacity: z.number() }),
  unreachableStrategy: z
    .union([z.literal('disabled'), z.object({ inactiveAfterSeconds: z.number(), expungeAfterSeconds: z.number() })])
    .default({ inactiveAfterSeconds: 0, expungeAfterSeconds: 0 }),
  taskKillGracePeriodSeconds: z.number().nullish(),
  backoffSeconds: z.number(),
  backoffFactor: z.number(),
  maxLaunchDelaySeconds: z.number(),
  killSelection: z.string().default('YOUNGEST_FIRST'),
});

/** Mesos waits this long between SIGTERM and SIGKILL unless told otherwise (executor.cpp, kill policy default). */
const KILL_GRACE_MS = 3 * SECOND;

export type AppSpec = ReturnType<typeof specOf>;

export function specOf(app: JsonObject) {
  const read = definition.parse(app);
  return {
    ...read,
    env: Object.fromEntries(
      Object.entries(read.env).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    ),
    uris: read.fetch?.map(({ uri }) => uri) ?? read.uris ?? [],
    portCount: (read.portDefinitions ?? read.ports ?? []).length,
    killGraceMs: read.taskKillGracePeriodSeconds == null ? KILL_GRACE_MS : read.taskKillGracePeriodSeconds * SECOND,
    hosts: (hostname: string) => (read.constraints ?? []).every((one) => allows(one, hostname)),
  };
}

/** Only the operators on host names that pin an app to machines; what counts tasks (UNIQUE, GROUP_BY) is let pass. */
function allows([field, operator, value = '']: string[], hostname: string): boolean {
  if (field !== 'hostname') return true;
  if (operator === 'LIKE') return new RegExp(`^(?:${value})$`).test(hostname);
  if (operator === 'UNLIKE') return !new RegExp(`^(?:${value})$`).test(hostname);
  return operator !== 'CLUSTER' || value === '' || value === hostname;
}
