// A change that begins something and looks on until that is over.
import { describe, expect, test } from 'vitest';
import { MINUTE, SECOND } from '../../src/core/time.js';
import { perform } from '../../src/journeys/command.js';
import { NOW, silence } from '../support/ci-service.js';
import { fakeCommands } from '../support/fake-commands.js';
import { fakePeople, fakePerform, fakeRun, typed } from '../support/fakes-journey.js';

function worker() {
  const commands = fakeCommands();
  return { ...fakePerform({ catalogue: commands.catalogue }), ...commands };
}

const FOLLOWED = { step: 'following', startedAt: NOW, before: null } as const;
const IN_THE_OVEN = { looked: 0, state: 'in the oven', thread: '' };

describe('a change that is followed', () => {
  test('begins once, says how it stands at each look, and how it ended', async () => {
    const ports = worker();
    const run = fakeRun();
    ports.script.looks = [
      { state: 'rising', againMs: 2 * SECOND },
      { state: 'browning', againMs: 5 * SECOND },
      { state: 'done' },
    ];
    const pauses = [];
    for (let job = 0; job < 3; job += 1) pauses.push(await perform(typed('bake'), run, ports));
    expect(pauses).toEqual([{ againMs: 2 * SECOND }, { againMs: 5 * SECOND }, undefined]);
    expect(ports.script.baked).toBe(1);
    expect(ports.messages.said.map(({ key, message }) => [key, message.text])).toEqual([
      ['root:d-ana', 'Working on /ci bake'],
      ['root:d-ana', 'Baking: rising'],
      ['root:d-ana', 'Baking: browning'],
      ['root:d-ana', 'Baked: done'],
    ]);
    expect(ports.messages.said[1]?.message.blocks.at(-1)).toMatchObject({
      text: { plain: 'asked by @U0ANA: /ci bake' },
    });
    expect(run.steps).toEqual(['posted', 'applying', 'following', 'done']);
    expect(ports.trail).toMatchObject([{ command: 'bake', outcome: 'succeeded', summary: 'Baked: done' }]);
  });

  test('puts its detail into the thread of its message', async () => {
    const ports = worker();
    ports.script.looks = [{ state: 'burnt', thread: 'black all over' }];
    await perform(typed('bake'), fakeRun(), ports);
    expect(ports.messages.text('root:d-ana')).toBe('Baked: burnt');
    expect(ports.messages.said.at(-1)).toMatchObject({
      key: 'root:d-ana/detail',
      to: { kind: 'thread', parent: 'root:d-ana' },
      message: { text: 'black all over' },
    });
    expect(ports.trail).toMatchObject([{ outcome: 'failed' }]);
  });

  test('calls whoever asked when it took long', async () => {
    const ports = worker();
    await perform(
      typed('bake'),
      fakeRun('d-ana', { ...FOLLOWED, startedAt: NOW - 6 * MINUTE, followed: IN_THE_OVEN }),
      ports,
    );
    expect(ports.messages.said.at(-1)?.message.text).toBe('@U0ANA Baked: done');
  });

  test('is looked at by the worker that takes it over, and not begun again', async () => {
    const ports = worker();
    await perform(typed('bake'), fakeRun('d-ana', { ...FOLLOWED, followed: IN_THE_OVEN }), ports);
    expect(ports.script.baked).toBe(0);
    expect(ports.messages.text('root:d-ana')).toBe('Baked: done');
  });

  test('is told to its end when whoever asked may no longer do it, and when Slack does not say', async () => {
    for (const person of [async () => ({ isGuest: true }), () => Promise.reject(silence('Slack', 'users.info'))]) {
      const ports = { ...worker(), people: { ...fakePeople(), person } };
      await perform(typed('bake'), fakeRun('d-ana', { ...FOLLOWED, followed: IN_THE_OVEN }), ports);
      expect(ports.messages.text('root:d-ana')).toBe('Baked: done');
    }
  });

  test('leaves no trace when another worker has it', async () => {
    const ports = worker();
    const run = fakeRun('d-ana', { ...FOLLOWED, followed: IN_THE_OVEN });
    run.lose();
    await expect(perform(typed('bake'), run, ports)).rejects.toMatchObject({ name: 'LockLost' });
    expect(ports.messages.said).toEqual([]);
    expect(ports.trail).toEqual([]);
  });

  test('does not say that nothing was done when a bug ends it', async () => {
    const ports = worker();
    ports.script.looks = [];
    await perform(typed('bake'), fakeRun(), ports);
    expect(ports.messages.text('root:d-ana')).toMatch(
      /^That is a bug in the bot, reference r-.* It was begun; what became of it is not known\.$/,
    );
    expect(ports.trail).toMatchObject([{ outcome: 'failed' }]);
  });
});
