// App definitions as each Marathon generation keeps and shows them: defaults filled in, old spellings turned into new
// ones, keys in the order of that generation's answers, unknown fields dropped without a word (contract marathon §11.1).
import type { Json, JsonObject } from '../../../core/cluster.js';
import type { MarathonGeneration } from '../types.js';
import { atLeast } from './generation.js';

/** Shown by Marathon, refused or ignored when sent. */
export const READ_ONLY = [
  'version',
  'versionInfo',
  'deployments',
  'lastTaskFailure',
  'tasks',
  'tasksStaged',
  'tasksRunning',
  'tasksHealthy',
  'tasksUnhealthy',
  'readinessCheckResults',
  'taskStats',
  'tasksStats',
] as const;

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const list = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : []);

/** @param assign gives a service port for the n-th port asked as 0 */
export function complete(
  generation: MarathonGeneration,
  given: JsonObject,
  assign: (index: number) => number,
): JsonObject {
  return atLeast(generation, '1.5') ? modern(generation, given, assign) : classic(generation, given, assign);
}

/** Up to 1.3 every field is there, null when empty. */
function classic(generation: MarathonGeneration, given: JsonObject, assign: (index: number) => number): JsonObject {
  const ports = servicePorts(given, assign);
  const newer = atLeast(generation, '1.3');
  const fetch = fetchOf(given);
  const app: JsonObject = {
    id: given['id'] ?? null,
    cmd: given['cmd'] ?? null,
    args: given['args'] ?? null,
    user: given['user'] ?? null,
    env: given['env'] ?? {},
    instances: given['instances'] ?? 1,
    cpus: given['cpus'] ?? 1,
    mem: given['mem'] ?? 128,
    disk: given['disk'] ?? 0,
    executor: given['executor'] ?? '',
    constraints: given['constraints'] ?? [],
    uris: fetch.map((one) => one['uri'] ?? ''),
  };
  if (newer) app['fetch'] = fetch;
  app['storeUrls'] = given['storeUrls'] ?? [];
  app['ports'] = ports;
  if (newer) app['portDefinitions'] = ports.map((port) => ({ port, protocol: 'tcp', labels: {} }));
  Object.assign(app, {
    requirePorts: given['requirePorts'] ?? false,
    backoffSeconds: given['backoffSeconds'] ?? 1,
    backoffFactor: given['backoffFactor'] ?? 1.15,
    maxLaunchDelaySeconds: given['maxLaunchDelaySeconds'] ?? 3_600,
    container: given['container'] ?? null,
    healthChecks: list(given['healthChecks']).map((check) => healthCheck(generation, check)),
  });
  if (newer) app['readinessChecks'] = given['readinessChecks'] ?? [];
  app['dependencies'] = given['dependencies'] ?? [];
  app['upgradeStrategy'] = upgradeStrategy(given, ['minimumHealthCapacity', 'maximumOverCapacity']);
  app['labels'] = given['labels'] ?? {};
  if (atLeast(generation, '0.11')) {
    app['acceptedResourceRoles'] = given['acceptedResourceRoles'] ?? null;
    app['ipAddress'] = given['ipAddress'] ?? null;
  }
  app['version'] = '';
  if (newer) {
    app['residency'] = given['residency'] ?? null;
    app['secrets'] = given['secrets'] ?? {};
    app['taskKillGracePeriodSeconds'] = given['taskKillGracePeriodSeconds'] ?? null;
  }
  return app;
}

/** From 1.5 fields without content are left out. */
function modern(generation: MarathonGeneration, given: JsonObject, assign: (index: number) => number): JsonObject {
  const fetch = fetchOf(given);
  const app: JsonObject = { id: given['id'] ?? null };
  copy(given, app, ['acceptedResourceRoles', 'args', 'cmd']);
  Object.assign(app, { backoffFactor: given['backoffFactor'] ?? 1.15, backoffSeconds: given['backoffSeconds'] ?? 1 });
  copy(given, app, ['constraints', 'container']);
  Object.assign(app, { cpus: given['cpus'] ?? 1, disk: given['disk'] ?? 0 });
  copy(given, app, ['dependencies']);
  Object.assign(app, { env: given['env'] ?? {}, executor: given['executor'] ?? '' });
  if (fetch.length > 0) app['fetch'] = fetch;
  Object.assign(app, {
    healthChecks: list(given['healthChecks']).map((check) => healthCheck(generation, check)),
    instances: given['instances'] ?? 1,
    labels: given['labels'] ?? {},
    maxLaunchDelaySeconds: given['maxLaunchDelaySeconds'] ?? (generation === '1.11' ? 300 : 3_600),
    mem: given['mem'] ?? 128,
    gpus: given['gpus'] ?? 0,
    networks: given['networks'] ?? [{ mode: 'host' }],
    portDefinitions: portDefinitions(given, assign),
  });
  copy(given, app, ['readinessChecks']);
  app['requirePorts'] = given['requirePorts'] ?? false;
  copy(given, app, ['residency', 'secrets', 'taskKillGracePeriodSeconds', 'tty']);
  app['upgradeStrategy'] = upgradeStrategy(given, ['maximumOverCapacity', 'minimumHealthCapacity']);
  copy(given, app, ['user']);
  app['version'] = '';
  app['versionInfo'] = {};
  app['killSelection'] = given['killSelection'] ?? 'YOUNGEST_FIRST';
  // 0/0 since 1.4.9 and 1.5.1, whatever the documentation says (state/UnreachableStrategy.scala @v1.5.15).
  app['unreachableStrategy'] = given['unreachableStrategy'] ?? { inactiveAfterSeconds: 0, expungeAfterSeconds: 0 };
  if (generation === '1.11') app['role'] = given['role'] ?? '*';
  return app;
}

function copy(from: JsonObject, to: JsonObject, keys: string[]): void {
  for (const key of keys) {
    const value = from[key];
    if (value !== undefined && value !== null) to[key] = value;
  }
}

function fetchOf(given: JsonObject): JsonObject[] {
  const fetch = list(given['fetch']).filter(isObject);
  const from = fetch.length > 0 ? fetch : list(given['uris']).map((uri): JsonObject => ({ uri }));
  return from.map((one) => ({ uri: '', extract: true, executable: false, cache: false, ...one }));
}

function servicePorts(given: JsonObject, assign: (index: number) => number): number[] {
  const defined = list(given['portDefinitions']).filter(isObject);
  const asked = defined.length > 0 ? defined.map((one) => one['port'] ?? 0) : list(given['ports'] ?? [0]);
  return asked.map((port, index) => (typeof port === 'number' && port !== 0 ? port : assign(index)));
}

function portDefinitions(given: JsonObject, assign: (index: number) => number): JsonObject[] {
  const defined = list(given['portDefinitions']).filter(isObject);
  return servicePorts(given, assign).map((port, index) => {
    const { labels, name, protocol } = defined[index] ?? {};
    const named = name === undefined ? {} : { name };
    return { labels: labels ?? {}, ...named, port, protocol: protocol ?? 'tcp' };
  });
}

function upgradeStrategy(given: JsonObject, order: string[]): JsonObject {
  const asked = isObject(given['upgradeStrategy']) ? given['upgradeStrategy'] : {};
  return Object.fromEntries(order.map((key) => [key, asked[key] ?? 1]));
}

const CLASSIC_CHECK = [
  'path',
  'protocol',
  'portIndex',
  'command',
  'gracePeriodSeconds',
  'intervalSeconds',
  'timeoutSeconds',
  'maxConsecutiveFailures',
  'ignoreHttp1xx',
];
const MODERN_CHECK = [
  'command',
  'gracePeriodSeconds',
  'ignoreHttp1xx',
  'intervalSeconds',
  'maxConsecutiveFailures',
  'path',
  'portIndex',
  'protocol',
  'ipProtocol',
  'timeoutSeconds',
  'delaySeconds',
];

function healthCheck(generation: MarathonGeneration, given: Json): JsonObject {
  const asked = isObject(given) ? given : {};
  const defaults: JsonObject = {
    path: '/',
    protocol: 'HTTP',
    portIndex: 0,
    gracePeriodSeconds: 300,
    intervalSeconds: 60,
    timeoutSeconds: 20,
    maxConsecutiveFailures: 3,
    ignoreHttp1xx: false,
    delaySeconds: 15,
    ...(generation === '1.11' ? { ipProtocol: 'IPv4' } : {}),
  };
  const full: JsonObject = { ...defaults, ...asked };
  const keys = atLeast(generation, '1.5') ? MODERN_CHECK : CLASSIC_CHECK;
  return Object.fromEntries(keys.flatMap((key) => (full[key] === undefined ? [] : [[key, full[key]]])));
}
