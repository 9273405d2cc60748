// What it does is tested beside `quiet`, which it ends; here how it is typed.
import { expect, test } from 'vitest';
import { catalogueOf, commands } from '../../src/commands/index.js';
import { unquiet } from '../../src/commands/unquiet.js';
import { UserError } from '../../src/core/errors.js';
import { parse } from '../../src/core/parse.js';

test('takes nothing', () => {
  expect(parse('Unquiet.', catalogueOf(commands)).command).toBe(unquiet);
  expect(() => parse('unquiet now', catalogueOf(commands))).toThrow(UserError);
});
