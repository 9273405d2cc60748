import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../src/core/cluster.js';
import { type Change, diffDefinitions, prepareForWrite } from '../../src/core/manifest-diff.js';

const REPLACES = { replaces: true, ignoreLabels: [] };
const MERGES = { replaces: false, ignoreLabels: [] };

/** As a 1.5 would answer; composed after the recorded shape. */
const RUNNING_1_5: JsonObject = {
  id: '/ci/jenkins',
  cmd: 'exec java $JAVA_OPTS -jar jenkins.war --httpPort=$PORT0',
  backoffFactor: 1.15,
  backoffSeconds: 1,
  cpus: 1,
  disk: 0,
  env: { JAVA_OPTS: '-Xmx768m' },
  executor: '',
  fetch: [{ uri: 'http://repo.example.org/master.tgz', extract: true, executable: false, cache: false }],
  healthChecks: [
    {
      gracePeriodSeconds: 300,
      ignoreHttp1xx: false,
      intervalSeconds: 20,
      maxConsecutiveFailures: 9,
      path: '/login',
      portIndex: 0,
      protocol: 'HTTP',
      timeoutSeconds: 20,
      delaySeconds: 15,
    },
  ],
  instances: 1,
  labels: { team: 'ci', BELLBOARD_JOB: '41', BELLBOARD_BY: 'U0ANA' },
  maxLaunchDelaySeconds: 3600,
  mem: 1024,
  gpus: 0,
  networks: [{ mode: 'host' }],
  portDefinitions: [{ labels: {}, name: 'http', port: 10080, protocol: 'tcp' }],
  requirePorts: false,
  upgradeStrategy: { maximumOverCapacity: 0, minimumHealthCapacity: 0 },
  version: '2018-02-02T09:00:00.000Z',
  versionInfo: { lastScalingAt: '2018-02-02T09:00:00.000Z', lastConfigChangeAt: '2018-02-02T09:00:00.000Z' },
  killSelection: 'YOUNGEST_FIRST',
  unreachableStrategy: { inactiveAfterSeconds: 0, expungeAfterSeconds: 0 },
  tasksStaged: 0,
  tasksRunning: 1,
  tasksHealthy: 1,
  tasksUnhealthy: 0,
  deployments: [],
  tasks: [],
};

const MANIFEST: JsonObject = {
  id: 'ci/jenkins',
  mem: 1024,
  cmd: 'exec java $JAVA_OPTS -jar jenkins.war --httpPort=$PORT0',
  env: { JAVA_OPTS: '-Xmx768m' },
  labels: { team: 'ci' },
  upgradeStrategy: { minimumHealthCapacity: 0, maximumOverCapacity: 0 },
  portDefinitions: [{ port: 0, name: 'http' }],
  fetch: [{ uri: 'http://repo.example.org/master.tgz' }],
  healthChecks: [{ path: '/login', intervalSeconds: 20, maxConsecutiveFailures: 9 }],
};

const ours = { ...REPLACES, ignoreLabels: ['BELLBOARD_JOB', 'BELLBOARD_BY'] };

function changesOf(running: JsonObject, wanted: JsonObject, marathonVersion?: string): Change[] {
  return diffDefinitions(running, wanted, { ...ours, marathonVersion }).changes;
}

describe('what is no difference', () => {
  test('the defaults, ports and bookkeeping that Marathon adds', () => {
    expect(diffDefinitions(RUNNING_1_5, MANIFEST, { ...ours, marathonVersion: '1.5.15' })).toEqual({
      changes: [],
      keeps: [],
    });
  });

  test('nulls and empty lists of an old answer, `uris` and `ports` against `fetch` and `portDefinitions`', () => {
    const { fetch: _fetch, portDefinitions: _ports, networks: _networks, ...rest } = RUNNING_1_5;
    const old: JsonObject = {
      ...rest,
      args: null,
      container: null,
      acceptedResourceRoles: null,
      constraints: [],
      storeUrls: [],
      uris: ['http://repo.example.org/master.tgz'],
      ports: [10080],
    };
    const wanted = { ...MANIFEST, portDefinitions: [{ port: 0 }] };
    expect(changesOf(old, wanted)).toEqual([]);
    expect(changesOf(old, { ...wanted, uris: ['http://repo.example.org/master.tgz'], fetch: null })).toEqual([]);
  });

  test('a file that Marathon does not unpack is one with extract false', () => {
    const running = { fetch: [{ uri: 'http://h/jenkins.war', extract: false, executable: false, cache: false }] };
    expect(changesOf(running, { uris: ['http://h/jenkins.war'] })).toEqual([]);
    expect(changesOf(running, { fetch: [{ uri: 'http://h/jenkins.war' }] })).toEqual([
      { path: 'fetch.0.extract', from: false, to: true },
    ]);
  });

  test('the network of a container in the old place', () => {
    const wanted: JsonObject = {
      container: { type: 'DOCKER', docker: { image: 'a', network: 'BRIDGE', portMappings: [{ containerPort: 8080 }] } },
    };
    const running: JsonObject = {
      networks: [{ mode: 'container/bridge' }],
      container: {
        type: 'DOCKER',
        volumes: [],
        docker: { image: 'a', forcePullImage: false, privileged: false, parameters: [] },
        portMappings: [{ containerPort: 8080, hostPort: 0, labels: {}, protocol: 'tcp', servicePort: 10019 }],
      },
    };
    expect(changesOf(running, wanted)).toEqual([]);
    expect(changesOf({ ...wanted, ports: [10019] }, wanted)).toEqual([]);
  });

  test('the order of constraints and checks', () => {
    const [one, two]: [Json, Json] = [
      ['hostname', 'UNIQUE'],
      ['rack', 'LIKE', 'a'],
    ];
    expect(changesOf({ constraints: [one, two] }, { constraints: [two, one] })).toEqual([]);
    expect(changesOf({ constraints: [one, two] }, { constraints: [two] })).toHaveLength(1);
  });

  test('a field that this Marathon does not know, because it drops it', () => {
    const wanted = { unreachableStrategy: 'disabled', killSelection: 'OLDEST_FIRST' };
    expect(changesOf({}, wanted, '1.3.14')).toEqual([]);
    expect(changesOf({}, wanted, '1.4.13')).toHaveLength(2);
    expect(
      diffDefinitions({ uris: ['http://h/a.tgz'] }, { fetch: [] }, { ...MERGES, marathonVersion: '0.8.2' }),
    ).toEqual({
      changes: [],
      keeps: ['uris'],
    });
  });

  test('a number where Marathon keeps text', () => {
    expect(changesOf({ env: { N: '5', B: 'true' } }, { env: { N: 5, B: true } })).toEqual([]);
  });

  test('the role Marathon chose, and the accepted roles it fills in', () => {
    expect(changesOf({ role: 'ci', acceptedResourceRoles: ['*'] }, {})).toEqual([]);
  });

  test.each([
    ['0.15.6', 3600],
    ['1.7.50', 3600],
    ['1.8.0', 300],
    [undefined, 3600],
    [undefined, 300],
  ])('Marathon %s delays launches by up to %d s unless told otherwise', (version, seconds) => {
    expect(changesOf({ maxLaunchDelaySeconds: seconds }, {}, version)).toEqual([]);
  });

  test.each([
    ['1.4.8', 300, 600],
    ['1.4.9', 0, 0],
    ['1.5.0', 300, 600],
    ['1.5.1', 0, 0],
    ['1.11.24', 0, 0],
    [undefined, 300, 600],
  ])('Marathon %s gives up an unreachable task after %d and %d s', (version, inactive, expunge) => {
    const unreachableStrategy = { inactiveAfterSeconds: inactive, expungeAfterSeconds: expunge };
    expect(changesOf({ unreachableStrategy }, {}, version)).toEqual([]);
  });
});

describe('what is a difference', () => {
  test.each<[string, JsonObject, JsonObject, Change[]]>([
    ['a number', { mem: 1024 }, { mem: 1536 }, [{ path: 'mem', from: 1024, to: 1536 }]],
    ['a default against another value', {}, { instances: 2 }, [{ path: 'instances', from: 1, to: 2 }]],
    ['a value the manifest leaves to Marathon', { instances: 0 }, {}, [{ path: 'instances', from: 0, to: 1 }]],
    [
      'variables, each by its name',
      { env: { A: '1', B: '2' } },
      { env: { B: '3', C: '4' } },
      [
        { path: 'env.A', from: '1', to: undefined },
        { path: 'env.B', from: '2', to: '3' },
        { path: 'env.C', from: undefined, to: '4' },
      ],
    ],
    ['a whole environment', {}, { env: { A: '1' } }, [{ path: 'env.A', from: undefined, to: '1' }]],
    [
      'one field of one check',
      { healthChecks: [{ path: '/' }] },
      { healthChecks: [{ path: '/login' }] },
      [{ path: 'healthChecks.0.path', from: '/', to: '/login' }],
    ],
    [
      'a label with dots',
      { labels: { 'a.b': '1' } },
      { labels: {} },
      [{ path: 'labels["a.b"]', from: '1', to: undefined }],
    ],
    [
      'a strategy that was switched off',
      { unreachableStrategy: 'disabled' },
      {},
      [{ path: 'unreachableStrategy', from: 'disabled', to: { inactiveAfterSeconds: 0, expungeAfterSeconds: 0 } }],
    ],
    [
      'a fixed port',
      { portDefinitions: [{ port: 10080 }] },
      { portDefinitions: [{ port: 8080 }] },
      [{ path: 'portDefinitions.0.port', from: 10080, to: 8080 }],
    ],
    [
      'a variable named like a method of objects',
      { env: {} },
      { env: { constructor: '1' } },
      [{ path: 'env.constructor', from: undefined, to: '1' }],
    ],
    [
      'a fixed port, against one that Marathon was to choose',
      {},
      { portDefinitions: [{ port: 8080 }] },
      [{ path: 'portDefinitions.0.port', from: 0, to: 8080 }],
    ],
    [
      'no port at all, against the one that is the default',
      { portDefinitions: [{ port: 10080, protocol: 'tcp' }] },
      { portDefinitions: [] },
      [{ path: 'portDefinitions', from: [{ port: 10080, protocol: 'tcp' }], to: [] }],
    ],
    [
      'the network',
      { networks: [{ mode: 'host' }] },
      { networks: [{ mode: 'container', name: 'dcos' }] },
      [
        { path: 'networks.0.mode', from: 'host', to: 'container' },
        { path: 'networks.0.name', from: undefined, to: 'dcos' },
      ],
    ],
  ])('%s', (_what, running, wanted, changes) => {
    expect(changesOf(running, wanted)).toEqual(changes);
  });
});

describe('before 1.4, where a PUT merges', () => {
  test('names what the manifest leaves out and the PUT cannot take away, as the app spells it', () => {
    const running = { instances: 1, uris: ['http://h/a.tgz'], user: 'root', env: { A: '1' }, cpus: 1 };
    expect(diffDefinitions(running, { env: { A: '2' } }, MERGES)).toEqual({
      changes: [{ path: 'env.A', from: '1', to: '2' }],
      keeps: ['uris', 'user'],
    });
  });

  test('a field that is written is replaced whole', () => {
    expect(diffDefinitions({ env: { A: '1' } }, { env: {} }, MERGES)).toEqual({
      changes: [{ path: 'env.A', from: '1', to: undefined }],
      keeps: [],
    });
  });

  test('labels are always written, so the old ones go', () => {
    expect(diffDefinitions({ labels: { team: 'ci' } }, {}, MERGES)).toEqual({
      changes: [{ path: 'labels.team', from: 'ci', to: undefined }],
      keeps: [],
    });
  });
});

describe('prepareForWrite', () => {
  test('merges the labels into the whole map and takes out what Marathon only tells', () => {
    const body = prepareForWrite(RUNNING_1_5, { BELLBOARD_JOB: '42', BELLBOARD_BY: 'U0LEE' });
    expect(body['labels']).toEqual({ team: 'ci', BELLBOARD_JOB: '42', BELLBOARD_BY: 'U0LEE' });
    for (const field of ['version', 'versionInfo', 'tasks', 'tasksRunning', 'deployments']) {
      expect(body).not.toHaveProperty(field);
    }
    expect(body['cmd']).toBe(RUNNING_1_5['cmd']);
    expect(RUNNING_1_5).toHaveProperty('version');
  });

  test('makes a map where there is none', () => {
    expect(prepareForWrite({ id: '/a', labels: null }, { BELLBOARD_BY: 'U0LEE' })).toEqual({
      id: '/a',
      labels: { BELLBOARD_BY: 'U0LEE' },
    });
  });
});

// ── Properties ──────────────────────────────────────────────────────────────────────────────────────────────────────

const name = fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,5}$/);
const words = fc.dictionary(name, fc.string(), { maxKeys: 4, noNullPrototype: true });
/** Manifests whose fields differ from every default, so that a change of theirs must show. */
const manifest: fc.Arbitrary<JsonObject> = fc.record(
  {
    id: fc.constantFrom('/jenkins', '/ci/jenkins'),
    cmd: fc.string({ minLength: 1 }),
    user: fc.constantFrom('jenkins', 'root'),
    cpus: fc.constantFrom(0.5, 2, 4),
    mem: fc.integer({ min: 256, max: 8192 }),
    env: words,
    labels: words,
    // Always in this order: Marathon keeps them as a set, and another order is no change.
    constraints: fc.subarray([
      ['hostname', 'UNIQUE'],
      ['rack', 'LIKE', 'a'],
    ]),
    upgradeStrategy: fc.record({ minimumHealthCapacity: fc.constant(0), maximumOverCapacity: fc.constantFrom(0, 0.5) }),
    unreachableStrategy: fc.constant('disabled'),
    fetch: fc.array(fc.record({ uri: fc.webUrl() }), { maxLength: 2 }),
    healthChecks: fc.array(
      fc.record({ path: fc.constantFrom('/login', '/x'), gracePeriodSeconds: fc.integer({ min: 301, max: 900 }) }),
      { maxLength: 1 },
    ),
    portDefinitions: fc.array(fc.record({ port: fc.integer({ min: 1, max: 9_999 }) }), { minLength: 1, maxLength: 2 }),
  },
  { requiredKeys: ['id'], noNullPrototype: true },
);

const shuffled = (value: Json): fc.Arbitrary<Json> => {
  if (value === null || typeof value !== 'object') return fc.constant(value);
  if (Array.isArray(value)) return fc.tuple(...value.map(shuffled));
  const entries = Object.entries(value);
  return fc
    .tuple(
      fc.shuffledSubarray(entries, { minLength: entries.length }),
      fc.tuple(...entries.map(([key, inner]) => shuffled(inner).map((done) => [key, done] as const))),
    )
    .map(([order, done]) => {
      const byKey = new Map(done);
      return Object.fromEntries(order.map(([key]) => [key, byKey.get(key) ?? null]));
    });
};

/** What Marathon 1.5 adds to an app that leaves it out. */
const withDefaults = (app: JsonObject): JsonObject => ({
  instances: 1,
  cpus: 1,
  mem: 128,
  disk: 0,
  gpus: 0,
  executor: '',
  backoffSeconds: 1,
  backoffFactor: 1.15,
  maxLaunchDelaySeconds: 3600,
  requirePorts: false,
  networks: [{ mode: 'host' }],
  killSelection: 'YOUNGEST_FIRST',
  env: {},
  labels: {},
  constraints: [],
  upgradeStrategy: { minimumHealthCapacity: 1, maximumOverCapacity: 1 },
  unreachableStrategy: { inactiveAfterSeconds: 0, expungeAfterSeconds: 0 },
  portDefinitions: [{ port: 10000, protocol: 'tcp', name: 'default', labels: {} }],
  version: '2018-02-02T09:00:00.000Z',
  tasksRunning: 1,
  ...app,
});

describe('for all manifests', () => {
  test('one does not differ from itself, with its keys in another order or with what Marathon adds', () => {
    const pair = manifest.chain((app) => fc.tuple(fc.constant(app), shuffled(app), shuffled(withDefaults(app))));
    fc.assert(
      fc.property(pair, fc.boolean(), ([app, otherOrder, answered], replaces) => {
        const options = { replaces, ignoreLabels: [], marathonVersion: '1.5.15' };
        for (const running of [app, otherOrder, answered]) {
          expect(diffDefinitions(running as JsonObject, app, options)).toEqual({ changes: [], keeps: [] });
        }
      }),
    );
  });

  test('every change applied to the running app gives the wanted one', () => {
    fc.assert(
      fc.property(manifest, manifest, (running, wanted) => {
        const { changes } = diffDefinitions(running, wanted, REPLACES);
        const result = applied(running, changes);
        for (const field of Object.keys(wanted)) {
          if (!isEmpty(wanted[field])) expect(withoutAdded(result[field], wanted[field])).toEqual(wanted[field]);
          else expect(isEmpty(result[field])).toBe(true);
        }
        for (const { path } of changes)
          expect(path.split('.')[0]).toSatisfy((field) => field in wanted || field in running);
      }),
    );
  });

  test('a PUT that merges changes nothing but what it names', () => {
    fc.assert(
      fc.property(manifest, manifest, (running, wanted) => {
        const { changes, keeps } = diffDefinitions(running, wanted, MERGES);
        for (const field of keeps) expect(Object.keys(wanted)).not.toContain(field);
        for (const { path } of changes) expect([...Object.keys(wanted), 'labels']).toContain(path.split('.')[0]);
      }),
    );
  });
});

/** Carries changes out, independently of the code under test; an index of a list is a key like any other. */
function applied(running: JsonObject, changes: Change[]): JsonObject {
  const result = structuredClone(running);
  for (const { path, to } of changes) {
    const keys = path.split('.');
    const last = keys.pop() ?? '';
    let at = result as Record<string, unknown>;
    for (const [depth, key] of keys.entries()) {
      at[key] ??= /^\d+$/.test(keys[depth + 1] ?? last) ? [] : {};
      at = at[key] as Record<string, unknown>;
    }
    if (to === undefined) delete at[last];
    else at[last] = structuredClone(to);
  }
  return result;
}

const isEmpty = (value: Json | undefined) =>
  value === undefined || (typeof value === 'object' && value !== null && Object.keys(value).length === 0);

/** Lists that are replaced whole carry Marathon's defaults in their items; the manifest does not name them. */
function withoutAdded(value: Json | undefined, like: Json | undefined): Json | undefined {
  if (!Array.isArray(value) || !Array.isArray(like)) return value;
  return value.map((item, index) => {
    const named = like[index];
    if (typeof item !== 'object' || item === null || Array.isArray(item)) return item;
    return Object.fromEntries(Object.entries(item).filter(([key]) => Object.hasOwn(Object(named), key)));
  });
}
