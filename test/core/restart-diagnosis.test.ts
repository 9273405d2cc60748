// What is found out about an end after the first message, and on the way back; each system a fake with the calls it is about.
import { describe, expect, test } from 'vitest';
import type { AuditEntry } from '../../src/core/audit.js';
import type { JenkinsPulse, JsonObject, MesosTaskStatus } from '../../src/core/cluster.js';
import { accompany, investigate } from '../../src/core/restart-diagnosis.js';
import { HOUR, MINUTE } from '../../src/core/time.js';
import { anIncident, deathFacts, OLD } from '../support/alert-scene.js';
import { aFramework, agents, anApp, NOW, SAVED, silence } from '../support/ci-service.js';
import type { FakeCalls } from '../support/fakes.js';
import { passing } from '../support/fakes-journey.js';
import { manualClock } from '../support/manual-clock.js';
import { alertPorts } from '../support/rule-run.js';

const last: MesosTaskStatus = {
  state: 'TASK_FAILED',
  message: 'Memory limit exceeded: Requested: 2080MB\n\nMEMORY STATISTICS:',
  reason: 'REASON_CONTAINER_LIMITATION_MEMORY',
  mesosAgentId: 'agent-25',
  frameworkId: 'marathon-framework',
  executorId: '',
};

async function found(calls: FakeCalls, facts: JsonObject = {}, remembered?: unknown) {
  const clock = manualClock();
  const ports = { ...alertPorts({ ...calls, clock }), remembered: async () => remembered };
  return passing(clock, investigate(anIncident({ facts: deathFacts(facts) }), ports));
}
const diagnosisOf = async (calls: FakeCalls, facts?: JsonObject) =>
  (await found(calls, facts)).facts['diagnosis'] as JsonObject;

describe('Mesos is asked', () => {
  test('for its own word, of which the first line is told', async () => {
    expect(await diagnosisOf({ mesos: { taskStatus: async () => last } })).toMatchObject({
      mesos: 'Memory limit exceeded: Requested: 2080MB',
    });
    expect(await diagnosisOf({ mesos: { taskStatus: async () => ({ ...last, message: '' }) } })).toMatchObject({
      mesos: null,
    });
    expect(await diagnosisOf({})).toMatchObject({ mesos: null });
  });

  test('for the last ten lines of stderr, in the sandbox of the dead task', async () => {
    const asked: unknown[] = [];
    const lines = Array.from({ length: 12 }, (_, at) => `line ${at}`);
    const { excerpt } = await found({
      mesos: {
        taskStatus: async () => ({ ...last, executorId: 'executor' }),
        sandboxTail: async (...call) => {
          asked.push(call);
          return `${lines.join('\n')}\n`;
        },
      },
    });
    expect(asked).toEqual([
      [
        { mesosAgentId: 'agent-25', frameworkId: 'marathon-framework', executorId: 'executor', taskId: OLD },
        'stderr',
        16_384,
      ],
    ]);
    expect(excerpt).toEqual({ title: `The last 10 lines of stderr of ${OLD}`, text: lines.slice(2).join('\n') });
  });

  test.each<[string, FakeCalls, JsonObject, string[]]>([
    ['nobody knows the agent', {}, { mesosAgentId: null }, ['nobody says where its sandbox is']],
    ['the sandbox is gone', {}, {}, ['its sandbox is not to be had']],
    [
      'its word is not to be had',
      {
        mesos: {
          taskStatus: async () => {
            throw silence('Mesos');
          },
          sandboxTail: async () => 'a line',
        },
      },
      {},
      ['Mesos: did not answer within 15 s'],
    ],
    [
      'the agent never answers',
      { mesos: { sandboxTail: () => new Promise(() => undefined) } },
      {},
      ['The Mesos agent did not answer within 25 s'],
    ],
  ])('in vain, and that is said: %s', async (_why, calls, facts, missing) => {
    const result = await found(calls, facts);
    expect((result.facts['diagnosis'] as JsonObject)['missing']).toEqual(missing);
    if (missing[0]?.startsWith('Mesos:') !== true) expect(result.excerpt).toBeUndefined();
  });

  test('and an empty log is no excerpt', async () => {
    const result = await found({ mesos: { sandboxTail: async () => '' } });
    expect(result.excerpt).toBeUndefined();
    expect(result.facts['diagnosis']).toMatchObject({ missing: [] });
  });
});

describe('the cause becomes better', () => {
  const replaced = { kind: 'replaced', words: 'cause not recorded', certain: false };
  const mesos = (patch: Partial<MesosTaskStatus>): FakeCalls => ({
    mesos: { taskStatus: async () => ({ ...last, ...patch }) },
  });
  test.each<[string, FakeCalls, JsonObject, JsonObject]>([
    [
      'a kill was for memory',
      mesos({}),
      { kind: 'killed', words: 'killed, probably out of memory', certain: false },
      { kind: 'out-of-memory', words: 'out of memory', certain: true },
    ],
    ['a kill was for something else', mesos({ reason: undefined }), { kind: 'killed', words: 'killed' }, {}],
    ['one that was certain stays', mesos({}), { kind: 'exit-code', words: 'exit code 1' }, {}],
    [
      'one not recorded is in Mesos',
      mesos({ message: 'Command exited with status 1' }),
      replaced,
      { kind: 'exit-code', words: 'exit code 1', certain: true, quote: null },
    ],
    ['a kill tells nothing', mesos({ state: 'TASK_KILLED' }), replaced, {}],
    ['Mesos thinks that it runs', mesos({ state: 'TASK_RUNNING' }), replaced, {}],
    ['Mesos does not know it', {}, replaced, {}],
    [
      'its agent is gone',
      { mesos: { agents: async () => agents().filter(({ id }) => id !== 'agent-25') } },
      replaced,
      { kind: 'agent-lost', words: 'its agent is gone', certain: true },
    ],
  ])('%s', async (_what, calls, facts, better) => {
    const { instead } = await found(calls, facts);
    expect(instead?.facts ?? {}).toEqual(better);
    expect(instead?.ofKind ?? facts['kind']).toBe(facts['kind']);
  });
});

describe('the last change', () => {
  const entry = (patch: Partial<AuditEntry> = {}): AuditEntry =>
    ({
      jobId: 'd',
      at: NOW - HOUR,
      userId: 'U0ANA',
      command: 'deploy',
      text: 'deploy --cpus 2',
      outcome: 'succeeded',
      ...patch,
    }) as AuditEntry;
  const app = (patch: Parameters<typeof anApp>[0]): FakeCalls => ({ marathon: { app: async () => anApp(patch) } });
  const BY = { labels: { BELLBOARD_BY: 'U0LEE' } };
  test.each<[string, FakeCalls, object | null]>([
    [
      'is ours, by the trail',
      { audit: [entry()], ...app({}) },
      { at: NOW - HOUR, by: 'U0ANA', what: 'deploy --cpus 2' },
    ],
    [
      'is ours although the clocks differ by two minutes',
      { audit: [entry()], ...app({ lastConfigChangeAt: NOW - HOUR + 2 * MINUTE }) },
      { at: NOW - HOUR, by: 'U0ANA', what: 'deploy --cpus 2' },
    ],
    [
      "is somebody else's when it is later, and a label of ours says nothing of it",
      { audit: [entry()], ...app({ ...BY, lastConfigChangeAt: NOW - 10 * MINUTE }) },
      { at: NOW - 10 * MINUTE, by: null, what: 'version 2015-05-28T08:00:00.000Z' },
    ],
    [
      'is known by its label where the trail has none',
      app(BY),
      { at: NOW - 2 * HOUR, by: 'U0LEE', what: 'version 2015-05-28T08:00:00.000Z' },
    ],
    [
      'is not one that failed',
      { audit: [entry({ outcome: 'failed' })], ...app({}) },
      { at: NOW - 2 * HOUR, by: null, what: 'version 2015-05-28T08:00:00.000Z' },
    ],
    [
      'is not one that changes nothing of the app',
      { audit: [entry({ command: 'ack' })], ...app({}) },
      { at: NOW - 2 * HOUR, by: null, what: 'version 2015-05-28T08:00:00.000Z' },
    ],
    ['is none known of an app that is gone', { marathon: { app: async () => undefined } }, null],
  ])('%s', async (_whose, calls, change) => {
    expect((await diagnosisOf(calls))['change']).toEqual(change);
  });
});

test('the way back is found where our last change may have done it', async () => {
  const change = { jobId: 'd', at: NOW - 2 * HOUR + MINUTE, durationMs: MINUTE, userId: 'U0ANA', text: 'deploy' };
  const audit = [{ ...change, command: 'deploy', outcome: 'failed' } as AuditEntry];
  const before = '2015-05-27T08:00:00.000Z';
  const marathon: FakeCalls['marathon'] = {
    versions: async () => [anApp().version, before],
    appVersion: async () => ({ ...anApp().definition, mem: 1024 }),
  };
  const facts = { version: anApp().version };
  expect(await diagnosisOf({ audit, marathon }, facts)).toMatchObject({ rollback: before });
  expect(await diagnosisOf({ marathon }, facts)).toMatchObject({ rollback: null });
});

test('what git did not have is told as SCM sync was last seen', async () => {
  const script = { ...SAVED, now: NOW - MINUTE, unpushedCommits: 2, filesAtRisk: ['config.xml'] };
  const { facts } = await found({}, {}, { state: 'failing', script });
  expect((facts['diagnosis'] as JsonObject)['unsaved']).toMatch(/2 commits were not pushed.*`config\.xml`/);
});

describe('on the way back', () => {
  const back = anIncident({ resolvedAt: NOW });
  const pulse = (state: JenkinsPulse['state']) => async (): Promise<JenkinsPulse> => ({
    state,
    session: 's',
    version: '1.596.2',
    detail: undefined,
  });
  async function steps(calls: FakeCalls, incident = back) {
    const clock = manualClock();
    const { facts, lines = [], complete } = await passing(clock, accompany(incident, alertPorts({ ...calls, clock })));
    return { facts, lines: lines.map(({ text }) => text), complete };
  }
  const ALL = { jenkins: true, framework: true, scm: true };
  const plugin = {
    controllerExecutors: 2,
    templates: [],
    schedulerRunning: true,
    onDemandRegistration: false,
    frameworkName: 'Jenkins Scheduler',
  };

  test('Jenkins, its framework and SCM sync are told once each', async () => {
    expect(await steps({})).toEqual({
      facts: { milestones: ALL },
      lines: [
        'Jenkins answers, version 1.596.2',
        'registered with Mesos as `Jenkins Scheduler`: agents can start',
        'SCM sync: everything saved, last 1 h ago',
      ].map((text, at) => (at === 2 ? expect.stringMatching(/^SCM sync: /) : text)),
      complete: true,
    });
    expect(await steps({}, anIncident({ resolvedAt: NOW, facts: deathFacts({ milestones: ALL }) }))).toMatchObject({
      lines: [],
      complete: true,
    });
  });

  test.each<[string, FakeCalls, typeof back]>([
    ['while the case is open: the old Jenkins may still answer', {}, anIncident()],
    ['while Jenkins starts', { jenkins: { pulse: pulse('starting') } }, back],
    ['while Jenkins does not answer', { jenkins: { pulse: pulse('unreachable') } }, back],
  ])('nothing is told %s', async (_when, calls, incident) => {
    expect(await steps(calls, incident)).toEqual({ facts: {}, lines: [], complete: false });
  });

  test.each<[string, FakeCalls, JsonObject]>([
    [
      'the framework is away',
      { mesos: { frameworks: async () => [aFramework({ active: false })] } },
      { ...ALL, framework: false },
    ],
    ['the framework is not there', { mesos: { frameworks: async () => [] } }, { ...ALL, framework: false }],
    [
      'Jenkins registers on demand',
      {
        mesos: { frameworks: async () => [] },
        jenkins: { executorSettings: async () => ({ ...plugin, onDemandRegistration: true }) },
      },
      ALL,
    ],
    [
      'Jenkins has no cloud',
      {
        mesos: { frameworks: async () => [] },
        jenkins: { executorSettings: async () => ({ ...plugin, frameworkName: undefined }) },
      },
      ALL,
    ],
    [
      'SCM sync has not looked yet',
      { jenkins: { scmSync: async () => ({ ...SAVED, successAt: undefined, configInSync: undefined }) } },
      { ...ALL, scm: false },
    ],
    [
      'nobody says how SCM sync is',
      {
        jenkins: {
          scmSync: async () => {
            throw silence('Jenkins');
          },
        },
      },
      ALL,
    ],
  ])('%s', async (_what, calls, milestones) => {
    const { facts, complete } = await steps(calls);
    expect(facts).toEqual({ milestones });
    expect(complete).toBe(milestones['framework'] === true && milestones['scm'] === true);
  });
});
