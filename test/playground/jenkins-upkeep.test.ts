// Pull, reload, restart and the plugin's own actions in the simulated Jenkins, as contract jenkins §3.4, §4.2 and §5.5 have them.
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { SECOND } from '../../src/core/time.js';
import { type Scene, upScene } from './jenkins-scene.js';

let stage: Scene | undefined;
afterEach(() => stage?.close());

async function up(generation: 'old' | 'modern' = 'old') {
  const made = await upScene({ generation });
  stage = made;
  return made;
}

const script = (name: string) =>
  readFileSync(new URL(`../../src/adapters/jenkins/scripts/${name}.groovy`, import.meta.url), 'utf8');
const PULL = 'plugin/scm-sync-configuration/reloadAllFilesFromScm';
const pulled = async ({ post }: Scene) => /Modified files : (\d+)/.exec(await (await post(PULL)).text())?.[1];

describe('a pull', () => {
  it('copies what git has over the sandbox, and counts the files', async () => {
    const scene = await up();
    scene.world.editInGit((config) => {
      config.numExecutors = 9;
    });
    expect(await scene.script(script('scm-sync-incoming'))).toMatchObject({
      ...{ checkout: true, fetched: true, ahead: 0, behind: 1, commit: scene.world.repository.head.hash },
      ...{ overwritten: ['config.xml'], overwrittenCount: 1, added: [], addedCount: 0 },
    });
    expect(await pulled(scene)).toBe('1');
    expect(await pulled(scene)).toBe('0');
    expect(scene.world.current?.home.config.numExecutors).toBe(9);
    expect(await scene.script(script('scm-sync-incoming'))).toMatchObject({ behind: 0, overwrittenCount: 0 });
  });

  it('keeps what is committed here and not pushed, and writes over what is not committed', async () => {
    const scene = await up();
    scene.world.failGitPush(true);
    scene.world.current?.setExecutors(5, 'alice');
    await scene.clock.advance(10 * SECOND);
    const controller = scene.world.current;
    if (controller === undefined) throw new Error('no controller');
    controller.home.config.numExecutors = 6;
    expect(await scene.script(script('scm-sync-incoming'))).toMatchObject({ ahead: 1, behind: 0, overwrittenCount: 1 });
    await pulled(scene);
    expect(controller.home.config.numExecutors).toBe(5);
  });

  it('that would need a merge changes nothing, and a push behind the remote is refused', async () => {
    const scene = await up();
    scene.world.editInGit((config) => {
      config.numExecutors = 9;
    });
    scene.world.current?.setExecutors(5, 'alice');
    await scene.clock.advance(10 * SECOND);
    const scm = scene.world.current?.home.scmSync;
    expect(scm?.log[0]?.message).toMatch(/\[rejected\].*fetch first/s);
    expect(await scene.script(script('scm-sync-incoming'))).toMatchObject({ ahead: 1, behind: 1 });
    expect(await pulled(scene)).toBe('0');
    expect(scene.world.current?.home.config.numExecutors).toBe(5);
  });

  it('needs the plugin', async () => {
    const scene = await up('modern');
    expect((await scene.post(PULL)).status).toBe(404);
    expect(await scene.script(script('scm-sync-incoming'))).toMatchObject({ checkout: false });
    expect(await scene.script(script('scm-sync-save'))).toMatchObject({ ok: false });
    expect(await scene.script(script('scm-sync-purge'))).toMatchObject({ ok: false });
  });
});

it('a reload answers 503 until it is loaded, in the same session, and its time is in the log', async () => {
  const { script: run, post, call, clock, world } = await up();
  const session = world.current?.session;
  const before = (await run(script('scm-sync-status'))).loadedAt;
  expect((await post('reload')).status).toBe(302);
  expect((await call('login')).status).toBe(503);
  await clock.advance(10 * SECOND);
  expect((await call('login')).status).toBe(200);
  const after = await run(script('scm-sync-status'));
  expect(after.loadedAt).toBeGreaterThan(before);
  expect(after.session).toBe(session);
});

it('what is saved at once is one commit, named as the line names it', async () => {
  const { script: run, world, clock } = await up();
  const controller = world.current;
  if (controller === undefined) throw new Error('no controller');
  controller.home.config.revision += 1;
  expect(await run(script('scm-sync-save'))).toEqual({ ok: true });
  await clock.advance(10 * SECOND);
  expect(world.repository.commits.map(({ message }) => message)).toEqual([
    'Repository initialization',
    'Repository initialization',
  ]);
  expect(controller.home.scmSync.isInSync(controller.home.config)).toBe(true);
});

describe('a safe restart', () => {
  it('waits for builds, says that it restarts, and has a new session in the same task', async () => {
    const { post, call, clock, world } = await up();
    world.startBuild('housekeeping', { quietMs: 0, plan: { durationMs: 60 * SECOND } });
    await clock.advance(SECOND);
    const [session, task] = [world.current?.session, world.current?.taskId];
    await post('safeRestart');
    await clock.advance(30 * SECOND);
    expect((await call('login')).status).toBe(200);
    expect(world.current?.farm.quietingDown).toBe(true);
    await clock.advance(31 * SECOND);
    expect(await (await call('login')).text()).toMatch(/restarting/);
    await clock.advance(120 * SECOND);
    expect(world.current?.phase).toBe('up');
    expect(world.current?.session).not.toBe(session);
    expect(world.current?.taskId).toBe(task);
    expect(world.current?.farm.quietingDown).toBe(false);
  });

  it('is taken back with the quiet-down', async () => {
    const { post, clock, world } = await up();
    world.startBuild('housekeeping', { quietMs: 0, plan: { durationMs: 60 * SECOND } });
    await clock.advance(SECOND);
    const session = world.current?.session;
    await post('safeRestart');
    await post('cancelQuietDown');
    await clock.advance(120 * SECOND);
    expect(world.current?.session).toBe(session);
  });
});
