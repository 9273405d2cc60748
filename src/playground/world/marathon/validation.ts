// What the simulated Marathon refuses to accept as an app: wrong types (400) and broken rules (422). The rules are those a
// controller's manifest can run into, not all of Marathon's (contract marathon §4, §11).
import { z } from 'zod';
import type { JsonObject } from '../../../core/cluster.js';
import type { MarathonGeneration } from '../types.js';
import { atLeast } from './generation.js';
import { type Complaint, invalid, notJson } from './refusal.js';
import { specOf } from './spec.js';

const update = z.looseObject({
  id: z.string().optional(),
  cmd: z.string().nullish(),
  args: z.array(z.string()).nullish(),
  user: z.string().nullish(),
  env: z.record(z.string(), z.unknown()).optional(),
  labels: z.record(z.string(), z.string()).optional(),
  instances: z.int().optional(),
  cpus: z.number().optional(),
  mem: z.number().optional(),
  disk: z.number().optional(),
  backoffSeconds: z.number().optional(),
  backoffFactor: z.number().optional(),
  maxLaunchDelaySeconds: z.number().optional(),
  taskKillGracePeriodSeconds: z.number().nullish(),
  uris: z.array(z.string()).nullish(),
  fetch: z.array(z.looseObject({ uri: z.string() })).nullish(),
  ports: z.array(z.int()).nullish(),
  portDefinitions: z.array(z.looseObject({ port: z.int().optional() })).nullish(),
  constraints: z.array(z.array(z.string())).nullish(),
  healthChecks: z.array(z.looseObject({ protocol: z.string().optional() })).nullish(),
  upgradeStrategy: z
    .looseObject({ minimumHealthCapacity: z.number().optional(), maximumOverCapacity: z.number().optional() })
    .optional(),
  version: z.string().optional(),
});

/** The body of a POST or PUT as an object of the right types, or a 400. */
export function readBodyObject(generation: MarathonGeneration, body: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw notJson(generation, `Unexpected character in ${JSON.stringify(body.slice(0, 40))}`);
  }
  const read = update.safeParse(value);
  if (read.success) return value as JsonObject;
  const complaints = read.error.issues.map((issue) => ({ path: `/${issue.path.join('/')}`, error: issue.message }));
  throw notJson(generation, complaints);
}

/** One path segment, as state/PathId.scala wants it. */
const SEGMENT = /^(?:[a-z0-9]|[a-z0-9][a-z0-9\-.]*[a-z0-9])$/;

/** @param given what was sent; @param app what it came to */
export function validate(generation: MarathonGeneration, given: JsonObject, app: JsonObject): void {
  const spec = specOf(app);
  const complaints: Complaint[] = [];
  const object = (path: string, error: string) => complaints.push({ path, error });
  const segments = spec.id.split('/').slice(1);
  if (!segments.every((segment) => SEGMENT.test(segment))) {
    object(
      '/id',
      `must fully match regular expression '^(([a-z0-9]|[a-z0-9][a-z0-9\\-]*[a-z0-9])\\.)*([a-z0-9]|[a-z0-9][a-z0-9\\-]*[a-z0-9])|(\\.|\\.\\.)$'`,
    );
  }
  if (generation === '1.11' && ['restart', 'tasks', 'versions'].includes(segments.at(-1) ?? '')) {
    object('/id', 'must not end with any of the reserved keywords: restart, tasks, versions');
  }
  if (spec.instances < 0) object('/instances', `got ${spec.instances}, expected 0 or more`);
  if (spec.cpus < 0) object('/cpus', 'got value below 0.0');
  if (spec.mem < 0) object('/mem', 'got value below 0.0');
  const { minimumHealthCapacity, maximumOverCapacity } = spec.upgradeStrategy;
  if (minimumHealthCapacity > 1) object('/upgradeStrategy/minimumHealthCapacity', 'is greater than 1');
  if (minimumHealthCapacity < 0) object('/upgradeStrategy/minimumHealthCapacity', 'is less than 0');
  if (maximumOverCapacity > 1) object('/upgradeStrategy/maximumOverCapacity', 'is greater than 1');
  if (maximumOverCapacity < 0) object('/upgradeStrategy/maximumOverCapacity', 'is less than 0');
  if (spec.cmd == null && app['args'] == null && app['container'] == null) {
    object('/', "AppDefinition must either contain one of 'cmd' or 'args', and/or a 'container'.");
  }
  if (app['cmd'] != null && app['args'] != null) object('/', "AppDefinition must not contain both 'cmd' and 'args'");
  if (atLeast(generation, '1.3') && spec.labels['MARATHON_SINGLE_INSTANCE_APP'] === 'true') single(spec, object);
  if (atLeast(generation, '1.5') && given['uris'] != null && given['fetch'] != null) {
    object('/', 'cannot define both `uris` and `fetch`');
  }
  if (complaints.length > 0) throw invalid(generation, complaints);
}

function single(spec: ReturnType<typeof specOf>, object: (path: string, error: string) => void): void {
  if (spec.instances > 1) object('/', 'instances must be zero or one for single instance app');
  const { minimumHealthCapacity, maximumOverCapacity } = spec.upgradeStrategy;
  if (minimumHealthCapacity === 0 && maximumOverCapacity === 0) return;
  object(
    '/upgradeStrategy',
    'Single instance app should have an upgrade strategy with 0 minimumHealthCapacity and 0 maximumOverCapacity',
  );
}
