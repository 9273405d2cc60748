// One spelling for an app, whatever version of Marathon it was written for or answered by: `manifest-diff.ts` compares
// in it. Nothing in this form is ever sent.

import type { Json, JsonObject } from './cluster.js';

/** What Marathon adds to its answers and refuses, or ignores, when it is sent back (contract marathon §3.2). */
const READ_ONLY = new Set([
  'version',
  'versionInfo',
  'deployments',
  'lastTaskFailure',
  'tasks',
  'tasksStaged',
  'tasksRunning',
  'tasksHealthy',
  'tasksUnhealthy',
  'taskStats',
  'tasksStats',
  'readinessCheckResults',
]);

export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isReadOnly(field: string): boolean {
  return READ_ONLY.has(field);
}

export function withoutReadOnly(definition: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(definition).filter(([name]) => !isReadOnly(name)));
}

/** Absent, null, `{}` and `[]` mean the same to Marathon in all but the list of ports. */
export function isBlank(value: Json | undefined): boolean {
  if (value === undefined || value === null) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

export function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && canonical(a) === canonical(b));
}

/** Text that is equal for equal values, whatever the order of keys. */
export function canonical(value: Json): string {
  return JSON.stringify(value, (_name, inner: Json) =>
    isJsonObject(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );
}

/** The app in the newest spelling, nested defaults written out. A field that was absent or null stays absent. */
export function normaliseDefinition(definition: JsonObject): JsonObject {
  const stated = Object.entries(withoutReadOnly(definition)).filter(([, value]) => value !== null);
  const app: JsonObject = Object.fromEntries(stated.map(([name, value]) => [name, prune(value)]));
  respellFetch(app);
  respellPorts(app);
  respellNetwork(app);
  fillNested(app);
  return app;
}

/** Without blank members, at any depth. */
function prune(value: Json): Json {
  if (Array.isArray(value)) return value.map(prune);
  if (!isJsonObject(value)) return value;
  const pruned = Object.entries(value).map(([name, inner]) => [name, prune(inner)] as const);
  return Object.fromEntries(pruned.filter(([, inner]) => !isBlank(inner)));
}

/** Marathon unpacks what these end in when it is given as one of `uris` (`state/FetchUri.scala` @v0.15). */
const ARCHIVE = /\.(tgz|tar\.gz|tbz2|tar\.bz2|txz|tar\.xz|zip)$/;

function respellFetch(app: JsonObject): void {
  const { uris } = app;
  delete app['uris'];
  if (isBlank(app['fetch']) && Array.isArray(uris)) {
    app['fetch'] = uris.map((uri) => ({ uri, extract: typeof uri === 'string' && ARCHIVE.test(uri) }));
  }
}

function respellPorts(app: JsonObject): void {
  const { ports } = app;
  delete app['ports'];
  if (app['portDefinitions'] === undefined && Array.isArray(ports)) {
    app['portDefinitions'] = ports.map((port) => ({ port }));
  }
}

/** Up to 1.4 the network and its mappings stood under `container.docker`. */
function respellNetwork(app: JsonObject): void {
  const container = app['container'];
  const docker = isJsonObject(container) ? container['docker'] : undefined;
  if (!isJsonObject(container) || !isJsonObject(docker)) return;
  const { network, portMappings, ...restOfDocker } = docker;
  const mappings = container['portMappings'] ?? portMappings;
  app['container'] = {
    ...container,
    docker: restOfDocker,
    ...(mappings === undefined ? {} : { portMappings: mappings }),
  };
  if (typeof network === 'string') app['networks'] ??= [networkOf(network, app['ipAddress'])];
}

function networkOf(network: string, ipAddress: Json | undefined): JsonObject {
  if (network === 'HOST') return { mode: 'host' };
  if (network === 'BRIDGE') return { mode: 'container/bridge' };
  const name = isJsonObject(ipAddress) ? ipAddress['networkName'] : undefined;
  return { mode: network === 'USER' ? 'container' : network, ...(name === undefined ? {} : { name }) };
}

export function networkMode(app: JsonObject): string {
  const networks = app['networks'];
  const first = Array.isArray(networks) ? networks[0] : undefined;
  const mode = isJsonObject(first) ? first['mode'] : undefined;
  return typeof mode === 'string' ? mode : 'host';
}

/** Defaults inside fields, the same in every version (`docs/docs/rest-api/public/api/v2/types/*.raml` @v1.5.15, health-checks.md @v0.8.1). */
const ITEM_DEFAULTS: Readonly<Record<string, JsonObject>> = {
  fetch: { executable: false, extract: true, cache: false },
  healthChecks: {
    protocol: 'HTTP',
    path: '/',
    portIndex: 0,
    gracePeriodSeconds: 300,
    intervalSeconds: 60,
    timeoutSeconds: 20,
    maxConsecutiveFailures: 3,
    ignoreHttp1xx: false,
    delaySeconds: 15,
    ipProtocol: 'IPv4',
  },
  portDefinitions: { port: 0, protocol: 'tcp' },
  networks: { mode: 'container' },
};

function fillNested(app: JsonObject): void {
  for (const [name, defaults] of Object.entries(ITEM_DEFAULTS)) {
    const items = app[name];
    if (Array.isArray(items)) app[name] = items.map((item) => fill(item, defaults));
  }
  if (isJsonObject(app['container']) && !isBlank(app['container']))
    app['container'] = fillContainer(app['container'], app);
  if (isJsonObject(app['upgradeStrategy'])) {
    app['upgradeStrategy'] = fill(app['upgradeStrategy'], { minimumHealthCapacity: 1, maximumOverCapacity: 1 });
  }
  for (const name of ['env', 'labels']) {
    if (isJsonObject(app[name])) app[name] = asTexts(app[name]);
  }
  if (typeof app['id'] === 'string') app['id'] = `/${app['id'].replace(/^\//, '')}`;
  if (app['executor'] === '//cmd') app['executor'] = '';
  // Service ports of a bridged container are said in its mappings; Marathon up to 1.4 repeats them as `ports`.
  if (networkMode(app) !== 'host') delete app['portDefinitions'];
}

/** Old versions take `"N": 5` and answer `"N": "5"`. */
function asTexts(map: JsonObject): JsonObject {
  const text = (value: Json) => (typeof value === 'number' || typeof value === 'boolean' ? String(value) : value);
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [name, text(value)]));
}

function fillContainer(container: JsonObject, app: JsonObject): JsonObject {
  const { docker, portMappings } = container;
  const filled: JsonObject = { type: 'DOCKER', ...container };
  if (isJsonObject(docker)) filled['docker'] = fill(docker, { privileged: false, forcePullImage: false });
  if (Array.isArray(portMappings)) {
    const hostPort = networkMode(app) === 'container/bridge' ? { hostPort: 0 } : {};
    const defaults = { containerPort: 0, servicePort: 0, protocol: 'tcp', ...hostPort };
    filled['portMappings'] = portMappings.map((mapping) => fill(mapping, defaults));
  }
  return filled;
}

function fill(item: Json, defaults: JsonObject): Json {
  return isJsonObject(item) ? { ...defaults, ...item } : item;
}
