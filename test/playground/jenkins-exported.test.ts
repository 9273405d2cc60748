// `tree` and `depth`, by which a client of Jenkins says how much of an object it wants.
import { describe, expect, it } from 'vitest';
import { bean, exportBean, parseTree, record } from '../../src/playground/servers/jenkins-exported.js';

const leaf = (number: number) =>
  bean('Build', { number: () => number, url: () => `u${number}`, log: () => 'long' }, ['number']);
const root = bean(undefined, {
  name: () => 'app',
  builds: () => [1, 2, 3, 4].map(leaf),
  owner: () => record('User', { id: 'lee' }),
  absent: undefined,
});
const shown = (query: string) => exportBean(root, new URLSearchParams(query));

describe('tree', () => {
  it.each([
    ['name', { name: 'app' }],
    ['name,unknown,owner[id]', { name: 'app', owner: { _class: 'User', id: 'lee' } }],
    ['builds[number]{1,3}', { builds: [2, 3].map((number) => ({ _class: 'Build', number })) }],
    ['builds[number]{3}', { builds: [{ _class: 'Build', number: 4 }] }],
    ['builds[number]{,1}', { builds: [{ _class: 'Build', number: 1 }] }],
    ['builds[url]{3,}', { builds: [{ _class: 'Build', url: 'u4' }] }],
    ['builds{,1}', { builds: [{ _class: 'Build' }] }],
    ['owner[*]', { owner: { _class: 'User', id: 'lee' } }],
  ])('%s', (tree, wanted) => {
    expect(shown(`tree=${tree}`)).toEqual(wanted);
  });

  it('is refused when its brackets do not match', () => {
    expect(() => parseTree('a[b')).toThrow(SyntaxError);
    expect(() => parseTree('a]')).toThrow(SyntaxError);
  });
});

describe('depth', () => {
  it('0 mentions children briefly, 1 shows them whole', () => {
    const [brief, whole] = [shown(''), shown('depth=1')] as { builds: unknown[] }[];
    expect(brief?.builds[0]).toEqual({ _class: 'Build', number: 1 });
    expect(whole?.builds[0]).toEqual({ _class: 'Build', number: 1, url: 'u1', log: 'long' });
    expect(brief).not.toHaveProperty('absent');
  });
});
