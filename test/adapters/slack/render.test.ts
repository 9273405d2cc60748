// The renderer against Slack's own limits: examples of what people see, and properties over messages nobody would write.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../../src/adapters/slack/limits.js';
import { plainTwin, render } from '../../../src/adapters/slack/render.js';
import {
  type Button,
  context,
  type Message,
  type MessageBlock,
  PRESS_ACTIONS,
  section,
} from '../../../src/core/conversation.js';
import { code, groupMention, link, md, mention, moment, type Rich, stripControls } from '../../../src/core/text.js';
import { complaintsAbout } from '../../../src/playground/slack/block-kit.js';

const button = (more: Partial<Button> = {}): Button => ({
  label: 'Deploy',
  action: 'plan.confirm',
  value: 'p-1',
  ...more,
});
const message = (...blocks: MessageBlock[]): Message => ({ text: 'A sentence.', blocks });
const blocksOf = (...blocks: MessageBlock[]): unknown => render(message(...blocks)).blocks;
/** The mrkdwn of the first block. */
const shownOf = (rich: Rich): string => textsIn(render(message(section(rich))).blocks)[0] ?? '';

/** Every string under a `text` key, in order. */
function textsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(textsIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, one]) =>
    name === 'text' && typeof one === 'string' ? [one] : textsIn(one),
  );
}

const MARK = /_?… cut here, ([\d,]+) more (character|row)s? in the thread_?/;

describe('each kind of block', () => {
  const foreign = 'a <!channel> & b';
  const table: [what: string, block: MessageBlock, expected: unknown[]][] = [
    [
      'a section is mrkdwn that Slack does not link by itself',
      section(md`*Up* on ${foreign}`),
      [
        {
          type: 'section',
          text: { type: 'mrkdwn', text: '*Up* on a &lt;!channel&gt; &amp; b', verbatim: true },
        },
      ],
    ],
    [
      'a context line is small mrkdwn',
      context(md`asked by ${mention('U0ANA')}`),
      [{ type: 'context', elements: [{ type: 'mrkdwn', text: 'asked by <@U0ANA>', verbatim: true }] }],
    ],
    [
      'a user group is called',
      section(md`${groupMention('S0CIOPS')} is needed`),
      [{ type: 'section', text: { type: 'mrkdwn', text: '<!subteam^S0CIOPS> is needed', verbatim: true } }],
    ],
    [
      'a header is plain text',
      { type: 'header', text: 'Jenkins *is* <up>\n' },
      [{ type: 'header', text: { type: 'plain_text', text: 'Jenkins *is* <up>' } }],
    ],
    [
      'code is rich text, where nothing has a meaning',
      { type: 'code', text: '```<!here>\u001b[31m red\u0000' },
      [
        {
          type: 'rich_text',
          elements: [{ type: 'rich_text_preformatted', elements: [{ type: 'text', text: '```<!here> red' }] }],
        },
      ],
    ],
    [
      'fields say their label in bold, and a dash for nothing',
      {
        type: 'fields',
        fields: [
          { label: 'App', value: code('/jenkins') },
          { label: 'Host', value: md`` },
        ],
      },
      [
        {
          type: 'section',
          fields: [
            { type: 'mrkdwn', text: '*App*\n`/jenkins`', verbatim: true },
            { type: 'mrkdwn', text: '*Host*\n–', verbatim: true },
          ],
        },
      ],
    ],
    [
      'a table has its titles first and its figures on the right',
      {
        type: 'table',
        columns: ['', 'cpus'],
        rows: [['agents', '1.5'], ['controller']],
      },
      [
        {
          type: 'table',
          rows: [
            [
              { type: 'raw_text', text: ' ' },
              { type: 'raw_text', text: 'cpus' },
            ],
            [
              { type: 'raw_text', text: 'agents' },
              { type: 'raw_text', text: '1.5' },
            ],
            [
              { type: 'raw_text', text: 'controller' },
              { type: 'raw_text', text: ' ' },
            ],
          ],
          column_settings: [{ align: 'left' }, { align: 'right' }],
        },
      ],
    ],
    [
      'buttons are numbered, and carry their value as it is',
      {
        type: 'actions',
        buttons: [
          button({ style: 'primary' }),
          button({
            label: 'Cancel',
            action: 'plan.cancel',
            confirm: { title: 'Cancel?', text: 'The plan goes.', yes: 'Cancel it', no: 'Keep it' },
          }),
        ],
      },
      [
        {
          type: 'actions',
          elements: [
            {
              type: 'button',
              text: { type: 'plain_text', text: 'Deploy' },
              action_id: 'plan.confirm:0',
              value: 'p-1',
              style: 'primary',
            },
            {
              type: 'button',
              text: { type: 'plain_text', text: 'Cancel' },
              action_id: 'plan.cancel:1',
              value: 'p-1',
              confirm: {
                title: { type: 'plain_text', text: 'Cancel?' },
                text: { type: 'plain_text', text: 'The plan goes.' },
                confirm: { type: 'plain_text', text: 'Cancel it' },
                deny: { type: 'plain_text', text: 'Keep it' },
              },
            },
          ],
        },
      ],
    ],
    ['a divider is one', { type: 'divider' }, [{ type: 'divider' }]],
    ['an empty section is none', section(md``), []],
    ['an empty log is none', { type: 'code', text: ' \n' }, []],
    ['a table without columns is none', { type: 'table', columns: [], rows: [] }, []],
    ['no buttons are no block', { type: 'actions', buttons: [] }, []],
  ];
  it.each(table)('%s', (_, block, expected) => {
    expect(blocksOf(block)).toEqual(expected);
    expect(render(message(block)).rest).toBeUndefined();
  });

  it('a section with fields becomes its text and its fields below', () => {
    const blocks = blocksOf({ type: 'section', text: md`Jenkins`, fields: [{ label: 'App', value: code('/j') }] });
    expect(textsIn(blocks)).toEqual(['Jenkins', '*App*\n`/j`']);
  });
});

describe('the text beside the blocks', () => {
  it.each([
    ['escapes what Slack would read as a mention', 'x <!channel> <@U1> & y', 'x &lt;!channel&gt; &lt;@U1&gt; &amp; y'],
    ['drops control characters', 'red\u001b[31m\u202e x\u0000', 'red x'],
    ['replaces half a surrogate pair', 'a\ud83d b', 'a\ufffd b'],
    ['is never empty, because Slack refuses that', '  ', '–'],
  ])('%s', (_, text, expected) => {
    expect(render({ text, blocks: [] }).text).toBe(expected);
    expect(plainTwin({ text, blocks: [] }).text).toBe(expected);
  });

  it('is cut at 4,000 characters, never inside an escape', () => {
    const { text, rest } = render({ text: `${'x'.repeat(3_997)}&&&`, blocks: [] });
    expect(text).toBe(`${'x'.repeat(3_997)}…`);
    expect(rest).toBe('&&&');
  });
});

describe('what is too long', () => {
  it('is cut with a mark that counts what is missing, and the rest follows as plain text', () => {
    const { blocks, rest } = render(message(section(md`${'word '.repeat(700)} end & done`)));
    const [shown = ''] = textsIn(blocks);
    expect(shown.length).toBeLessThanOrEqual(LIMITS.mrkdwn);
    expect(rest).toMatch(/word end & done$/);
    expect(shown).toContain(`_… cut here, ${rest?.length} more characters in the thread_`);
  });

  it('closes the code span it cuts', () => {
    const shown = shownOf(md`Task ${code('t'.repeat(4_000))} failed`);
    expect(shown).toMatch(/^Task `t+`\n_… cut here, [\d,]+ more characters in the thread_$/);
  });

  it('leaves no lonely backtick when the code would only just begin', () => {
    const longest = LIMITS.mrkdwn - 80;
    for (const before of [longest - 2, longest - 1, longest]) {
      const shown = shownOf(md`${'x'.repeat(before)}${code('y'.repeat(200))}`);
      expect(shown.replace(MARK, '')).not.toMatch(/``|^[^`]*`[^`]*$/);
    }
  });

  it.each([
    ['an escape', md`${'&'.repeat(1_000)}`, /^(?:&amp;)+\n_…/],
    ['an emoji', md`${'🔔'.repeat(2_000)}`, /^(?:🔔)+\n_…/u],
    ['a mention', md`${'x'.repeat(2_918)}${mention('U0ANA')}${'y'.repeat(200)}`, /^x+\n_…/],
    ['a link', md`${'x'.repeat(2_900)}${link('https://ci.example/job', 'the build')}${'y'.repeat(99)}`, /^x+\n_…/],
    ['a moment', md`${'x'.repeat(2_900)}${moment(0)}${'y'.repeat(99)}`, /^x+\n_…/],
  ])('never cuts inside %s', (_, rich, expected) => {
    expect(shownOf(rich)).toMatch(expected);
  });

  it('writes links, mentions and moments of the rest as words', () => {
    const links = md`${link('https://ci.example/?a=1&b=2', 'the <build>')} by ${mention('U0ANA')} at ${moment(0)}: ${code('a`b')}`;
    const { rest } = render(message(section(md`${'x'.repeat(3_000)} ${links}`)));
    expect(rest).toMatch(
      /^x+ the <build> \(https:\/\/ci\.example\/\?a=1&b=2\) by @U0ANA at 1970-01-01 00:00 UTC: a'b$/,
    );
  });

  it('ends code at the end of a line where there is one near', () => {
    const log = Array.from({ length: 200 }, (_, index) => `line ${index} of the log`).join('\n');
    const { blocks, rest } = render(message({ type: 'code', text: log }));
    const [shown = ''] = textsIn(blocks);
    const [head = ''] = shown.split('… cut here');
    expect(head.endsWith('of the log\n')).toBe(true);
    expect(head + rest).toBe(log);
  });

  it('shows the end of a log, from the beginning of a line, and puts the whole into the file', () => {
    const log = Array.from({ length: 200 }, (_, index) => `line ${index} of the "log"`).join('\n');
    const { blocks, rest } = render(message({ type: 'code', text: log, keep: 'end' }));
    const [shown = ''] = textsIn(blocks);
    const [, left = '', tail = ''] =
      /^… cut here, ([\d,]+) earlier characters in the thread\n([\s\S]*)$/.exec(shown) ?? [];
    expect(tail).toMatch(/^line \d+ of[\s\S]*line 199 of the "log"$/);
    expect(log.slice(Number(left.replace(',', '')))).toBe(tail);
    expect(shown.length).toBeLessThanOrEqual(LIMITS.code);
    expect(rest).toBe(log);
  });

  it('never cuts a log inside a character', () => {
    for (const before of ['', 'x']) {
      const { blocks } = render(message({ type: 'code', text: `${'🔔'.repeat(3_000)}${before}`, keep: 'end' }));
      expect(textsIn(blocks)[0]).toMatch(/\n(?:🔔)+x?$/u);
    }
  });

  it('cuts a header with an ellipsis', () => {
    const { blocks, rest } = render(message({ type: 'header', text: 'h'.repeat(160) }));
    expect(textsIn(blocks)).toEqual([`${'h'.repeat(149)}…`]);
    expect(rest).toBe('h'.repeat(11));
  });

  it('keeps the column titles of a table whose rows are too many, and counts those left', () => {
    const rows = Array.from({ length: 150 }, (_, index) => [`agent-${index}`, `${index}`]);
    const { blocks, rest } = render(message({ type: 'table', columns: ['host', 'cpus'], rows }));
    const [cells = [], mark] = [textsIn(blocks[0]), textsIn(blocks[1])[0]];
    const shownRows = cells.length / 2 - 1;
    expect(cells.slice(0, 4)).toEqual(['host', 'cpus', 'agent-0', '0']);
    expect(mark).toBe(`_… cut here, ${150 - shownRows} more rows in the thread_`);
    expect(rest?.split('\n')).toHaveLength(150 - shownRows + 1);
    expect(rest).toContain('agent-149');
  });

  it('turns a second table into code, because Slack takes one a message', () => {
    const table: MessageBlock = { type: 'table', columns: ['host', 'cpus'], rows: [['node-a', '10.5']] };
    const [first, second] = render(message(table, table)).blocks;
    expect(first?.type).toBe('table');
    expect(textsIn(second)).toEqual(['host    cpus\nnode-a  10.5']);
  });

  it('turns a table of 21 columns into code', () => {
    const columns = Array.from({ length: 21 }, (_, index) => `c${index}`);
    expect(render(message({ type: 'table', columns, rows: [] })).blocks[0]?.type).toBe('rich_text');
  });

  it('does not offer half a command: a value too long for a button leaves words', () => {
    const long = button({ label: 'Run <@U1> again', action: 'run', value: 'v'.repeat(2_001) });
    const { blocks } = render(message({ type: 'actions', buttons: [long, button()] }));
    expect(blocks).toHaveLength(2);
    expect(blocks[0]).toMatchObject({ elements: [{ action_id: 'plan.confirm:1' }] });
    expect(textsIn(blocks[1])).toEqual(['Too long for a button, so type it: Run &lt;@U1&gt; again.']);
  });

  it('gives up the log before the buttons, the headline and the line that says who asked', () => {
    const long = md`${'words '.repeat(400)}`;
    const { blocks, rest } = render(
      message(
        { type: 'header', text: 'Deploy /jenkins?' },
        { type: 'code', text: 'log line\n'.repeat(330) },
        section(long),
        section(long),
        section(long),
        section(long),
        { type: 'actions', buttons: [button(), button({ label: 'Cancel', action: 'plan.cancel' })] },
        context(md`asked by ${mention('U0ANA')}`),
      ),
    );
    expect(blocks.map((block) => block.type)).toEqual([
      'header',
      'rich_text',
      ...Array(4).fill('section'),
      'actions',
      'context',
    ]);
    expect(textsIn(blocks[1])[0]).toMatch(MARK);
    expect(rest).toMatch(/^(?:log line\n)+$/);
  });

  it('says once what 60 blocks leave out, where the first is missing', () => {
    const { blocks, rest } = render(message(...Array.from({ length: 60 }, (_, index) => section(md`part ${index}`))));
    expect(blocks).toHaveLength(50);
    expect(textsIn(blocks[48])).toEqual(['part 48']);
    expect(textsIn(blocks[49])).toEqual(['_… cut here, 77 more characters in the thread_']);
    expect(rest?.split('\n\n')).toHaveLength(11);
  });
});

describe('the plain twin', () => {
  it('names the buttons it cannot have, and the command where one does the same', () => {
    const twin = plainTwin(
      message({
        type: 'actions',
        buttons: [button(), button({ label: 'Show in channel', action: 'run', value: 'where --here' })],
      }),
    );
    expect(twin).toEqual({
      text: 'A sentence.\nButtons: Deploy, Show in channel are not available here. Type instead, after the slash command: where --here',
    });
  });

  it('keeps the hint when the text is too long, within the limit of an edit', () => {
    const { text } = plainTwin({ text: '<'.repeat(5_000), blocks: [{ type: 'actions', buttons: [button()] }] });
    expect(text.length).toBeLessThanOrEqual(LIMITS.text);
    expect(text).toMatch(/^(?:&lt;)+…\nButtons: Deploy is not available here\.$/);
  });
});

describe('whatever the message', () => {
  const fragment = fc.oneof(
    fc.constantFrom(
      '<!channel>',
      '<!here>',
      '<@U0EVIL>',
      '<#C0EVIL>',
      '<!subteam^S1>',
      '<https://evil.example|click>',
      '&amp;',
      '&',
      '<',
      '>',
      '`',
      '```',
      '*',
      '_',
      '"',
      '\\',
      '\n',
      '\ud83d',
      '\udd14',
      '🔔',
      '\u0000',
      '\u001b[31m',
      '\u202e',
      ' ',
    ),
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc
      .tuple(fc.constantFrom('x', '&', '"', '🔔', 'line\n', '<!channel> '), fc.integer({ min: 1, max: 3_500 }))
      .map(([unit, count]) => unit.repeat(count)),
  );
  const words = fc.array(fragment, { maxLength: 4 }).map((parts) => parts.join(''));
  const rich = fc.array(
    fc.oneof(
      words.map((text) => md`${text}`),
      words.map(code),
      fc.constantFrom(
        mention('U0ANA'),
        groupMention('S0CIOPS'),
        moment(1_432_807_200_000),
        link('https://ci.example/?a=1&b=2', 'a & b'),
      ),
    ),
    { maxLength: 3 },
  );
  const text = rich.map((parts) => parts.reduce((all, part) => md`${all} ${part}`, md``));
  const field = fc.record({ label: words, value: text });
  const anyButton: fc.Arbitrary<Button> = fc
    .record({
      label: words,
      action: fc.constantFrom(...PRESS_ACTIONS),
      value: fc.string({ maxLength: 2_100 }),
      confirm: fc.option(fc.record({ title: words, text: words, yes: words, no: words })),
    })
    .map(({ confirm, ...rest }) => (confirm === null ? rest : { ...rest, confirm }));
  const anyBlock: fc.Arbitrary<MessageBlock> = fc.oneof(
    fc.record({ type: fc.constant('header' as const), text: words }),
    fc.record({ type: fc.constant('section' as const), text, fields: fc.array(field, { maxLength: 3 }) }),
    fc.record({ type: fc.constant('fields' as const), fields: fc.array(field, { maxLength: 11 }) }),
    fc.record({
      type: fc.constant('table' as const),
      columns: fc.array(fragment, { maxLength: 22 }),
      rows: fc.oneof(
        fc.array(fc.array(fragment, { maxLength: 4 }), { maxLength: 5 }),
        fc.array(fragment, { maxLength: 3 }).map((row) => Array.from({ length: 120 }, () => row)),
      ),
    }),
    fc.record({ type: fc.constant('code' as const), text: words }),
    fc.record({ type: fc.constant('code' as const), text: words, keep: fc.constant('end' as const) }),
    fc.record({ type: fc.constant('context' as const), text }),
    fc.record({
      type: fc.constant('actions' as const),
      buttons: fc
        .array(anyButton, { maxLength: 4 })
        .map((few) => [
          ...few,
          ...few.slice(0, 1).flatMap((one) => Array<Button>(few.length === 4 ? 30 : 0).fill(one)),
        ]),
    }),
    fc.constant({ type: 'divider' as const }),
  );
  const anyMessage: fc.Arbitrary<Message> = fc.record({
    text: words,
    // A few different ones, sometimes repeated beyond the 50 that Slack takes.
    blocks: fc
      .tuple(fc.array(anyBlock, { maxLength: 6 }), fc.constantFrom(1, 1, 1, 12))
      .map(([few, times]) => Array.from({ length: times }, () => few).flat()),
  });
  const holds = (property: (given: Message) => void, runs = 60) =>
    fc.assert(fc.property(anyMessage, property), { numRuns: runs });

  it('Slack has nothing to complain about, and all sizes hold', () => {
    holds((given) => {
      const { text, blocks } = render(given);
      expect(complaintsAbout(blocks, 'message')).toEqual([]);
      expect(text.length).toBeGreaterThan(0);
      expect(text.length).toBeLessThanOrEqual(4_000);
      expect(plainTwin(given).text.length).toBeLessThanOrEqual(4_000);
      expect(blocks.length).toBeLessThanOrEqual(50);
      expect(JSON.stringify(blocks).length).toBeLessThanOrEqual(12_000);
    });
  });

  it('nothing foreign pages, links or breaks a character in two', () => {
    const ours =
      /<@U0ANA>|<!subteam\^S0CIOPS>|<!date\^1432807200\^[^|>]*\|[^>]*>|<https:\/\/ci\.example\/\?a=1&amp;b=2\|a &amp; b>/g;
    holds((given) => {
      const { text, blocks, rest } = render(given);
      for (const shown of [text, plainTwin(given).text, ...mrkdwnIn(blocks)]) {
        expect(shown.replace(ours, '')).not.toMatch(/<|&(?!(?:amp|lt|gt);)/);
      }
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the characters that must not be there
      expect(JSON.stringify([text, blocks, rest])).not.toMatch(/\\ud[89a-f]|[\u0000-\u001f\u202e]|\\u00/i);
    });
  });

  it('buttons keep their value, and each has an id of its own that the bot listens to', () => {
    holds((given) => {
      const wanted = given.blocks.flatMap((block) => (block.type === 'actions' ? block.buttons : []));
      const shown = render(given).blocks.flatMap((block) => (block.type === 'actions' ? block.elements : []));
      const ids = shown.map((element) => element.action_id ?? '');
      expect(new Set(ids).size).toBe(ids.length);
      for (const element of shown) {
        const [, action, index] = /^([a-z.]+):(\d+)$/.exec(element.action_id ?? '') ?? ['', '', '-1'];
        const source = wanted[Number(index)];
        expect(source?.action).toBe(action);
        expect(element.type === 'button' ? (element.value ?? '') : undefined).toBe(source?.value);
      }
    });
  });

  it('a cut shows, and only a cut has a rest', () => {
    holds((given) => {
      const { blocks, text, rest } = render(given);
      const marked = blocks.length === 0 ? text.endsWith('…') : textsIn(blocks).some((one) => /…/.test(one));
      if (rest !== undefined) expect(marked).toBe(true);
      if (textsIn(blocks).some((one) => MARK.test(one))) expect(rest).toBeDefined();
    });
  });

  it('equal messages are rendered equally', () => {
    // Nothing of one call may stay behind for the next.
    holds((given) => void expect(render(structuredClone(given))).toEqual(render(given)), 20);
  });

  it('of a section or a log, what is shown and the rest are the whole', () => {
    const wholes = (content: string): [block: MessageBlock, whole: string][] => [
      [section(md`${content}`), md`${content}`.plain],
      [section(code(content)), code(content).plain],
      [{ type: 'code', text: content }, stripControls(content)],
    ];
    fc.assert(
      fc.property(words, (content) => {
        for (const [block, whole] of wholes(content)) {
          const { blocks, rest = '' } = render(message(block));
          const [text = ''] = textsIn(blocks);
          const shown = block.type === 'code' ? text : unescaped(text.replaceAll('`', ''));
          expect(rejoined(shown, rest)).toContain(whole.trim() === '' ? '' : wellFormed(whole));
        }
      }),
      { numRuns: 150 },
    );
  });
});

/** Mrkdwn texts only: plain text and preformatted text are not read for mentions. */
function mrkdwnIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(mrkdwnIn);
  if (typeof value !== 'object' || value === null) return [];
  const object = value as Record<string, unknown>;
  if (object['type'] === 'mrkdwn') return [String(object['text'])];
  return Object.values(object).flatMap(mrkdwnIn);
}

const unescaped = (text: string) => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
const wellFormed = (text: string) => text.replace(/\p{Surrogate}/gu, '\ufffd');

/** Without our mark. The line break in front of it may be ours or of the text, so there are two readings. */
function rejoined(shown: string, rest: string): string[] {
  const head = shown.replace(/_?… cut here, [\d,]+ more characters? in the thread_?$/, '');
  return rest === '' ? [shown] : [head + rest, head.replace(/\n$/, '') + rest];
}
