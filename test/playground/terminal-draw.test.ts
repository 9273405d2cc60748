// How one message looks in the terminal, row by row.
import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SlackMessage, Wire } from '../../src/playground/slack/workspace.js';
import { draw, type Look } from '../../src/playground/terminal/draw.js';
import { widthOf } from '../../src/playground/terminal/pieces.js';

const NAMES: Record<string, string> = { U0ANA: '@ana', U0BELL: '@bellboard', C0CI: '#ci', S0CIOPS: '@ci-ops' };

function look(more: Partial<Look> = {}): Look {
  let last = 0;
  const numberOf = () => {
    last += 1;
    return last;
  };
  return { width: 60, color: false, nameOf: (id) => NAMES[id] ?? id, numberOf, timeZone: 'UTC', ...more };
}

function message(more: Partial<SlackMessage> = {}): SlackMessage {
  return {
    ts: '1432807200.000100',
    channelId: 'C0CI',
    authorId: 'U0BELL',
    text: '',
    blocks: [],
    attachments: [],
    broadcast: false,
    history: [],
    markedEdited: false,
    files: [],
    deleted: false,
    ...more,
  };
}

const HEAD = '@bellboard in #ci · 10:00';
const rows = (more: Partial<SlackMessage>, wanted: Partial<Look> = {}) => draw(message(more), look(wanted)).slice(1);
const text = (value: string) => ({ type: 'mrkdwn', text: value });
const plain = (value: string) => ({ type: 'plain_text', text: value });
const button = (label: string, more: Wire = {}) => ({ type: 'button', action_id: label, text: plain(label), ...more });

describe('who, where and when', () => {
  test('stands in the first row, with what is special about the message', () => {
    expect(draw(message({ text: 'hello' }), look())).toEqual([HEAD, '  hello']);
    expect(draw(message({ visibleTo: 'U0ANA' }), look())).toEqual([`${HEAD} · only you can see this (@ana)`]);
    expect(draw(message(), look(), true)).toEqual([`${HEAD} · (edited)`]);
    expect(draw(message({ deleted: true }), look())).toEqual([`${HEAD} · (deleted)`]);
  });

  test('a reply stands further in', () => {
    expect(draw(message({ text: 'detail', threadTs: '1.1' }), look())).toEqual([`    ↳ ${HEAD}`, '      detail']);
  });
});

describe('blocks', () => {
  test('a whole message', () => {
    const blocks = [
      { type: 'header', text: plain('Deploy /jenkins?') },
      { type: 'section', text: text('*2 builds* are running on `192.168.3.25`') },
      { type: 'section', fields: [text('*CPU*\n2 → 3'), text('*Memory*\n2048 → 3072 MiB')] },
      { type: 'divider' },
      { type: 'context', elements: [text('asked by <@U0ANA>'), plain('job 8f3c')] },
      { type: 'actions', elements: [button('Deploy', { style: 'primary' }), button('Cancel')] },
    ];
    expect(rows({ text: 'not shown beside blocks', blocks })).toEqual([
      '  Deploy /jenkins?',
      '  2 builds are running on 192.168.3.25',
      '  CPU               2 → 3',
      '  Memory            2048 → 3072 MiB',
      `  ${'─'.repeat(40)}`,
      '  asked by @ana · job 8f3c',
      '  [1] Deploy  [2] Cancel',
    ]);
  });

  test('a table aligns its columns, numbers to the right', () => {
    const raw = (value: string) => ({ type: 'raw_text', text: value });
    const count = (value: number) => ({ type: 'raw_number', value, text: String(value) });
    const table = [
      [raw('agent'), raw('tasks')],
      [raw('192.168.3.7'), count(3)],
      [raw('192.168.3.25'), count(12)],
    ];
    expect(rows({ blocks: [{ type: 'table', rows: table }] })).toEqual([
      '  agent         tasks',
      '  192.168.3.7       3',
      '  192.168.3.25     12',
    ]);
  });

  test('a table too wide for the screen cuts its widest column', () => {
    const cells = ['a', 'x'.repeat(80), 'end'].map((value) => ({ type: 'raw_text', text: value }));
    const [row = ''] = rows({ blocks: [{ type: 'table', rows: [cells] }] });
    expect(row).toMatch(/^ {2}a {2}x+… {2}end$/);
    expect(row.length).toBeLessThanOrEqual(60);
  });

  test('preformatted text keeps its spaces and breaks only where the row ends', () => {
    const pre = { type: 'rich_text_preformatted', elements: [{ type: 'text', text: `  at  Main\n${'y'.repeat(70)}` }] };
    expect(rows({ blocks: [{ type: 'rich_text', elements: [pre] }] })).toEqual([
      '  │   at  Main',
      `  │ ${'y'.repeat(56)}`,
      `  │ ${'y'.repeat(14)}`,
    ]);
  });

  test('rich text: lists, links, people and styles', () => {
    const section = (...elements: Wire[]) => ({ type: 'rich_text_section', elements });
    const list = {
      type: 'rich_text_list',
      style: 'ordered',
      elements: [section({ type: 'text', text: 'one' }), section({ type: 'user', user_id: 'U0ANA' })],
    };
    const link = section({ type: 'text', text: 'see ' }, { type: 'link', url: 'http://j/', text: 'Jenkins' });
    expect(rows({ blocks: [{ type: 'rich_text', elements: [link, list] }] })).toEqual([
      '  see Jenkins (http://j/)',
      '  1. one',
      '  2. @ana',
    ]);
  });

  test('link buttons show where they lead, buttons beside text count too', () => {
    const blocks = [
      { type: 'section', text: text('Page'), accessory: button('Open', { url: 'http://192.168.3.25:31052/' }) },
      { type: 'actions', elements: [button('Acknowledge')] },
    ];
    expect(rows({ blocks })).toEqual(['  Page', '  [1] Open (http://192.168.3.25:31052/)', '  [2] Acknowledge']);
  });

  test('a block nobody drew yet is named', () => {
    expect(rows({ blocks: [{ type: 'data_visualization', title: 'CPU' }] })).toEqual(['  (data_visualization: CPU)']);
  });

  test('attachments stand behind a bar; files and images are named', () => {
    const file = {
      id: 'F1',
      name: 'u.png',
      title: 'Usage',
      altText: 'CPU over a day',
      mimetype: 'image/png',
      promisedLength: 3,
      bytes: Buffer.from('abc'),
      createdAt: 0,
      completed: true,
    };
    const drawn = rows({
      attachments: [{ color: '#f00', blocks: [{ type: 'section', text: text('red') }] }],
      blocks: [{ type: 'image', image_url: 'http://x', alt_text: 'a chart' }],
      files: [file],
    });
    expect(drawn).toEqual(['  [image: a chart]', '  ┃ red', '  [file Usage: CPU over a day, 3 bytes]']);
  });
});

describe('markup', () => {
  test.each([
    ['mentions', 'ask <@U0ANA>, <@U0ANA|ana>, <#C0CI> or <!subteam^S0CIOPS>', 'ask @ana, @ana, #ci or @ci-ops'],
    ['everyone', '<!here> and <!channel>', '@here and @channel'],
    ['links', '<http://j/|Jenkins> at <http://m/>', 'Jenkins (http://j/) at http://m/'],
    ['a date', '<!date^1432807200^{date_short_pretty} {time}|soon>', '28 May 2015 10:00'],
    ['a date with a token nobody knows', '<!date^1432807200^{moon}|2015-05-28>', '2015-05-28'],
    ['marks', '*bold* _slanted_ ~gone~ `a_b_c`', 'bold slanted gone a_b_c'],
    ['marks inside words', 'snake_case_name 2*3*4', 'snake_case_name 2*3*4'],
    ['emoji', ':warning: :unheard_of:', '⚠ :unheard_of:'],
    ['escapes', '&lt;!channel&gt; &amp;lt;', '<!channel> &lt;'],
    ['quotes', '> said', '▏ said'],
    ['fenced code', '```a *b*```', '│ a *b*'],
  ])('%s', (_name, given, seen) => {
    expect(rows({ text: given })).toEqual([`  ${seen}`]);
  });

  test('is coloured only where colours can be shown', () => {
    expect(rows({ text: '*bold*' }, { color: true })).toEqual(['  \u001b[1mbold\u001b[22m']);
    const blocks = [{ type: 'actions', elements: [button('Drop', { style: 'danger' })] }];
    expect(rows({ blocks }, { color: true })).toEqual(['  \u001b[1m\u001b[31m[1] Drop\u001b[39m\u001b[22m']);
  });
});

describe('foreign text', () => {
  const nasty = '\u001b[2Jgone\u001b]0;title\u0007\u009b31m \r\b\u202Ereversed\u0000';

  test.each<[string, Partial<SlackMessage>]>([
    ['text', { text: nasty }],
    ['code', { text: `\`\`\`${nasty}\`\`\`` }],
    ['a link', { text: `<http://x/${nasty}|${nasty}>` }],
    ['a plain text block', { blocks: [{ type: 'header', text: plain(nasty) }] }],
    ['a button', { blocks: [{ type: 'actions', elements: [button(nasty, { url: nasty })] }] }],
    ['a table', { blocks: [{ type: 'table', rows: [[{ type: 'raw_text', text: nasty }]] }] }],
    ['an unknown block', { blocks: [{ type: nasty, title: nasty }] }],
    ['an image', { blocks: [{ type: 'image', alt_text: nasty }] }],
    ['an attachment', { attachments: [{ text: nasty }] }],
    [
      'rich text',
      {
        blocks: [
          {
            type: 'rich_text',
            elements: [
              {
                type: 'rich_text_section',
                elements: [
                  { type: 'text', text: nasty },
                  { type: 'link', url: nasty },
                  { type: 'emoji', name: nasty },
                  { type: 'date', timestamp: 0, format: '{moon}', fallback: nasty },
                ],
              },
            ],
          },
        ],
      },
    ],
  ])('in %s never reaches the terminal’s controls', (_where, more) => {
    for (const row of draw(message(more), look())) {
      expect(row).toBe(stripVTControlCharacters(row));
      expect(row).not.toMatch(/[\p{Cc}\u202a-\u202e]/u);
    }
  });

  test('of any kind makes no row wider than the screen', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 300 }),
        fc.integer({ min: 30, max: 120 }),
        (given, width) => {
          const blocks = [
            { type: 'section', text: text(given) },
            { type: 'actions', elements: [button(given)] },
            { type: 'section', text: text(`\`\`\`${given}\`\`\``) },
          ];
          for (const row of draw(message({ blocks, threadTs: '1.1' }), look({ width }))) {
            expect(widthOf(row)).toBeLessThanOrEqual(width);
            expect(row).not.toMatch(/\p{Cc}/u);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
