import { expect, test } from 'vitest';
import { UserError } from '../../src/core/errors.js';
import { findIncident, incidentId } from '../../src/core/incident-id.js';
import { anIncident } from '../support/alert-scene.js';
import { fakePorts } from '../support/fakes.js';

test.each(['A17', 'a17', '17', '#A17', '#a17', '#17', 'A0017'])('%s is A17', (typed) => {
  expect(incidentId.parse(typed)).toBe('A17');
});

test.each(['', 'A', 'B17', 'A17b', 'A-17', '1.5', 'A1234567890', '##17', '１７', 'A17 A18'])('%j is no id', (typed) => {
  const { error } = incidentId.safeParse(typed);
  expect(error?.issues.map(({ message }) => message)).toEqual([
    `Expected \`id\` to be the id of an alert such as \`A17\`, got \`${typed}\`.`,
  ]);
});

test('nothing is said to be nothing', () => {
  expect(incidentId.safeParse(undefined).error?.issues[0]?.message).toBe(
    'Expected `id` to be the id of an alert such as `A17`, got nothing.',
  );
});

test('an id finds its case, or says how to see those there are', async () => {
  const a17 = anIncident();
  const ports = fakePorts({ incidents: { find: async (id) => (id === 'A17' ? a17 : undefined) } });
  expect(await findIncident('A17', ports)).toBe(a17);
  const error = await findIncident('A18', ports).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(UserError);
  expect(error).toMatchObject({
    message: 'There is no alert `A18`, or it is older than 90 days.',
    hint: '`alerts` lists what rings.',
  });
});
