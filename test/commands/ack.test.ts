import { expect, test } from 'vitest';
import { ack } from '../../src/commands/ack.js';
import { anIncident } from '../support/alert-scene.js';
import { mistakeOf, typedOf } from '../support/change-board.js';
import { NOW } from '../support/ci-service.js';
import { anAck } from '../support/fakes-alert.js';

test.each(['ack A17', 'ack a17', 'ack 17', 'ack #A17', 'ack #17', 'acknowledge A17', 'ACK “A17”'])(
  '%s: somebody has it in hand, and the board shows it',
  async (text) => {
    const { ok, message, did } = await typedOf(ack, text);
    expect([ok, message.text]).toEqual([true, '@U0ANA looks after A17.']);
    expect(did).toEqual([['ack', 'A17', { userId: 'U0ANA', at: NOW }], ['refresh']]);
  },
);

test('who has it in hand already stays, and that is said', async () => {
  const { ok, message } = await typedOf(ack, 'ack A17', { ack: anAck({ userId: 'U0LEE' }, NOW) });
  expect([ok, message.text]).toEqual([false, 'A17 was acknowledged by @U0LEE already, 2015-05-28 10:00 UTC.']);
});

test('the same person twice is once', async () => {
  const { ok, message } = await typedOf(ack, 'ack A17', { ack: anAck({}, NOW - 1) });
  expect([ok, message.text]).toEqual([true, '@U0ANA looks after A17.']);
});

test('what is over is left alone', async () => {
  const { ok, message, did } = await typedOf(ack, 'ack A17', { incident: anIncident({ resolvedAt: NOW }) });
  expect([ok, message.text, did]).toEqual([false, 'A17 is over; there is nothing to acknowledge.', []]);
});

test.each([
  ['ack A18', 'There is no alert `A18`, or it is older than 90 days. `alerts` lists what rings.'],
  ['ack', 'Expected `id` to be the id of an alert such as `A17`, got nothing. Try `ack A17`.'],
  ['ack the controller', '`ack` does not know what to do with `controller`. Usage: `ack <id>`.'],
  ['ack everything', 'Expected `id` to be the id of an alert such as `A17`, got `everything`. Try `ack A17`.'],
  ['ack A17 --here', '`ack` has no option `--here`. Usage: `ack <id>`.'],
])('%s', async (text, mistake) => {
  expect(await mistakeOf(ack, text)).toBe(mistake);
});
