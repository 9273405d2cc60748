// What `builds`, `queue` and `console` say of the simulated Jenkins of each line, asked by the real client: drawn into
// `test/fixtures/gallery/`, which is meant to be looked at.
import { expect, test } from 'vitest';
import { LIMITS } from '../../src/adapters/slack/limits.js';
import { render } from '../../src/adapters/slack/render.js';
import { catalogueOf, commands } from '../../src/commands/index.js';
import type { MesosTask } from '../../src/core/cluster.js';
import { parse } from '../../src/core/parse.js';
import { MINUTE, SECOND } from '../../src/core/time.js';
import { complaintsAbout } from '../../src/playground/slack/block-kit.js';
import type { Controller } from '../../src/playground/world/jenkins/controller.js';
import { addBuild, addJob, closeWorldsAfterEach, worldOf } from '../adapters/jenkins/world.js';
import { aFramework, agents } from '../support/ci-service.js';
import { asked, fakePorts } from '../support/fakes.js';
import { drawn, type Picture } from '../support/gallery.js';
import { golden } from '../support/golden.js';

closeWorldsAfterEach();

type Stage = Awaited<ReturnType<typeof worldOf>>;
const catalogue = catalogueOf(commands);

function controllerOf({ world }: Stage): Controller {
  if (world.current === undefined) throw new Error('no controller');
  return world.current;
}

function wants(stage: Stage, jobName: string, quietMs = 0): void {
  const controller = controllerOf(stage);
  const job = controller.home.job(jobName);
  if (job === undefined) throw new Error(`no job ${jobName}`);
  controller.build(job, {
    quietMs,
    cause: { shortDescription: 'Started by user Ana', userId: 'ana', userName: 'Ana' },
  });
}

/** Mesos' side of the agents that were launched. */
const launched = (stage: Stage): MesosTask[] =>
  controllerOf(stage)
    .farm.agents.nodes.filter((node) => node.launched)
    .map(({ taskId }) => ({
      id: taskId,
      name: taskId,
      state: 'TASK_STAGING',
      frameworkId: 'jenkins-framework-1',
      mesosAgentId: 'agent-25',
      executorId: '',
      resources: { cpus: 0.4, memMiB: 704 },
    }));

/** Names of agents are made anew in every run. */
const steady = (text: string): string =>
  text
    .replace(/127\.0\.0\.1:\d+/g, 'ci.example.org')
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'uuid');

async function ask(stage: Stage, title: string, typed: string, isFull = false): Promise<Picture> {
  const { command, args } = parse(typed, catalogue);
  if (command.effect !== 'read') throw new Error(`${typed} is no read`);
  const used = isFull ? { cpus: 7.9, memMiB: 16_300 } : { cpus: 2, memMiB: 4_096 };
  const ports = fakePorts({
    clock: stage.clock,
    jenkins: stage.client,
    mesos: {
      agents: async () => agents().map((agent) => ({ ...agent, used })),
      frameworks: async () => [aFramework()],
      tasks: async () => launched(stage),
    },
  });
  const message = command.view(await command.run(args, ports, asked()), asked());
  const rendered = render(message);
  expect(complaintsAbout(rendered.blocks, 'message'), title).toEqual([]);
  expect(rendered.blocks.length, title).toBeLessThanOrEqual(LIMITS.blocks);
  expect(`${rendered.text} ${JSON.stringify(rendered.blocks)}`, title).not.toMatch(
    /undefined|NaN|\[object|: ?;|\*\*| {2}[a-z]/,
  );
  return { title: `${title}: ${typed}`, messages: [{ key: typed, rendered }] };
}

test.each(['old', 'modern'] as const)('the %s line is read as it was looked at', async (generation) => {
  const stage = await worldOf(generation);
  const pictures = [
    await ask(stage, 'nothing yet', 'builds'),
    await ask(stage, 'nothing yet', 'builds app-build'),
    await ask(stage, 'nothing yet', 'queue'),
    await ask(stage, 'nothing yet', 'console app-build'),
  ];
  const now = stage.clock.now();
  addJob(stage, '发布 说明');
  addBuild(stage, 'team-a/web/feature%2Flogin', now - 50 * MINUTE, 'UNSTABLE');
  addBuild(stage, 'team-a/web/feature%2Flogin', now - 20 * MINUTE, 'FAILURE');
  addBuild(stage, '发布 说明', now - 10 * MINUTE, 'ABORTED');
  for (const minutes of [9, 6]) addBuild(stage, 'app-build', now - minutes * MINUTE, 'SUCCESS');
  addBuild(stage, 'app-build', now - 90 * SECOND);
  wants(stage, 'app-build');
  wants(stage, 'team-a/api', 5 * MINUTE);
  // The article's: two executors, so two of them run and two wait.
  for (const name of ['test', 'test2', 'test3', 'test4']) wants(stage, name);
  await stage.clock.advance(10 * SECOND);
  pictures.push(
    await ask(stage, 'some builds', 'builds'),
    await ask(stage, 'a branch', 'builds team-a/web/feature%2Flogin'),
    await ask(stage, 'no agent yet', 'queue'),
    await ask(stage, 'no room for one', 'queue', true),
    await ask(stage, 'a build that runs', 'console app-build --lines 4'),
    await ask(stage, 'a build that failed', 'console team-a/web/feature%2Flogin#2'),
    await ask(stage, 'a build nobody has made', 'console 发布 说明 #9'),
  );
  for (const name of ['integration-test', 'load-test', 'release']) wants(stage, name);
  await stage.clock.advance(80 * SECOND);
  pictures.push(await ask(stage, 'an agent is being started', 'queue'));
  await stage.clock.advance(40 * SECOND);
  wants(stage, 'load-test');
  pictures.push(await ask(stage, 'it has come', 'builds'), await ask(stage, 'all executors are busy', 'queue'));
  controllerOf(stage).farm.quietDown(null);
  pictures.push(await ask(stage, 'quieting down', 'queue'));
  const text = steady(`${pictures.map(drawn).join('\n\n')}\n`);
  expect(text).toBe(golden(`reads-${generation}.txt`, text));
});
