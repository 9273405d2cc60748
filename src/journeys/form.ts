// What forms look like: the fields of a command's arguments and the command they amount to, of an offer of commands, and
// the form that only tells. Made in the bot from memory and one look into Redis; `fill.ts` says when.
import type { Command } from '../core/command.js';
import { context, type Message, section } from '../core/conversation.js';
import { UserError } from '../core/errors.js';
import type { Field, Filled, Form, Kept } from '../core/form.js';

import { type Choice, commandText, fieldOf, type Pick as Picked } from '../core/pick.js';
import { code, md, prose, type Rich } from '../core/text.js';
import { hashOf } from './hash.js';
import type { FormPorts } from './ports.js';

/** Slack's options hold so many characters (docs.slack.dev/reference/block-kit/composition-objects/option-object). */
const OPTION = 75;
/** In one menu. */
export const MOST_OPTIONS = 100;
/** Fields of a job's own; with more of them, the rest are typed with the command. */
const MOST_EACH = 20;

/** The form for the arguments of a command. */
export async function pickForm(command: Command, filled: Filled, kept: Kept, ports: FormPorts): Promise<Form> {
  const picks = Object.entries(command.picks ?? {});
  const fields = await Promise.all(picks.map(([name, pick]) => fieldsFor(name, pick, filled, ports)));
  return {
    title: titleOf(command.name),
    submit: 'Run',
    blocks: [section(prose(command.summary))],
    fields: fields.flat(),
    outcome: [outcomeOf(command, filled, ports)],
    kept,
  };
}

const titleOf = (name: string): string => `${name.charAt(0).toUpperCase()}${name.slice(1)}`;

async function fieldsFor(name: string, pick: Picked, filled: Filled, ports: FormPorts): Promise<Field[]> {
  if ('always' in pick) return [];
  if ('each' in pick) return eachField(name, pick, filled, ports);
  const { label, optional = false } = pick;
  const initial = filled[name] === undefined ? {} : { initial: filled[name] };
  if ('write' in pick) return [{ name, label, hint: pick.write, optional, input: { kind: 'write', ...initial } }];
  if ('oneOf' in pick) {
    const choices = pick.oneOf.map((value) => ({ value }));
    return [{ name, label, optional, input: { kind: 'choose', choices, ...initial } }];
  }
  const found = await ports.choices.read(pick.from, pick.of === undefined ? undefined : filled[pick.of]);
  const gap = found?.missing === undefined ? {} : { hint: `${found.missing}, so this may be old or empty.` };
  return [{ name, label, ...gap, optional, input: { kind: 'search' } }];
}

/** Only what is known already: the form is shown anew when more is. */
async function eachField(
  name: string,
  { each, of }: Extract<Picked, { each: unknown }>,
  filled: Filled,
  ports: FormPorts,
): Promise<Field[]> {
  const thing = filled[of];
  if (thing === undefined) return [];
  const found = await ports.choices.read(each, thing);
  return (found?.choices ?? []).slice(0, MOST_EACH).map(({ value, about, choices = [], initial }): Field => {
    const first = filled[fieldOf(name, value)] ?? initial;
    const more = { label: value, optional: true, ...(about === undefined ? {} : { hint: about }) };
    const started = first === undefined ? {} : { initial: first };
    const few = choices.length > 0 && choices.length <= MOST_OPTIONS && choices.every((one) => one.length <= OPTION);
    const input: Field['input'] = few
      ? { kind: 'choose', choices: choices.map((one) => ({ value: one })), ...started }
      : { kind: 'write', ...started };
    return { name: fieldOf(name, value), ...more, input };
  });
}

function outcomeOf(command: Command, filled: Filled, { slash }: FormPorts) {
  try {
    return context(md`Runs ${code(`${slash} ${commandText(command, filled)}`)}`);
  } catch (error) {
    if (error instanceof UserError) return context(prose(`${error.message} ${error.hint ?? ''}`));
    throw error;
  }
}

/** A value too long for Slack is named by its hash, and found again among the choices it came from. */
export const nameOf = ({ value }: Choice): string => (value.length <= OPTION ? value : `~${hashOf(value)}`);

export const asOption = (choice: Choice): Choice => ({
  ...choice,
  text: choice.text ?? choice.value,
  value: nameOf(choice),
});

/** What was picked, with the names of long values undone. */
export async function unfolded(command: Command, filled: Filled, ports: Pick<FormPorts, 'choices'>): Promise<Filled> {
  const entries = await Promise.all(
    Object.entries(filled).map(async ([name, value]): Promise<[string, string]> => {
      const pick = command.picks?.[name];
      if (!value.startsWith('~') || pick === undefined || !('from' in pick)) return [name, value];
      const found = await ports.choices.read(pick.from, pick.of === undefined ? undefined : filled[pick.of]);
      return [name, found?.choices.find((choice) => nameOf(choice) === value)?.value ?? value];
    }),
  );
  return Object.fromEntries(entries);
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
