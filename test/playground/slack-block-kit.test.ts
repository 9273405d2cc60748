// Which blocks the simulated Slack takes and which it refuses, limit by limit.
import { describe, expect, test } from 'vitest';
import { complaintsAbout, refuseBadBlocks } from '../../src/playground/slack/block-kit.js';

const plain = (length: number) => ({ type: 'plain_text', text: 'x'.repeat(length) });
const markdown = (length: number) => ({ type: 'mrkdwn', text: 'x'.repeat(length) });
const button = (more: object = {}) => ({ type: 'button', action_id: 'go', text: plain(4), ...more });
const actions = (...elements: object[]) => ({ type: 'actions', elements });
const raw = (text: string) => ({ type: 'raw_text', text });
const many = <Item>(count: number, make: (index: number) => Item) => Array.from({ length: count }, (_, n) => make(n));
const option = (text: number, value = 1) => ({ text: plain(text), value: 'v'.repeat(value) });
const overflow = (options: object[]) => actions({ type: 'overflow', action_id: 'o', options });

/** Each pair: what is just taken, and what is just refused, with the complaint. */
const limits: [string, object[], object[], string][] = [
  [
    'blocks',
    many(50, () => ({ type: 'divider' })),
    many(51, () => ({ type: 'divider' })),
    'no more than 50 items allowed [json-pointer:/blocks]',
  ],
  [
    'section text',
    [{ type: 'section', text: markdown(3_000) }],
    [{ type: 'section', text: markdown(3_001) }],
    'must be less than 3001 characters [json-pointer:/blocks/0/text/text]',
  ],
  [
    'empty text',
    [{ type: 'section', text: markdown(1) }],
    [{ type: 'section', text: markdown(0) }],
    'must be more than 0 characters [json-pointer:/blocks/0/text/text]',
  ],
  [
    'section fields',
    [{ type: 'section', fields: many(10, () => markdown(1)) }],
    [{ type: 'section', fields: many(11, () => markdown(1)) }],
    'no more than 10 items allowed [json-pointer:/blocks/0/fields]',
  ],
  [
    'field text',
    [{ type: 'section', fields: [markdown(2_000)] }],
    [{ type: 'section', fields: [markdown(2_001)] }],
    'must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]',
  ],
  [
    'header',
    [{ type: 'header', text: plain(150) }],
    [{ type: 'header', text: plain(151) }],
    'must be less than 151 characters [json-pointer:/blocks/0/text/text]',
  ],
  [
    'header kind',
    [{ type: 'header', text: plain(1) }],
    [{ type: 'header', text: markdown(1) }],
    'unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]',
  ],
  [
    'context',
    [{ type: 'context', elements: many(10, () => markdown(1)) }],
    [{ type: 'context', elements: many(11, () => markdown(1)) }],
    'no more than 10 items allowed [json-pointer:/blocks/0/elements]',
  ],
  [
    'actions',
    [actions(...many(25, (n) => button({ action_id: `a${n}` })))],
    [actions(...many(26, (n) => button({ action_id: `a${n}` })))],
    'no more than 25 items allowed [json-pointer:/blocks/0/elements]',
  ],
  [
    'button label',
    [actions(button({ text: plain(75) }))],
    [actions(button({ text: plain(76) }))],
    'must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]',
  ],
  [
    'button value',
    [actions(button({ value: 'v'.repeat(2_000) }))],
    [actions(button({ value: 'v'.repeat(2_001) }))],
    'must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]',
  ],
  [
    'button url',
    [actions(button({ url: 'u'.repeat(3_000) }))],
    [actions(button({ url: 'u'.repeat(3_001) }))],
    'must be less than 3001 characters [json-pointer:/blocks/0/elements/0/url]',
  ],
  [
    'button style',
    [actions(button({ style: 'danger' }))],
    [actions(button({ style: 'red' }))],
    'must be one of: primary, danger [json-pointer:/blocks/0/elements/0/style]',
  ],
  [
    'action_id',
    [actions(button({ action_id: 'i'.repeat(255) }))],
    [actions(button({ action_id: 'i'.repeat(256) }))],
    'must be less than 256 characters [json-pointer:/blocks/0/elements/0/action_id]',
  ],
  [
    'confirm text',
    [actions(button({ confirm: { text: plain(300) } }))],
    [actions(button({ confirm: { text: plain(301) } }))],
    'must be less than 301 characters [json-pointer:/blocks/0/elements/0/confirm/text/text]',
  ],
  [
    'confirm button',
    [actions(button({ confirm: { text: plain(1), confirm: plain(30) } }))],
    [actions(button({ confirm: { text: plain(1), confirm: plain(31) } }))],
    'must be less than 31 characters [json-pointer:/blocks/0/elements/0/confirm/confirm/text]',
  ],
  [
    'overflow options',
    [overflow(many(5, () => option(1)))],
    [overflow(many(6, () => option(1)))],
    'no more than 5 items allowed [json-pointer:/blocks/0/elements/0/options]',
  ],
  [
    'option value',
    [overflow([option(75, 75)])],
    [overflow([option(75, 76)])],
    'must be less than 76 characters [json-pointer:/blocks/0/elements/0/options/0/value]',
  ],
  [
    'image alt text',
    [{ type: 'image', image_url: 'u', alt_text: 'a' }],
    [{ type: 'image', image_url: 'u' }],
    'missing required field: alt_text [json-pointer:/blocks/0]',
  ],
  [
    'image source',
    [{ type: 'image', slack_file: { id: 'F1' }, alt_text: 'a' }],
    [{ type: 'image', alt_text: 'a' }],
    'must define at least one of: image_url, slack_file [json-pointer:/blocks/0]',
  ],
  [
    'table rows',
    [{ type: 'table', rows: many(100, () => [raw('a')]) }],
    [{ type: 'table', rows: many(101, () => [raw('a')]) }],
    'no more than 100 items allowed [json-pointer:/blocks/0/rows]',
  ],
  [
    'table cells',
    [{ type: 'table', rows: [many(20, () => raw('a'))] }],
    [{ type: 'table', rows: [many(21, () => raw('a'))] }],
    'no more than 20 items allowed [json-pointer:/blocks/0/rows/0]',
  ],
  [
    'table text',
    [{ type: 'table', rows: [[raw('x'.repeat(10_000))]] }],
    [{ type: 'table', rows: [[raw('x'.repeat(5_000)), raw('x'.repeat(5_001))]] }],
    'must be less than 10001 characters [json-pointer:/blocks/0/rows]',
  ],
  [
    'tables',
    [{ type: 'table', rows: [[raw('a')]] }],
    many(2, () => ({ type: 'table', rows: [[raw('a')]] })),
    'only 1 table allowed [json-pointer:/blocks]',
  ],
  [
    'empty cells',
    [{ type: 'table', rows: [[raw('a')]] }],
    [{ type: 'table', rows: [[raw('')]] }],
    'must be more than 0 characters [json-pointer:/blocks/0/rows/0/0/text]',
  ],
  [
    'data table caption',
    [{ type: 'data_table', caption: 'c', rows: [[raw('a')], [raw('b')]] }],
    [{ type: 'data_table', rows: [[raw('a')], [raw('b')]] }],
    'missing required field: caption [json-pointer:/blocks/0]',
  ],
  [
    'markdown',
    [{ type: 'markdown', text: 'x'.repeat(12_000) }],
    many(2, () => ({ type: 'markdown', text: 'x'.repeat(6_001) })),
    'markdown must be less than 12001 characters [json-pointer:/blocks]',
  ],
  [
    'block_id',
    [{ type: 'divider', block_id: 'i'.repeat(255) }],
    [{ type: 'divider', block_id: 'i'.repeat(256) }],
    'must be less than 256 characters [json-pointer:/blocks/0/block_id]',
  ],
  [
    'same block_id',
    [
      { type: 'divider', block_id: 'a' },
      { type: 'divider', block_id: 'b' },
    ],
    many(2, () => ({ type: 'divider', block_id: 'a' })),
    'block_id "a" already exists [json-pointer:/blocks/1]',
  ],
  [
    'same action_id',
    [actions(button({ action_id: 'a' }), button({ action_id: 'b' }))],
    [actions(button(), button())],
    'action_id "go" already exists [json-pointer:/blocks/0/elements/1]',
  ],
  [
    'fields Slack does not know',
    [{ type: 'divider' }],
    [{ type: 'divider', colour: 'red' }],
    'invalid additional property: colour [json-pointer:/blocks/0]',
  ],
  [
    'emoji on mrkdwn',
    [{ type: 'section', text: plain(1) }],
    [{ type: 'section', text: { ...markdown(1), emoji: true } }],
    'invalid additional property: emoji [json-pointer:/blocks/0/text]',
  ],
  [
    'blocks Slack does not know',
    [{ type: 'divider' }],
    [{ type: 'marquee' }],
    'unsupported type: marquee [json-pointer:/blocks/0/type]',
  ],
  [
    'alerts in messages',
    [{ type: 'divider' }],
    [{ type: 'alert', text: plain(1) }],
    'unsupported type: alert [json-pointer:/blocks/0/type]',
  ],
  [
    'a pending task at the top',
    [{ type: 'task_card', task_id: 't', title: 't', status: 'complete' }],
    [{ type: 'task_card', task_id: 't', title: 't', status: 'pending' }],
    'must be one of: in_progress, complete, error [json-pointer:/blocks/0/status]',
  ],
];

test.each(limits)('%s: the limit is taken, one more is refused at its spot', (_name, taken, refused, complaint) => {
  expect(complaintsAbout(taken, 'message')).toEqual([]);
  expect(complaintsAbout(refused, 'message')).toContain(complaint);
});

describe('surfaces differ', () => {
  test('an alert belongs in a modal, a table does not', () => {
    expect(complaintsAbout([{ type: 'alert', level: 'error', text: plain(3) }], 'modal')).toEqual([]);
    expect(complaintsAbout([{ type: 'table', rows: [[raw('a')]] }], 'modal')).toEqual([
      'unsupported type: table [json-pointer:/blocks/0/type]',
    ]);
  });

  test('a modal and the Home tab take a hundred blocks', () => {
    const blocks = many(100, () => ({ type: 'divider' }));
    expect(complaintsAbout(blocks, 'home')).toEqual([]);
    expect(complaintsAbout([...blocks, { type: 'divider' }], 'modal')).toEqual([
      'no more than 100 items allowed [json-pointer:/blocks]',
    ]);
  });
});

test('the sum of all blocks is limited for the Web API and not for a response_url', () => {
  const blocks = many(5, () => ({ type: 'section', text: markdown(2_700) }));
  expect(() => refuseBadBlocks(blocks, true)).toThrow('msg_blocks_too_long');
  expect(() => refuseBadBlocks(blocks, false)).not.toThrow();
});
