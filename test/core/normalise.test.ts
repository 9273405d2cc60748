import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalise } from '../../src/core/normalise.js';

describe('what keyboards do', () => {
  it.each([
    ['smart double quotes', 'lock “release freeze”', 'lock "release freeze"'],
    ['smart single quotes', 'lock ‘release freeze’', "lock 'release freeze'"],
    ['German and French quotes', 'lock „a“ «b»', 'lock "a" "b"'],
    ['an em dash for two hyphens', 'deploy —now', 'deploy --now'],
    ['an en dash for two hyphens', 'deploy –now', 'deploy --now'],
    ['two en dashes', 'deploy ––now', 'deploy --now'],
    ['a dash at the very start', '—help', '--help'],
    ['a dash between words stays', 'lock a – b — c', 'lock a – b — c'],
    ['a dash inside a word stays', 'lock a–b', 'lock a–b'],
    ['a minus sign', 'scale executors −1', 'scale executors -1'],
    ['no-break and other spaces', 'scale\u00a0executors\u20094\u202f', 'scale executors 4'],
    ['full-width letters and digits', 'ｓｃａｌｅ　ｅｘｅｃｕｔｏｒｓ　４', 'scale executors 4'],
    ['full-width punctuation', 'deploy －－git＝https：／／x', 'deploy --git=https://x'],
    ['full-width quotes', 'lock ＂a b＂', 'lock "a b"'],
    ['a Chinese full stop', 'where。', 'where.'],
    ['invisible characters', 'wh\u200bere\ufeff', 'where'],
    ['line breaks and controls', 'scale\nexecutors\t\u00004', 'scale executors 4'],
    ['spaces around', '   where   ', 'where'],
    ['nothing', '', ''],
    ['only spaces', ' \u3000 ', ''],
    ['other scripts stay', 'lock 发布冻结 🔔 é', 'lock 发布冻结 🔔 é'],
  ])('%s', (_, typed, expected) => {
    expect(normalise(typed)).toBe(expected);
  });
});

describe('what Slack does', () => {
  it.each([
    ['a mention', 'history <@U0ANA|ana>', 'history @U0ANA'],
    ['a mention without a name', 'history <@W0LEE>', 'history @W0LEE'],
    ['a channel', 'x <#C0CI|ci>', 'x #C0CI'],
    ['a link', 'deploy --git <https://x/y.git>', 'deploy --git https://x/y.git'],
    ['a link with words', 'deploy --git <http://x.com|x.com>', 'deploy --git http://x.com'],
    ['an address of git over ssh', 'deploy --git <mailto:git@x.com|git@x.com>:a/b', 'deploy --git git@x.com:a/b'],
    ['an e-mail address', 'x <mailto:a@b.c|a@b.c>', 'x a@b.c'],
    ['the three escapes', 'lock a &amp; b &lt;c&gt;', 'lock a & b <c>'],
    ['an escape that was typed', '&amp;lt;', '&lt;'],
    ['what is neither stays', 'x <!channel> <y', 'x <!channel> <y'],
  ])('%s', (_, typed, expected) => {
    expect(normalise(typed)).toBe(expected);
  });
});

it('what is left has no control, no strange space and nothing around it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (typed) => {
      const text = normalise(typed);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the characters that must be gone
      expect(text).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u00a0\u3000\u200b\uff01-\uff5e]/);
      expect(text).toBe(text.trim());
    }),
  );
});
