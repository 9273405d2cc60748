// Our scripts in a real Groovy: each compiles, and those about templates, executors and agents do what they should to either
// generation of the Mesos plugin, never to another object than they must. Those about git: `groovy-scm-sync.test.ts`.
import { beforeAll, describe, expect, it } from 'vitest';
import type { ScriptName } from '../../../src/adapters/jenkins/script.js';
import { allScripts, type GroovyResult, hasGroovy, inGroovy } from '../../support/groovy.js';

const isThere = hasGroovy();
const why = isThere ? '' : ' (skipped: no groovy here; apt-get install groovy)';
/** A JVM starts, on a machine that may be busy. */
const PATIENCE_MS = 180_000;

const seen = (label: string, template: number, ifCurrent: object) => ({ cloud: 1, template, label, ifCurrent });

interface Line {
  generation: 0 | 2;
  label: string;
  before: { cpus: number; mem: number; idle: number };
  /** Members of the plugin's class, as they were and must be but for the three settings. */
  members: { cpus: string; mem: string };
}

const LINES: Line[] = [
  {
    generation: 0,
    label: 'mesos',
    before: { cpus: 0.2, mem: 512, idle: 3 },
    members: { cpus: 'slaveCpus', mem: 'slaveMem' },
  },
  { generation: 2, label: 'linux', before: { cpus: 0.1, mem: 512, idle: 3 }, members: { cpus: 'cpus', mem: 'mem' } },
];

const wanted = { cpus: 0.5, mem: 1_024, idle: 5 };

const RUN = ({ label, before }: Line): [ScriptName, object][] => [
  ['template-set', { wanted, templates: [seen(label, 0, before)] }],
  ['template-set', { wanted, templates: [seen(label, 0, before)] }],
  ['template-set', { wanted: { mem: 2_048 }, templates: [seen(label, 0, { mem: 512 })] }],
  ['template-set', { wanted: { mem: 0 }, templates: [seen(label, 0, { mem: 1_024 })] }],
  ['template-set', { wanted: { cpus: "1; ' + x" }, templates: [seen(label, 0, { cpus: 0.5 })] }],
  ['template-set', { wanted, templates: [seen('other', 0, before), seen(label, 7, before)] }],
  ['templates-read', {}],
  ['agents-read', {}],
];

describe.skipIf(!isThere).each(LINES)(`against the plugin of generation $generation${why}`, (line) => {
  const { generation, label, before, members } = line;
  let result: GroovyResult;
  beforeAll(() => {
    result = inGroovy(generation, RUN(line), { compile: { ...allScripts(), 'broken.groovy': 'def x = (1' } });
  }, PATIENCE_MS);

  it('every script compiles', () => {
    const { compiled } = result;
    expect(compiled.map(({ name }) => name).sort()).toEqual([...Object.keys(allScripts()), 'broken.groovy'].sort());
    expect(compiled.filter(({ error }) => error !== '').map(({ name }) => name)).toEqual(['broken.groovy']);
  });

  it('a change is made once, a second time it is there already, and one from other values is refused', () => {
    const row = { cloud: 1, template: 0, label };
    expect(result.results.slice(0, 3)).toEqual([
      { ok: true, changed: [{ ...row, now: before }], unchanged: [], refused: [], saved: true },
      { ok: true, changed: [], unchanged: [{ ...row, now: wanted }], refused: [], saved: false },
      {
        ok: true,
        changed: [],
        unchanged: [],
        refused: [{ ...row, now: { mem: 1_024 }, reason: 'ifCurrent' }],
        saved: false,
      },
    ]);
    expect(result.saves).toBe(1);
  });

  it('what would do harm is not written', () => {
    expect(result.results[3]).toEqual({
      ok: false,
      error: 'java.lang.IllegalArgumentException: mem must be 64..1048576',
    });
    expect(result.results[4]).toEqual({
      ok: false,
      error: 'java.lang.IllegalArgumentException: cpus is no such setting',
    });
  });

  it('a template that is not at its place is in no list', () => {
    expect(result.results[5]).toEqual({ ok: true, changed: [], unchanged: [], refused: [], saved: false });
  });

  it('the cloud stays the same object with the same scheduler, and every other setting as it was', () => {
    expect(result.clouds).toEqual(['other', 'same']);
    expect([result.cloudsMade, result.sameScheduler]).toEqual([1, true]);
    const [first, ...others] = result.before;
    expect(result.after).toEqual([
      { ...first, [members.cpus]: '0.5', [members.mem]: '1024', idleTerminationMinutes: '5' },
      ...others,
    ]);
  });

  it('templates are read with what they have now', () => {
    const { clouds, mesosPlugin } = result.results[6] as { clouds: Record<string, unknown>[]; mesosPlugin: object };
    expect(mesosPlugin).toEqual({ version: generation === 2 ? '2.3' : '0.7.0', active: true });
    expect(clouds).toHaveLength(1);
    expect(clouds[0]).toMatchObject({ index: 1, generation, name: 'MesosCloud' });
    expect(clouds[0]?.['templates']).toMatchObject([
      { index: 0, label, cpus: 0.5, mem: 1_024, idleTerminationMinutes: 5, container: generation === 2 },
      { index: 1, cpus: 1, mem: 2_048, container: generation === 0 },
    ]);
    expect(clouds[0]?.['schedulerRunning']).toBe(generation === 0 ? true : undefined);
  });

  it('agents are read without the controller, and without one whose node is gone', () => {
    const { now, agents } = result.results[7] as { now: number; agents: { name: string; since?: number }[] };
    expect(agents.map(({ name, since }) => [name, since === undefined ? undefined : since < now])).toEqual([
      ['mesos-jenkins-1', true],
      ['mesos-jenkins-2', undefined],
      ['mesos-jenkins-3', true],
    ]);
    expect(agents[2]).toMatchObject({ label: 'mesos', connecting: true, why: 'Connection was broken' });
  });
});

/** What the maximum of a template is set to, as seen by whom. */
const MAX = (label: string, allowed: object): [ScriptName, object][] => [
  ['template-max-set', { max: 4, label, ifCurrent: 9, ...allowed }],
  ['template-max-set', { max: 4, label, ifCurrent: null, dryRun: true, ...allowed }],
  ['template-max-set', { max: 4, label, ...allowed }],
  ['template-max-set', { max: 4, label, ...allowed }],
  ['template-max-set', { max: 4, label }],
  ['template-max-set', { max: 0 }],
  ['template-max-set', { max: 65 }],
  ['template-max-set', { max: 2, cloud: 0 }],
  ['template-max-set', { max: 2, cloud: 1, ...allowed }],
  ['controller-executors-set', { n: 3 }],
  ['controller-executors-set', { n: 3 }],
  ['controller-executors-set', { n: 101 }],
  ['controller-executors-set', { n: -1 }],
  ['executors-read', {}],
];

describe.skipIf(!isThere).each([
  { generation: 0, label: 'mesos', other: '', was: [2, 1], least: [undefined, undefined] },
  { generation: 2, label: 'linux', other: 'windows docker', was: [1, 3], least: ['1', '2'] },
] as const)(`executors with the plugin of generation $generation${why}`, ({ generation, label, other, was, least }) => {
  let result: GroovyResult;
  beforeAll(() => {
    result = inGroovy(generation, MAX(label, generation === 2 ? { allowGeneration2: true } : {}));
  }, PATIENCE_MS);

  const nothing = { ok: true, changed: [], unchanged: [], refused: [], saved: false };
  const row = { cloud: 1, template: 0, label, from: was[0], to: 4 };

  it('of a template are set once, and not from another number nor for show', () => {
    expect(result.results.slice(0, 4)).toEqual([
      { ...nothing, refused: [{ ...row, reason: 'ifCurrent' }] },
      { ...nothing, changed: [row] },
      { ...nothing, changed: [row], saved: true },
      { ...nothing, unchanged: [{ ...row, from: 4 }] },
    ]);
  });

  it('of the plugin 2.x are more than one for an agent only when that is asked for', () => {
    const refused = { ...nothing, refused: [{ ...row, from: 4, reason: 'generation2' }] };
    expect(result.results[4]).toEqual(generation === 2 ? refused : { ...nothing, unchanged: [{ ...row, from: 4 }] });
  });

  it('that would do harm are not set', () => {
    const outside = { ok: false, error: 'java.lang.IllegalArgumentException: max must be 1..64' };
    expect(result.results.slice(5, 7)).toEqual([outside, outside]);
  });

  it('are set in the cloud that is meant, of every template, and a minimum goes down along', () => {
    expect(result.results.slice(7, 9)).toEqual([
      nothing,
      {
        ...nothing,
        changed: [
          { ...row, from: 4, to: 2 },
          { cloud: 1, template: 1, label: other, from: was[1], to: 2 },
        ],
        saved: true,
      },
    ]);
    expect(result.after.map((template) => template['maxExecutors'])).toEqual(['2', '2']);
    expect(result.after.map((template) => template['minExecutors'])).toEqual(least);
  });

  it('leave the cloud the same object with the same scheduler, and every other setting as it was', () => {
    expect([result.clouds, result.cloudsMade, result.sameScheduler]).toEqual([['other', 'same'], 1, true]);
    const rest = (templates: Record<string, string>[]) =>
      templates.map(({ maxExecutors, minExecutors, ...others }) => others);
    expect(rest(result.after)).toEqual(rest(result.before));
  });

  it('of the controller are set, and in force at once', () => {
    const set = { ok: true, from: 2, to: 3, applied: true, live: 3 };
    const outside = { ok: false, error: 'java.lang.IllegalArgumentException: n must be 0..100' };
    expect(result.results.slice(9, 13)).toEqual([set, { ...set, from: 3 }, outside, outside]);
    // Twice the templates, once the controller.
    expect(result.saves).toBe(3);
  });

  it('are read as they are now', () => {
    expect(result.results[13]).toMatchObject({
      controller: { numExecutors: 3, liveExecutors: 3, busyExecutors: 0 },
      clouds: [
        {
          ...{ index: 1, generation },
          templates: [
            { index: 0, label, maxExecutors: 2 },
            { index: 1, label: other, maxExecutors: 2 },
          ],
        },
      ],
    });
  });
});
