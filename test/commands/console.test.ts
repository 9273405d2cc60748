import { describe, expect, test } from 'vitest';
import { render } from '../../src/adapters/slack/render.js';
import { console } from '../../src/commands/console.js';
import { catalogueOf } from '../../src/commands/index.js';
import type { ConsoleTail } from '../../src/core/build-reads.js';
import type { Jenkins } from '../../src/core/cluster.js';
import { UpstreamError } from '../../src/core/errors.js';
import { parse } from '../../src/core/parse.js';
import { MINUTE } from '../../src/core/time.js';
import { aBuild, NOW, silence } from '../support/ci-service.js';
import { linesOf, read } from '../support/read-command.js';

const argsOf = (text: string) => parse(text, catalogueOf([console])).args as object;
const answer = (text: string, jenkins: Partial<Jenkins> = {}) => read(console, { jenkins }, argsOf(text));

const aTail = (patch: Partial<ConsoleTail> = {}): ConsoleTail => ({
  text: 'one\ntwo\nthree\n',
  sizeBytes: 14,
  isCut: false,
  isGrowing: false,
  ...patch,
});

/** A Jenkins that has every job and, of each, build 7. */
const having = (calls: Partial<Jenkins> = {}): Partial<Jenkins> => ({
  jenkinsJob: async (fullName) => ({ fullName, kind: 'job', isDisabled: false, parameters: [], members: [] }),
  buildsOf: async (jenkinsJob) => [aBuild({ jenkinsJob })],
  buildStory: async (jenkinsJob, number) => (number === 7 ? aBuild({ jenkinsJob, result: 'FAILURE' }) : undefined),
  consoleTail: async () => aTail(),
  ...calls,
});

test('a build that ended: how, when, the last lines and the whole log', async () => {
  const message = await answer('console app-build#7', having());
  expect(linesOf(message)).toEqual([
    ':scroll: The last 3 lines of the log of <http://ci.example.org/job/app-build/7/|app-build #7>, which failed after 2 min (usually 3 min), 8 min ago.',
    'one',
    'two',
    'three',
    '(<http://ci.example.org/job/app-build/7/consoleFull|The whole log>, 14 bytes)',
  ]);
  expect(message.text).toBe(
    'The last 3 lines of the log of app-build #7, which failed after 2 min (usually 3 min), 8 min ago. The last one: three',
  );
});

test('a build that runs can be read on', async () => {
  const at = { at: NOW - MINUTE, isRunning: true, result: undefined };
  const message = await answer(
    'console release notes#7 --lines 2',
    having({
      buildStory: async (jenkinsJob) => aBuild({ jenkinsJob, ...at }),
      consoleTail: async () => aTail({ isGrowing: true, sizeBytes: 50_000_000 }),
    }),
  );
  expect(linesOf(message)).toEqual([
    ':scroll: The last 2 lines of the log of <http://ci.example.org/job/release%20notes/7/|release notes #7>, which has run for 1 min of about 3 min.',
    'two',
    'three',
    '(<http://ci.example.org/job/release%20notes/7/consoleFull|The whole log>, 48 MB so far)',
    '[Read on]',
  ]);
  const button = message.blocks.at(-1);
  const value = button?.type === 'actions' ? button.buttons[0]?.value : undefined;
  expect(value).toBe('console "release notes#7" --lines 2');
  expect(argsOf(value ?? '')).toEqual({ wanted: { job: 'release notes', number: 7 }, lines: 2 });
});

describe('what is asked for', () => {
  test.each<[text: string, job: string, bytes: number]>([
    ['console app-build#7', 'app-build', 65_536],
    ['console app-build', 'app-build', 65_536],
    ['console app-build #7 --lines 2000', 'app-build', 512_000],
    ['console "release notes" #7', 'release notes', 65_536],
    ['console team-a/web/feature%2Flogin#7', 'team-a/web/feature%2Flogin', 65_536],
    ['console 日報#7', '日報', 65_536],
    ['console https://ci.example.com/job/team-a/job/api/7/console', 'team-a/api', 65_536],
  ])('by `%s`', async (text, job, bytes) => {
    const asked: unknown[] = [];
    const consoleTail = async (...call: unknown[]) => {
      asked.push(call);
      return aTail();
    };
    await answer(text, having({ consoleTail }));
    expect(asked).toEqual([[job, 7, bytes]]);
  });
});

describe('what cannot be asked for', () => {
  test.each([
    ['console', 'Expected a build, got nothing.'],
    ['console app#7 --lines 0', 'Expected `lines` to be a whole number from 1 to 2000 lines, got `0`.'],
    ['console app#7 --lines 2001', 'Expected `lines` to be a whole number from 1 to 2000 lines, got `2001`.'],
    ['console app#7 --lines many', 'Expected `lines` to be a whole number from 1 to 2000 lines, got `many`.'],
    ['console app#latest', "Expected the build's number to be a whole number from 1 to 2147483647, got `latest`."],
  ])('`%s`', (text, message) => {
    expect(() => argsOf(text)).toThrow(message);
  });
});

describe('what is not there', () => {
  const gone = having({ consoleTail: async () => undefined });
  test.each<[what: string, text: string, calls: Partial<Jenkins>, line: RegExp]>([
    [
      'a number nobody has reached',
      'console app#12',
      having(),
      /^:warning: Jenkins has no build #12 of app, or does not let the bot see it\. The newest is #7\.$/,
    ],
    ['a number of old', 'console app#3', having(), /It may have been deleted, or be of the controller before this one/],
    ['the log alone', 'console app#7', gone, /^:warning: Jenkins has no build #7 of app/],
    ['builds', 'console app', having({ buildsOf: async () => [] }), /remembers no build of app, so there is no log/],
    [
      'builds, and one is asked for',
      'console app#12',
      having({ buildsOf: async () => [] }),
      /It remembers none of this job at all\.$/,
    ],
    [
      'a Jenkins that answers',
      'console app#7',
      having({ consoleTail: () => Promise.reject(silence('Jenkins')) }),
      /^:warning: The log could not be read\. Jenkins: did not answer within 15 s\.$/,
    ],
    [
      'the right to read it',
      'console app#7',
      having({
        buildStory: () =>
          Promise.reject(
            new UpstreamError({
              system: 'Jenkins',
              request: 'GET /job/app/7/api/json',
              status: 403,
              seen: 'chatbot lacks the right Job/Read',
              retryable: false,
              mayHaveArrived: false,
            }),
          ),
      }),
      /Jenkins: 403, chatbot lacks the right Job\/Read\.$/,
    ],
  ])('%s', async (_what, text, calls, line) => {
    expect(linesOf(await answer(text, calls))[0]).toMatch(line);
  });

  test('a job: the nearest name, with the number that was typed', async () => {
    const jobNames = async () => ({ names: ['team-a/api', 'release notes'], isCut: false });
    const failed = await answer('console release note #7', { jobNames }).catch((error: unknown) => error);
    expect(failed).toMatchObject({ buttons: [{ value: 'console "release notes" #7' }] });
    expect(argsOf('console "release notes" #7')).toEqual({ wanted: { job: 'release notes', number: 7 }, lines: 20 });
  });
});

test('a log that is still empty', async () => {
  const tail = aTail({ text: '', sizeBytes: 0, isGrowing: true });
  const message = await answer('console app#7', having({ consoleTail: async () => tail }));
  expect(linesOf(message)[0]).toMatch(/, is still empty\.$/);
});

test('2,000 long lines of hostile text fit, and the last ones are what is shown', async () => {
  const text = Array.from({ length: 3_000 }, (_, at) => `${at} <!channel> \`\`\` ${'x'.repeat(400)}`).join('\n');
  const message = await answer('console app#7 --lines 2000', having({ consoleTail: async () => aTail({ text }) }));
  const code = message.blocks[1];
  expect(code?.type === 'code' ? code.text.split('\n').length : 0).toBe(2_000);
  const { blocks } = render(message);
  expect(JSON.stringify(blocks)).toContain('2999');
  // As rich text it calls nobody.
  expect(JSON.stringify(blocks.filter(({ type }) => type !== 'rich_text'))).not.toContain('<!channel>');
});
