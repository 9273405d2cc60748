// Every form and the Home tab, empty, filled and of the longest names: drawn into `test/fixtures/gallery/screens.txt`, which is
// meant to be looked at.
import { expect, test } from 'vitest';
import { render } from '../../src/adapters/slack/render.js';
import { modalView } from '../../src/adapters/slack/screens.js';
import { catalogueOf, commands } from '../../src/commands/index.js';
import { sorry } from '../../src/core/conversation.js';
import type { Filled, Form, Kept } from '../../src/core/form.js';
import { type HomeFacts, homeView } from '../../src/core/home-view.js';
import { type Choice, fieldOf } from '../../src/core/pick.js';
import type { Plan } from '../../src/core/plans.js';
import { offersFor } from '../../src/core/subjects.js';
import { md } from '../../src/core/text.js';
import { MINUTE } from '../../src/core/time.js';
import { pickForm, toldForm, unfolded } from '../../src/journeys/form.js';
import { askForm } from '../../src/journeys/form-ask.js';
import { complaintsAbout } from '../../src/playground/slack/block-kit.js';
import type { SlackView, Wire } from '../../src/playground/slack/workspace.js';
import { drawView } from '../../src/playground/terminal/view.js';
import { NOW } from '../support/ci-service.js';
import { fakeChoices, fakePerform } from '../support/fakes-journey.js';
import { golden } from '../support/golden.js';

const HOSTILE = '<!channel> & <@U0ANA> *bold* _it_ `code` <http://x.example|click> ';
const catalogue = catalogueOf(commands);
const KEPT: Kept = { v: 1, kind: 'pick', command: '', channelId: 'C0CI' };

const PARAMETERS: readonly Choice[] = [
  { value: 'BRANCH', about: 'What to build.', initial: 'main' },
  { value: 'ENV', choices: ['staging', 'production'], initial: 'staging' },
];
const MANY: readonly Choice[] = Array.from({ length: 24 }, (_, at) => ({
  ...{ value: `P${at} ${HOSTILE}`, about: HOSTILE.repeat(4), initial: HOSTILE.repeat(2) },
  ...(at % 2 === 0 ? { choices: [HOSTILE, 'x'] } : {}),
}));

async function form(name: string, filled: Filled = {}, found: readonly Choice[] | string = PARAMETERS): Promise<Form> {
  const command = catalogue.find(name);
  if (command === undefined) throw new Error(name);
  const choices = fakeChoices();
  const ports = { ...fakePerform(), choices, slash: '/ci' } as never;
  for (const source of ['parameters', 'settings'] as const)
    for (const of of Object.values(filled))
      await choices.keep(source, of, {
        at: NOW,
        ...(typeof found === 'string' ? { choices: [], missing: found } : { choices: found }),
      });
  return pickForm(command, await unfolded(command, filled, { choices }), { ...KEPT, command: name }, ports);
}

const ofMany = {
  named: [{ kind: 'builds', value: 'team/app#12' } as const, { kind: 'jobs', value: 'team/app' } as const],
  commands: [],
};
const ask = { ...KEPT, kind: 'ask' } as const;

const FORMS: readonly [string, () => Form | Promise<Form>][] = [
  ...commands.flatMap(({ name, picks }): [string, () => Promise<Form>][] =>
    picks === undefined ? [] : [[`${name}: empty`, () => form(name)]],
  ),
  ['build: a job is picked', () => form('build', { job: 'team/app' })],
  ['build: a job that takes nothing', () => form('build', { job: 'team/app' }, [])],
  ['build: Jenkins does not answer', () => form('build', { job: 'team/app' }, 'Jenkins did not answer within 20 s')],
  ['build: the longest', () => form('build', { job: `team/${HOSTILE.repeat(4)}` }, MANY)],
  [
    'template: a label is picked',
    () => form('template', { label: 'linux' }, [{ value: 'mem', about: '64 to 1,048,576 MiB, now 512.' }]),
  ],
  ['silence: filled', () => form('silence', { id: 'A17', for: '2h', reason: HOSTILE.repeat(8) })],
  [
    'ask: a failed build',
    () => askForm(md`That message is about \`team/app#12\`.`, offersFor(ofMany, catalogue), ask, '/ci'),
  ],
  [
    'ask: nothing that is known',
    () => askForm(md`That message names nothing.`, offersFor({ named: [], commands: [] }, catalogue), ask, '/ci'),
  ],
  ['a refusal in place of a form', () => toldForm(sorry('You may not `build`.', `Ask ${HOSTILE}`), KEPT)],
];

const plan = (id: string, userId: string, text: string): HomeFacts['mine'][number] => ({
  ...({ v: 1, id, text, command: 'deploy', facts: {}, hash: 'h', madeAt: NOW, validUntil: NOW + 10 * MINUTE } as const),
  ...{ actor: { userId, teamId: 'T0HOME' }, place: { channelId: 'C0CI', teamId: 'T0HOME' } },
  ...({ approvals: 1 } satisfies Partial<Plan>),
  url: 'https://slack.example/p1',
});
const HOME: HomeFacts = {
  ...{ now: NOW, slash: '/ci', board: undefined, alerts: [], moreAlerts: 0, mine: [], others: [], asked: [] },
  forms: commands.flatMap(({ name, picks }) => (picks === undefined ? [] : [name])),
  isBeingRefreshed: true,
};
const BOARD: HomeFacts['board'] = {
  ...({ v: 1, at: NOW - 5 * MINUTE, controller: '192.168.3.25:31052, healthy' } as const),
  ...{ executors: { busy: 3, total: 4 }, buildQueue: { length: 300, longestMs: 90 * MINUTE }, missing: [] },
};
const FULL: HomeFacts = {
  ...HOME,
  board: { ...BOARD, controller: null, executors: null, missing: ['Marathon did not answer within 5 s'] },
  alerts: Array.from({ length: 8 }, (_, at) => ({
    ...{ id: `A${at}`, headline: md`${HOSTILE.repeat(5)}`, since: NOW - at * MINUTE },
    ackedBy: at % 2 === 0 ? undefined : 'U0LEE',
  })),
  moreAlerts: 30,
  mine: Array.from({ length: 9 }, (_, at) => plan(`d-${at}`, 'U0ANA', `deploy ${HOSTILE.repeat(3)}`)),
  others: [plan('d-x', 'U0LEE', 'restart --now')],
  asked: ['sync save', 'sync', `build ${HOSTILE.repeat(20)}`, 'console "release notes#7"', 'where'].map((text, at) => ({
    ...{ text, at: NOW - at * MINUTE, isRead: at !== 0 && at !== 2 },
    outcome: at === 0 ? ('succeeded' as const) : undefined,
  })),
};
const HOMES: readonly [string, HomeFacts][] = [
  ['Home: before the first look', HOME],
  ['Home: a quiet day', { ...HOME, board: BOARD, isBeingRefreshed: false }],
  ['Home: the longest', FULL],
];

/** What stands in fields at first. */
function valuesOf(view: Wire): SlackView['values'] {
  const inputs = (view['blocks'] as Wire[]).filter(({ type }) => type === 'input');
  return Object.fromEntries(
    inputs.flatMap(({ block_id: id, element }) => {
      const { action_id: action, type, initial_value: value, initial_option: option } = element as Wire;
      const held = value === undefined ? (option === undefined ? undefined : { selected_option: option }) : { value };
      return held === undefined ? [] : [[String(id), { [String(action)]: { type, ...held } }]];
    }),
  ) as SlackView['values'];
}

const NAMES: Readonly<Record<string, string>> = { U0ANA: '@ana', U0LEE: '@lee' };
function drawn(title: string, kind: SlackView['kind'], view: Wire): string {
  let last = 0;
  const look = {
    ...{ width: 110, color: false, timeZone: 'UTC', nameOf: (id: string) => NAMES[id] ?? id },
    numberOf: () => {
      last += 1;
      return last;
    },
  };
  const values = valuesOf(view);
  const shown: SlackView = { id: 'V1', userId: 'U0ANA', kind, hash: '1', view, open: true, values, errors: {} };
  return [`═══ ${title}`, ...drawView(shown, look)].join('\n');
}

test('are drawn as they were looked at, and are what Slack takes', async () => {
  const all: string[] = [];
  for (const [title, make] of FORMS) {
    const view = modalView(await make(), (text) => text);
    expect(complaintsAbout(view.blocks, 'modal'), title).toEqual([]);
    all.push(drawn(title, 'modal', view as unknown as Wire));
  }
  for (const [title, facts] of HOMES) {
    const { blocks } = render(homeView(facts));
    expect(complaintsAbout(blocks, 'home'), title).toEqual([]);
    all.push(drawn(title, 'home', { blocks } as unknown as Wire));
  }
  const text = `${all.join('\n\n')}\n`;
  expect(text).toBe(golden('screens.txt', text));
});

test('a field keeps its own name for each thing that is picked', async () => {
  const names = async (job: string) => (await form('build', { job })).fields.map(({ name }) => name);
  const [one, other] = [await names('a'), await names('b')];
  expect(one).toHaveLength(3);
  expect(one.filter((name) => other.includes(name))).toEqual(['job']);
  expect(one[1]).toMatch(new RegExp(`^${fieldOf('settings', '[0-9a-f]{16}')}/BRANCH$`));
});
