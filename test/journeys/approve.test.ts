import { beforeEach, describe, expect, test } from 'vitest';
import type { PressAction } from '../../src/core/conversation.js';
import { parsePolicy } from '../../src/core/policy.js';
import { MINUTE } from '../../src/core/time.js';
import { perform } from '../../src/journeys/command.js';
import { NOW } from '../support/ci-service.js';
import { type FakeCommands, fakeCommands } from '../support/fake-commands.js';
import {
  type FakePerform,
  fakePeople,
  fakePerform,
  fakeRun,
  passing,
  pressed,
  typed,
} from '../support/fakes-journey.js';

const policyFor = (approvals: number, operators = 'U0ANA, U0LEE, U0BOB') =>
  parsePolicy(
    `roles: { operators: [${operators}], staff: [U0SAM] }\nrules: [{ effect: disrupt, to: [operators, staff], approvals: ${approvals} }]`,
  );

type Worker = FakePerform & FakeCommands;
let ports: Worker;

/** Ana asked for a swap that two others have to approve. */
beforeEach(async () => {
  const commands = fakeCommands();
  ports = { ...fakePerform({ catalogue: commands.catalogue }), ...commands, policy: () => policyFor(2) };
  await perform(typed('swap'), fakeRun(), ports);
});

const click = (userId: string, action: PressAction = 'plan.approve', delivery = `d-${userId}`) =>
  perform(pressed(action, 'd-ana', { delivery, actor: { userId, teamId: 'T0HOME' } }), fakeRun(delivery), ports);
const root = () => ports.messages.text('root:d-ana');
const answer = (userId: string) => ports.messages.text(`answer:d-${userId}`);
const buttons = () =>
  ports.messages.said
    .findLast((said) => said.key === 'root:d-ana')
    ?.message.blocks.flatMap((block) => (block.type === 'actions' ? block.buttons.map(({ label }) => label) : []));

describe('a plan that others have to approve', () => {
  test('says what is missing and of whom, and has 30 min', () => {
    expect(root()).toBe(
      'The plan: swap v1. Needs 2 approvals by somebody other than who asked · missing: 2 of operators or staff',
    );
    expect(buttons()).toEqual(['Approve', 'Cancel']);
    expect(ports.plans.plans.get('d-ana')).toMatchObject({ approvals: 2, validUntil: NOW + 30 * MINUTE });
    expect(ports.queue.expiries).toEqual([['d-ana', 30 * MINUTE]]);
  });

  test('names who has approved, and still has its buttons', async () => {
    await click('U0LEE');
    expect(root()).toBe('The plan: swap v1. Approved by @U0LEE · missing: 1 of operators or staff');
    expect(buttons()).toEqual(['Approve', 'Cancel']);
    expect(ports.queue.confirmed).toEqual([]);
    expect(answer('U0LEE')).toBe('');
  });

  test('starts with the last approval, once', async () => {
    await click('U0LEE');
    await click('U0SAM');
    expect(ports.queue.confirmed).toMatchObject([
      {
        delivery: 'd-ana-go',
        actor: { userId: 'U0ANA' },
        confirmedBy: 'U0SAM',
        approvedBy: ['U0LEE', 'U0SAM'],
        planHash: ports.plans.plans.get('d-ana')?.hash,
      },
    ]);
    expect(root()).toBe('Swapping: approved by @U0LEE, @U0SAM, starting');
    ports.queue.state = 'waiting';
    await click('U0BOB');
    expect(ports.queue.confirmed).toHaveLength(1);
    expect(answer('U0BOB')).toMatch(/^Already confirmed by @U0SAM.*waits for its turn/);
    expect(ports.plans.approvals.get('d-ana')?.size).toBe(2);
  });

  test('counts a person once, and says so to whoever presses again', async () => {
    await click('U0LEE');
    await click('U0LEE', 'plan.approve', 'd-again');
    expect(ports.queue.confirmed).toEqual([]);
    expect(ports.messages.text('answer:d-again')).toBe(
      'You have approved this already; once is enough. Approved by @U0LEE · missing: 1 of operators or staff.',
    );
  });

  test('takes the same click, delivered again, as one, whatever its first worker had done', async () => {
    await click('U0LEE');
    await click('U0LEE');
    expect(answer('U0LEE')).toBe('');
    await click('U0SAM');
    ports.queue.confirmed.length = 0;
    await click('U0SAM');
    expect(ports.queue.confirmed).toMatchObject([{ delivery: 'd-ana-go', approvedBy: ['U0LEE', 'U0SAM'] }]);
    expect(answer('U0SAM')).toBe('');
  });

  test('is started by whoever presses next when the last approval was noted and no more', async () => {
    await click('U0LEE');
    const actor = { userId: 'U0SAM', teamId: 'T0HOME' };
    await ports.plans.approve('d-ana', { v: 1, actor, at: NOW, delivery: 'd-dead' });
    await click('U0LEE', 'plan.approve', 'd-again');
    expect(ports.queue.confirmed).toMatchObject([{ approvedBy: ['U0LEE', 'U0SAM'] }]);
  });

  test('kindly refuses the one who asked', async () => {
    await click('U0ANA');
    expect(answer('U0ANA')).toBe(
      'You asked for this yourself, so somebody else has to approve it. Ask @U0LEE, @U0BOB, @U0SAM.',
    );
    expect(ports.plans.approvals.size).toBe(0);
  });

  test('tells somebody who may not who can', async () => {
    await click('U0EVE');
    expect(answer('U0EVE')).toMatch(
      /^You may not approve swap: that is for operators and staff by rule \d of the policy .* Ask @U0/,
    );
    expect(ports.plans.approvals.size).toBe(0);
  });

  test('refuses a guest by what Slack says now', async () => {
    ports.people = fakePeople({ isGuest: true });
    await click('U0LEE');
    expect(answer('U0LEE')).toMatch(/^Guests may not/);
    expect(ports.plans.approvals.size).toBe(0);
  });

  test('cannot be confirmed by one person alone', async () => {
    await click('U0LEE', 'plan.confirm');
    expect(ports.queue.confirmed).toEqual([]);
    expect(answer('U0LEE')).toMatch(/^By now the policy asks for 2 approvals of others/);
  });

  test('can be cancelled by the one who asked, and then collects nothing', async () => {
    await click('U0ANA', 'plan.cancel');
    expect(root()).toMatch(/^Cancelled by @U0ANA\. Nothing was changed\./);
    await click('U0LEE');
    expect(answer('U0LEE')).toMatch(/was already cancelled by @U0ANA/);
    expect(ports.plans.approvals.get('d-ana')?.size).toBe(0);
  });

  test('expires after 30 min, and tells the one who waits for it', async () => {
    await click('U0LEE');
    await ports.clock.advance(30 * MINUTE + 1);
    await click('U0BOB');
    expect(ports.queue.confirmed).toEqual([]);
    expect(root()).toMatch(/^This plan has expired without the approvals it needs; nothing was changed\./);
    expect(ports.messages.text('root:d-ana/expired')).toMatch(/^@U0ANA \/ci swap was not approved in time/);
    await perform({ v: 1, kind: 'expire', planId: 'd-ana' }, fakeRun('expire'), ports);
    expect(ports.messages.keys().filter((key) => key.startsWith('root'))).toEqual(['root:d-ana', 'root:d-ana/expired']);
    expect(ports.trail).toMatchObject([
      {
        userId: 'U0ANA',
        approvedBy: ['U0LEE'],
        planHash: ports.plans.plans.get('d-ana')?.hash,
        outcome: 'expired',
        durationMs: 30 * MINUTE + 1,
      },
    ]);
  });

  test('does not count somebody who approved and may not any more', async () => {
    await click('U0LEE');
    ports.policy = () => policyFor(2, 'U0ANA, U0BOB');
    await click('U0SAM');
    expect(ports.queue.confirmed).toEqual([]);
    expect(root()).toMatch(/Approved by @U0SAM · missing: 1 of/);
    await click('U0BOB');
    expect(ports.queue.confirmed).toMatchObject([{ approvedBy: ['U0SAM', 'U0BOB'] }]);
  });

  test('does not start for somebody who asked and may not any more', async () => {
    await click('U0LEE');
    ports.policy = () => policyFor(2, 'U0LEE, U0BOB');
    await click('U0BOB');
    expect(ports.queue.confirmed).toEqual([]);
    expect(answer('U0BOB')).toMatch(/^@U0ANA may not swap any more, so there is nothing to approve\./);
  });

  test('needs what the policy asks for by now, never less than it said', async () => {
    ports.policy = () => policyFor(3);
    await click('U0LEE');
    await click('U0BOB');
    expect(root()).toMatch(/Approved by @U0LEE, @U0BOB · missing: 1 of/);
    ports.policy = () => policyFor(1);
    await click('U0SAM', 'plan.approve', 'd-sam');
    expect(ports.queue.confirmed).toHaveLength(1);
  });

  test('shows the later of two edits, whichever worker is slower', async () => {
    await click('U0LEE');
    const early = ports.messages.said.findLast((said) => said.key === 'root:d-ana');
    ports.policy = () => policyFor(3);
    await click('U0BOB');
    if (early !== undefined) await ports.messages.put('root:d-ana', early.to, early.message, { rank: early.rank });
    expect(root()).toMatch(/Approved by @U0LEE, @U0BOB/);
  });
});

test('a plan names those whom the rule names that lets its requester ask, and nobody who would be refused', async () => {
  const commands = fakeCommands();
  const policy = parsePolicy(`
roles: { staff: [U0SAM], operators: [U0ANA, U0LEE] }
rules:
  - { command: swap, to: staff, approvals: 2 }
  - { effect: disrupt, to: operators, approvals: 1 }
  - { command: swap, to: operators, approvals: 1 }
`);
  ports = { ...fakePerform({ catalogue: commands.catalogue }), ...commands, policy: () => policy };
  await perform(typed('swap'), fakeRun(), ports);
  expect(root()).toMatch(/missing: 1 of operators$/);
  await click('U0SAM');
  expect(answer('U0SAM')).toMatch(/^You may not approve swap: that is for operators/);
});

test('a plan for one person does not start when the policy asks for two by now', async () => {
  const commands = fakeCommands();
  ports = { ...fakePerform({ catalogue: commands.catalogue }), ...commands };
  await perform(typed('swap'), fakeRun(), ports);
  ports.policy = () => policyFor(1);
  await click('U0LEE', 'plan.confirm');
  expect(ports.queue.confirmed).toEqual([]);
  expect(answer('U0LEE')).toMatch(/^By now the policy asks for 1 approval of others.*Type the command again/);
});

describe('the change that others approved', () => {
  const go = async (change: () => void = () => undefined) => {
    await click('U0LEE');
    await click('U0SAM');
    const [job] = ports.queue.confirmed;
    if (job === undefined) throw new Error('nothing was confirmed');
    change();
    await passing(ports.clock, perform(job, fakeRun('d-ana-go'), ports));
  };

  test('says in its outcome and in the trail who approved, and which plan', async () => {
    await go();
    expect(root()).toMatch(/^Swapped in/);
    expect(ports.messages.said.findLast((said) => said.key === 'root:d-ana')?.message.blocks.at(-1)).toMatchObject({
      text: { plain: 'asked by @U0ANA: /ci swap · approved by @U0LEE, @U0SAM' },
    });
    expect(ports.trail).toMatchObject([
      {
        userId: 'U0ANA',
        approvedBy: ['U0LEE', 'U0SAM'],
        planHash: ports.plans.plans.get('d-ana')?.hash,
        outcome: 'succeeded',
      },
    ]);
  });

  test('of a world that moved is void, and the fresh plan starts with no approvals', async () => {
    await go(() => {
      ports.script.version = 'v2';
    });
    expect(ports.script.writes).toBe(0);
    expect(root()).toMatch(/^The plan no longer fits/);
    expect(ports.messages.text('root:d-ana-again')).toBe(
      'The plan: swap v2. Needs 2 approvals by somebody other than who asked · missing: 2 of operators or staff',
    );
    expect(ports.plans.plans.get('d-ana-again')).toMatchObject({ approvals: 2 });
  });
});
