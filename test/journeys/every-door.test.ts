// Every way in: each command there is, typed, mentioned or behind a button, and each button of ours, pressed by somebody
// the policy refuses. Nothing is done or written anywhere, and the person hears why. A listener, command or button that
// is added without passing `authorise()` on whoever clicks fails here.

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { commands } from '../../src/commands/index.js';
import { allowance } from '../../src/core/allowance.js';
import type { PersonFacts, PlaceFacts } from '../../src/core/authorise.js';
import type { Actor, Command } from '../../src/core/command.js';
import { PRESS_ACTIONS, type PressAction } from '../../src/core/conversation.js';
import type { CommandJob, PressJob } from '../../src/core/jobs.js';
import { PICK_SOURCES } from '../../src/core/pick.js';
import { changeIdOf, type Plan } from '../../src/core/plans.js';
import { parsePolicy } from '../../src/core/policy.js';
import { accept, perform } from '../../src/journeys/command.js';
import { changed, type Shown, suggest } from '../../src/journeys/form-change.js';
import { openAsk, openPick } from '../../src/journeys/form-open.js';
import { submit } from '../../src/journeys/form-submit.js';
import { refreshHome } from '../../src/journeys/home.js';
import type { AcceptPorts } from '../../src/journeys/ports.js';
import { answerKey } from '../../src/journeys/reply.js';
import { NOW } from '../support/ci-service.js';
import {
  type FakePerform,
  fakeLog,
  fakePeople,
  fakePerform,
  fakeRun,
  passing,
  pressed,
  typed,
} from '../support/fakes-journey.js';
import { manualClock } from '../support/manual-clock.js';

const source = (name: string) => readFileSync(new URL(`../../src/${name}.ts`, import.meta.url), 'utf8');

/** The doors of this file; `run` buttons, mentions and direct messages are commands. Each kind of delivery has one. */
const DOORS: Readonly<Record<string, readonly string[]>> = {
  'adapters/slack/app': [],
  'adapters/slack/doors': [
    'app.command(slashCommand',
    'app.action<BlockAction>(/^/',
    "app.event('app_mention'",
    "app.event('message'",
  ],
  'adapters/slack/form-doors': [
    'app.shortcut(/^/',
    'app.view(/^/',
    "app.options<'block_suggestion'>(/^/",
    "app.event('app_home_opened'",
  ],
};

describe('the doors', () => {
  it.each(Object.entries(DOORS))('of %s are those that the app listens at, and no other', (name, doors) => {
    const listened = [...source(name).matchAll(/\bapp\.(?!start\b|stop\b|logger\b)\w+(?:<[\w']+>)?\([^,\n)]*/g)];
    expect(listened.map(([text]) => text)).toEqual(doors);
  });

  it('are in no other file', () => {
    const adapters = readdirSync(new URL('../../src/adapters/slack/', import.meta.url)).map((file) =>
      file.slice(0, -3),
    );
    const others = adapters.filter((name) => DOORS[`adapters/slack/${name}`] === undefined);
    expect(others.filter((name) => /from '@slack\/bolt'/.test(source(`adapters/slack/${name}`)))).toEqual([
      'http-receiver',
    ]);
    // Nothing else in the bot makes a Bolt app or hears of one.
    expect(source('adapters/slack/app').match(/new App\(/g)).toHaveLength(1);
  });

  it('lead to accept(), or to a form that leads there, each of them', () => {
    const bot = source('bot').replace(/^\s*\/\/.*$/gm, '');
    const ears = /ears: \{([\s\S]*?)\n {4}\},/.exec(bot)?.[1] ?? '';
    expect([...ears.matchAll(/^ {6}(\.\.\.[\w.]+|\w+)[:,]/gm)].map(([, name]) => name)).toEqual([
      'command',
      'press',
      'mention',
      '...screens.ears',
      'acked',
      'bug',
    ]);
    expect(ears.match(/\bhear\(/g)).toHaveLength(3);
    expect(bot.match(/\baccept\(/g)).toHaveLength(1);
    const screens = /const ears: [\s\S]*?= \{([\s\S]*?)\n {2}\};/.exec(source('bot-screens'))?.[1] ?? '';
    expect([...screens.matchAll(/^ {4}(?:async )?(\w+)[:(]/gm)].map(([, name]) => name)).toEqual(SCREEN_EARS);
    expect(source('bot-screens').match(/\bhear\b/g)).toHaveLength(2);
  });

  it('of the buttons are listened at from the list of what buttons do', () => {
    expect(source('adapters/slack/doors')).toMatch(/const ACTION = new RegExp\(`\^\(\$\{PRESS_ACTIONS\.map\(/);
  });
});

/** Below, each of them is tried by those who are refused; `unread` tells, and does nothing. */
const SCREEN_EARS = ['pick', 'ask', 'changed', 'submitted', 'suggest', 'home', 'unread'];

/** Who is refused, and by what. */
interface Refused {
  who: string;
  policy: string;
  actor?: Partial<Actor>;
  person?: PersonFacts;
  channel?: PlaceFacts;
  hears: RegExp;
}
const OPEN = 'rules: [{ effect: [read, change, disrupt], to: everyone }]';
const REFUSED: Refused[] = [
  { who: 'somebody no rule names', policy: 'rules: []', hears: /No rule of the policy speaks of / },
  {
    who: 'somebody outside every role',
    policy: 'roles: { ops: [U0LEE, U0KIM] }\nrules: [{ effect: [read, change, disrupt], to: ops }]',
    hears: /You may not .*: that is for ops by rule 1 of the policy .* Ask .*@U0KIM\.$/,
  },
  {
    who: 'somebody outside the group',
    policy: 'roles: { ops: [S0CIOPS] }\nrules: [{ effect: [read, change, disrupt], to: ops }]',
    hears: /You may not .*: that is for ops by rule 1 of the policy .* Ask somebody of @ci-ops\.$/,
  },
  { who: 'a guest', policy: OPEN, person: { isGuest: true }, hears: /Guests may not give commands/ },
  { who: 'a bot', policy: OPEN, person: { isBot: true }, hears: /Bots may not give commands/ },
  { who: 'a stranger', policy: OPEN, person: { isStranger: true }, hears: /Only members of this workspace/ },
  { who: 'a deactivated account', policy: OPEN, person: { deleted: true }, hears: /This account is deactivated/ },
  { who: 'somebody of another workspace', policy: OPEN, actor: { teamId: 'T0OTHER' }, hears: /Only members of this/ },
  {
    who: 'anybody in a shared channel',
    policy: OPEN,
    channel: { isSharedOutside: true },
    hears: /is shared with another/,
  },
];

const group = { id: 'S0CIOPS', handle: 'ci-ops', told: { members: ['U0LEE'], at: NOW } };
const peopleOf = ({ person, channel }: Refused) => fakePeople(person, channel, [group]);
const asked = ({ actor }: Refused) => ({ actor: { userId: 'U0ANA', teamId: 'T0HOME', ...actor } });

/** Every write of these ports fails the test by itself: nobody expects it. */
function worker(refused: Refused): FakePerform {
  return { ...fakePerform(), people: peopleOf(refused), policy: () => parsePolicy(refused.policy) };
}

function bot(refused: Refused): AcceptPorts & { added: unknown[] } {
  const added: unknown[] = [];
  const { clock } = fakePerform();
  return {
    added,
    catalogue: fakePerform().command.catalogue,
    policy: () => parsePolicy(refused.policy),
    people: peopleOf(refused),
    queue: { accept: async (job) => void added.push(job) },
    audit: { record: async () => undefined },
    allowance: { any: allowance(20, clock), urgent: allowance(120, clock) },
    scrub: (text) => text,
    clock,
    log: fakeLog(),
  };
}

/** Of buttons that are a command, or a form for one. */
const COMMANDS: ReadonlySet<PressAction> = new Set(['run', 'run.thread', 'pick']);

function formPorts(refused: Refused) {
  const ears = bot(refused);
  const { choices, screens } = worker(refused);
  for (const source of PICK_SOURCES) choices.kept.set(`${source} `, { at: NOW, choices: [{ value: 'secret' }] });
  return {
    ...ears,
    people: peopleOf(refused),
    slash: '/ci',
    screens,
    choices,
    replies: { keep: async () => {}, read: async () => undefined },
    errands: { gather: async () => {}, home: async () => {} },
    wall: manualClock(),
  };
}

const formOf = (command: string, refused: Refused): Shown => ({
  ...asked(refused),
  place: { channelId: 'C0CI', teamId: 'T0HOME' },
  delivery: 'd-form',
  viewId: 'V1',
  kept: { v: 1, kind: 'pick', command, channelId: 'C0CI' },
  filled: {},
});

/** Nothing but the answer to whoever clicked: no plan, no act, no choice, no change, nothing in the channel. */
function expectOnlyARefusal(ports: FakePerform, job: CommandJob | PressJob, hears: RegExp): void {
  expect(ports.messages.keys()).toEqual([answerKey(job.delivery)]);
  expect(ports.messages.said).toHaveLength(1);
  expect(ports.messages.said[0]?.to).toMatchObject({ kind: 'answer', userId: job.actor.userId, here: false });
  expect(ports.messages.text(answerKey(job.delivery))).toMatch(hears);
  expect([ports.plans.acts.size, ports.plans.approvals.size]).toEqual([0, 0]);
  expect(ports.queue).toMatchObject({ confirmed: [], chosen: [], expiries: [], moves: 0 });
  expect(ports.trail.filter(({ neverBegan }) => !neverBegan)).toEqual([]);
  expect(ports.log.lines.filter(({ level }) => level === 'error')).toEqual([]);
}

const EVERY = commands.flatMap((command) =>
  command.examples.flatMap((text) =>
    [command.name, ...(command.aliases ?? [])].map((word): [string, Command] => [
      text.replace(command.name, word),
      command,
    ]),
  ),
);

describe.each(REFUSED)('$who', (refused) => {
  it.each(EVERY)('may not `%s`', async (text) => {
    const job = typed(text, asked(refused));
    const ports = worker(refused);
    const run = fakeRun(job.delivery);
    await perform(job, run, ports);
    expectOnlyARefusal(ports, job, refused.hears);
    expect(run.steps).toEqual([]);
    expect(ports.plans.plans.size).toBe(0);
  });

  // Who is in a group is not known to the bot: there the worker decides, as above.
  it.each(refused.policy.includes('S0') ? [] : EVERY)(
    'is told so at once of `%s`, and nothing is queued',
    async (text) => {
      const ears = bot(refused);
      const buttons = (['run', 'run.thread'] as const).map((action) => pressed(action, text, asked(refused)));
      for (const job of [typed(text, asked(refused)), ...buttons]) {
        const accepted = await accept(job, '/ci', ears);
        expect(accepted).toMatchObject({ kind: 'answered', outcome: 'refused' });
        expect(accepted.kind === 'answered' && accepted.message.text).toMatch(refused.hears);
      }
      expect(ears.added).toEqual([]);
    },
  );

  it('is shown no form, no search, no board and no command that a form would run', async () => {
    const ears = formPorts(refused);
    const { hears } = refused;
    const picked = commands.filter(({ picks }) => picks !== undefined);
    const groups = refused.policy.includes('S0');
    for (const command of picked) {
      const job = pressed('pick', command.name, asked(refused));
      const told = await passing(ears.wall, openPick(job, 'trigger', ears));
      // Who is in a group is not known to the bot: the form is open, and its searches and what it runs are refused.
      if (!groups) expect(told?.text).toMatch(hears);
      const shown = formOf(command.name, refused);
      for (const [name, pick] of Object.entries(command.picks ?? {})) {
        if ('from' in pick) expect(await suggest(shown, name, '', ears)).toEqual([]);
      }
      if (!groups) {
        await changed(shown, ears);
        expect(ears.screens.updated.at(-1)?.form).toMatchObject({ fields: [], kept: { kind: 'told' } });
      }
    }
    if (!groups) {
      expect(ears.screens.opened).toEqual([]);
      const ask = await openAsk(pressed('pick', '', asked(refused)), 'trigger', { named: [], commands: [] }, ears);
      expect(ask?.text).toMatch(hears);
    }
    expect(ears.added).toEqual([]);
  });

  it.each(refused.policy.includes('S0') ? [] : EVERY)('is told so by the form that would run `%s`', async (text) => {
    const ears = formPorts(refused);
    const hear = async (job: CommandJob) => {
      const accepted = await accept(job, '/ci', ears);
      return accepted.kind === 'answered' ? accepted.message : undefined;
    };
    const kept = { v: 1, kind: 'ask', command: '', channelId: 'C0CI' } as const;
    const sent = await submit({ ...formOf('', refused), kept, filled: { other: text } }, hear, ears);
    expect(sent.kind === 'told' && JSON.stringify(sent.form.blocks)).toMatch(
      new RegExp(refused.hears.source.replace(/\$$/, '')),
    );
    expect(ears.added).toEqual([]);
  });

  it('is shown a Home tab that says why, and nothing of the board', async () => {
    const ports = worker(refused);
    const whose = { ...asked(refused), place: { channelId: 'D0ANA', teamId: 'T0HOME' } };
    await refreshHome({ v: 1, kind: 'home', ...whose }, ports);
    expect(ports.screens.homes).toHaveLength(1);
    expect(ports.screens.homes[0]?.home.text).toMatch(refused.hears);
    expect(JSON.stringify(ports.screens.homes[0]?.home)).not.toMatch(/Executors|actions/);
  });

  const disruptive = commands.filter(({ effect }) => effect === 'disrupt');
  const presses = PRESS_ACTIONS.filter((action) => !COMMANDS.has(action)).flatMap((action) =>
    disruptive.map((command): [PressAction, string, Command] => [action, command.examples[0] ?? command.name, command]),
  );
  it.each(presses)('may not press %s under the plan of `%s`', async (action, text, command) => {
    const plan: Plan = {
      v: 1,
      id: 'd-lee',
      text,
      command: command.name,
      actor: { userId: 'U0LEE', teamId: 'T0HOME' },
      place: { channelId: 'C0CI', teamId: 'T0HOME' },
      facts: {},
      hash: 'h',
      madeAt: NOW,
      validUntil: NOW + 600_000,
    };
    // Some buttons name the plan, some the change that it became.
    for (const value of [plan.id, changeIdOf(plan.id)]) {
      const job = pressed(action, value, asked(refused));
      const ports = worker(refused);
      ports.plans.plans.set(plan.id, plan);
      ports.queue.waiting.push({ id: value, job: typed(text, { actor: plan.actor }), leftBy: undefined });
      await perform(job, fakeRun(job.delivery), ports);
      expectOnlyARefusal(ports, job, refused.hears);
      expect([...ports.plans.plans.values()]).toEqual([plan]);
      expect(ports.queue.waiting).toMatchObject([{ leftBy: undefined }]);
    }
  });
});
