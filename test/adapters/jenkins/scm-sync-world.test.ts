// The rule over the real client in front of the simulated Jenkins of both lines: what SCM sync does there is what it sees.
import { afterEach, describe, expect, it } from 'vitest';
import { jenkinsClient } from '../../../src/adapters/jenkins/client.js';
import { scmSyncFailed } from '../../../src/alerts/scm-sync-failed.js';
import { type AlertPorts, isPolled } from '../../../src/core/alert.js';
import type { ScmSyncMemory } from '../../../src/core/scm-sync-watch.js';
import { unsavedAtDeath } from '../../../src/core/scm-unsaved.js';
import { MINUTE, SECOND } from '../../../src/core/time.js';
import { BOOT_MS, upScene } from '../../playground/jenkins-scene.js';
import { hastyClock } from '../failing.js';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

if (!isPolled(scmSyncFailed)) throw new Error('the rule looks every so often');
const rule = scmSyncFailed;

async function watched(generation: 'old' | 'modern') {
  const stage = await upScene({ generation });
  stage.world.setScmSync('active');
  const client = jenkinsClient({
    baseUrl: async () => stage.url,
    publicUrl: undefined,
    credentials: { header: () => credentialsOf(stage), refresh: () => false },
    // Time of the world for what is seen, none for what is waited for: real sockets take real time.
    clock: { ...hastyClock(), now: () => stage.clock.now() },
    scrub: (text) => text,
  });
  open.push(stage, client);
  const ports = { jenkins: client, clock: stage.clock } as unknown as AlertPorts;
  let memory: unknown;
  const rung = new Set<string>();
  /** A look after so much time, and what is new in what it says. */
  const look = async (afterMs = MINUTE) => {
    await stage.clock.advance(afterMs);
    const detected = rule.detect(memory, await rule.gather(ports, memory), stage.clock.now());
    memory = JSON.parse(JSON.stringify(detected.memory));
    const said = detected.signals.filter((signal) =>
      signal.kind === 'raise' ? !rung.has(signal.identity) : signal.kind !== 'update',
    );
    for (const signal of said) if (signal.kind === 'raise') rung.add(signal.identity);
    return said.map((signal) => ('line' in signal && typeof signal.line === 'string' ? signal.line : signal.kind));
  };
  return { ...stage, look, memory: () => memory as ScmSyncMemory };
}

function credentialsOf({ world }: Awaited<ReturnType<typeof upScene>>): string {
  return `Basic ${Buffer.from(`${world.accounts.user}:${world.accounts.token}`).toString('base64')}`;
}

const REJECTED = '! [rejected] master -> master (fetch first)';
const RING =
  'saving to git fails: the repository has commits that this controller does not have, so git refuses the push';

describe.each(['old', 'modern'] as const)('on the %s line', (generation) => {
  it('a push that is refused rings, and is over once git takes the next change', async () => {
    const { look, world, memory } = await watched(generation);
    expect(await look()).toEqual([]);
    world.failGitPush(true, REJECTED);
    world.changeConfig();
    expect(await look()).toEqual([RING]);
    expect(memory().trouble?.facts).toMatchObject({ kind: 'diverged', unpushed: 1, files: ['config.xml'] });
    world.failGitPush(false);
    world.changeConfig();
    expect(await look()).toEqual([]);
    expect(await look()).toEqual(['everything is saved in git again']);
  });

  it('a poisoned commit rings at the second look', async () => {
    const { look, world } = await watched(generation);
    await look();
    world.poisonScmSync();
    world.changeConfig();
    expect(await look()).toEqual([]);
    expect(await look()).toEqual([
      'changes do not get to git: a commit cannot be carried out, and all later ones wait behind it',
    ]);
  });

  it('a new task has lost what was not pushed, and is no recovery', async () => {
    const { look, world, memory, kill, launch, taskId, clock } = await watched(generation);
    world.failGitPush(true, REJECTED);
    world.changeConfig();
    await look();
    expect(unsavedAtDeath(memory(), clock.now())?.text).toBe(
      '1 commit was not pushed: these changes are lost: `config.xml`.',
    );
    kill(taskId);
    launch();
    expect(await look(BOOT_MS + 10 * SECOND)).toEqual(['note']);
    expect(await look()).toEqual(['nothing waits for git since the restart; what was lost with it stays lost']);
  });

  it('without the right to run scripts the footer tells of a failure, and of no recovery', async () => {
    const { look, world, memory } = await watched(generation);
    world.withdrawScriptRight();
    expect(await look()).toEqual([]);
    world.failGitPush(true, REJECTED);
    world.changeConfig();
    expect(await look()).toEqual(['saving to git fails: the plugin reports a failure']);
    expect(memory().trouble?.facts.footerOnly).toMatch(/^Jenkins: 403, .* lacks the right Overall\//);
    world.failGitPush(false);
    world.changeConfig();
    expect(await look()).toEqual([]);
    expect(await look()).toEqual([]);
    expect(memory().state).toBe('failing');
  });

  it('nothing is said while nobody answers', async () => {
    const { look, kill, taskId } = await watched(generation);
    expect(await look()).toEqual([]);
    kill(taskId);
    expect(await look()).toEqual([]);
  });
});
