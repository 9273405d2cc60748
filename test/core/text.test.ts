import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  code,
  escapeMrkdwn,
  join,
  lines,
  link,
  md,
  mention,
  moment,
  prose,
  type Rich,
  report,
  safeUrl,
  shorten,
  stripControls,
} from '../../src/core/text.js';

const rich = (mrkdwn: string, plain: string): Rich => ({ mrkdwn, plain });
const foreign = (text: string) => md`${text}`;

describe('foreign text in a sentence', () => {
  it.each<[text: string, mrkdwn: string, plain: string]>([
    ['jenkins', 'jenkins', 'jenkins'],
    ['a & b <c>', 'a &amp; b &lt;c&gt;', 'a & b <c>'],
    ['<!channel>', '&lt;!channel&gt;', '<!channel>'],
    ['<@U0ANA|ana>', '&lt;@U0ANA|ana&gt;', '<@U0ANA|ana>'],
    ['&lt;!here&gt;', '&amp;lt;!here&amp;gt;', '&lt;!here&gt;'],
    ['*bold*', '`*bold*`', '*bold*'],
    ['_it_ ~no~', '`_it_ ~no~`', '_it_ ~no~'],
    ['a`b', "`a'b`", "a'b"],
    ['``` <!channel>', "`''' &lt;!channel&gt;`", "''' <!channel>"],
    ['two\nlines\t here', 'two lines here', 'two lines here'],
    ['\u001b[31mred\u001b[0m', 'red', 'red'],
    ['abc\u202edef\u2066', 'abcdef', 'abcdef'],
    ['', '', ''],
  ])('%j is %j', (text, mrkdwn, plain) => {
    expect(foreign(text)).toEqual(rich(mrkdwn, plain));
  });

  it('neither mentions, links nor formats, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'<>&!@#|*_~`^ab :/\n\u001b[m') }), (text) => {
        const { mrkdwn } = foreign(text);
        expect(mrkdwn).not.toMatch(/[<>]|&(?!(?:amp|lt|gt);)/);
        const outsideCode = mrkdwn.replace(/^`[^`]*`$/, '');
        expect(outsideCode).not.toMatch(/[*_~`]/);
      }),
    );
  });
});

describe('our own words', () => {
  it.each<[what: string, made: Rich, expected: Rich]>([
    ['bold is not spoken', md`*Deployed* ${'/jenkins'}`, rich('*Deployed* /jenkins', 'Deployed /jenkins')],
    ['nor italics', md`_since_ ${2} min`, rich('_since_ 2 min', 'since 2 min')],
    ['nor backticks', md`type \`help\``, rich('type `help`', 'type help')],
    ['nor emoji codes', md`:red_circle: Failed`, rich(':red_circle: Failed', 'Failed')],
    ['a name with an underscore stays a name', md`EXECUTORS_APP_ID`, rich('EXECUTORS_APP_ID', 'EXECUTORS_APP_ID')],
    ['rich parts stay rich', md`by ${mention('U0ANA')}`, rich('by <@U0ANA>', 'by @U0ANA')],
    ['code is code', code('scale <n>'), rich('`scale &lt;n&gt;`', 'scale <n>')],
    ['empty code is nothing', code(' \n'), rich('', '')],
    ['a backtick cannot end code', code('a`<!here>`b'), rich("`a'&lt;!here&gt;'b`", "a'<!here>'b")],
  ])('%s', (_, made, expected) => {
    expect(made).toEqual(expected);
  });
});

describe('links, people and moments', () => {
  it.each<[what: string, made: Rich, expected: Rich]>([
    ['a link', link('https://ci/x?a=1&b=2', 'build'), rich('<https://ci/x?a=1&amp;b=2|build>', 'build')],
    ['words that would end it', link('https://ci', 'a|b>`c`'), rich("<https://ci|a¦b&gt;'c'>", 'a|b>`c`')],
    ['an address that would end it', link('https://ci/<a>|b', 'x'), rich('<https://ci/%3Ca%3E%7Cb|x>', 'x')],
    ['no address of a script', link('javascript:alert(1)', 'x'), rich('x', 'x')],
    ['no address with a space', link('https://ci/ <!here>', 'x'), rich('x', 'x')],
    ['a person', mention('W0LEE'), rich('<@W0LEE>', '@W0LEE')],
    ['what is no person', mention('!channel'), rich('!channel', '!channel')],
    ['what is no person either', mention('U1> <!here'), rich('U1&gt; &lt;!here', 'U1> <!here')],
    [
      'a moment, in the zone of each reader',
      moment(Date.UTC(2015, 4, 28, 10, 5, 59, 999)),
      rich('<!date^1432807559^{date_short_pretty} {time}|2015-05-28 10:05 UTC>', '2015-05-28 10:05 UTC'),
    ],
  ])('%s', (_, made, expected) => {
    expect(made).toEqual(expected);
  });

  it('an address is http or https, or none', () => {
    expect(safeUrl('HTTPS://ci/')).toBe('HTTPS://ci/');
    expect(safeUrl('ftp://ci/')).toBeUndefined();
  });
});

describe('several together', () => {
  it('joins with commas and leaves out what is empty', () => {
    expect(join(['a', code(''), 3, code('b')])).toEqual(rich('a, 3, `b`', 'a, 3, b'));
  });
  it('puts lines under each other and leaves out what is not there', () => {
    expect(lines(md`a`, undefined, 'b*')).toEqual(rich('a\n`b*`', 'a\nb*'));
  });
});

describe('sentences of errors', () => {
  it.each<[text: string, mrkdwn: string, plain: string]>([
    ['Try `scale executors 4`.', 'Try `scale executors 4`.', 'Try scale executors 4.'],
    ['Ask <@U0ANA> in <#C0CI> or <#G0OPS>.', 'Ask <@U0ANA> in <#C0CI> or <#G0OPS>.', 'Ask @U0ANA in #C0CI or #G0OPS.'],
    ['got `<@U0ANA>`', 'got `&lt;@U0ANA&gt;`', 'got @U0ANA'],
    ['<!channel> & <https://x|y>', '&lt;!channel&gt; &amp; &lt;https://x|y&gt;', '<!channel> & <https://x|y>'],
    ['an open ` backtick', 'an open  backtick', 'an open  backtick'],
  ])('%j', (text, mrkdwn, plain) => {
    expect(prose(text)).toEqual(rich(mrkdwn, plain));
  });

  it('what a mistake quotes cannot leave its quotation', () => {
    const typed = 'x` <@U0ANA> `y';
    expect(prose(`got \`${shorten(typed)}\`.`).mrkdwn).toBe("got `x' &lt;@U0ANA&gt; 'y`.");
  });
});

describe('shortening', () => {
  it.each([
    ['short', 60, 'short'],
    ['x'.repeat(60), 60, 'x'.repeat(60)],
    ['x'.repeat(61), 60, `${'x'.repeat(59)}…`],
    ['ab🔔cd', 4, 'ab…'],
    ['ab🔔cd', 5, 'ab🔔…'],
  ])('%j to %i', (text, longest, expected) => {
    expect(shorten(text, longest)).toBe(expected);
  });
});

describe('stripping', () => {
  it.each([
    ['keeps tabs and line breaks', 'a\tb\nc', 'a\tb\nc'],
    ['drops carriage returns', 'a\r\nb', 'a\nb'],
    ['drops colours', '\u001b[1;31mx\u001b[0m', 'x'],
    ['drops links of terminals', '\u001b]8;;http://x\u0007y\u001b]8;;\u001b\\', 'y'],
    ['drops the bell and other controls', 'a\u0007\u0000\u009fb\u007f', 'ab'],
    ['drops what turns the reading direction', '\u202eabc\u061c\u200f', 'abc'],
    ['keeps other scripts and emoji', '构建 🔔 é', '构建 🔔 é'],
  ])('%s', (_, text, expected) => {
    expect(stripControls(text)).toBe(expected);
  });

  it('leaves no escape character whatever is nested', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('\u001b', '[', ']', '3', 'm', ';', '\u0007', '\\', 'x') }),
        (text) => {
          expect(stripControls(text)).not.toContain('\u001b');
        },
      ),
    );
  });

  it('escapes exactly the three that Slack asks for', () => {
    expect(escapeMrkdwn(`<a href="x">&'*_~\`</a>`)).toBe(`&lt;a href="x"&gt;&amp;'*_~\`&lt;/a&gt;`);
  });
});

it('a kept sentence with foreign words in it names nobody', () => {
  const { mrkdwn, plain } = report('lost on `a*b` and <@U0ANA> in <#C0CI> & <!channel>');
  expect(mrkdwn).toBe('lost on `a*b` and &lt;@U0ANA&gt; in &lt;#C0CI&gt; &amp; &lt;!channel&gt;');
  expect(plain).toBe('lost on a*b and <@U0ANA> in <#C0CI> & <!channel>');
});
