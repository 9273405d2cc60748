// The terminal shows every sign our messages use; an unknown one would be read out as its code.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { emoji } from '../../src/playground/terminal/look.js';

const SPEAKING = ['commands', 'alerts', 'digests', 'journeys', 'core'];

test('every emoji of our messages is drawn', () => {
  const used = new Set(
    SPEAKING.flatMap((folder) => readdirSync(join('src', folder)).map((file) => join('src', folder, file)))
      .map((file) => readFileSync(file, 'utf8'))
      .flatMap((text) => [...text.matchAll(/md`:([a-z_]+): /g)].map(([, name = '']) => name)),
  );
  expect(used.size).toBeGreaterThan(10);
  expect([...used].filter((name) => emoji(name) === `:${name}:`)).toEqual([]);
});
