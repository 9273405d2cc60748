import { describe, expect, test } from 'vitest';
import type { BuildStory } from '../../src/core/build-reads.js';
import { buildName, buildStateWords, commitWords, startWords } from '../../src/core/build-words.js';
import { MINUTE, SECOND } from '../../src/core/time.js';
import { aBuild, NOW } from '../support/ci-service.js';

test.each<[build: Partial<BuildStory>, words: string]>([
  [{ isRunning: true, at: NOW - MINUTE }, 'has run for 1 min of about 3 min'],
  [{ isRunning: true, at: NOW - 5 * MINUTE }, 'has run for 5 min, 2 min longer than usual'],
  [{ isRunning: true, at: NOW - 5 * SECOND, estimateMs: undefined }, 'has run for 5 s (no estimate yet)'],
  [{}, 'succeeded after 2 min (usually 3 min), 8 min ago'],
  [{ result: 'UNSTABLE' }, 'is unstable after 2 min (usually 3 min), 8 min ago'],
  [{ result: 'FAILURE', estimateMs: undefined }, 'failed after 2 min, 8 min ago'],
  [{ result: 'ABORTED' }, 'was aborted after 2 min (usually 3 min), 8 min ago'],
  [{ result: 'NOT_BUILT' }, 'was not built after 2 min (usually 3 min), 8 min ago'],
  [{ result: 'STRANGE' }, 'ended with STRANGE after 2 min (usually 3 min), 8 min ago'],
  [{ result: undefined }, 'ended with no result after 2 min (usually 3 min), 8 min ago'],
])('%j %s', (patch, words) => {
  expect(buildStateWords(aBuild(patch), NOW)).toBe(words);
});

test.each<[texts: string[], words: string | undefined]>([
  [['Started by user Ana'], 'started by Ana'],
  [['Started by timer'], 'started by timer'],
  [['Started by an SCM change'], 'started by an SCM change'],
  [['Started by upstream project "team » web" build number 7'], 'started by team » web #7'],
  [['Branch indexing'], 'Branch indexing'],
  [['Started by user Ana', 'Replayed #3'], 'started by Ana, Replayed #3'],
  [[], undefined],
])('%j is said as %j', (texts, words) => {
  expect(startWords(texts.map((text) => ({ text })))).toBe(words);
});

describe('commits', () => {
  const commit = (subject: string, author?: string) => ({ subject, author });

  test('are said with their authors, three of them', () => {
    expect(commitWords([commit('Fix retry', 'Alice'), commit('', undefined)])?.plain).toBe(
      'Fix retry (Alice); (no message)',
    );
    expect(commitWords(Array.from({ length: 4 }, (_, at) => commit(`c${at}`)))?.plain).toBe('c0; c1; c2; and more');
    expect(commitWords([])).toBeUndefined();
  });

  test('of strangers call nobody and link nowhere', () => {
    expect(commitWords([commit('<!channel> & <http://x.example|y>', '<@U0ANA>')])?.mrkdwn).toBe(
      '&lt;!channel&gt; &amp; &lt;http://x.example|y&gt; (&lt;@U0ANA&gt;)',
    );
  });
});

test('a name links below the address people know, whatever is in it', () => {
  const name = (jenkinsJob: string, url?: string) => buildName({ jenkinsJob, number: 7 }, url).mrkdwn;
  expect(name('team-a/web/feature%2Fx', 'http://ci.example.org/ci/')).toBe(
    '<http://ci.example.org/ci/job/team-a/job/web/job/feature%252Fx/7/|team-a/web/feature%2Fx #7>',
  );
  expect(name('日報 & <b>', 'http://ci.example.org')).toBe(
    '<http://ci.example.org/job/%E6%97%A5%E5%A0%B1%20%26%20%3Cb%3E/7/|日報 &amp; &lt;b&gt; #7>',
  );
  expect(name('app')).toBe('app #7');
});
