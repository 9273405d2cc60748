import { describe, expect, test } from 'vitest';
import { alerts } from '../../src/commands/alerts.js';
import type { Incident } from '../../src/core/incident.js';
import { HOUR, MINUTE } from '../../src/core/time.js';
import { anIncident, deathFacts } from '../support/alert-scene.js';
import { NOW } from '../support/ci-service.js';
import type { FakeCalls } from '../support/fakes.js';
import { anAck, aSilence } from '../support/fakes-alert.js';
import { linesOf, read } from '../support/read-command.js';

const a17 = anIncident({ raisedAt: NOW - 10 * MINUTE });
const a16 = anIncident({
  id: 'A16',
  rule: 'blind',
  fingerprint: 'blind:Mesos',
  facts: { system: 'Mesos', why: 'it does not answer', status: null },
  raisedAt: NOW - 90 * MINUTE,
});
const over = (patch: Partial<Incident> = {}): Incident =>
  anIncident({
    id: 'A15',
    resolvedAt: NOW - 2 * HOUR,
    overAt: NOW - 2 * HOUR,
    happenedAt: NOW - 2 * HOUR - MINUTE,
    ...patch,
  });

const board = (recent: Incident[], more: FakeCalls['incidents'] = {}): FakeCalls => ({
  incidents: { recent: async () => recent, ...more },
});
const without = (line: string) => line.replace(/<!date[^|]*\|2015-05-28 (\d\d:\d\d) UTC>/g, '$1');
const said = async (calls: FakeCalls) => {
  const message = await read(alerts, calls);
  return { text: message.text, lines: linesOf(message).map(without), message };
};

test('a quiet board says so in one line', async () => {
  expect(await said(board([]))).toMatchObject({
    text: 'Nothing rings now.',
    lines: [':large_green_circle: Nothing rings now.'],
  });
});

test('one that nobody has in hand', async () => {
  const { text, lines, message } = await said(board([a17]));
  expect(text).toBe('1 alert is open.');
  expect(lines).toEqual([
    ':red_circle: 1 alert is open.',
    '*A17* Jenkins controller restarted: out of memory · for 10 min · nobody has acknowledged it',
    '[Acknowledge A17]',
  ]);
  expect(message.blocks.at(-1)).toEqual({
    type: 'actions',
    buttons: [{ label: 'Acknowledge A17', action: 'run', value: 'ack A17' }],
  });
});

test('who has what in hand, what is silenced and what is over', async () => {
  const calls = board([a17, a16, over()], {
    ackOf: async (id) => (id === 'A17' ? anAck() : undefined),
    silences: async () => ({ 'blind:Mesos': aSilence({ reason: 'planned' }) }),
  });
  const { text, lines } = await said(calls);
  expect(text).toBe('2 alerts are open.');
  expect(lines).toEqual([
    ':red_circle: 2 alerts are open.',
    '*A17* Jenkins controller restarted: out of memory · for 10 min · acknowledged by <@U0ANA>',
    '*A16* Bellboard cannot see Mesos · for 1 h 30 min · nobody has acknowledged it · silenced by <@U0LEE> until 11:00 (planned)',
    '[Acknowledge A16]',
    '*Over, in the last 24 h*',
    '*A15* Jenkins controller is back after 1 min: it had ended (out of memory) · 08:00',
  ]);
});

describe('what is left out', () => {
  test.each<[string, FakeCalls, RegExp]>([
    ['what was over more than a day ago', board([over({ resolvedAt: NOW - 24 * HOUR })]), /A15/],
    [
      'a silence that has ended',
      board([a17], { silences: async () => ({ 'controller-restarted': aSilence({ until: NOW }) }) }),
      /silenced/,
    ],
    ['the button of what is acknowledged', board([a17], { ackOf: async () => anAck() }), /\[Acknowledge/],
  ])('%s', async (_what, calls, absent) => {
    expect((await said(calls)).lines.join('\n')).not.toMatch(absent);
  });

  test('buttons of more than three', async () => {
    const many = Array.from({ length: 5 }, (_, at) => anIncident({ id: `A${at}` }));
    const { lines } = await said(board(many));
    expect(lines.filter((line) => line.startsWith('['))).toEqual([
      '[Acknowledge A0]',
      '[Acknowledge A1]',
      '[Acknowledge A2]',
    ]);
  });
});

test('an alert of a rule that only a newer version knows is named all the same', async () => {
  const { lines } = await said(board([anIncident({ rule: 'from-the-future', facts: deathFacts() })]));
  expect(lines[1]).toMatch(/^\*A17\* from-the-future · for /);
});

test('says when nobody is alerted', async () => {
  const { lines } = await said({ ...board([]), settings: { alertChannel: undefined } });
  expect(lines.at(-1)).toBe('(No alert channel is set (ALERT_CHANNEL), so nobody is alerted.)');
});
