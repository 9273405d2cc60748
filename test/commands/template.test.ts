import { describe, expect, test } from 'vitest';
import { catalogueOf } from '../../src/commands/index.js';
import { template } from '../../src/commands/template.js';
import type { MesosClouds } from '../../src/core/agent-templates.js';
import type { Jenkins, Json, ScmSyncStatus } from '../../src/core/cluster.js';
import { UserError } from '../../src/core/errors.js';
import { parse } from '../../src/core/parse.js';
import { SECOND } from '../../src/core/time.js';
import { aCloud, aCloudTemplate, aSecondTemplate, changingClouds, someClouds } from '../support/agent-templates.js';
import { changed as followed } from '../support/changing.js';
import { agents, aLoadOf, NOW, refusal, SAVED, silence } from '../support/ci-service.js';
import { asked, type FakeCalls, fakePorts } from '../support/fakes.js';
import { passing } from '../support/fakes-journey.js';
import { manualClock } from '../support/manual-clock.js';
import { linesOf } from '../support/read-command.js';

/** `before` and `run` as the journey does it; `kept` is what an earlier worker's `before` saw. */
async function changed(text: string, jenkins: Partial<Jenkins>, calls: FakeCalls = {}, kept?: Json) {
  if (template.effect !== 'change') throw new Error('template is a change');
  const { args } = parse(text, catalogueOf([template]));
  const clock = manualClock();
  const ports = fakePorts({ clock, ...calls, jenkins: { executors: async () => aLoadOf(['app'], []), ...jenkins } });
  const before = kept ?? (await passing(clock, template.before(args, ports, asked()), 500));
  const facts = await template.run(args, ports, asked(), before);
  const { ok, message } = template.view(facts, asked());
  return { ok, lines: linesOf(message), text: message.text, before, facts };
}

const mistake = async (work: () => unknown): Promise<[string, string | undefined]> => {
  try {
    await work();
  } catch (error) {
    if (error instanceof UserError) return [error.message, error.hint];
    throw error;
  }
  throw new Error('no mistake was found');
};

describe('a template', () => {
  test('gets more memory and another idle time, before → after, for agents to come', async () => {
    const { world, calls } = changingClouds();
    const { ok, lines } = await changed('template linux mem=1024 idle=5', calls);
    expect(ok).toBe(true);
    expect(lines).toEqual([
      ':white_check_mark: Agents `linux`: memory 512 MiB → *1,024 MiB*, idle time 3 min → *5 min*.',
      'Agents started from now on get it and ask Mesos for 0.3 cpus and 1.2 GB with one executor. The 2 running agents keep what they have.',
    ]);
    expect(world.clouds.clouds[0]?.templates[0]).toMatchObject({ cpus: 0.2, memMiB: 1_024, idleMinutes: 5 });
  });

  test('of 2.x likewise', async () => {
    const cloud = aCloud({ generation: 2, templates: [aSecondTemplate()] });
    const { calls } = changingClouds(someClouds([cloud]));
    const { lines } = await changed('template linux cpus=0.5', calls, { jenkins: {} });
    expect(lines).toEqual([
      ':white_check_mark: Agents `linux`: cpus 0.2 → *0.5*.',
      'Agents started from now on get it and ask Mesos for 0.5 cpus and 544 MB. The 2 running agents keep what they have.',
    ]);
  });

  test('without label, one word of several, and one of two clouds', async () => {
    const clouds = () =>
      someClouds([
        aCloud({ templates: [aCloudTemplate({ label: '' }), aCloudTemplate({ index: 1, label: 'windows docker' })] }),
        aCloud({ index: 2, templates: [aCloudTemplate({ cloud: 2, label: 'docker' })] }),
      ]);
    const first = async (text: string) => (await changed(text, changingClouds(clouds()).calls)).lines;
    expect((await first('template "" idle=9'))[0]).toBe(
      ':white_check_mark: Agents without label of cloud 1: idle time 3 min → *9 min*.',
    );
    expect((await first('template docker idle=9')).slice(0, 2)).toEqual([
      ':white_check_mark: Agents `windows docker` of cloud 1: idle time 3 min → *9 min*.',
      'Agents `docker` of cloud 2: idle time 3 min → *9 min*.',
    ]);
    expect((await first('template docker idle=9 --cloud 2'))[0]).toBe(
      ':white_check_mark: Agents `docker` of cloud 2: idle time 3 min → *9 min*.',
    );
  });

  test('that has the values already is not changed, and that is said', async () => {
    const { world, calls } = changingClouds();
    const { ok, text } = await changed('template linux mem=512', calls);
    expect([ok, text]).toEqual([true, 'Agents linux: already memory 512 MiB. Nothing was changed.']);
    expect(world.acts).toBe(0);
  });

  test('changed by a worker that died before it said so is changed once, and still told as 512 → 1,024', async () => {
    const { world, calls } = changingClouds();
    const { before } = await changed('template linux mem=1024', calls);
    const again = await changed('template linux mem=1024', calls, {}, before);
    expect([again.ok, again.lines[0]]).toEqual([
      true,
      ':white_check_mark: Agents `linux`: memory 512 MiB → *1,024 MiB*.',
    ]);
    expect(world.acts).toBe(1);
  });

  test('that somebody else changed meanwhile is left alone', async () => {
    const { world, calls } = changingClouds();
    const { before } = await changed('template linux mem=600', { ...calls, setTemplates: async () => NOTHING });
    Object.assign(world.clouds.clouds[0]?.templates[0] ?? {}, { memMiB: 900 });
    const { ok, lines } = await changed('template linux mem=1024', calls, {}, before);
    expect(ok).toBe(false);
    expect(lines).toEqual([
      ':red_circle: Agents `linux`: not changed. It has memory 900 MiB by now, and had memory 512 MiB when this began: somebody else changed it meanwhile.',
      'Look at what `templates` shows now, and ask again if you still want it.',
    ]);
    expect(world.acts).toBe(0);
  });

  test('that is gone, and one that reads back otherwise, are no success', async () => {
    const gone = await changed('template linux mem=1024', {
      mesosClouds: async () => someClouds(),
      setTemplates: async () => NOTHING,
    });
    expect([gone.ok, gone.lines[0]]).toEqual([
      false,
      ':red_circle: Agents `linux`: it is not there any more; somebody changed the templates meanwhile.',
    ]);
    const otherwise = await changed('template linux mem=1024', {
      mesosClouds: async () => someClouds(),
      setTemplates: async (_wanted, seen) => ({ ...NOTHING, changed: [...seen], saved: true }),
    });
    expect([otherwise.ok, otherwise.lines[0]]).toEqual([
      false,
      ':red_circle: Agents `linux`: read back, it has memory 512 MiB and not memory 1,024 MiB. Somebody else may have changed it at the same time.',
    ]);
  });

  test('that cannot be read back is told as far as it was answered', async () => {
    const { calls } = changingClouds();
    let looks = 0;
    const mesosClouds = async () => {
      looks += 1;
      if (looks > 1) throw silence('Jenkins', 'POST /scriptText');
      return calls.mesosClouds();
    };
    const { ok, lines } = await changed('template linux mem=1024', { ...calls, mesosClouds });
    expect([ok, lines[0]]).toEqual([
      true,
      ':warning: Agents `linux`: memory 512 MiB → *1,024 MiB*, as far as it was answered; could not be read back (did not answer within 15 s).',
    ]);
  });

  test('of a Jenkins that is configured as code is changed with a warning', async () => {
    const { calls } = changingClouds(someClouds([aCloud()], { isConfiguredAsCode: true }));
    expect((await changed('template linux mem=1024', calls)).lines.at(-1)).toMatch(/^\(Jenkins is configured as code/);
  });

  test('keeps what agents are started with out of the job', async () => {
    const { calls } = changingClouds(someClouds([aCloud({ templates: [aCloudTemplate({ jvmArguments: '-Dx=y' })] })]));
    const { before, facts } = await changed('template linux mem=1024', calls);
    expect(JSON.stringify([before, facts])).not.toContain('-Dx=y');
  });
});

describe('a changed template is followed until git has it', () => {
  const CHANGE =
    'Agents linux: memory 512 MiB → 1,024 MiB.\nAgents started from now on get it and ask Mesos for 0.3 cpus and 1.2 GB with one executor. The 2 running agents keep what they have.';
  const HEAD = '3f2a91c0d6b8e5f4a3c2b1a0f9e8d7c6b5a49382';

  /** @param states SCM sync by how long ago the template was changed */
  function scene(states: (sinceMs: number) => Partial<ScmSyncStatus>) {
    const clock = manualClock();
    const { world, calls } = changingClouds();
    const seen = { looks: 0 };
    let at: number | undefined;
    const jenkins: Partial<Jenkins> = {
      ...calls,
      executors: async () => aLoadOf(['app'], []),
      async setTemplates(wanted, templates) {
        const result = await calls.setTemplates(wanted, templates);
        if (result.saved) at = clock.now();
        return result;
      },
      async scmSync() {
        seen.looks += 1;
        return { ...SAVED, head: 'aaaaaaa', ...(at === undefined ? {} : states(clock.now() - at)) };
      },
    };
    return { world, seen, calls: { clock, jenkins } };
  }

  test('and its message says when and as what', async () => {
    const { calls } = scene((since) => (since < 12 * SECOND ? { queuedCommits: 1 } : { head: HEAD }));
    const { ok, message, meanwhile } = await followed(template, 'template linux mem=1024', calls);
    expect(meanwhile).toEqual([`${CHANGE} On its way to git: the commit is queued.`]);
    expect([ok, message.text]).toEqual([true, `${CHANGE} Saved in git 12 s later, commit 3f2a91c.`]);
  });

  test('or why it has it not: the change holds nevertheless', async () => {
    const { calls } = scene(() => ({
      ...{ failedAt: NOW + 5 * SECOND, failSize: 90, failText: 'Error while checking in file to scm repository' },
      ...{ logText: 'Permission denied (publickey).', unpushedCommits: 1 },
    }));
    const { ok, message } = await followed(template, 'template linux mem=1024', calls);
    expect(ok).toBe(true);
    expect(message.text).toMatch(/1,024 MiB[\s\S]*Not saved in git: .*does not accept the ssh key.*Permission denied/);
  });

  test('also where the worker that changed it died before it said so', async () => {
    const { world, calls } = scene((since) => (since < 5 * SECOND ? { queuedCommits: 1 } : { head: HEAD }));
    const { before } = await followed(template, 'template linux mem=1024', calls);
    const again = await followed(template, 'template linux mem=1024', calls, before);
    expect(again.message.text).toMatch(/512 MiB → 1,024 MiB[\s\S]*Saved in git .*, commit 3f2a91c\.$/);
    expect(world.acts).toBe(1);
  });

  test('which one that had the values already is not', async () => {
    const { seen, calls } = scene(() => ({}));
    const { message, meanwhile } = await followed(template, 'template linux mem=512', calls);
    expect(meanwhile).toEqual([]);
    expect(message.text).toBe('Agents linux: already memory 512 MiB. Nothing was changed.');
    // The one before the change.
    expect(seen.looks).toBe(1);
  });
});

const NOTHING = { changed: [], unchanged: [], refused: [], saved: false };

describe('refused is', () => {
  const refused = (text: string, clouds: MesosClouds = someClouds()) =>
    mistake(() => changed(text, { mesosClouds: async () => clouds }));

  test('an agent larger than every machine', async () => {
    const [largest] = agents();
    expect(largest?.total).toEqual({ cpus: 8, memMiB: 16_384 });
    expect(await refused('template linux mem=16000')).toEqual([
      'Such an agent would ask Mesos for 0.3 cpus and 17.3 GB, and no machine has that much (at most 8.0 cpus and 16.0 GB), so none could ever start.',
      'Choose less.',
    ]);
  });

  test('not what cannot be compared, while Mesos does not answer', async () => {
    const { calls } = changingClouds();
    const mesos = {
      agents: async () => {
        throw refusal('Mesos', 503, 'No leader elected');
      },
    };
    expect((await changed('template linux mem=16000', calls, { mesos })).ok).toBe(true);
  });

  test.each<[string, string, MesosClouds | undefined, string]>([
    ['a label nobody has', 'template linus mem=600', undefined, 'No agent template has the label `linus`.'],
    ['no label where all have one', 'template "" mem=600', undefined, 'No agent template is without a label.'],
    [
      'a cloud there is not',
      'template linux mem=600 --cloud 2',
      undefined,
      'There is no cloud 2: there is only one Mesos cloud.',
    ],
    [
      'a Jenkins without the plugin',
      'template linux mem=600',
      someClouds([], { plugin: undefined }),
      'Jenkins has no Mesos plugin, so it has no agent templates.',
    ],
  ])('%s', async (_what, text, clouds, said) => {
    expect((await refused(text, clouds))[0]).toBe(said);
  });

  test.each([
    ['template linux', 'Say what to change, such as `cpus=0.5`, `mem=1024` (MiB) or `idle=5` (minutes).'],
    ['template linux mem=2g', 'Expected `mem` to be a whole number from 64 to 1048576 MiB, got `2g`.'],
    ['template linux mem=63', 'Expected `mem` to be a whole number from 64 to 1048576 MiB, got `63`.'],
    ['template linux cpus=0', 'Expected `cpus` to be a number from 0.1 to 128 cpus, got `0`.'],
    ['template linux idle=0', 'Expected `idle` to be a whole number from 1 to 1440 minutes, got `0`.'],
    ['template linux idle=5 idle=6', '`idle` is given twice.'],
    ['template linux memory=5', 'A template has no setting `memory`: there are `cpus`, `mem` and `idle`.'],
    [
      'template linux cpu=5',
      'A template has no setting `cpu`: there are `cpus`, `mem` and `idle`. Did you mean `cpus=`?',
    ],
    [
      'template linux 1024',
      'Expected settings such as `cpus=0.5`, `mem=1024` (MiB) or `idle=5` (minutes), got `1024`.',
    ],
    [
      'template linux mem=600 --cloud x',
      'Expected `--cloud` to be a whole number from 1 to 100 as `templates` counts them, got `x`.',
    ],
  ])('%s', async (text, said) => {
    expect((await mistake(() => parse(text, catalogueOf([template]))))[0]).toBe(said);
  });
});
