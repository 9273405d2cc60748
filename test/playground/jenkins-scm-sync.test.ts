// What the status script reports about SCM sync while pushes work, fail, or stand still.
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { MINUTE, SECOND } from '../../src/core/time.js';
import { type Scene, upScene } from './jenkins-scene.js';

const STATUS = readFileSync(new URL('../fixtures/jenkins/groovy/scm-sync-status.groovy', import.meta.url), 'utf8');

let stage: Scene | undefined;
afterEach(() => stage?.close());

async function up() {
  const made = await upScene({ generation: 'old' });
  stage = made;
  return made;
}

describe('SCM sync', () => {
  it('is fine after the checkout at start', async () => {
    const { script, world } = await up();
    const status = await script(STATUS);
    expect(status).toMatchObject({
      plugin: 'active',
      scm: 'Git',
      queuedCommits: 0,
      unpushedCommits: 0,
      configInSync: true,
    });
    expect(status.session).toBe(world.current?.session);
    expect(status.fail).toEqual({ exists: false });
    expect(status.success.tail).toMatch(/^Thu May 28 18:00:\d\d CST 2015$/);
  });

  it('carries a change to git within seconds', async () => {
    const { script, world, clock } = await up();
    const before = await script(STATUS);
    world.current?.setExecutors(7, 'chatbot');
    expect(await script(STATUS)).toMatchObject({ queuedCommits: 1, configInSync: false });
    await clock.advance(5 * SECOND);
    const after = await script(STATUS);
    expect(after).toMatchObject({ queuedCommits: 0, unpushedCommits: 0, configInSync: true });
    expect(after.success.mtime).toBeGreaterThan(before.success.mtime);
    expect(world.repository.head).toMatchObject({
      message: 'Jenkins configuration files updated by chatbot',
      config: { numExecutors: 7 },
    });
  });

  it('keeps commits here while pushes are refused, and pushes all of them with the next change that works', async () => {
    const { script, world, clock } = await up();
    world.failGitPush(true, 'rejected by alice');
    world.changeConfig();
    await clock.advance(MINUTE);
    world.changeConfig();
    await clock.advance(MINUTE);
    const failing = await script(STATUS);
    expect(failing).toMatchObject({ queuedCommits: 0, unpushedCommits: 2, configInSync: true });
    expect(failing.filesAtRisk).toEqual(['config.xml']);
    expect(failing.fail.tail.split('<br/>')).toHaveLength(3);
    expect(failing.fail.mtime).toBeGreaterThan(failing.success.mtime);
    expect(failing.log.map((record: { message: string }) => record.message)).toContain(
      '[checkinFiles] Problem during SCM commit : rejected by alice',
    );
    world.failGitPush(false);
    await clock.advance(MINUTE);
    expect(await script(STATUS)).toMatchObject({ unpushedCommits: 2 });
    world.changeConfig();
    await clock.advance(MINUTE);
    const mended = await script(STATUS);
    expect(mended.unpushedCommits).toBe(0);
    expect(mended.success.mtime).toBeGreaterThan(mended.fail.mtime);
    expect(mended.fail.tail).toBe(failing.fail.tail);
    expect(world.repository.commits).toHaveLength(4);
  });

  it('stands still behind a poisoned commit until the JVM restarts', async () => {
    const { script, world, clock } = await up();
    world.poisonScmSync();
    world.changeConfig();
    await clock.advance(5 * MINUTE);
    world.changeConfig();
    await clock.advance(5 * MINUTE);
    const status = await script(STATUS);
    expect(status).toMatchObject({ queuedCommits: 2, configInSync: false, fail: { exists: false } });
    world.current?.restart('safe');
    await clock.advance(2 * MINUTE);
    expect(await script(STATUS)).toMatchObject({ queuedCommits: 0, configInSync: false });
    world.changeConfig();
    await clock.advance(5 * SECOND);
    expect(await script(STATUS)).toMatchObject({ queuedCommits: 0, unpushedCommits: 0, configInSync: true });
  });

  it('makes a commit of every agent that comes or goes on an old core', async () => {
    const { world, clock } = await up();
    world.startBuild('app-build');
    await clock.advance(3 * MINUTE);
    expect(world.repository.head.message).toBe('Jenkins configuration files updated by SYSTEM');
  });

  it('names the files of a new task that it would not find', async () => {
    const { script, world, clock } = await up();
    expect((await script(STATUS)).filesAtRisk).toEqual([]);
    world.failGitPush(true);
    const job = world.current?.home.config.jobs.find(({ kind }) => kind !== 'folder');
    if (job === undefined) throw new Error('the seed has no job');
    job.description = 'changed';
    world.changeConfig();
    const file = `jobs/${job.fullName.split('/').join('/jobs/')}/config.xml`;
    expect((await script(STATUS)).filesAtRisk).toEqual(['config.xml', file]);
    await clock.advance(MINUTE);
    expect((await script(STATUS)).filesAtRisk).toEqual(['config.xml', file]);
    world.failGitPush(false);
    world.changeConfig();
    await clock.advance(MINUTE);
    expect((await script(STATUS)).filesAtRisk).toEqual([]);
  });

  it('can be inactive or absent', async () => {
    const { script, world } = await up();
    world.setScmSync('inactive');
    expect(await script(STATUS)).toMatchObject({ plugin: 'inactive', pluginVersion: '0.0.8' });
    world.setScmSync('absent');
    const absent = await script(STATUS);
    expect(absent.plugin).toBe('absent');
    expect(absent).not.toHaveProperty('queuedCommits');
  });
});
