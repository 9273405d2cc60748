import { describe, expect, test } from 'vitest';
import { silence } from '../../src/commands/silence.js';
import { parse } from '../../src/core/parse.js';
import { DAY, HOUR, MINUTE } from '../../src/core/time.js';
import { anIncident } from '../support/alert-scene.js';
import { mistakeOf, typedOf } from '../support/change-board.js';
import { NOW } from '../support/ci-service.js';
import { asked, fakePorts } from '../support/fakes.js';
import { aSilence } from '../support/fakes-alert.js';
import { manualClock } from '../support/manual-clock.js';

const FINGERPRINT = 'controller-restarted';

describe('an alert is silenced, with all that rings for the same cause', () => {
  test.each<[string, number, string | null]>([
    ['silence A17', HOUR, null],
    ['silence a17 --for 2h', 2 * HOUR, null],
    ['silence 17 --for 90m the disk is being replaced', 90 * MINUTE, 'the disk is being replaced'],
    ['silence #A17 the disk —for 1d is being replaced', DAY, 'the disk is being replaced'],
    ['silence A17 --for=1m', MINUTE, null],
    ['silence A17 --for 7d', 7 * DAY, null],
    [`silence A17 ${'x'.repeat(200)}`, HOUR, 'x'.repeat(200)],
  ])('%s', async (text, forMs, reason) => {
    const { ok, did } = await typedOf(silence, text);
    expect(ok).toBe(true);
    expect(did).toEqual([
      ['silence', FINGERPRINT, { userId: 'U0ANA', at: NOW, until: NOW + forMs, reason }],
      ['refresh'],
    ]);
  });

  test('and the answer says until when and why', async () => {
    const { message } = await typedOf(silence, 'silence A17 --for 2h the *disk*');
    expect(message.text).toBe(
      '@U0ANA silenced A17, and what rings for the same cause, until 2015-05-28 12:00 UTC: the *disk*.',
    );
    expect((await typedOf(silence, 'silence A17')).message.text).toBe(
      '@U0ANA silenced A17, and what rings for the same cause, until 2015-05-28 11:00 UTC.',
    );
  });

  test('again counts from the second time, whoever silenced it first', async () => {
    const { ok, did } = await typedOf(silence, 'silence A17 --for 30m', { silence: aSilence({}, NOW - HOUR / 2) });
    expect([ok, did[0]]).toEqual([
      true,
      ['silence', FINGERPRINT, { userId: 'U0ANA', at: NOW, until: NOW + 30 * MINUTE, reason: null }],
    ]);
  });
});

test('a run that another worker takes over silences from when the first one began', async () => {
  if (silence.effect !== 'change') throw new Error('silence is a change');
  const kept: unknown[] = [];
  const incidents = {
    find: async () => anIncident(),
    silence: async (...call: unknown[]) => void kept.push(call),
    refresh: async () => {},
  };
  const ports = fakePorts({ incidents });
  const { args } = parse('silence A17 --for 30m', ports.catalogue);
  const before = await silence.before(args, ports, asked());
  const later = fakePorts({ incidents, clock: manualClock(NOW + 5 * MINUTE) });
  for (const worker of [ports, later]) await silence.run(args, worker, asked(), before);
  expect(kept).toHaveLength(2);
  expect(kept[1]).toEqual(kept[0]);
});

describe('--off', () => {
  test('ends a silence', async () => {
    const { ok, message, did } = await typedOf(silence, 'silence A17 --off', { silence: aSilence() });
    expect([ok, message.text]).toEqual([true, '@U0ANA ended the silence of A17.']);
    expect(did).toEqual([['endSilence', FINGERPRINT], ['refresh']]);
  });

  test.each([
    ['there was none', {}],
    ['it had ended', { silence: aSilence({ until: NOW }) }],
  ])('says when %s', async (_what, stands) => {
    const { ok, message } = await typedOf(silence, 'silence A17 --off', stands);
    expect([ok, message.text]).toEqual([false, 'A17 was not silenced.']);
  });
});

const EXPECTED = 'Expected `--for` to be a duration from 1m to 7d, with its unit, got';
const TRY = 'Try `silence A17 --for 2h disk is being replaced`.';
test.each([
  ['silence A18', 'There is no alert `A18`, or it is older than 90 days. `alerts` lists what rings.'],
  ['silence', `Expected \`id\` to be the id of an alert such as \`A17\`, got nothing. ${TRY}`],
  ['silence it', `Expected \`id\` to be the id of an alert such as \`A17\`, got \`it\`. ${TRY}`],
  ['silence A17 --for 2', `${EXPECTED} \`2\`. ${TRY}`],
  ['silence A17 --for soon', `${EXPECTED} \`soon\`. ${TRY}`],
  ['silence A17 --for 30s', `${EXPECTED} \`30s\`. ${TRY}`],
  ['silence A17 --for 8d', `${EXPECTED} \`8d\`. ${TRY}`],
  ['silence A17 --for 1h30', `${EXPECTED} \`1h30\`. ${TRY}`],
  ['silence A17 --for', '`--for` needs a value. Usage: `silence <id> [--for 1h] [--off] [reason]`.'],
  [`silence A17 ${'x'.repeat(201)}`, `Expected the reason to have at most 200 characters. ${TRY}`],
])('%s', async (text, mistake) => {
  expect(await mistakeOf(silence, text)).toBe(mistake);
});
