import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Cuts, jsonSlicer } from '../../../src/adapters/mesos/json-slicer.js';

const STATE: Cuts = { each: ['slaves', 'frameworks', 'frameworks.tasks'], drop: ['frameworks.completed_tasks'] };

function cut(text: string, cuts: Cuts = STATE, ends: readonly number[] = []): { path: string; element: unknown }[] {
  const found: { path: string; element: unknown }[] = [];
  const slicer = jsonSlicer(cuts, (path, element) => found.push({ path, element }));
  const bytes = Buffer.from(text, 'utf8');
  const edges = [0, ...ends.map((end) => end % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  edges.slice(1).forEach((end, at) => {
    slicer.push(bytes.subarray(edges[at], end));
  });
  slicer.end();
  return found;
}

describe('json-slicer', () => {
  it('hands out tasks one by one, and their framework without them', () => {
    const text = JSON.stringify({
      slaves: [{ id: 'S0', attributes: { slaves: [{ id: 'no' }] } }],
      frameworks: [
        {
          id: 'F1',
          tasks: [{ id: 'a', statuses: [{ state: 'x' }] }, { id: 'b' }],
          completed_tasks: [{ id: 'old' }],
          name: 'jenkins',
        },
      ],
      completed_frameworks: [{ id: 'gone', tasks: [{ id: 'never' }] }],
    });
    expect(cut(text)).toEqual([
      { path: 'slaves', element: { id: 'S0', attributes: { slaves: [{ id: 'no' }] } } },
      { path: 'frameworks.tasks', element: { id: 'a', statuses: [{ state: 'x' }] } },
      { path: 'frameworks.tasks', element: { id: 'b' } },
      { path: 'frameworks', element: { id: 'F1', tasks: [], completed_tasks: [], name: 'jenkins' } },
    ]);
  });

  it('is not deceived by brackets, quotes and keys inside strings', () => {
    const slaves = [{ id: '"slaves":[{', note: '\\', more: ']}"', tasks: '[' }];
    expect(cut(JSON.stringify({ note: 'slaves', slaves }), { each: ['slaves'] })).toEqual(
      slaves.map((element) => ({ path: 'slaves', element })),
    );
  });

  it('hands out the same wherever the text is cut', () => {
    const task = fc.record({ id: fc.string({ unit: 'grapheme' }), deep: fc.jsonValue() });
    const framework = fc.record({
      name: fc.string(),
      tasks: fc.array(task),
      completed_tasks: fc.array(task),
      rest: fc.jsonValue(),
    });
    const state = fc.record({ rest: fc.jsonValue(), frameworks: fc.array(framework), slaves: fc.array(task) });
    fc.assert(
      fc.property(state, fc.array(fc.nat()), fc.constantFrom(0, 1), (wanted, ends, indent) => {
        // Through JSON once: -0 reads back as 0.
        const given = JSON.parse(JSON.stringify(wanted)) as typeof wanted;
        const found = cut(JSON.stringify(given, undefined, indent), STATE, ends);
        const of = (path: string) => found.filter((one) => one.path === path).map((one) => one.element);
        expect(of('slaves')).toEqual(given.slaves);
        expect(of('frameworks.tasks')).toEqual(given.frameworks.flatMap((one) => one.tasks));
        expect(of('frameworks')).toEqual(given.frameworks.map((one) => ({ ...one, tasks: [], completed_tasks: [] })));
      }),
    );
  });

  it('notices at the end that the text breaks off, wherever it does', () => {
    const text = JSON.stringify({ slaves: [{ id: 'a"\\' }], frameworks: [{ tasks: [{ id: 'b' }] }] });
    for (let length = 0; length < text.length; length += 1) {
      expect(() => cut(text.slice(0, length)), text.slice(0, length)).toThrow(SyntaxError);
    }
  });

  it.each(['{}', '{"frameworks":[]}', '{"slaves":{},"frameworks":[]}', '[]', ' '])(
    'refuses %s, which is another answer',
    (text) => {
      expect(() => cut(text)).toThrow(SyntaxError);
    },
  );

  it.each([
    ['a closing bracket of the wrong kind', '{"slaves":[{"id":1]}'],
    ['an element that is not JSON', '{"slaves":[{id}]}'],
  ])('refuses %s', (_what, text) => {
    expect(() => cut(text)).toThrow(SyntaxError);
  });

  it.each(['[', '{"a":', '{"slaves":[{"x":['])('refuses %s without end', (piece) => {
    expect(() => cut(piece.repeat(1_000))).toThrow(RangeError);
  });

  it('refuses an entry that never ends', () => {
    expect(() => cut(`{"slaves":[{"id":"${'x'.repeat(5 * 1024 * 1024)}`)).toThrow(/more than 4 MiB/);
  });
});
