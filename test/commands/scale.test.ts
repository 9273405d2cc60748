import { describe, expect, test } from 'vitest';
import { catalogueOf } from '../../src/commands/index.js';
import { scale } from '../../src/commands/scale.js';
import type { AgentTemplate, Jenkins, TemplateChangeResult } from '../../src/core/cluster.js';
import { UserError } from '../../src/core/errors.js';
import { parse } from '../../src/core/parse.js';
import { aDeployment, aLoadOf, anApp, aTemplate, refusal, silence } from '../support/ci-service.js';
import type { FakeCalls } from '../support/fakes.js';
import { mesosCloud, scaled } from '../support/scaling.js';

const mistake = async (work: Promise<unknown> | (() => unknown)): Promise<[string, string | undefined]> => {
  try {
    await (typeof work === 'function' ? work() : work);
  } catch (error) {
    if (error instanceof UserError) return [error.message, error.hint];
    throw error;
  }
  throw new Error('no mistake was found');
};

const two = () => [aTemplate(), aTemplate({ index: 1, label: 'windows docker', maxExecutors: 3 })];

describe('templates of the old line', () => {
  test('every template, when no label is given', async () => {
    const { cloud, calls } = mesosCloud([aTemplate(), aTemplate({ index: 1, label: '' })]);
    const { ok, message } = await scaled('scale executors 4', { jenkins: calls });
    expect({ ok, message }).toEqual({
      ok: true,
      message: {
        text: 'Agents linux, without label: 2 → 4 executors. Agents started from now on get up to 4 executors (0.6 cpus, 1.0 GB each). The 2 running agents keep what they have.',
        blocks: [
          {
            type: 'section',
            text: {
              plain:
                'Agents linux, without label: 2 → 4 executors. Agents started from now on get up to 4 executors (0.6 cpus, 1.0 GB each). The 2 running agents keep what they have.',
              mrkdwn:
                ':white_check_mark: Agents linux, without label: 2 → *4 executors*. Agents started from now on get up to 4 executors (0.6 cpus, 1.0 GB each). The 2 running agents keep what they have.',
            },
          },
        ],
      },
    });
    expect(cloud.templates.map((template) => template.maxExecutors)).toEqual([4, 4]);
  });

  test('one of them, by one word of its label', async () => {
    const { cloud, calls } = mesosCloud(two(), aLoadOf(['app']));
    const { message } = await scaled('scale executors 1 --label docker', { jenkins: calls });
    expect(message.text).toBe(
      'Agents windows docker: 3 → 1 executor. Agents started from now on get up to 1 executor (0.3 cpus, 640 MB each). The 1 running agent keeps what it has.',
    );
    expect(cloud.templates.map((template) => template.maxExecutors)).toEqual([2, 1]);
  });

  test('of different sizes before', async () => {
    const { calls } = mesosCloud(two(), aLoadOf());
    expect((await scaled('scale executors 4', { jenkins: calls })).message.text).toBe(
      'Agents linux, windows docker: 2 and 3 → 4 executors. Agents started from now on get up to 4 executors (0.6 cpus, 1.0 GB each). No agent runs now.',
    );
  });

  test.each<[string, Partial<AgentTemplate>]>([
    ['one does not say', { executorCpus: undefined }],
    ['they differ', { cpus: 2 }],
  ])('no size is given where %s', async (_what, patch) => {
    const { calls } = mesosCloud([aTemplate(), aTemplate({ index: 1, label: 'big', ...patch })], aLoadOf());
    expect((await scaled('scale executors 4', { jenkins: calls })).message.text).toContain(
      'get up to 4 executors. No agent runs now.',
    );
  });

  test('an unknown label is answered with the nearest, or with those there are', async () => {
    const { calls } = mesosCloud(two());
    expect(await mistake(scaled('scale executors 4 --label linus', { jenkins: calls }))).toEqual([
      'No agent template has the label `linus`.',
      'Did you mean `--label linux`?',
    ]);
    expect(await mistake(scaled('scale executors 4 --label solaris', { jenkins: calls }))).toEqual([
      'No agent template has the label `solaris`.',
      'Labels there are: `linux`, `windows`, `docker`.',
    ]);
  });

  test('a label where no template has one', async () => {
    const { calls } = mesosCloud([aTemplate({ label: '' })]);
    expect(await mistake(scaled('scale executors 4 --label linux', { jenkins: calls }))).toEqual([
      'No agent template has the label `linux`.',
      'No template has a label; without `--label` all of them are meant.',
    ]);
  });

  test('none at all', async () => {
    const { calls } = mesosCloud([]);
    expect(await mistake(scaled('scale executors 4', { jenkins: calls }))).toEqual([
      'Jenkins has no Mesos agent template, so there is nothing to scale.',
      '`scale executors 2 --controller` sets the executors of the controller itself.',
    ]);
  });
});

describe('twice', () => {
  test('already at that number nothing is changed, and that is said', async () => {
    const { cloud, calls } = mesosCloud([aTemplate()]);
    const first = await scaled('scale executors 4', { jenkins: calls });
    const second = await scaled('scale executors 4', { jenkins: calls });
    expect(first.message.text).toMatch(/^Agents linux: 2 → 4 executors\./);
    expect(second).toMatchObject({
      ok: true,
      message: { text: 'Agents linux: already 4 executors. Nothing was changed.' },
    });
    expect(cloud.acts).toBe(1);
  });

  test('resumed after a kill between the act and its outcome it still says 2 → 4', async () => {
    const { cloud, calls } = mesosCloud([aTemplate()]);
    const { before } = await scaled('scale executors 4', { jenkins: calls });
    const { message } = await scaled('scale executors 4', { jenkins: calls }, before);
    expect(message.text).toMatch(/^Agents linux: 2 → 4 executors\./);
    expect(cloud.acts).toBe(1);
  });
});

describe('templates of the Mesos plugin 2.x', () => {
  const second = (patch: Partial<AgentTemplate> = {}) => aTemplate({ generation: 2, maxExecutors: 1, ...patch });

  test('are not scaled, with the reason', async () => {
    const { cloud, calls } = mesosCloud([second()]);
    const { ok, message } = await scaled('scale executors 4', { jenkins: calls });
    expect([ok, message.text]).toEqual([
      false,
      'Not changed: this Jenkins has the Mesos plugin 2.x, which starts one agent with one executor for each queued build. With a maximum of 4 it would start fewer agents, not more. To run more builds at once, give the cluster room; usage shows what is free.',
    ]);
    expect(cloud.acts).toBe(0);
  });

  test('go back to 1', async () => {
    const { calls } = mesosCloud([second({ maxExecutors: 3, executorCpus: undefined })], aLoadOf());
    expect((await scaled('scale executors 1', { jenkins: calls })).message.text).toBe(
      'Agents linux: 3 → 1 executor. Agents started from now on get up to 1 executor. No agent runs now.',
    );
  });
});

describe('the controller itself', () => {
  test.each([
    [0, 'The controller: 2 → 0 executors. It grows at once; when it shrinks, busy executors go when their build ends.'],
    [2, 'The controller: already 2 executors. Nothing was changed.'],
    [
      100,
      'The controller: 2 → 100 executors. It grows at once; when it shrinks, busy executors go when their build ends.',
    ],
  ])('has %i executors', async (count, words) => {
    const setControllerExecutors = async (to: number) => ({ from: 2, to, applied: true });
    const { ok, message } = await scaled(`scale executors ${count} --controller`, {
      jenkins: { setControllerExecutors },
    });
    expect([ok, message.text]).toEqual([true, words]);
  });

  test('of an old core that does not apply it is not said to have them', async () => {
    const setControllerExecutors = async (to: number) => ({ from: 2, to, applied: false });
    const { message } = await scaled('scale executors 4 --controller', { jenkins: { setControllerExecutors } });
    expect(message.text).toBe(
      'The controller: 2 → 4 executors, as far as it was answered; saved, but not in force yet.',
    );
  });
});

describe('the app of static agents', () => {
  const settings = { executorsAppId: '/jenkins-agents' };
  const agentsApp = (instances: number) => {
    const state = { instances, writes: 0 };
    const marathon: FakeCalls['marathon'] = {
      app: async () => anApp({ id: '/jenkins-agents', instances: state.instances }),
      async setInstances(_appId, count) {
        state.writes += 1;
        state.instances = count;
        return { deploymentId: '5cd9' };
      },
    };
    return { state, marathon };
  };

  test('gets that many instances', async () => {
    const { state, marathon } = agentsApp(2);
    const { message } = await scaled('scale executors 4', { settings, marathon });
    expect(message.text).toBe(
      "The agents' app /jenkins-agents: 2 → 4 instances. Marathon starts or stops instances now; its own page shows when they are up.",
    );
    expect(state.writes).toBe(1);
  });

  test('is left alone when it has them', async () => {
    const { state, marathon } = agentsApp(4);
    expect((await scaled('scale executors 4', { settings, marathon })).message.text).toBe(
      "The agents' app /jenkins-agents: already 4 instances. Nothing was changed.",
    );
    expect(state.writes).toBe(0);
  });

  test('is not meant by a label', async () => {
    const { calls } = mesosCloud([aTemplate()]);
    const { message } = await scaled('scale executors 4 --label linux', { settings, jenkins: calls });
    expect(message.text).toMatch(/^Agents linux: 2 → 4 executors/);
  });

  test('that is not there names the setting', async () => {
    expect(await mistake(scaled('scale executors 4', { settings, marathon: { app: async () => undefined } }))).toEqual([
      'Marathon has no app `/jenkins-agents`.',
      'The setting `EXECUTORS_APP_ID` names it.',
    ]);
  });

  test('that is locked names the deployment', async () => {
    const { marathon } = agentsApp(2);
    const setInstances = () => Promise.reject(refusal('Marathon', 409, 'locked'));
    const deployments = async () => [aDeployment({ affectedApps: ['/jenkins-agents'] })];
    const [what] = await mistake(
      scaled('scale executors 4', { settings, marathon: { ...marathon, setInstances, deployments } }),
    );
    expect(what).toBe(
      '`/jenkins-agents` is locked by deployment `5cd987cd` (step 1 of 2), in progress for 2 min. No change under way in Bellboard owns it. Nothing was changed.',
    );
  });
});

describe('read back', () => {
  const answered: TemplateChangeResult = { changed: [], unchanged: [], refused: [], saved: true };

  test('another value is no success', async () => {
    const { calls } = mesosCloud([aTemplate({ maxExecutors: 3 })]);
    const jenkins = { ...calls, setTemplateMax: async () => answered };
    const { ok, message } = await scaled('scale executors 4', { jenkins });
    expect([ok, message.text]).toEqual([
      false,
      'Not changed to 4: read back, it is 3. Somebody else may have changed it at the same time; try again.',
    ]);
  });

  test('values that differ are no success', async () => {
    const { calls } = mesosCloud(two());
    const jenkins = { ...calls, setTemplateMax: async () => answered };
    expect((await scaled('scale executors 4', { jenkins })).message.text).toMatch(/read back, the values differ\./);
  });

  test('silence after an answered write is not called a failure', async () => {
    const { calls } = mesosCloud([aTemplate()]);
    let looks = 0;
    const executorSettings: Jenkins['executorSettings'] = () => {
      looks += 1;
      return looks > 1 || calls.executorSettings === undefined
        ? Promise.reject(silence('Jenkins'))
        : calls.executorSettings();
    };
    const { ok, message } = await scaled('scale executors 4', { jenkins: { ...calls, executorSettings } });
    expect([ok, message.text]).toEqual([
      true,
      'Agents linux: 2 → 4 executors, as far as it was answered; could not be read back (did not answer within 15 s).',
    ]);
  });
});

describe('what was typed', () => {
  test.each([
    ['scale agents 4', 'Only `executors` can be scaled: the controller itself must stay one.'],
    ['scale executors', 'Expected `count` to be a whole number from 1 to 64 executors, got nothing.'],
    ['scale executors four', 'Expected `count` to be a whole number from 1 to 64 executors, got `four`.'],
    ['scale executors 0', 'Expected `count` to be a whole number from 1 to 64 executors, got `0`.'],
    ['scale executors 65', 'Expected `count` to be a whole number from 1 to 64 executors, got `65`.'],
    ['scale executors 2.5', 'Expected `count` to be a whole number from 1 to 64 executors, got `2.5`.'],
    ['scale executors 101 --controller', 'Expected `count` to be a whole number from 0 to 100 executors, got `101`.'],
    [
      'scale executors 2 --label linux --controller',
      '`--label` and `--controller` exclude each other: the controller has no template.',
    ],
  ])('%s', async (text, words) => {
    expect(await mistake(() => parse(text, catalogueOf([scale])))).toEqual([words, 'Try `scale executors 4`.']);
  });

  test('the policy speaks of `scale executors` and its count', () => {
    expect(parse('scale executors 4', catalogueOf([scale]))).toMatchObject({
      policyWords: 'scale executors',
      args: { count: 4, label: undefined, controller: false },
    });
  });
});
