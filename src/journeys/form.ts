// What forms look like: the fields of a command's arguments and the command they amount to, and the form that only tells. Made in the bot from memory and one look into Redis; `form-open.ts` and `form-change.ts` say when.
import type { Command } from '../core/command.js';
import { context, type Message, section } from '../core/conversation.js';
import { UserError } from '../core/errors.js';
import type { Field, Filled, Form, Kept } from '../core/form.js';
import { type Choice, commandText, fieldOf, type Pick as Picked, type PickSource } from '../core/pick.js';
import { code, md, prose, shorten } from '../core/text.js';
import { lookedUp } from './form-choices.js';
import { hashOf } from './hash.js';
import type { FormPorts } from './ports.js';

/** Slack's options hold so many characters (docs.slack.dev/reference/block-kit/composition-objects/option-object). */
export const OPTION = 75;
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
      'each' in pick
        ? eachField(name, pick, { filled, typed: kept.typed ?? {} }, ports, unknown)
        : fieldsFor(name, pick, filled, ports),
    ),
  );
  const fields = parts.flatMap(({ fields }) => fields);
  const notes = parts.flatMap(({ notes = [] }) => notes);
  const first = Object.assign({}, ...parts.map(({ first }) => first)) as Filled;
  const { typed = {}, ...others } = kept;
  // What has a field by now is read from there, and what nothing is called is no use.
  const own = new Set(parts.flatMap(({ own = [] }) => own));
  const carried = Object.fromEntries(Object.entries(typed).filter(([field]) => !own.has(field)));
  return {
    title: titleOf(command.name),
    submit: 'Run',
    blocks: [section(prose(command.summary))],
    fields,
    outcome: [
      ...notes.map((note) => context(prose(note))),
      outcomeOf(command, { ...carried, ...filled, ...first }, ports),
    ],
    kept: Object.keys(carried).length === 0 ? others : { ...others, typed: carried },
  };
}

const titleOf = (name: string): string => `${name.charAt(0).toUpperCase()}${name.slice(1)}`;

interface Part {
  fields: Field[];
  /** What stands in fields that the person has not seen yet. */
  first?: Filled;
  /** Those of `each` that need not be carried on, by the names they are typed under. */
  own?: readonly string[];
  notes?: readonly string[];
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
  const found = await lookedUp(pick.from, pick.of === undefined ? undefined : filled[pick.of], ports);
  const gap = found?.missing === undefined ? undefined : `${found.missing}, so this may be old or empty.`;
  return one({ kind: 'search' }, gap);
}

/**
 * Only what is known already: the form is shown anew when more is.
 * @param given `typed`: with the command, before there were fields for it
 */
async function eachField(
  name: string,
  { each, of }: EachPick,
  { filled, typed }: { filled: Filled; typed: Filled },
  ports: FormPorts,
  unknown: Unknown | undefined,
): Promise<Part> {
  const thing = filled[of];
  if (thing === undefined) return { fields: [] };
  if (unknown?.sources.includes(each) === true) return { fields: [], notes: [unknown.why] };
  const found = await lookedUp(each, thing, ports);
  const { choices = [], missing } = found ?? {};
  // What it took at an earlier look would be sent as it stands.
  const shown = missing === undefined ? choices.slice(0, MOST_EACH) : [];
  const own = shown.map(({ value }) => fieldOf(name, value));
  const first = Object.fromEntries(
    shown.flatMap((choice): [string, string][] => {
      const value = firstOf(choice, typed[fieldOf(name, choice.value)]);
      return value === undefined ? [] : [[fieldOf(name, choice.value), value]];
    }),
  );
  const isSeen = own.some((field) => filled[field] !== undefined);
  const isKnown = found !== undefined && missing === undefined;
  const strange = Object.keys(isKnown ? typed : {}).filter(
    (field) => field.startsWith(fieldOf(name, '')) && !choices.some(({ value }) => field === fieldOf(name, value)),
  );
  return {
    fields: shown.map((choice) => fieldFor(choice, name, thing, { ...first, ...filled })),
    own: [...own, ...strange],
    ...(isSeen ? {} : { first }),
    notes: [
      ...(missing === undefined ? [] : [`${missing}, so there are no fields for more.`]),
      ...(missing === undefined && choices.length > shown.length
        ? [`${choices.length - shown.length} more have no field here: type them with the command.`]
        : []),
      ...(strange.length === 0
        ? []
        : [
            `Left out, as nothing here has that name: ${strange.map((field) => field.slice(fieldOf(name, '').length)).join(', ')}.`,
          ]),
    ],
  };
}

const isMenu = ({ choices = [] }: Choice): boolean =>
  choices.length > 0 && choices.length <= MOST_OPTIONS && choices.every((one) => one.length <= OPTION);

const firstOf = (choice: Choice, typed: string | undefined): string | undefined =>
  typed === undefined || (isMenu(choice) && choice.choices?.includes(typed) !== true) ? choice.initial : typed;

function fieldFor(choice: Choice, name: string, thing: string, standing: Filled): Field {
  const { value, about, choices = [] } = choice;
  const first = standing[fieldOf(name, value)];
  const started = first === undefined ? {} : { initial: first };
  return {
    name: fieldOf(ofThing(name, thing), value),
    label: value,
    optional: true,
    ...(about === undefined ? {} : { hint: about }),
    input: isMenu(choice)
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

/** Nothing to fill in: buttons of the message would be pressed in a form that is over. */
export const toldForm = (message: Message, kept: Pick<Kept, 'channelId'>, title = 'Bellboard'): Form => ({
  title,
  blocks: message.blocks.filter(({ type }) => type !== 'actions'),
  fields: [],
  outcome: [],
  kept: { v: 1, kind: 'told', command: '', channelId: kept.channelId },
});
