// What an incident asks for besides being shown, and what a tick does about it.
import { describe, expect, test } from 'vitest';
import type { AlertPorts, Rule } from '../../src/core/alert.js';
import type { Incident } from '../../src/core/incident.js';
import type { AlertTick } from '../../src/core/jobs.js';
import { HOUR, MINUTE, SECOND } from '../../src/core/time.js';
import { attend, tick } from '../../src/journeys/alert-attend.js';
import { anIncident, deathFacts } from '../support/alert-scene.js';
import { NOW } from '../support/ci-service.js';
import { anAck, aSilence, fakeAlertQueue, fakeRaise } from '../support/fakes-alert.js';
import { fakeLog } from '../support/fakes-journey.js';
import { alertPorts } from '../support/rule-run.js';

const FINGERPRINT = 'controller-restarted';
const raisedAt = NOW + 4 * SECOND;

/** Names of the tasks asked for so long after the ring, and whether a look is. */
async function asked(
  patch: Partial<Incident>,
  afterMs: number,
  more: { ack?: boolean; silenced?: boolean; shown?: boolean } = {},
) {
  const ports = fakeRaise();
  const { state } = ports.board;
  const incident = anIncident(patch);
  state.incidents[incident.fingerprint] = incident;
  if (more.ack) state.acks[incident.id] = anAck();
  if (more.silenced) state.silences[incident.fingerprint] = aSilence({ until: NOW + HOUR });
  if (more.shown) state.shown[incident.id] = { rev: 1, at: NOW };
  await ports.clock.advance(raisedAt - NOW + afterMs);
  await attend(state, ports);
  await attend(state, ports);
  return ports.queue;
}
const tasksOf = async (...call: Parameters<typeof asked>) =>
  (await asked(...call)).tasks.map(({ id }) => id.replace(/-A17.*/, ''));
const done = { investigated: true, accompanied: true };
const quiet = { facts: deathFacts(done) };

describe('finding out', () => {
  test('is asked for once, and once more for each reopening', async () => {
    const ids = async (patch: Partial<Incident>) => (await asked(patch, 0)).tasks.map(({ id }) => id);
    expect(await ids({})).toContain('investigate-A17-0');
    expect(await ids({ reopened: 2 })).toContain('investigate-A17-2');
  });

  test.each<[string, Partial<Incident>, number, boolean]>([
    ['right away', {}, 0, true],
    ['for ten minutes', {}, 10 * MINUTE - 1, true],
    ['not later: the sandbox tells nothing new', {}, 10 * MINUTE, false],
    ['not when it has been found out', { facts: deathFacts({ investigated: true }) }, 0, false],
    ['not while it flaps', { flapping: true }, 0, false],
    ['not of a rule that has nothing to find out', { rule: 'blind', fingerprint: 'blind:Mesos' }, 0, false],
    ['not of a rule nobody knows', { rule: 'from-the-future' }, 0, false],
  ])('is asked for %s', async (_when, patch, afterMs, isAsked) => {
    expect((await tasksOf(patch, afterMs)).includes('investigate')).toBe(isAsked);
  });
});

describe('going along', () => {
  const over = { resolvedAt: raisedAt };
  test.each<[string, Partial<Incident>, number, boolean]>([
    ['while it is open', {}, HOUR, true],
    ['for ten minutes after its end', over, 10 * MINUTE - 1, true],
    ['not later', over, 10 * MINUTE, false],
    ['not when all is there', { ...over, facts: deathFacts({ accompanied: true }) }, 0, false],
    ['not while it flaps', { flapping: true }, 0, false],
  ])('is asked for %s', async (_when, patch, afterMs, isAsked) => {
    expect((await tasksOf(patch, afterMs)).includes('accompany')).toBe(isAsked);
  });

  test('is asked for once in ten seconds', async () => {
    const [first, again, next] = await Promise.all([0, 5_999, 6_000].map((ms) => asked({}, ms)));
    const id = (queue: typeof first) => queue?.tasks.find(({ job }) => job.kind === 'accompany')?.id;
    expect(id(first)).toBe(id(again));
    expect(id(first)).not.toBe(id(next));
  });
});

describe('a look in ten seconds', () => {
  test.each<[string, Partial<Incident>, boolean]>([
    ['while a case of the controller is open', quiet, true],
    ['while one that is over is gone along with', { resolvedAt: raisedAt }, true],
    ['not when it is over and all is there', { ...quiet, resolvedAt: raisedAt }, false],
    ['not for a case that its rule looks after itself', { rule: 'blind', fingerprint: 'blind:Mesos' }, false],
  ])('is asked for %s', async (_when, patch, isAsked) => {
    expect((await asked(patch, 0)).calls.includes('look an incident is open after 10000')).toBe(isAsked);
  });
});

describe('calling somebody', () => {
  const DUE = 10 * MINUTE;
  const late = { facts: deathFacts({ ...done, graceMs: 5 * MINUTE }) };
  test.each<[string, Partial<Incident>, number, Parameters<typeof asked>[2], boolean]>([
    ['when it is not back in time', late, DUE, {}, true],
    ['not before', late, DUE - 1, {}, false],
    ['at once when it flaps', { ...late, flapping: true }, 0, {}, true],
    ['counted from the reopening', { ...late, openedAt: raisedAt - HOUR }, DUE - 1, {}, false],
    ['not when it is over', { ...late, resolvedAt: raisedAt }, DUE, {}, false],
    ['not twice', { ...late, escalatedAt: raisedAt }, DUE, {}, false],
    ['not when somebody has it in hand', late, DUE, { ack: true }, false],
    ['not when somebody has it in hand, though it flaps', { ...late, flapping: true }, DUE, { ack: true }, false],
    ['not while it is silenced', late, DUE, { silenced: true }, false],
    ['not when nobody was told of it yet', { ...late, muted: true }, DUE, {}, false],
    ['when people were told of it after all', { ...late, muted: true }, DUE, { shown: true }, true],
    ['never for a rule that does not escalate', { rule: 'blind', fingerprint: 'blind:Mesos' }, HOUR, {}, false],
  ])('is asked for %s', async (_when, patch, afterMs, more, isAsked) => {
    expect((await tasksOf(patch, afterMs, more)).includes('escalate')).toBe(isAsked);
  });

  test('is one task, however often it is asked for', async () => {
    expect((await asked(late, DUE)).tasks.filter(({ id }) => id === 'escalate-A17')).toHaveLength(1);
  });
});

describe('a tick', () => {
  const rule = (more: Partial<Rule>): Rule =>
    ({
      name: FINGERPRINT,
      summary: '',
      watches: 'controller',
      detect: () => ({ memory: null, signals: [] }),
      view: () => {
        throw new Error('nobody looks');
      },
      ...more,
    }) as Rule;
  async function ticked(
    job: AlertTick,
    some: Partial<Rule> = {},
    incident: Incident | undefined = anIncident({ reopened: 1 }),
  ) {
    const queue = fakeAlertQueue();
    const trimmed: string[] = [];
    const asking: AlertPorts = { ...alertPorts(), remembered: async (name) => `kept by ${name}` };
    const incidents = { find: async (id: string) => (id === incident?.id ? incident : undefined) };
    await tick(job, 't-1', {
      rules: [rule(some)],
      incidents,
      asking,
      queue,
      log: fakeLog(),
      trim: async () => void trimmed.push('trimmed'),
    });
    return { ...queue, trimmed };
  }

  test('to look asks for a look', async () => {
    expect((await ticked({ v: 1, kind: 'look' })).calls).toEqual(['look every 30 s after 0']);
  });

  test('to poll gathers with what the rule keeps, and hands that on', async () => {
    const polled = {
      watches: { everyMs: 1 },
      gather: async (_: AlertPorts, memory: unknown) => ({ memory }),
    } as Partial<Rule>;
    expect((await ticked({ v: 1, kind: 'poll', rule: FINGERPRINT }, polled)).decisions).toEqual([
      { job: { v: 1, kind: 'polled', rule: FINGERPRINT, facts: { memory: `kept by ${FINGERPRINT}` } }, id: 't-1-said' },
    ]);
    expect((await ticked({ v: 1, kind: 'poll', rule: FINGERPRINT })).decisions).toEqual([]);
    expect((await ticked({ v: 1, kind: 'poll', rule: 'from-the-future' }, polled)).decisions).toEqual([]);
  });

  const line = { at: NOW, text: 'found' };
  test.each<[string, AlertTick, Partial<Rule>, object]>([
    [
      'to investigate',
      { v: 1, kind: 'investigate', incident: 'A17' },
      {
        investigate: async () => ({
          facts: { cause: 'known' },
          lines: [line],
          excerpt: { title: 'stderr', text: 'boom' },
        }),
      },
      { facts: { cause: 'known', excerpt: { title: 'stderr', text: 'boom' }, investigated: true }, lines: [line] },
    ],
    [
      'to go along, not there yet',
      { v: 1, kind: 'accompany', incident: 'A17' },
      { accompany: async () => ({ facts: {}, complete: false }) },
      { facts: {}, lines: [] },
    ],
    [
      'to go along, all there',
      { v: 1, kind: 'accompany', incident: 'A17' },
      { accompany: async () => ({ facts: {}, lines: [line], complete: true }) },
      { facts: { accompanied: true }, lines: [line] },
    ],
  ])('%s hands on what was learned, and of which reopening', async (_what, job, some, learnt) => {
    expect((await ticked(job, some)).decisions).toEqual([
      { job: { v: 1, kind: 'learned', incident: 'A17', reopened: 1, ...learnt }, id: 't-1-said' },
    ]);
  });

  test.each<[string, Partial<Rule>, string | null]>([
    ['with why it is not over', { whyNotOver: async () => 'Marathon waits.' }, 'Marathon waits.'],
    ['without it where nobody knows', { whyNotOver: async () => undefined }, null],
    ['without it where nobody asks', {}, null],
  ])('to escalate says so %s', async (_how, some, why) => {
    expect((await ticked({ v: 1, kind: 'escalate', incident: 'A17' }, some)).decisions).toEqual([
      { job: { v: 1, kind: 'escalated', incident: 'A17', why }, id: 't-1-said' },
    ]);
  });

  test.each(['investigate', 'accompany', 'escalate'] as const)(
    'to %s a case nobody knows, or whose rule nobody knows, does nothing',
    async (kind) => {
      expect((await ticked({ v: 1, kind, incident: 'A18' })).calls).toEqual([]);
      expect((await ticked({ v: 1, kind, incident: 'A17' }, { name: 'another' })).calls).toEqual([]);
    },
  );

  test('to trim takes out of the ledger what is old', async () => {
    expect((await ticked({ v: 1, kind: 'trim' })).trimmed).toEqual(['trimmed']);
  });
});
