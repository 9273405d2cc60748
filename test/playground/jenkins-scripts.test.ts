// The bot's own Groovy scripts sent to the simulated script console: recognised, obeyed, refused where Jenkins would.
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { SECOND } from '../../src/core/time.js';
import { BOOT_MS, type Scene, upScene } from './jenkins-scene.js';

let stage: Scene | undefined;
afterEach(() => stage?.close());

async function up(generation: 'old' | 'modern' = 'modern') {
  const made = await upScene({ generation });
  stage = made;
  return made;
}

function groovy(name: string, args: object): string {
  const text = readFileSync(new URL(`../fixtures/jenkins/groovy/${name}.groovy`, import.meta.url), 'utf8');
  return text.replace('@@ARGS_B64@@', Buffer.from(JSON.stringify(args)).toString('base64'));
}

describe('scripts', () => {
  it('set the maximum of templates with a label, and that survives a restart once it is pushed', async () => {
    const { script, world, clock, launch, kill, taskId } = await up('old');
    const none = await script(groovy('template-max-set', { max: 4, label: 'windows' }));
    expect(none).toEqual({ ok: true, changed: [], unchanged: [], refused: [], saved: false });
    const raced = await script(groovy('template-max-set', { max: 4, label: 'mesos', ifCurrent: 3 }));
    expect(raced.refused).toMatchObject([{ from: 2, to: 4, reason: 'ifCurrent' }]);
    expect((await script(groovy('template-max-set', { max: 4, dryRun: true }))).saved).toBe(false);
    expect((await script(groovy('template-max-set', { max: 4, label: 'mesos' }))).changed).toHaveLength(1);
    expect((await script(groovy('template-max-set', { max: 4 }))).unchanged).toHaveLength(1);
    expect(world.accessLog.filter((entry) => entry.tookEffect)).toHaveLength(1);
    await clock.advance(10 * SECOND);
    kill(taskId);
    launch();
    await clock.advance(BOOT_MS);
    expect((await script(groovy('executors-read', {}))).clouds[0].templates[0].maxExecutors).toBe(4);
  });

  it('refuse more than one executor an agent on mesos 2.x, and nonsense everywhere', async () => {
    const { script } = await up();
    expect((await script(groovy('template-max-set', { max: 4 }))).refused).toMatchObject([{ reason: 'generation2' }]);
    expect((await script(groovy('template-max-set', { max: 4, allowGeneration2: true }))).saved).toBe(true);
    expect(await script(groovy('template-max-set', { max: 0 }))).toEqual({
      ok: false,
      error: 'java.lang.IllegalArgumentException: max must be 1..64',
    });
  });

  it('set the controller’s executors', async () => {
    const { script, get } = await up('old');
    const set = (n: number) => script(groovy('controller-executors-set', { n }));
    expect(await set(6)).toEqual({ ok: true, from: 2, to: 6, applied: true, live: 6 });
    expect(await get('computer/api/json')).toMatchObject({ totalExecutors: 6 });
    expect(await set(101)).toMatchObject({ ok: false });
  });

  it('answer 200 and a stack trace when they are not known', async () => {
    const { script } = await up();
    expect(await script('foo.bar()')).toMatch(/^groovy\.lang\.MissingPropertyException: No such property: foo/);
    expect(await script('def x = (1')).toMatch(/^org\.codehaus\.groovy\.control\.MultipleCompilationErrorsException/);
  });

  it('need the right, and a GET of the console is refused only with a script', async () => {
    const { world, post, call } = await up();
    expect((await call('scriptText')).status).toBe(200);
    expect((await call('scriptText?script=1')).status).toBe(405);
    world.withdrawScriptRight();
    const answer = await post('scriptText', { script: '1' });
    expect(answer.headers.get('x-required-permission')).toBe('hudson.model.Hudson.Administer');
    expect(world.accessLog).toMatchObject([{ action: 'scriptText', tookEffect: false }]);
  });
});
