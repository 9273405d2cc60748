import { describe, expect, test } from 'vitest';
import type { AuditEntry } from '../../src/core/audit.js';
import type { App, JsonObject } from '../../src/core/cluster.js';
import type { Incident } from '../../src/core/incident.js';
import type { RestartKind } from '../../src/core/restart.js';
import { rollbackAgainst } from '../../src/core/restart-remedy.js';
import { DAY, HOUR, MINUTE } from '../../src/core/time.js';
import { anIncident, deathFacts } from '../support/alert-scene.js';
import { appWith } from '../support/app-changes.js';
import { anApp, NOW, silence } from '../support/ci-service.js';
import { passing } from '../support/fakes-journey.js';
import { manualClock } from '../support/manual-clock.js';
import { alertPorts } from '../support/rule-run.js';

const MADE_AT = NOW - 2 * HOUR;
const RUNNING = new Date(MADE_AT).toISOString();
const BEFORE = '2015-05-27T08:00:00.000Z';

const change = (patch: Partial<AuditEntry> = {}): AuditEntry => ({
  v: 1,
  jobId: 'd-ana-go',
  userId: 'U0ANA',
  channelId: 'C0CI',
  command: 'deploy',
  text: 'deploy --mem 2048',
  outcome: 'succeeded',
  summary: 'Deployed.',
  at: MADE_AT + MINUTE,
  durationMs: MINUTE,
  ...patch,
});

interface Scene {
  app?: App | undefined;
  changes?: AuditEntry[];
  kind?: RestartKind;
  incident?: Partial<Incident>;
  facts?: JsonObject;
  before?: JsonObject;
}

async function remedy({
  changes = [change()],
  kind = 'out-of-memory',
  incident = {},
  facts = {},
  ...rest
}: Scene = {}) {
  const clock = manualClock();
  const ports = alertPorts({
    clock,
    marathon: {
      versions: async () => [RUNNING, BEFORE],
      appVersion: async (_id, version) => appWith(version === BEFORE ? (rest.before ?? { mem: 1024 }) : {}).definition,
    },
  });
  const ended = anIncident({ facts: deathFacts({ version: RUNNING, ...facts }), ...incident });
  const app = 'app' in rest ? rest.app : anApp();
  return passing(clock, rollbackAgainst(ended, kind, app, changes, ports, 5_000));
}

test('going back helps against the trouble that our last change brought', async () => {
  expect(await remedy()).toBe(BEFORE);
  expect(await remedy({ changes: [change({ command: 'rollback' })] })).toBe(BEFORE);
});

test('also when a resumption made a later version of the same', async () => {
  const app = anApp({ version: '2015-05-28T09:00:00.000Z', lastConfigChangeAt: MADE_AT });
  expect(await remedy({ app })).toBe(BEFORE);
});

describe('nothing is offered', () => {
  test.each<[string, Scene]>([
    ['for an agent that is lost', { kind: 'agent-lost' }],
    ['for a kill by hand', { kind: 'killed-outside' }],
    ['for a cause nobody knows', { kind: 'replaced' }],
    ['without a change of ours', { changes: [] }],
    ['for a version that no change of ours made', { changes: [change({ at: MADE_AT - HOUR })] }],
    [
      'when something else was changed after it',
      { changes: [change({ jobId: 'd-lee-go', command: 'scale', at: NOW - MINUTE }), change()] },
    ],
    ['when the last change only restarted it', { changes: [change({ command: 'restart' })] }],
    ['when what ended ran the version before', { facts: { version: BEFORE } }],
    ['when nobody knows what it ran', { facts: { version: null } }],
    ['when the trouble is older than the change', { incident: { openedAt: MADE_AT - MINUTE } }],
    [
      'for a change of long ago',
      { incident: { happenedAt: MADE_AT + DAY + MINUTE, openedAt: MADE_AT + DAY + MINUTE } },
    ],
    ['while a deployment is at it', { app: anApp({ deploymentIds: ['5cd987cd'] }) }],
    ['for an app that is suspended', { app: anApp({ instances: 0 }) }],
    ['for an app nobody sees', { app: undefined }],
    ['without an earlier version that differs', { before: {} }],
  ])('%s', async (_why, scene) => {
    expect(await remedy(scene)).toBeNull();
  });

  test('while Marathon is silent', async () => {
    const clock = manualClock();
    const ports = alertPorts({ clock, marathon: { versions: () => Promise.reject(silence('Marathon')) } });
    const ended = anIncident({ facts: deathFacts({ version: RUNNING }) });
    const asking = rollbackAgainst(ended, 'out-of-memory', anApp(), [change()], ports, 5_000);
    expect(await passing(clock, asking)).toBeNull();
  });
});
