// How an incident is said: the root message in every standing, and what else stands in its thread.
import { describe, expect, test } from 'vitest';
import { defineRule } from '../../src/core/alert.js';
import {
  againMessage,
  escalationMessage,
  excerptMessage,
  launchesMessage,
  rootMessage,
  type Standing,
  timelineMessage,
} from '../../src/core/alert-view.js';
import type { Button, Message } from '../../src/core/conversation.js';
import type { Incident } from '../../src/core/incident.js';
import { md, moment } from '../../src/core/text.js';
import { HOUR, MINUTE, SECOND } from '../../src/core/time.js';
import { anIncident, deathFacts } from '../support/alert-scene.js';
import { NOW } from '../support/ci-service.js';
import { anAck, aSilence } from '../support/fakes-alert.js';
import { linesOf } from '../support/read-command.js';

const help: Button = { label: 'Roll back', action: 'run', value: 'cancel 5cd987cd', style: 'danger' };
const ruleWith = (more: object = {}) =>
  defineRule({
    name: 'bell',
    summary: '',
    watches: 'controller',
    detect: () => ({ memory: null, signals: [] }),
    view: () => ({
      headline: md`the bell rings in ${'a_room'}`,
      over: md`the bell is still`,
      fields: [{ label: 'Room', value: md`kitchen` }],
      notes: [md`It is loud.`],
      ...more,
    }),
  });
const rule = ruleWith();
const bare = ruleWith({ fields: [], notes: undefined });

const standing = (patch: Partial<Standing> = {}): Standing => ({
  now: NOW + MINUTE,
  ack: undefined,
  silence: undefined,
  hidden: false,
  ...patch,
});
const facts = { appId: '/jenkins' };
const rang = anIncident({ facts });
const root = (patch: Partial<Incident> = {}, how: Partial<Standing> = {}, of = rule): Message =>
  rootMessage({ ...rang, ...patch }, of, standing(how));
/** The last block: what is told of the case itself. */
const footerOf = (message: Message) =>
  linesOf({ ...message, blocks: message.blocks.slice(-1) })[0]?.replace(
    /<!date[^|]*\|2015-05-28 (\d\d:\d\d) UTC>/g,
    '$1',
  );
const buttonsOf = ({ blocks }: Message) => blocks.flatMap((block) => (block.type === 'actions' ? block.buttons : []));
const OVER = { resolvedAt: NOW + 2 * MINUTE, overAt: NOW + MINUTE };

test('an open case is its news, its fields, its notes, its buttons and its standing', () => {
  expect(root()).toEqual({
    text: 'the bell rings in a_room',
    blocks: [
      {
        type: 'section',
        text: { mrkdwn: ':red_circle: *the bell rings in `a_room`*', plain: 'the bell rings in a_room' },
      },
      { type: 'fields', fields: [{ label: 'Room', value: { mrkdwn: 'kitchen', plain: 'kitchen' } }] },
      { type: 'section', text: { mrkdwn: 'It is loud.', plain: 'It is loud.' } },
      {
        type: 'actions',
        buttons: [
          { label: 'Acknowledge', action: 'run.thread', value: 'ack A17', style: 'primary' },
          { label: 'Silence 1 h', action: 'run.thread', value: 'silence A17 --for 1h' },
        ],
      },
      {
        type: 'context',
        text: {
          mrkdwn: `*A17* · open, nobody has acknowledged it · rang ${moment(NOW).mrkdwn.replace('1432807200', '1432807204')}`,
          plain: 'A17 · open, nobody has acknowledged it · rang 2015-05-28 10:00 UTC',
        },
      },
    ],
  });
});

test('one that is over has no button and another colour', () => {
  expect(root(OVER, {}, bare)).toEqual({
    text: 'the bell is still',
    blocks: [
      { type: 'section', text: { mrkdwn: ':large_green_circle: *the bell is still*', plain: 'the bell is still' } },
      {
        type: 'context',
        text: expect.objectContaining({ plain: 'A17 · resolved 2015-05-28 10:01 UTC · rang 2015-05-28 10:00 UTC' }),
      },
    ],
  });
});

describe('the standing', () => {
  const ack = anAck({}, NOW + MINUTE);
  const silence = aSilence({ reason: 'the *disk*' }, NOW);
  test.each<[string, Partial<Incident>, Partial<Standing>, string]>([
    ['acknowledged', {}, { ack }, 'open · acknowledged by <@U0ANA> 10:01'],
    ['silenced', {}, { silence }, 'silenced by <@U0LEE> until 11:00 (`the *disk*`)'],
    [
      'silenced and acknowledged',
      {},
      { ack, silence: aSilence({}, NOW) },
      'silenced by <@U0LEE> until 11:00 · acknowledged by <@U0ANA> 10:01',
    ],
    [
      'explained by another',
      {},
      { hidden: true },
      'open, nobody has acknowledged it · quiet while another alert explains it',
    ],
    ['reopened', { reopened: 1 }, {}, 'open, nobody has acknowledged it · reopened once'],
    ['reopened again', { reopened: 2 }, {}, 'open, nobody has acknowledged it · reopened 2 times'],
    [
      'flapping',
      { flapping: true, reopened: 2, count: 4 },
      {},
      'open, nobody has acknowledged it · flapping, rang 4 times',
    ],
    ['escalated', { escalatedAt: NOW + 10 * MINUTE }, {}, 'open, nobody has acknowledged it · escalated 10:10'],
    [
      'over',
      { ...OVER, reopened: 1 },
      { ack, silence, hidden: true },
      'resolved 10:01 · acknowledged by <@U0ANA> 10:01 · reopened once',
    ],
  ])('%s', (_what, patch, how, expected) => {
    expect(footerOf(root(patch, how))).toBe(`(*A17* · ${expected} · rang 10:00)`);
  });

  test('of a silenced case shows in its colour', () => {
    expect(linesOf(root({}, { silence }))[0]).toBe(':no_bell: *the bell rings in `a_room`*');
    expect(linesOf(root(OVER, { silence }))[0]).toBe(':large_green_circle: *the bell is still*');
  });
});

describe('the buttons', () => {
  const ofDeath = { facts: deathFacts() };
  test.each<[string, Partial<Incident>, Partial<Standing>, string[]]>([
    ['open', ofDeath, {}, ['ack A17', 'silence A17 --for 1h', 'logs stderr --task jenkins.old', 'cancel 5cd987cd']],
    ['acknowledged', {}, { ack: anAck() }, ['silence A17 --for 1h', 'cancel 5cd987cd']],
    ['silenced', {}, { silence: aSilence() }, ['ack A17', 'cancel 5cd987cd']],
    ['over', { ...ofDeath, ...OVER }, {}, ['logs stderr --task jenkins.old']],
  ])('of a case that is %s are those that are true', (_what, patch, how, values) => {
    expect(buttonsOf(root(patch, how, ruleWith({ remedy: help }))).map(({ value }) => value)).toEqual(values);
  });
});

describe('the timeline', () => {
  test('is one line for each thing, with its second', () => {
    const timeline = [
      { at: NOW, text: 'ended: `exit code 1`' },
      { at: NOW + 5 * SECOND, text: 'runs <!here> & there' },
    ];
    const message = timelineMessage(anIncident({ timeline }));
    expect(message.text).toBe('Timeline of A17: runs <!here> & there');
    expect(linesOf(message).map((line) => line.replace(/<!date[^|]*\|([^>]*)>/, '$1'))).toEqual([
      '2015-05-28 10:00:00 UTC ended: `exit code 1`',
      '2015-05-28 10:00:05 UTC runs &lt;!here&gt; &amp; there',
    ]);
  });

  test.each([
    [1, '_… 1 more line …_'],
    [12, '_… 12 more lines …_'],
  ])('says after its first line that %i do not fit', (dropped, line) => {
    const timeline = [0, 1, 2].map((at) => ({ at: NOW + at, text: `${at}` }));
    expect(linesOf(timelineMessage(anIncident({ timeline, dropped })))[1]).toBe(line);
  });
});

test('a log is shown from its end', () => {
  expect(excerptMessage(rang, { title: 'The last line of `stderr`', text: '<!here> *no*' })).toEqual({
    text: 'The last line of `stderr`, A17',
    blocks: [
      { type: 'section', text: { mrkdwn: 'The last line of `stderr`', plain: 'The last line of stderr' } },
      { type: 'code', text: '<!here> *no*', keep: 'end' },
    ],
  });
});

test('a case that opens again says so in its thread', () => {
  expect(linesOf(againMessage(rang, rule, NOW))).toEqual([
    ':red_circle: A17 is open again: the bell rings in `a_room`',
  ]);
});

describe('an escalation', () => {
  test.each([
    ['a group', 'S0CIOPS', '<!subteam^S0CIOPS> '],
    ['a person', 'U0LEE', '<@U0LEE> '],
    ['nobody', undefined, ''],
  ])('calls %s', (_whom, oncall, mention) => {
    expect(linesOf(escalationMessage(rang, rule, oncall, NOW + HOUR))).toEqual([
      `:rotating_light: ${mention}A17 needs somebody: the bell rings in \`a_room\`.`,
    ]);
  });

  test('says why it is not over, when that is known', () => {
    const why = { ...rang, escalation: 'Marathon waits for `mem`.' };
    expect(escalationMessage(why, rule, undefined, NOW).text).toBe(
      'A17 needs somebody: the bell rings in a_room. Marathon waits for mem.',
    );
  });
});

test.each<[number, string | undefined, string[], string[]]>([
  [1, 'exit code 1', [], [':warning: The new controller did not stay: exit code 1. Marathon tries again.']],
  [3, undefined, [], [':warning: The new controller did not stay, attempt 3: cause not known. Marathon tries again.']],
  [0, undefined, ['The old one did not stop cleanly.'], ['The old one did not stop cleanly.']],
  [
    1,
    'out of memory',
    ['It was sick.'],
    [':warning: The new controller did not stay: out of memory. Marathon tries again.', 'It was sick.'],
  ],
])('a deploy of ours hears of what did not stay: %i, %s, %j', (failures, why, notes, expected) => {
  expect(linesOf(launchesMessage(failures, why, notes))).toEqual(expected);
});
