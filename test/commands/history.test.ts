import { describe, expect, test } from 'vitest';
import { history } from '../../src/commands/history.js';
import { catalogueOf, commands } from '../../src/commands/index.js';
import type { AuditEntry } from '../../src/core/audit.js';
import type { Message } from '../../src/core/conversation.js';
import { parse } from '../../src/core/parse.js';
import { DAY, HOUR, MINUTE, SECOND } from '../../src/core/time.js';
import { versionMakers } from '../../src/core/version-author.js';
import { NOW } from '../support/ci-service.js';
import { asked, fakePorts } from '../support/fakes.js';
import { linesOf } from '../support/read-command.js';

const entry = (patch: Partial<AuditEntry> = {}): AuditEntry => ({
  v: 1,
  jobId: 'd-ana-go',
  userId: 'U0ANA',
  channelId: 'C0CI',
  messageTs: '1432800000.000100',
  command: 'deploy',
  text: 'deploy --mem 2048',
  outcome: 'succeeded',
  summary: 'Deployed /jenkins in 2 min.',
  at: NOW - 2 * HOUR,
  durationMs: 2 * MINUTE + 3 * SECOND,
  ...patch,
});

async function told(text: string, audit: readonly AuditEntry[]): Promise<Message> {
  if (history.effect !== 'read') throw new Error('history is a read');
  const { args, here } = parse(text, catalogueOf(commands));
  const request = asked({ here });
  return history.view(await history.run(args, fakePorts({ audit }), request), request);
}
const said = async (text: string, audit: readonly AuditEntry[]) => linesOf(await told(text, audit));

const WHEN = '<!date^1432800000^{date_short_pretty} {time}|2015-05-28 08:00 UTC>';
const LINK = '<https://example.slack.com/archives/C0CI/p1432800000000100|message>';

describe('a change', () => {
  test('is told by when, who, what, how it ended, and where its message is', async () => {
    expect(await said('history', [entry()])).toEqual([
      ':scroll: *Changes in the last 30 d*, newest first:',
      `${WHEN} · Ana: \`deploy --mem 2048\` · :large_green_circle: succeeded after 2 min 3 s · ${LINK}`,
      '(That is all of it.)',
    ]);
  });

  test('is told by whom it was confirmed and approved', async () => {
    const [, line] = await said('history', [entry({ confirmedBy: 'U0BOB', approvedBy: ['U0LEE', 'U0NEW'] })]);
    expect(line).toContain(' · confirmed by Bob · approved by Lee, U0NEW · ');
  });

  test.each<[Partial<AuditEntry>, string, string | undefined]>([
    [{ outcome: 'failed', summary: 'Jenkins said `no`.' }, ':red_circle: failed', '&gt; Jenkins said `no`.'],
    [{ outcome: 'lost', summary: 'Silence.' }, ':warning: its end is not known', '&gt; Silence.'],
    [{ outcome: 'refused', summary: 'Not <@U0LEE>.' }, ':no_entry_sign: refused', '&gt; Not &lt;@U0LEE&gt;.'],
    [{ outcome: 'cancelled' }, ':no_entry_sign: cancelled', undefined],
    [{ outcome: 'cancelled', cancelledBy: 'U0LEE' }, ':no_entry_sign: cancelled · cancelled by Lee', undefined],
    [{ outcome: 'expired', summary: 'Too late.' }, ':no_entry_sign: expired', '&gt; Too late.'],
    [{ outcome: 'unchanged' }, ':white_check_mark: changed nothing', undefined],
  ])('that ended otherwise says so, and why: %j', async (patch, words, why) => {
    const [, line, reason] = await said('history', [entry({ durationMs: 0, messageTs: undefined, ...patch })]);
    expect(line).toBe(`${WHEN} · Ana: \`deploy --mem 2048\` · ${words}`);
    expect(reason).toBe(why?.replace('&gt; ', '> ') ?? '(That is all of it.)');
  });

  test('notifies nobody, whatever was typed', async () => {
    const message = await told('history', [
      entry({ text: 'lock <!channel> <@U0LEE>', summary: '<@U0LEE>', outcome: 'failed' }),
    ]);
    expect(linesOf(message).join('\n')).not.toMatch(/<[@!](?!date)/);
    expect(message.text).toContain('Ana: lock <!channel> <@U0LEE>');
  });
});

describe('what is asked for', () => {
  const trail = [
    entry({ jobId: '4', userId: 'U0LEE', command: 'scale', text: 'scale executors 4', outcome: 'lost' }),
    entry({ jobId: '3', userId: 'U0LEE', outcome: 'failed' }),
    entry({ jobId: '2', userId: 'U0BOB', confirmedBy: 'U0LEE' }),
    entry({ jobId: '1', at: NOW - 10 * DAY }),
  ];
  const shownOf = async (text: string) => (await said(text, trail)).filter((line) => line.includes('· ')).length;

  test.each([
    ['history', 4],
    ['history --since 7d', 3],
    ['history @U0LEE', 3],
    ['history deploy', 3],
    ['history DEPLOY', 3],
    ['history failed', 2],
    ['history deploy failed @U0LEE', 1],
    ['history @U0NEW', 0],
  ])('%s', async (text, count) => {
    expect(await shownOf(text)).toBe(count);
  });

  test.each([
    ['history @U0LEE failed', ':scroll: *Changes by Lee that failed in the last 30 d*, newest first:'],
    ['history scale --since 12h', ':scroll: *`scale` in the last 12 h*, newest first:'],
    ['history unlock', ':scroll: `unlock` in the last 30 d: none.'],
  ])('%s is said in the first line', async (text, line) => {
    expect((await said(text, trail))[0]).toBe(line);
  });

  test.each([
    ['history nonsense', '`nonsense` is no person, no command and no outcome.'],
    ['history @ana', '`@ana` is no person, no command and no outcome.'],
    ['history where', '`where` only reads, and what only reads is not recorded.'],
    ['history deploy scale', '`scale` is one too many.'],
  ])('%s is a mistake', async (text, words) => {
    await expect(told(text, trail)).rejects.toThrow(words);
  });

  test.each([
    ['history --since 5', 'Expected `--since` to be a duration from 1m to 400d, with its unit, got `5`.'],
    ['history --before yesterday', 'Expected `--before` to be as the button *Older* writes it.'],
  ])('%s is a mistake', (text, words) => {
    expect(() => parse(text, catalogueOf(commands))).toThrow(words);
  });
});

describe('what never began', () => {
  const trail = [
    entry({ jobId: '3', neverBegan: true, userId: 'U0BOB', outcome: 'refused', summary: 'You may not deploy.' }),
    entry({ jobId: '2', neverBegan: true, outcome: 'expired', approvedBy: ['U0LEE'] }),
    entry({ jobId: '1', neverBegan: true, outcome: 'cancelled', cancelledBy: 'U0NEW' }),
  ];

  test.each<[string, string[]]>([
    ['history', ['refused', 'expired', 'cancelled']],
    ['history cancelled', ['expired', 'cancelled']],
    ['history refused', ['refused']],
    ['history failed', []],
    ['history @U0BOB', ['refused']],
    ['history @U0LEE', ['expired']],
    ['history @U0NEW', ['cancelled']],
  ])('%s', async (text, outcomes) => {
    const shown = (await said(text, trail)).join('\n').matchAll(/:no_entry_sign: (\w+)/g);
    expect([...shown].map(([, outcome]) => outcome)).toEqual(outcomes);
  });

  test('made no version of the app', () => {
    expect(versionMakers(trail)).toEqual([]);
  });
});

describe('more than twenty', () => {
  const trail = Array.from({ length: 45 }, (_, index) => entry({ jobId: `d-${index}`, text: `deploy --mem ${index}` }));

  test('are turned over page by page with a button that keeps what was asked for', async () => {
    const first = await told('history deploy --since 7d --here', trail);
    const actions = first.blocks.at(-1);
    if (actions?.type !== 'actions') throw new Error('there is no button');
    const [older] = actions.buttons;
    expect(older).toEqual({ label: 'Older', action: 'run', value: 'history deploy --since 7d --before 26-0 --here' });
    const second = await said(older?.value ?? '', trail);
    expect(second[0]).toBe(':scroll: *`deploy` in the last 7 d*, older ones:');
    expect(second[1]).toContain('`deploy --mem 20`');
    expect(second.at(-1)).toBe('[Older]');
    const third = await said('history deploy --since 7d --before 6-0', trail);
    expect(third).toHaveLength(7);
    expect(third.at(-1)).toBe('(That is all of it.)');
  });
});
