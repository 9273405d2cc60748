// The transcript on a terminal, which redraws in place, and in a file, which gets every change once.
import { WebClient } from '@slack/web-api';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type SlackWorkspace, startSlack } from '../../src/playground/slack/workspace.js';
import { type Screen, Transcript } from '../../src/playground/terminal/transcript.js';
import { manualClock } from '../support/manual-clock.js';

let slack: SlackWorkspace;
let client: WebClient;

beforeEach(async () => {
  slack = await startSlack({ clock: manualClock(), burst: 20 });
  client = new WebClient(slack.botToken, { slackApiUrl: slack.slackApiUrl });
});
afterEach(() => slack.close());

interface FakeScreen extends Screen {
  /** What a person would see, rows from the top, without colours. */
  shown(): string[];
  written: string;
}

/** Understands what the transcript uses: line ends, return, cursor up, erase below. */
function screen(isTerminal: boolean, size = { columns: 60, rows: 30 }): FakeScreen {
  const rows = [''];
  let at = 0;
  return {
    ...size,
    isTerminal,
    written: '',
    shown: () => rows.filter((row) => row !== ''),
    write(text) {
      this.written += text;
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the controls a terminal obeys
      for (const [token] of text.matchAll(/\u001b\[(\d*)([A-Za-z])|\r|\n|[^\u001b\r\n]+/g)) {
        if (token === '\n') at += 1;
        else if (token.endsWith('A') && token.startsWith('\u001b')) at -= Number(token.slice(2, -1));
        else if (token === '\u001b[J') rows.length = at;
        else if (token !== '\r' && !token.startsWith('\u001b')) rows[at] = `${rows[at] ?? ''}${token}`;
        while (rows.length <= at) rows.push('');
      }
    },
  };
}

const actions = (...labels: string[]) => [
  { type: 'section', text: { type: 'mrkdwn', text: labels.join(' or ') } },
  {
    type: 'actions',
    elements: labels.map((label) => ({ type: 'button', action_id: label, text: { type: 'plain_text', text: label } })),
  },
];

async function post(text: string, more: object = {}): Promise<string> {
  return (await client.chat.postMessage({ channel: 'C0CI', text, ...more })).ts ?? '';
}
const edit = (ts: string, text: string, more: object = {}) =>
  client.chat.update({ channel: 'C0CI', ts, text, ...more });

const HEAD = expect.stringMatching(/^@bellboard in #ci · \d\d:\d\d$/);
const EDITED = expect.stringMatching(/^@bellboard in #ci · \d\d:\d\d · \(edited\)$/);

describe('on a terminal', () => {
  test('an edit is redrawn where the message stands, with replies below their parent', async () => {
    const seen = screen(true);
    const transcript = new Transcript(slack, seen);
    const first = await post('deploying', { blocks: actions('Give up') });
    await post('something else');
    transcript.flush();
    await edit(first, 'deployed', { blocks: [{ type: 'divider' }] });
    await post('took 2 min', { thread_ts: first });
    transcript.flush();
    expect(seen.shown()).toEqual([
      HEAD,
      `  ${'─'.repeat(40)}`,
      expect.stringMatching(/^ {4}↳ @bellboard/),
      '      took 2 min',
      HEAD,
      '  something else',
    ]);
  });

  test('what stood before the last command stays as it was', async () => {
    const seen = screen(true);
    const transcript = new Transcript(slack, seen);
    const ts = await post('waiting');
    transcript.flush();
    transcript.typed('@ana', '#ci', '/ci where');
    await edit(ts, 'done');
    transcript.flush();
    expect(seen.shown()).toEqual([HEAD, '  waiting', '@ana in #ci › /ci where', EDITED, '  done']);
  });

  test('a message that has scrolled out of reach is drawn anew, and nothing above it is touched', async () => {
    const seen = screen(true, { columns: 60, rows: 10 });
    const transcript = new Transcript(slack, seen);
    const ts = await post(Array.from({ length: 20 }, (_, n) => `row ${n}`).join('\n'));
    transcript.flush();
    expect(seen.shown()).toHaveLength(21);
    await edit(ts, 'short');
    transcript.flush();
    expect(seen.shown()).toHaveLength(23);
    expect(seen.shown().slice(-2)).toEqual([EDITED, '  short']);
  });

  test('a deleted message goes', async () => {
    const seen = screen(true);
    const transcript = new Transcript(slack, seen);
    const ts = await post('oops');
    await post('stays');
    transcript.flush();
    await client.chat.delete({ channel: 'C0CI', ts });
    transcript.flush();
    expect(seen.shown()).toEqual([HEAD, '  stays']);
  });
});

describe('in a file', () => {
  test('only the changed message is printed again, marked, and no cursor is moved', async () => {
    const seen = screen(false);
    const transcript = new Transcript(slack, seen);
    const first = await post('deploying');
    await post('something else');
    transcript.flush();
    await edit(first, 'deployed');
    transcript.flush();
    transcript.flush();
    expect(seen.shown()).toEqual([HEAD, '  deploying', HEAD, '  something else', EDITED, '  deployed']);
    expect(seen.written).not.toContain('\u001b');
  });

  test('Slackbot is heard, the person’s own words are not repeated', async () => {
    const seen = screen(false);
    const transcript = new Transcript(slack, seen);
    await slack.command({ user: '@ana', channel: '#ci', text: 'where' });
    slack.people.say({ user: '@ana', channel: '#ci', text: 'hm' });
    transcript.flush();
    expect(seen.shown().at(-1)).toBe('  /ci failed with the error "dispatch_failed"');
  });
});

describe('what Bellboard says by itself', () => {
  const alert = (text: string, more: object = {}) => client.chat.postMessage({ channel: 'C0CIALERTS', text, ...more });
  const IN_ALERTS = expect.stringMatching(/^@bellboard in #ci-alerts · \d\d:\d\d$/);

  test('in another channel is shown, a reply below its parent although other messages came between', async () => {
    const seen = screen(false);
    const transcript = new Transcript(slack, seen);
    const { ts = '' } = await alert('Jenkins restarted');
    await post('something else');
    await alert('relaunched on 192.168.3.31', { thread_ts: ts });
    transcript.flush();
    expect(seen.shown()).toEqual([
      IN_ALERTS,
      '  Jenkins restarted',
      expect.stringMatching(/^ {4}↳ @bellboard in #ci-alerts · \d\d:\d\d$/),
      '      relaunched on 192.168.3.31',
      HEAD,
      '  something else',
    ]);
  });

  test('as a reply far from its parent names that parent', async () => {
    const seen = screen(false, { columns: 100, rows: 30 });
    const transcript = new Transcript(slack, seen);
    const { ts = '' } = await alert(':red_circle: *Jenkins restarted*: out of memory\nmore');
    transcript.flush();
    await alert('healthy again', { thread_ts: ts });
    transcript.flush();
    expect(seen.shown().slice(-2)).toEqual([
      expect.stringMatching(/^ {4}↳ @bellboard in .* · to “🔴 Jenkins restarted: out of memory”$/),
      '      healthy again',
    ]);
  });

  test('is shown anew when it was edited', async () => {
    const seen = screen(false);
    const transcript = new Transcript(slack, seen);
    const { ts = '' } = await alert('Jenkins is down');
    transcript.flush();
    await client.chat.update({ channel: 'C0CIALERTS', ts, text: 'Jenkins is back' });
    transcript.flush();
    expect(seen.shown().slice(-2)).toEqual([expect.stringMatching(/· \(edited\)$/), '  Jenkins is back']);
  });
});

describe('buttons', () => {
  test('are numbered across all messages, keep their number through edits, and none is given twice', async () => {
    const seen = screen(false);
    const transcript = new Transcript(slack, seen);
    const first = await post('a', { blocks: actions('Deploy', 'Cancel') });
    await post('b', { blocks: actions('Restart') });
    transcript.flush();
    expect(seen.written).toContain('[1] Deploy  [2] Cancel');
    expect(seen.written).toContain('[3] Restart');
    await edit(first, 'a', { blocks: actions('Cancel', 'Later') });
    transcript.flush();
    expect(seen.shown().at(-1)).toBe('  [2] Cancel  [4] Later');
    expect(transcript.button(1)).toBeUndefined();
    expect(transcript.button(2)).toMatchObject({ button: { label: 'Cancel' }, owner: { ts: first } });
    expect(transcript.button(3)).toMatchObject({ button: { actionId: 'Restart' } });
    expect(transcript.button(9)).toBeUndefined();
  });

  test('of a deleted message cannot be pressed', async () => {
    const transcript = new Transcript(slack, screen(false));
    const ts = await post('a', { blocks: actions('Deploy') });
    transcript.flush();
    expect(transcript.button(1)).toBeDefined();
    await client.chat.delete({ channel: 'C0CI', ts });
    expect(transcript.button(1)).toBeUndefined();
  });
});
