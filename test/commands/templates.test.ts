import { describe, expect, test } from 'vitest';
import { templates } from '../../src/commands/templates.js';
import type { MesosClouds } from '../../src/core/agent-templates.js';
import { aCloud, aCloudTemplate, aSecondTemplate, someClouds } from '../support/agent-templates.js';
import { aFramework, refusal } from '../support/ci-service.js';
import type { FakeCalls } from '../support/fakes.js';
import { linesOf, read } from '../support/read-command.js';

const shown = async (clouds: MesosClouds, calls: FakeCalls = {}) =>
  linesOf(await read(templates, { ...calls, jenkins: { mesosClouds: async () => clouds } }));

describe('templates', () => {
  test('of a healthy cloud', async () => {
    expect(await shown(someClouds())).toEqual([
      ':card_index_dividers: *1 agent template* in 1 Mesos cloud, Mesos plugin 0.9.0.',
      'Cloud MesosCloud, framework Jenkins Scheduler: its scheduler runs.',
      'linux | 0.2 | 512 MB | up to 2 | + 0.1 cpus, 128 MB | 3 min | 0.3 cpus and 704 MB | ci/agent:1',
      'JVM arguments of `linux`: `-Xms16m`',
      '(`template linux mem=1024` changes one.)',
    ]);
  });

  test('whose scheduler does not run are told first, with the known cause where it fits', async () => {
    const bare = aCloudTemplate({ hasContainer: false, dockerImage: undefined });
    const broken = aCloud({ schedulerRunning: false, templates: [bare] });
    const old = await shown(someClouds([broken], { plugin: { version: '0.7.0', active: true } }));
    expect(old[1]).toBe(
      ':red_circle: Cloud MesosCloud, framework Jenkins Scheduler: *its scheduler is not running, so no agent can start.* A known cause: the plugin before 0.8.0 aborts over a template without container settings, as `linux` is. Give it container settings, or update the plugin; then saving the system configuration or a restart starts the scheduler.',
    );
    const mended = await shown(someClouds([broken], { plugin: { version: '0.8.0', active: true } }));
    expect(mended[1]).toContain('Its log says why');
    const waiting = await shown(someClouds([aCloud({ schedulerRunning: false, onDemandRegistration: true })]));
    expect(waiting[1]).toContain('it registers with Mesos when a build waits');
  });

  test('without container settings or a label, on 0.7.0, while it still runs', async () => {
    const bare = aCloudTemplate({ label: '', hasContainer: false, dockerImage: undefined, idleMinutes: 0 });
    const lines = await shown(
      someClouds([aCloud({ templates: [bare] })], { plugin: { version: '0.7.0', active: true } }),
    );
    expect(lines[2]).toMatch(/^\(none\) \| .*\| none$/);
    expect(lines).toContain(
      '(without label: no container settings. The Mesos plugin 0.7.0 can abort its scheduler over that; 0.8.0 does not.)',
    );
    expect(lines).toContain(
      '(An idle time of 0 ends an agent at once with the plugin 0.7 and before, and never since 0.8.)',
    );
    expect(lines.at(-1)).toBe('(`template "" mem=1024` changes one.)');
  });

  test('of two clouds with one name have numbers', async () => {
    const second = aCloud({ index: 3, templates: [aCloudTemplate({ cloud: 3, jvmArguments: '-Xms64m' })] });
    const lines = await shown(someClouds([aCloud(), second]));
    expect(lines.slice(0, 3)).toEqual([
      ':card_index_dividers: *2 agent templates* in 2 Mesos clouds, Mesos plugin 0.9.0.',
      'Cloud 1, MesosCloud, framework Jenkins Scheduler: its scheduler runs.',
      'Cloud 2, MesosCloud, framework Jenkins Scheduler: its scheduler runs.',
    ]);
    expect(lines[3]).toMatch(/^1 \| linux/);
    expect(lines[4]).toMatch(/^2 \| linux/);
    expect(lines).toContain('JVM arguments of `linux`: `-Xms64m`');
  });

  test.each([
    ['active', [aFramework()], 'Mesos has it as an active framework.'],
    ['lost', [aFramework({ active: false })], 'Mesos has lost its framework, so no agent can start until it is back.'],
    ['none', [], 'Mesos knows no such framework; plugin 2.x registers when the first build waits.'],
  ])('of 2.x, whose scheduler only Mesos can tell: %s', async (_what, frameworks, words) => {
    const cloud = aCloud({ generation: 2, schedulerRunning: undefined, templates: [aSecondTemplate()] });
    const lines = await shown(someClouds([cloud], { plugin: { version: '2.3', active: true } }), {
      mesos: { frameworks: async () => frameworks },
    });
    expect(lines[1]).toBe(`Cloud MesosCloud, framework Jenkins Scheduler: ${words}`);
    expect(lines[2]).toBe('linux | 0.2 | 512 MB | 1 | – | 3 min | 0.2 cpus and 544 MB | ci/agent:1');
  });

  test.each<[string, Partial<MesosClouds>, RegExp]>([
    ['no plugin', { plugin: undefined }, /Jenkins has no Mesos plugin/],
    ['an inactive plugin', { plugin: { version: '0.7.0', active: false } }, /0\.7\.0 is installed but not active/],
    ['no cloud', {}, /no Mesos cloud is configured/],
  ])('with %s say so', async (_what, patch, words) => {
    expect((await shown(someClouds([], patch)))[0]).toMatch(words);
  });

  test('configured as code say that it wins in the end', async () => {
    expect(await shown(someClouds([aCloud()], { isConfiguredAsCode: true }))).toContain(
      '(Jenkins is configured as code: a reload or restart sets the templates to what its files say.)',
    );
  });

  test('without the right to read them name it', async () => {
    const lines = linesOf(
      await read(templates, {
        jenkins: {
          mesosClouds: async () => {
            throw refusal('Jenkins', 403, 'chatbot lacks the right Overall/Administer', 'POST /scriptText');
          },
        },
      }),
    );
    expect(lines).toEqual([
      ':warning: The agent templates are not known. Jenkins: 403, chatbot lacks the right Overall/Administer.',
    ]);
  });

  test('by the hundred stay a short message', async () => {
    const many = Array.from({ length: 300 }, (_, index) =>
      aCloudTemplate({ index, label: `label-${index}`, jvmArguments: `-Dn=${index} ${'x'.repeat(900)}` }),
    );
    const lines = await shown(someClouds([aCloud({ templates: many })]));
    expect(lines).toContain('(275 more templates are not shown.)');
    expect(lines.join('\n').length).toBeLessThan(6_500);
  });
});
