import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scrubber } from '../../src/adapters/secrets.js';

const secret = fc.string({ minLength: 4, maxLength: 40 }).filter((text) => !text.includes('•'));
/** As long as a real token or password, so that its base64 cannot occur by chance. */
const token = fc.string({ minLength: 8, maxLength: 40 }).filter((text) => !text.includes('•'));
const around = fc.string();

describe('configured secrets', () => {
  it('are gone from any text, as they are, URL-encoded, in a form and in JSON', () => {
    fc.assert(
      fc.property(fc.array(secret, { minLength: 1, maxLength: 4 }), around, around, (secrets, before, after) => {
        const scrub = scrubber(secrets);
        for (const one of secrets) {
          for (const spelling of [
            one,
            encodeURIComponent(one),
            String(new URLSearchParams({ s: one })).slice(2),
            JSON.stringify(one).slice(1, -1),
          ]) {
            const seen = scrub(before + spelling + after);
            for (const any of secrets) expect(seen.includes(any)).toBe(false);
            expect(seen.includes(spelling)).toBe(false);
          }
        }
      }),
    );
  });

  it('are gone from the base64 of user:password, whatever the user', () => {
    fc.assert(
      fc.property(token, fc.string({ maxLength: 12 }), (password, user) => {
        const header = Buffer.from(`${user}:${password}`).toString('base64');
        const seen = scrubber([password])(`sent [${header}] there`);
        const left = Buffer.from(/\[([\w+/=-]*)/.exec(seen)?.[1] ?? '', 'base64').toString('latin1');
        expect(left.includes(password)).toBe(false);
        // The user and at most the first byte of the password can be read back.
        expect(left.length).toBeLessThanOrEqual(Buffer.byteLength(`${user}:`) + 1);
      }),
    );
  });

  it('leave other text alone', () => {
    const plain = fc
      .string()
      .filter((text) => !/token|password|passwd|secret|bearer|authorization|xox|xapp|:\/\/|hunter22|-----/i.test(text));
    fc.assert(
      fc.property(plain, (text) => {
        expect(scrubber(['hunter22'])(text)).toBe(text);
      }),
    );
  });

  it('are hidden once: scrubbing again changes nothing', () => {
    fc.assert(
      fc.property(fc.array(secret), around, (secrets, text) => {
        const scrub = scrubber(secrets);
        const once = scrub([text, ...secrets, `token=${text}`, `http://u:${text}@h`].join(' '));
        expect(scrub(once)).toBe(once);
      }),
    );
  });

  it('shorter than four characters are words, not secrets', () => {
    expect(scrubber(['ci', 'dev'])('the dev cluster of ci')).toBe('the dev cluster of ci');
  });

  it('may hold characters that mean something in a pattern', () => {
    expect(scrubber(['a.*+?^$()|[]{}\\b'])('x a.*+?^$()|[]{}\\b y')).toBe('x ••• y');
  });

  it('the longer of two wins', () => {
    expect(scrubber(['abcd', 'abcdefgh'])('abcdefgh')).toBe('•••');
  });
});

describe('what looks like a secret', () => {
  const hidden = (text: string) => scrubber([])(text);
  it.each([
    ['a bot token xoxb-1234-abcDEF here', 'a bot token ••• here'],
    ['xoxp-1-2-3 and xapp-1-A0-9', '••• and •••'],
    ['Bearer abc.def-ghi==, then', 'Bearer •••, then'],
    ['GET /x?token=abc123&force=true', 'GET /x?token=•••&force=true'],
    ['`DB_PASSWORD=hunter2` (default)', '`DB_PASSWORD=•••` (default)'],
    ['?casc-reload-token=s3cr3t', '?casc-reload-token=•••'],
    ['Authorization: token=eyJhbGci.eyJ1.c2ln', 'Authorization: •••'],
    ['{"Authorization":"Basic dXNlcjpwYXNz","x":1}', '{"Authorization":"Basic •••","x":1}'],
    ['clone https://ana:pa:ss@git.example.com/x.git', 'clone https://•••@git.example.com/x.git'],
    ['clone https://ghp_abc@git.example.com/x.git', 'clone https://•••@git.example.com/x.git'],
    ['redis://:pass@host:6379', 'redis://•••@host:6379'],
    ['git@git.example.com:core/jenkins.git', 'git@git.example.com:core/jenkins.git'],
    ['key -----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- end', 'key ••• end'],
    ['cut -----BEGIN PRIVATE KEY-----\nMIIE', 'cut •••'],
  ])('%s', (text, seen) => {
    expect(hidden(text)).toBe(seen);
  });

  it('is hidden in what inspect prints of an error', () => {
    const error = Object.assign(new Error('failed'), { config: { headers: { Authorization: 'Bearer abcdefgh' } } });
    expect(hidden(inspect(error))).not.toContain('abcdefgh');
  });

  it('takes no long time over long lines that look like one', () => {
    const from = performance.now();
    for (const piece of ['a', 'a:', ':', '://', '@', 'token', '-----BEGIN PRIVATE KEY-----', 'xox']) {
      scrubber(['hunter22hunter22'])(piece.repeat(20_000));
    }
    // Linear time is some milliseconds; quadratic time would be tens of seconds.
    expect(performance.now() - from).toBeLessThan(5_000);
  });
});
