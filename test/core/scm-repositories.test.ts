import { expect, test } from 'vitest';
import { differ, repositoriesOf } from '../../src/core/scm-repositories.js';
import { appWith } from '../support/app-changes.js';
import { SAVED } from '../support/ci-service.js';

const of = (from: unknown, url: string | undefined) =>
  repositoriesOf(appWith({ env: { SCM_SYNC_GIT: from as string } }), { ...SAVED, url });

test.each<[string, unknown, string | undefined, boolean]>([
  ['the same', 'git@git.example.org:ci/jenkins.git', 'git@git.example.org:ci/jenkins.git', false],
  [
    'the same without its ending',
    'https://git.example.org/ci/jenkins',
    'https://git.example.org/ci/jenkins.git/',
    false,
  ],
  ['the same with a login', 'https://bot:hunter22@git.example.org/ci', 'https://git.example.org/ci', false],
  ['another', 'git@git.example.org:ci/new.git', 'git@git.example.org:ci/old.git', true],
  ['nobody knows from where', undefined, 'git@git.example.org:ci/old.git', false],
  ['a name that comes from elsewhere', { secret: 'GIT' }, 'git@git.example.org:ci/old.git', false],
  ['nobody knows to where', 'git@git.example.org:ci/new.git', undefined, false],
])('%s', (_, from, url, apart) => {
  expect(differ(of(from, url))).toBe(apart);
});

test('no login is kept', () => {
  expect(of('https://bot:hunter22@git.example.org/ci', undefined).readFrom).toBe('https://git.example.org/ci');
});

test('without an app nothing is known', () => {
  expect(repositoriesOf(undefined, undefined)).toEqual({ readFrom: undefined, writtenTo: undefined });
});
