import { describe, expect, test } from 'vitest';
import { render } from '../../src/adapters/slack/render.js';
import { help } from '../../src/commands/help.js';
import { commands } from '../../src/commands/index.js';
import type { Command, Effect, Grant, Permission } from '../../src/core/command.js';
import { UserError } from '../../src/core/errors.js';
import { parsePolicy } from '../../src/core/policy.js';
import { askedFor } from '../../src/journeys/permission.js';
import { asked, fakePorts } from '../support/fakes.js';
import { fakePeople, fakePerform, typed } from '../support/fakes-journey.js';
import { linesOf } from '../support/read-command.js';

const READS_ONLY = (command: Command): Permission =>
  command.effect === 'read'
    ? { allowed: true }
    : { allowed: false, reason: `You may not \`${command.name}\`.`, hint: 'Ask <@U0LEE>.' };

async function helped(word: string | undefined, may: (command: Command) => Permission = () => ({ allowed: true })) {
  if (help.effect !== 'read') throw new Error('help is a read');
  const facts = await help.run({ command: word }, fakePorts(), asked({ may }));
  return help.view(facts, asked());
}

const SIGNS =
  '(:hourglass_flowing_sand: under way · :large_green_circle: done · :red_circle: failed · :warning: look at this · :no_entry_sign: cancelled)';

test('what you may do, with how it is typed', async () => {
  const message = await helped(undefined);
  expect(message.text).toBe(`What you may do here: ${commands.map(({ name }) => name).join(', ')}.`);
  const [title, ...rest] = linesOf(message);
  expect([title, rest.at(-1)]).toEqual(['*What you may do here*', SIGNS]);
  const of = (...effects: Effect[]) =>
    commands
      .filter(({ effect }) => effects.includes(effect))
      .map(({ name }) => expect.stringMatching(`^\`/ci ${name}[ \`]`));
  expect(rest.slice(0, -1)).toEqual([
    '*Look*: only you see the answer; `--here` shows it to the channel',
    ...of('read'),
    '*Change*: the channel sees it',
    ...of('change'),
    '*Change with a plan first*, which asks',
    ...of('disrupt'),
  ]);
  expect(rest).toContain(
    '`/ci silence &lt;id&gt; [--for 1h] [--off] [reason]` Keeps an alert, and what rings for the same cause, quiet for a while.',
  );
});

test('what you may not do is named, with how to learn who can', async () => {
  const message = await helped(undefined, READS_ONLY);
  const names = (reads: boolean) =>
    commands.filter(({ effect }) => (effect === 'read') === reads).map(({ name }) => name);
  expect(message.text).toBe(`What you may do here: ${names(true).join(', ')}.`);
  const refused = names(false).map((name) => `\`${name}\``);
  expect(linesOf(message)).toContain(
    `(Not for you here: ${refused.join(', ')}. \`/ci help &lt;command&gt;\` says who can.)`,
  );
});

describe('how far it goes for you here', () => {
  const may =
    (...grants: Grant[]) =>
    () => ({ allowed: true as const, grants });
  const SCALE = '`/ci scale executors &lt;count&gt; [--label L] [--controller]` Change how many Jenkins executors run.';

  test.each<[grants: Grant[], words: string]>([
    [[{ max: { count: 8 } }], 'up to `count` 8'],
    [[{ approvals: 1 }], 'needs 1 approval'],
    [[{ max: { count: 8 } }, { approvals: 2 }], 'up to `count` 8; beyond that needs 2 approvals'],
    [[{ max: { count: 4 } }, { max: { count: 8 } }], 'up to `count` 8'],
    [[{ max: { cpus: 4, mem: 4096 }, approvals: 1 }], 'up to `cpus` 4 and up to `mem` 4096, needs 1 approval'],
    [[{ max: { count: 8 }, approvals: 1 }, {}], 'up to `count` 8, needs 1 approval; beyond that without approval'],
  ])('%j', async (grants, words) => {
    expect(linesOf(await helped(undefined, may(...grants)))).toContain(`${SCALE} _For you: ${words}._`);
    expect(linesOf(await helped('scale', may(...grants))).at(-1)).toBe(`For you here: ${words}.`);
  });

  test.each<[grants: Grant[]]>([[[{}]], [[{ max: { count: 8 } }, {}]]])('%j: all the way', async (grants) => {
    expect(linesOf(await helped(undefined, may(...grants)))).toContain(SCALE);
  });
});

test('who is in a user group is asked before help says what you may do', async () => {
  const policy = parsePolicy(
    'roles: {ops: [S0CIOPS]}\nrules: [{command: scale, to: ops, max: {count: 8}}, {command: deploy, to: ops, approvals: 1}]',
  );
  const told = { members: ['U0ANA'], at: fakePerform().clock.now() };
  const ports = { ...fakePerform(), policy: () => policy, people: fakePeople({}, {}, [{ id: 'S0CIOPS', told }]) };
  const parsed = { command: help, args: {}, text: 'help', here: false, policyWords: 'help' };
  if (help.effect !== 'read') throw new Error('help is a read');
  const { run, view } = help;
  const of = async (userId: string) => {
    const job = typed('help', { actor: { userId, teamId: 'T0HOME' } });
    const facts = await run({}, ports.command, askedFor(job, parsed, ports));
    return linesOf(view(facts, asked())).filter((line) => line.startsWith('`'));
  };
  expect(await of('U0ANA')).toEqual([
    expect.stringMatching(/^`\/ci scale .* _For you: up to `count` 8\._$/),
    expect.stringMatching(/^`\/ci deploy .* _For you: needs 1 approval\._$/),
  ]);
  expect(await of('U0BOB')).toEqual([]);
});

describe('one command', () => {
  test.each([
    ['where', 'Only you see the answer; `--here` shows it to the channel.'],
    ['scale', 'Changes something: the channel sees it, and it is recorded.'],
    ['deploy', 'Shows a plan first and asks; the channel sees it, and it is recorded.'],
    ['DEPLOY', 'Shows a plan first and asks; the channel sees it, and it is recorded.'],
  ])('%s says what it does to the world', async (word, effect) => {
    expect(linesOf(await helped(word))[1]?.endsWith(effect)).toBe(true);
  });

  test('is a page with its details and examples', async () => {
    const message = await helped('scale');
    expect(message.text).toBe(
      '/ci scale executors <count> [--label L] [--controller]: Change how many Jenkins executors run.',
    );
    expect(linesOf(message)).toEqual([
      '`/ci scale executors &lt;count&gt; [--label L] [--controller]`',
      'Change how many Jenkins executors run. Changes something: the channel sees it, and it is recorded.',
      'Without options: the executors of every agent that Jenkins starts on Mesos from now on, 1 to 64.',
      '`--label L`: only of the agent template with that label.',
      '`--controller`: of the controller itself, 0 to 100.',
      '*Examples*',
      '`/ci scale executors 4`',
      '`/ci scale executors 2 --label linux`',
      '`/ci scale executors 0 --controller`',
    ]);
  });

  test('that you may not use says who can', async () => {
    expect(linesOf(await helped('deploy', READS_ONLY)).at(-1)).toBe('You may not `deploy`. Ask <@U0LEE>.');
  });
});

test.each([
  ['deplyo', 'No command `deplyo`.', 'Did you mean `help deploy`?'],
  ['wibble', 'No command `wibble`.', 'Type `help` for the list.'],
])('an unknown command: %s', async (word, what, hint) => {
  const error = await helped(word).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(UserError);
  expect(error).toMatchObject({ message: what, hint });
});

test('a rule that names `scale executors` counts for `scale`', async () => {
  const policy = parsePolicy(
    'roles: {operators: [U0LEE], developers: [U0ANA]}\nrules: [{command: scale executors, to: developers}, {effect: [read, change, disrupt], to: operators}]',
  );
  const ports = { ...fakePerform(), policy: () => policy };
  const parsed = { command: help, args: {}, text: 'help', here: false, policyWords: 'help' };
  const { may } = askedFor(typed('help'), parsed, ports);
  const all = await Promise.all(
    ports.command.catalogue.all().map(async (command) => ({ command, may: await may(command) })),
  );
  expect(all.flatMap(({ command, may: { allowed } }) => (allowed ? [command.name] : []))).toEqual(['scale']);
});

test('a command whose name has two words has a page of its own', async () => {
  expect((await helped('sync save')).text).toBe("/ci sync save: Save all of Jenkins' configuration in git now.");
  await expect(helped('sync sav')).rejects.toMatchObject({ hint: 'Did you mean `help sync save`?' });
});

test('fits into one message, whatever the policy says of each command', async () => {
  const grants = [{ max: { count: 8, cpus: 4, mem: 4096 }, approvals: 2 }, { approvals: 3 }];
  expect(render(await helped(undefined, () => ({ allowed: true, grants }))).rest).toBeUndefined();
});
