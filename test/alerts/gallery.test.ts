// Every rule in every state, with the emptiest and the longest there is to tell: what Slack gets and what people see,
// compared with `test/fixtures/gallery/`, which is meant to be looked at. `UPDATE_GALLERY=1` writes it anew.
import { describe, expect, test } from 'vitest';
import { LIMITS } from '../../src/adapters/slack/limits.js';
import { rules } from '../../src/alerts/index.js';
import type { Rule } from '../../src/core/alert.js';
import { complaintsAbout } from '../../src/playground/slack/block-kit.js';
import { asJson, drawn, type Picture, picture, STATES, withoutRepeats } from '../support/gallery.js';
import { CASES } from '../support/gallery-cases.js';
import { golden } from '../support/golden.js';

/** All states of the emptiest and the longest, beginning and end of the others. */
async function picturesOf(rule: Rule): Promise<Picture[]> {
  const wanted = (CASES[rule.name] ?? []).flatMap((one, index) =>
    STATES.filter((state) =>
      index < 2 ? state !== 'hidden' || rule.hiddenBy !== undefined : /^open|^resolved/.test(state),
    ).map((state) => [one, state] as const),
  );
  return Promise.all(wanted.map(([one, state]) => picture(one, rule, state, rules)));
}

/** Texts in which Slack sees markup. */
function markupIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(markupIn);
  if (typeof value !== 'object' || value === null) return [];
  const { type, text } = value as { type?: unknown; text?: unknown };
  return type === 'mrkdwn' && typeof text === 'string' ? [text] : Object.values(value).flatMap(markupIn);
}

test('shows every rule there is', () => {
  expect(Object.keys(CASES)).toEqual(rules.map((rule) => rule.name));
});

describe.each(rules.map((rule) => [rule.name, rule] as const))('%s', (name, rule) => {
  test('is drawn as it was looked at', async () => {
    const pictures = withoutRepeats(await picturesOf(rule));
    const text = `${pictures.map(drawn).join('\n\n')}\n`;
    expect(text).toBe(golden(`${name}.txt`, text));
    const json = asJson(pictures);
    expect(() => JSON.parse(json)).not.toThrow();
    expect(json).toBe(golden(`${name}.json`, json));
  });

  test('is what Slack takes, and loses nothing but what cannot fit', async () => {
    for (const { title, messages } of await picturesOf(rule)) {
      for (const { key, rendered } of messages) {
        const about = `${title}: ${key}`;
        expect(complaintsAbout(rendered.blocks, 'message'), about).toEqual([]);
        expect(rendered.blocks.length, about).toBeLessThanOrEqual(LIMITS.blocks);
        expect(JSON.stringify(rendered.blocks).length, about).toBeLessThanOrEqual(LIMITS.allBlocks);
        expect(rendered.text.length, about).toBeLessThanOrEqual(LIMITS.text);
        // A log may be cut, a sentence of ours may not.
        if (!key.includes('excerpt')) expect(rendered.rest, about).toBeUndefined();
      }
    }
  });

  test('says nothing that is no sentence', async () => {
    for (const { title, messages } of await picturesOf(rule)) {
      for (const { key, rendered } of messages) {
        const text = `${rendered.text}\n${JSON.stringify(rendered.blocks)}`;
        expect(text, `${title}: ${key}`).not.toMatch(
          /undefined|NaN|\[object|\bnull\b|[^.]\.\.[^.]|:\.|: ?;|\*\*| {2}[a-z]/,
        );
        expect(markupIn(rendered.blocks).join('\n'), `${title}: ${key}`).not.toMatch(/<!(?:channel|here|everyone)/);
      }
    }
  });
});
