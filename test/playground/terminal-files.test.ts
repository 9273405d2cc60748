// Files that come with messages: where they are saved, under which name, and what the terminal says of it.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebClient } from '@slack/web-api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type SlackFile, startSlack } from '../../src/playground/slack/workspace.js';
import { safeName, savingTo } from '../../src/playground/terminal/files.js';
import { Transcript } from '../../src/playground/terminal/transcript.js';
import { manualClock } from '../support/manual-clock.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bb-files-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string, bytes: Buffer | undefined = Buffer.from('abc')): SlackFile => ({
  ...{ id: 'F1', name, title: name, altText: undefined, mimetype: 'image/png', promisedLength: 3 },
  ...{ bytes, createdAt: 0, completed: true },
});

describe('a file', () => {
  it('is saved once, in a folder made for it', () => {
    const save = savingTo(join(folder, 'new', 'folder'));
    const chart = file('chart.png');
    expect(save(chart)).toBe(`saved: ${join(folder, 'new', 'folder', 'chart.png')}`);
    expect(save(chart)).toBe(save(chart));
    expect(readdirSync(join(folder, 'new', 'folder'))).toEqual(['chart.png']);
    expect(readFileSync(join(folder, 'new', 'folder', 'chart.png'), 'utf8')).toBe('abc');
  });

  it('of the same name gets a number, and nothing that is there is written over, links included', () => {
    const elsewhere = join(folder, 'elsewhere');
    symlinkSync(elsewhere, join(folder, 'chart.png'));
    writeFileSync(join(folder, 'chart-2.png'), 'old');
    expect(savingTo(folder)(file('chart.png'))).toBe(`saved: ${join(folder, 'chart-3.png')}`);
    expect(existsSync(elsewhere)).toBe(false);
    expect(readFileSync(join(folder, 'chart-2.png'), 'utf8')).toBe('old');
  });

  it('that cannot be saved is told with the reason', () => {
    writeFileSync(join(folder, 'file'), '');
    expect(savingTo(join(folder, 'file', 'below'))(file('a.png'))).toMatch(/^not saved: ENOTDIR/);
    expect(savingTo(folder)({ ...file('a.png'), bytes: undefined })).toBe('not saved: its content never arrived');
  });
});

it.each([
  ['jenkins-usage-7d.png', 'jenkins-usage-7d.png'],
  ['../../etc/passwd', 'passwd'],
  ['..\\..\\boot.ini', 'boot.ini'],
  ['/', 'file'],
  ['..', 'file'],
  ['', 'file'],
  ['.bashrc', 'bashrc'],
  ['a\u0000b\u001b[2J.txt', 'a_b__2J.txt'],
  ['Auslastung März.png', 'Auslastung März.png'],
  [`${'x'.repeat(300)}.png`, `${'x'.repeat(100)}.png`],
])('the name %j becomes %j', (given, safe) => {
  expect(safeName(given)).toBe(safe);
});

it('is shown in the transcript with its path, title and what it shows', async () => {
  const slack = await startSlack({ clock: manualClock() });
  try {
    const client = new WebClient(slack.botToken, { slackApiUrl: slack.slackApiUrl });
    let written = '';
    const screen = {
      write: (text: string) => {
        written += text;
      },
      columns: 200,
      rows: 40,
      isTerminal: false,
    };
    const transcript = new Transcript(slack, screen, savingTo(folder));
    const upload = (filename: string, bytes: Buffer, title: string, alt_text?: string) =>
      client.filesUploadV2({
        ...{ channel_id: 'C0CI', filename, file: bytes, title },
        ...(alt_text === undefined ? {} : { alt_text }),
      });
    await upload('usage.png', Buffer.alloc(48_300), 'Usage', 'Chart of a week.');
    await slack.changed(() => slack.messages.length === 1);
    await upload('log.txt', Buffer.from('hello'), 'log.txt');
    await slack.changed(() => slack.messages.length === 2);
    transcript.flush();
    transcript.flush();
    expect(written.split('\n').filter((row) => row.startsWith('  '))).toEqual([
      `  🖼 usage.png (48 kB) saved: ${join(folder, 'usage.png')}`,
      '  Usage: Chart of a week.',
      `  📄 log.txt (5 bytes) saved: ${join(folder, 'log.txt')}`,
    ]);
  } finally {
    await slack.close();
  }
});
