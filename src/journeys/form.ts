// What forms look like: the fields of a command's arguments and the command they amount to, of an offer of commands, and
// the form that only tells. Made in the bot from memory and one look into Redis; `fill.ts` says when.
import type { Command } from '../core/command.js';
import { context, type Message, section } from '../core/conversation.js';
import { UserError } from '../core/errors.js';
import type { Field, Filled, Form, Kept } from '../core/form.js';
import { type Choice, commandText, fieldOf, type Pick as Picked, type PickSource } from '../core/pick.js';
import { code, md, prose, type Rich, shorten } from '../core/text.js';
import { hashOf } from './hash.js';
import type { FormPorts } from './ports.js';

/** Slack's options hold so many characters (docs.slack.dev/reference/block-kit/composition-objects/option-object). */
const OPTION = 75;
/** In one menu. */
export const MOST_OPTIONS = 100;
/** Fields of a job's own; with more of them, the rest are typed with the command. */
const MOST_EACH = 20;

type EachPick = Extract<Picked, { each: unknown }>;

/** A field for each of these is not shown, and why. */
export interface Unknown {
  sources: readonly PickSource[];
  why: string;
}

/** The form for the arguments of a command. */
export async function pickForm(
  command: Command,
  filled: Filled,
  kept: Kept,
  ports: FormPorts,
  unknown?: Unknown,
): Promise<Form> {
  const parts = await Promise.all(
    Object.entries(command.picks ?? {}).map(([name, pick]) =>
      'each' in pick ? eachField(name, pick, filled, ports, unknown) : fieldsFor(name, pick, filled, ports),
    ),
  );
  const fields = parts.flatMap(({ fields }) => fields);
  const notes = parts.flatMap(({ note }) => note ?? []);
  const first = Object.assign({}, ...parts.map(({ first }) => first)) as Filled;
  return {
    title: titleOf(command.name),
    submit: 'Run',
    blocks: [section(prose(command.summary))],
    fields,
    outcome: [...notes.map((note) => context(prose(note))), outcomeOf(command, { ...filled, ...first }, ports)],
    kept,
  };
}

const titleOf = (name: string): string => `${name.charAt(0).toUpperCase()}${name.slice(1)}`;

interface Part {
  fields: Field[];
  /** What stands in fields that the person has not seen yet. */
  first?: Filled;
  note?: string;
}

async function fieldsFor(
  name: string,
  pick: Exclude<Picked, EachPick>,
  filled: Filled,
  ports: FormPorts,
): Promise<Part> {
  if ('always' in pick) return { fields: [] };
  const { label, optional = false } = pick;
  const initial = filled[name] === undefined ? {} : { initial: filled[name] };
  const one = (input: Field['input'], hint?: string): Part => ({
    fields: [{ name, label, ...(hint === undefined ? {} : { hint }), optional, input }],
  });
  if ('write' in pick) return one({ kind: 'write', ...initial }, pick.write);
  if ('oneOf' in pick) return one({ kind: 'choose', choices: pick.oneOf.map((value) => ({ value })), ...initial });
  const found = await ports.choices.read(pick.from, pick.of === undefined ? undefined : filled[pick.of]);
  const gap = found?.missing === undefined ? undefined : `${found.missing}, so this may be old or empty.`;
  return one({ kind: 'search' }, gap);
}

/** Only what is known already: the form is shown anew when more is. */
async function eachField(
  name: string,
  { each, of }: EachPick,
  filled: Filled,
  ports: FormPorts,
  unknown: Unknown | undefined,
): Promise<Part> {
  const thing = filled[of];
  if (thing === undefined) return { fields: [] };
  if (unknown?.sources.includes(each) === true) return { fields: [], note: unknown.why };
  const { choices = [], missing } = (await ports.choices.read(each, thing)) ?? {};
  const shown = choices.slice(0, MOST_EACH);
  const isSeen = shown.some(({ value }) => filled[fieldOf(name, value)] !== undefined);
  const note =
    missing !== undefined
      ? `${missing}, so there are no fields for more.`
      : choices.length > shown.length
        ? `${choices.length - shown.length} more have no field here: type them with the command.`
        : undefined;
  return {
    fields: shown.map((choice) => fieldFor(choice, name, thing, filled)),
    ...(isSeen
      ? {}
      : {
          first: Object.fromEntries(
            shown.flatMap(({ value, initial }) => (initial === undefined ? [] : [[fieldOf(name, value), initial]])),
          ),
        }),
    ...(note === undefined ? {} : { note }),
  };
}

function fieldFor({ value, about, choices = [], initial }: Choice, name: string, thing: string, filled: Filled): Field {
  const first = filled[fieldOf(name, value)] ?? initial;
  const started = first === undefined ? {} : { initial: first };
  const few = choices.length > 0 && choices.length <= MOST_OPTIONS && choices.every((one) => one.length <= OPTION);
  return {
    name: fieldOf(ofThing(name, thing), value),
    label: value,
    optional: true,
    ...(about === undefined ? {} : { hint: about }),
    input: few
      ? { kind: 'choose', choices: choices.map((one) => ({ value: one })), ...started }
      : { kind: 'write', ...started },
  };
}

/** Slack keeps what stands in a field as long as its name stays, so that of another thing needs another name. */
const ofThing = (name: string, thing: string): string => fieldOf(name, hashOf(thing));

/** More than people compare with what they filled in. Characters. */
const LONGEST_OUTCOME = 600;

function outcomeOf(command: Command, filled: Filled, { slash }: FormPorts) {
  try {
    return context(md`Runs ${code(shorten(`${slash} ${commandText(command, filled)}`, LONGEST_OUTCOME))}`);
  } catch (error) {
    if (error instanceof UserError) return context(prose(`${error.message} ${error.hint ?? ''}`));
    throw error;
  }
}

/** A value too long for Slack is named by its hash, and found again among the choices it came from. */
export const nameOf = ({ value }: Choice): string => (value.length <= OPTION ? value : `~${hashOf(value)}`);

export const asOption = (choice: Choice): Choice => ({
  ...choice,
  text: choice.text ?? endOf(choice.value),
  value: nameOf(choice),
});

/** Folders come first in long names, and what tells them apart comes last. */
const endOf = (value: string): string =>
  value.length <= OPTION ? value : `…${value.slice(1 - OPTION).replace(/^\p{Cs}/u, '')}`;

/** What was picked, by the names of the arguments: long values whole, and of `each` only those of what is picked now. */
export async function unfolded(command: Command, filled: Filled, ports: Pick<FormPorts, 'choices'>): Promise<Filled> {
  const entries = await Promise.all(
    Object.entries(filled).map(async ([name, value]): Promise<[string, string]> => {
      const pick = command.picks?.[name];
      if (!value.startsWith('~') || pick === undefined || !('from' in pick)) return [name, value];
      const found = await ports.choices.read(pick.from, pick.of === undefined ? undefined : filled[pick.of]);
      return [name, found?.choices.find((choice) => nameOf(choice) === value)?.value ?? value];
    }),
  );
  const whole: Filled = Object.fromEntries(entries);
  return Object.entries(command.picks ?? {}).reduce(
    (all, [name, pick]) => ('each' in pick ? withOwn(name, whole[pick.of] ?? '', all) : all),
    whole,
  );
}

function withOwn(name: string, thing: string, filled: Filled): Filled {
  const own = fieldOf(ofThing(name, thing), '');
  return Object.fromEntries(
    Object.entries(filled).flatMap(([field, value]): [string, string][] => {
      if (!field.startsWith(fieldOf(name, ''))) return [[field, value]];
      return field.startsWith(own) ? [[fieldOf(name, field.slice(own.length)), value]] : [];
    }),
  );
}

/** The form of *Ask Bellboard about this*: one of the commands that fit, or another. */
export function askForm(about: Rich, offers: readonly string[], kept: Kept, slash: string): Form {
  return {
    title: 'Ask Bellboard',
    submit: 'Run',
    blocks: [section(about)],
    fields: [
      {
        name: OFFER,
        label: 'Command',
        optional: true,
        input: {
          kind: 'choose',
          choices: offers.map((text) => ({ value: text, text: `${slash} ${text}` })),
          ...(offers[0] === undefined ? {} : { initial: offers[0] }),
        },
      },
      {
        name: OTHER,
        label: 'Or another one',
        hint: 'When something stands here, this is what runs.',
        optional: true,
        input: { kind: 'write' },
      },
    ],
    outcome: [],
    kept,
  };
}

export const OFFER = 'offer';
export const OTHER = 'other';

/** Nothing to fill in: buttons of the message would be pressed in a form that is over. */
export const toldForm = (message: Message, kept: Pick<Kept, 'channelId'>, title = 'Bellboard'): Form => ({
  title,
  blocks: message.blocks.filter(({ type }) => type !== 'actions'),
  fields: [],
  outcome: [],
  kept: { v: 1, kind: 'told', command: '', channelId: kept.channelId },
});
