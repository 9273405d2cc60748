// Views as Slack gets them: within every limit whatever is put in, nothing secret in them, and taken by Slack.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { modalView, optionsOf } from '../../../src/adapters/slack/screens.js';
import { section } from '../../../src/core/conversation.js';
import { type Field, type Form, readKept } from '../../../src/core/form.js';
import { md } from '../../../src/core/text.js';
import { complaintsAbout } from '../../../src/playground/slack/block-kit.js';

const same = (text: string) => text;
const form = (patch: Partial<Form> = {}): Form => ({
  title: 'Scale',
  submit: 'Run',
  blocks: [section(md`What it does.`)],
  fields: [],
  outcome: [],
  kept: { v: 1, kind: 'pick', command: 'scale', channelId: 'C0CI' },
  ...patch,
});
const field = (patch: Partial<Field>): Field => ({
  name: 'count',
  label: 'Executors',
  optional: false,
  input: { kind: 'write' },
  ...patch,
});

describe('a modal', () => {
  it('tells of each change of its fields when it shows what it amounts to, and only then', () => {
    const fields = [field({}), field({ name: 'label', input: { kind: 'search' } })];
    const picks = modalView(form({ fields }), same).blocks.filter(({ type }) => type === 'input');
    expect(picks).toMatchObject([
      {
        block_id: 'count',
        dispatch_action: true,
        element: { action_id: 'field:count', dispatch_action_config: { trigger_actions_on: ['on_character_entered'] } },
      },
      { block_id: 'label', element: { type: 'external_select', action_id: 'field:label', min_query_length: 0 } },
    ]);
    const asks = modalView(form({ fields, kept: { v: 1, kind: 'ask', command: '', channelId: 'C' } }), same).blocks;
    expect(asks.filter(({ type }) => type === 'input')).toMatchObject([
      { dispatch_action: false },
      { dispatch_action: false },
    ]);
  });

  it('carries what its buttons need, and reads it again', () => {
    const { private_metadata: text = '' } = modalView(form(), same);
    expect(readKept(text)).toEqual(form().kept);
    for (const other of ['', '{', '{}', '{"v":2,"kind":"pick","channelId":"C"}', 'null'])
      expect(readKept(other)).toBeUndefined();
  });

  it('hides what is secret in everything people read', () => {
    const scrub = (text: string) => text.replaceAll('hunter2', '•••');
    const fields = [
      field({ label: 'hunter2', hint: 'hunter2' }),
      field({ name: 'b', input: { kind: 'choose', choices: [{ value: 'x', text: 'hunter2', about: 'hunter2' }] } }),
    ];
    expect(JSON.stringify(modalView(form({ fields, blocks: [section(md`hunter2`)] }), scrub))).not.toContain('hunter2');
  });

  it('is taken by Slack whatever is put in', () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 40 }),
      fc.constantFrom('', ' ', 'x'.repeat(4_000), '<!channel>'),
    );
    const choice = fc.record({ value: text, text, about: text }, { requiredKeys: ['value'] });
    const input = fc.oneof(
      fc.constant({ kind: 'search' as const }),
      fc.record({ kind: fc.constant('write' as const), initial: text }),
      fc.record({ kind: fc.constant('choose' as const), choices: fc.array(choice, { maxLength: 130 }), initial: text }),
    );
    const fields = fc
      .array(fc.record({ label: text, hint: text, optional: fc.boolean(), input }), { maxLength: 120 })
      .map((all): Field[] => all.map((one, index) => ({ ...one, name: `f${index}` })));
    fc.assert(
      fc.property(text, fields, (title, all) => {
        const view = modalView(form({ title, fields: all }), same);
        expect(complaintsAbout(view.blocks, 'modal')).toEqual([]);
        expect(view.title.text.length).toBeGreaterThan(0);
        expect(view.title.text.length).toBeLessThanOrEqual(24);
      }),
      { numRuns: 40 },
    );
  });
});

describe('options', () => {
  it('are at most 100, each within 75 characters, and values stay exact or away', () => {
    const many = Array.from({ length: 300 }, (_, index) => ({ value: `${index}`, text: 'x'.repeat(200) }));
    const found = optionsOf([{ value: 'y'.repeat(76) }, { value: '' }, ...many], same);
    expect(found).toHaveLength(100);
    expect(found[0]).toMatchObject({ value: '0', text: { text: `${'x'.repeat(74)}…` } });
  });
});
