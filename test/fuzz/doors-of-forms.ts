// The doors of screens: forms that are opened, changed, searched and sent, the shortcut on any message, and the Home tab.
import fc from 'fast-check';
import { render } from '../../src/adapters/slack/render.js';
import { modalView } from '../../src/adapters/slack/screens.js';
import { catalogueOf, commands } from '../../src/commands/index.js';
import { allowance } from '../../src/core/allowance.js';
import { readKept } from '../../src/core/form.js';
import type { CommandJob } from '../../src/core/jobs.js';
import { type Choice, fieldOf, PICK_SOURCES } from '../../src/core/pick.js';
import { subjectsOf } from '../../src/core/subjects.js';
import { changed, type Shown, suggest } from '../../src/journeys/form-change.js';
import { openAsk, openPick } from '../../src/journeys/form-open.js';
import { submit } from '../../src/journeys/form-submit.js';
import { hashOf } from '../../src/journeys/hash.js';
import { showHome } from '../../src/journeys/home.js';
import type { FormPorts } from '../../src/journeys/ports.js';
import { complaintsAbout } from '../../src/playground/slack/block-kit.js';
import { NOW } from '../support/ci-service.js';
import {
  fakeChoices,
  fakeLog,
  fakePeople,
  fakePerform,
  fakeScreens,
  POLICY,
  passing,
  pressed,
} from '../support/fakes-journey.js';
import { manualClock } from '../support/manual-clock.js';
import { type Door, erased } from './door.js';
import { from as anybody, carriedOut, placed, text } from './doors-of-people.js';
import { faults, slips, withFault, withSlip, word } from './hostile.js';
import { mustBeFit } from './shown.js';

/** A channel that Slack would name. */
const from = anybody.filter(({ channelId }) => channelId.length <= 100);

const catalogue = catalogueOf(commands);
const picked = commands.filter(({ picks }) => picks !== undefined);

function bot() {
  const clock = manualClock();
  const ports: FormPorts = {
    ...{ catalogue, policy: () => POLICY, people: fakePeople(), queue: { accept: async () => undefined } },
    ...{ allowance: { any: allowance(20, clock), urgent: allowance(120, clock) }, scrub: (given: string) => given },
    audit: { record: async () => undefined },
    ...{ clock, wall: clock, log: fakeLog(), slash: '/ci', screens: fakeScreens(), choices: fakeChoices() },
    replies: { keep: async () => undefined, read: async () => undefined },
    errands: { gather: async () => undefined, home: async () => undefined },
  };
  return { ...ports, clock, screens: ports.screens as ReturnType<typeof fakeScreens> };
}
type Bot = ReturnType<typeof bot>;

/** As Slack would take them. */
function mustBeTaken({ screens }: Bot): void {
  for (const { form } of [...screens.opened, ...screens.updated]) {
    const { blocks, private_metadata: kept = '' } = modalView(form, (given) => given);
    const complaints = complaintsAbout(blocks, 'modal');
    const ids = blocks.flatMap(({ block_id: id }) => id ?? []);
    if (new Set(ids).size < ids.length) complaints.push(`a block twice: ${ids}`);
    if (readKept(kept) === undefined) complaints.push(`what it carries cannot be read: ${kept}`);
    if (complaints.length > 0) throw new Error(`${complaints.join('\n')}\n${JSON.stringify(form).slice(0, 2_000)}`);
  }
}

const choice: fc.Arbitrary<Choice> = fc.record(
  { value: word, text: word, about: word, choices: fc.array(word, { maxLength: 4 }), initial: word },
  { requiredKeys: ['value'] },
);
/** Each once, as they are found. */
const found = fc.uniqueArray(
  choice.filter(({ value }) => value.trim() !== '').map((one) => ({ ...one, value: one.value.slice(0, 200) })),
  { maxLength: 30, selector: ({ value }) => value },
);

const filling = fc
  .record({ command: fc.constantFrom(...picked), words: fc.array(word, { minLength: 8, maxLength: 8 }), found, from })
  .map(({ command, words, found: choices, from: who }) => {
    const names = Object.entries(command.picks ?? {});
    const plain = names.map(([name], index): [string, string] => [name, words[index] ?? '']);
    const each = names.flatMap(([name, pick]) => {
      const thing = 'each' in pick ? Object.fromEntries(plain)[pick.of] : undefined;
      return thing === undefined
        ? []
        : choices.map(({ value }): [string, string] => [fieldOf(fieldOf(name, hashOf(thing)), value), words[7] ?? '']);
    });
    const filled = Object.fromEntries([...plain, ...each].filter(([, value]) => value.trim() !== ''));
    const { delivery, actor, place } = placed(who);
    const kept = { v: 1 as const, kind: 'pick' as const, command: command.name, channelId: place.channelId };
    return { shown: { delivery, actor, place, viewId: 'V1', kept, filled } satisfies Shown, choices };
  });

async function withChoices({ shown, choices }: { shown: Shown; choices: readonly Choice[] }): Promise<Bot> {
  const ports = bot();
  for (const source of PICK_SOURCES)
    for (const of of [undefined, ...Object.values(shown.filled)])
      await ports.choices.keep(source, of, { at: NOW, choices });
  return ports;
}

async function sent(shown: Shown, ports: FormPorts): Promise<string> {
  const jobs: CommandJob[] = [];
  const end = await submit(shown, async (job) => void jobs.push(job), ports);
  for (const job of jobs) await carriedOut(job);
  if (end.kind !== 'errors') return end.kind;
  for (const message of Object.values(end.errors))
    if (message === '' || message.length > 2_000) throw new Error(message);
  return 'errors';
}

export const formDoors: Door[] = [
  erased({
    name: 'forms that are opened',
    share: 0.02,
    comes: fc.record({ value: text, from }),
    async meet({ value, from: who }) {
      const ports = bot();
      const told = await passing(ports.clock, openPick(pressed('pick', value, placed(who)), 't1', ports), 500);
      if (told !== undefined) mustBeFit(told);
      mustBeTaken(ports);
      return told === undefined ? 'open' : 'told';
    },
  }),
  erased({
    name: 'forms that are changed',
    share: 0.03,
    comes: filling,
    async meet(given) {
      const ports = await withChoices(given);
      await passing(ports.clock, changed(given.shown, ports), 500);
      mustBeTaken(ports);
      return `${ports.screens.updated.length} times`;
    },
  }),
  erased({
    name: 'searches in forms',
    share: 0.02,
    comes: fc.record({ filling, field: fc.nat(), typed: word }),
    async meet({ filling: given, field, typed }) {
      const ports = await withChoices(given);
      const names = Object.keys(catalogue.find(given.shown.kept.command)?.picks ?? {});
      const all = await passing(
        ports.clock,
        suggest(given.shown, names[field % names.length] ?? '', typed, ports),
        500,
      );
      if (all.length > 100 || all.some(({ value }) => value.length > 75))
        throw new Error(JSON.stringify(all).slice(0, 500));
      return all.length === 0 ? 'nothing' : 'found';
    },
  }),
  erased({
    name: 'forms that are sent',
    share: 0.03,
    comes: filling,
    meet: async (given) => sent(given.shown, await withChoices(given)),
  }),
  erased({
    name: 'commands that are typed into a form',
    share: 0.02,
    comes: fc.record({ other: text, from }),
    meet({ other, from: who }) {
      const { place, ...rest } = placed(who);
      const kept = { v: 1, kind: 'ask', command: '', channelId: place.channelId } as const;
      return sent({ ...rest, place, viewId: 'V1', kept, filled: { other } }, bot());
    },
  }),
  erased({
    name: 'what a form carries',
    share: 0.02,
    comes: fc.record({ faults: faults(3), slips: slips(2) }),
    async meet(given) {
      const kept = given.faults.reduce(withFault, { v: 1, kind: 'pick', command: 'ack', channelId: 'C0CI' } as unknown);
      const read = readKept(given.slips.reduce(withSlip, JSON.stringify(kept) ?? ''));
      return read === undefined ? 'unread' : 'read';
    },
  }),
  erased({
    name: 'the shortcut on a message',
    share: 0.03,
    comes: fc.record({ faults: faults(3), words: fc.array(fc.oneof(word, text), { maxLength: 4 }), from }),
    async meet(given) {
      const shown = given.words.join(' ');
      const button = { type: 'button', action_id: 'run:0', value: shown, text: { type: 'plain_text', text: shown } };
      const message = {
        text: `${shown} team/app#12 A17`,
        blocks: [{ type: 'actions', elements: [button] }],
        attachments: [{ fallback: shown }],
      };
      const ports = bot();
      const subjects = subjectsOf(given.faults.reduce(withFault, message as unknown));
      const told = await openAsk(pressed('pick', '', placed(given.from)), 't1', subjects, ports);
      if (told !== undefined) mustBeFit(told);
      mustBeTaken(ports);
      return told === undefined ? `${subjects.named.length} named` : 'told';
    },
  }),
  erased({
    name: 'the Home tab',
    share: 0.02,
    comes: fc.record({ asked: fc.array(fc.oneof(text, word), { maxLength: 5 }), from }),
    async meet(given) {
      const { actor, place } = placed(given.from);
      const worker = fakePerform();
      for (const one of given.asked) await worker.home.asked(actor.userId, one, NOW);
      await showHome(
        { actor, place },
        { ...worker, ...worker.command, home: worker.home, plans: worker.plans, slash: '/ci' },
        true,
      );
      const home = worker.screens.homes.at(-1)?.home;
      if (home === undefined) throw new Error('nothing was shown');
      const complaints = complaintsAbout(render(home).blocks, 'home');
      if (complaints.length > 0) throw new Error(complaints.join('\n'));
      return home.blocks.some(({ type }) => type === 'header') ? 'the board' : 'refused';
    },
  }),
];
