import { describe, expect, test } from 'vitest';
import { lastLines, plainLog } from '../../src/core/log-tail.js';

describe('the last lines', () => {
  test.each<[what: string, text: string, lines: string[]]>([
    ['of nothing are none', '', []],
    ['of blank lines are none', '\n \n\t\n', []],
    ['are the last, oldest first', 'one\ntwo\nthree\nfour\n', ['two', 'three', 'four']],
    ['are fewer where there are fewer', 'one\ntwo', ['one', 'two']],
    ['keep a blank line between two others', 'one\n\ntwo\n', ['one', '', 'two']],
    ['do not count the blank ones at the end', 'one\ntwo\n\n\n', ['one', 'two']],
    ['keep how a stack trace is indented', 'Exception\n\tat a.B.c(B.java:1)\n', ['Exception', '\tat a.B.c(B.java:1)']],
    ['lose colours', '\u001b[31mSEVERE\u001b[0m: no\u001b[K\n', ['SEVERE: no']],
    ['lose the title a terminal would get', '\u001b]0;root@host\u0007ready\n', ['ready']],
    ['lose controls and what turns text around', 'a\u0000b\u0007c\u202ed\u0008\n', ['abcd']],
    ['end their lines with CRLF or LF', 'one\r\ntwo\r\n', ['one', 'two']],
    ['show a progress line as it stood last', ' 10 %\r 50 %\r100 %\ndone\n', ['100 %', 'done']],
    ['show what stood before a line was cleared at its end', '90 %\r100 %\r\u001b[K\n', ['100 %']],
    ['have no half characters', 'a\ud83d b\udd14 🔔\n', ['a\ufffd b\ufffd 🔔']],
    ['keep three backticks, which mean nothing in a code block', '```\nnot ours\n```\n', ['```', 'not ours', '```']],
  ])('%s', (_what, text, lines) => {
    expect(lastLines(text, 3)).toEqual(lines);
  });

  test('are cut at 300 characters, never inside one', () => {
    expect(lastLines(`${'x'.repeat(300)}\n${'x'.repeat(301)}\n${'x'.repeat(298)}🔔🔔\n`, 9)).toEqual([
      'x'.repeat(300),
      `${'x'.repeat(299)}…`,
      `${'x'.repeat(298)}…`,
    ]);
  });

  test('are the same when they are taken twice', () => {
    const once = lastLines('\u001b[1m one \r two\n\n\u0007three', 9);
    expect(lastLines(once.join('\n'), 9)).toEqual(once);
  });
});

test('a plain log keeps all its lines, however long', () => {
  const text = `\u001b[1m${'x'.repeat(400)}\u001b[0m\n\nend`;
  expect(plainLog(text)).toBe(`${'x'.repeat(400)}\n\nend`);
});
