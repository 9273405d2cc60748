// How the arguments of a command are picked in a form, as data in the command's own file, and the text that what was
// picked amounts to. `journeys/form.ts` shows the forms; `pick-sources.ts` knows where the choices come from.
import { UserError } from './errors.js';
import { normalise } from './normalise.js';

/** What there is to choose from at the moment. */
export const PICK_SOURCES = [
  'abortable',
  'alerts',
  'builds',
  'cancellable',
  'jobs',
  'labels',
  'parameters',
  'settings',
  'versions',
] as const;
export type PickSource = (typeof PICK_SOURCES)[number];

interface Asked {
  /** What the form calls it: `Version`. */
  label: string;
  optional?: true;
}

export type Pick =
  /** One of what there is now. `of`: of the thing picked under that name, such as the parameters of a job. */
  | (Asked & { from: PickSource; of?: string })
  | (Asked & { oneOf: readonly string[] })
  /** Typed: the rule in a few words, `1 to 64`. */
  | (Asked & { write: string })
  /** A field for each thing there is, whose own choices and first value it brings; all together they are `NAME=value` words. */
  | { each: PickSource; of: string }
  /** A word that is always the same. */
  | { always: string };

export type Picks = Readonly<Record<string, Pick>>;

/** One thing that can be picked. */
export interface Choice {
  value: string;
  /** What people read instead, where the value alone says too little. */
  text?: string;
  /** A few words more. */
  about?: string;
  /** Of a thing with a field of its own (`each`): what it may be, and what it is when nobody says. */
  choices?: readonly string[];
  initial?: string;
}

/** Of a field for one of `each`. */
export const fieldOf = (name: string, value: string): string => `${name}/${value}`;

type Spoken = {
  name: string;
  syntax?: { words?: readonly string[]; rest?: string; list?: string; options?: Readonly<Record<string, string>> };
  picks?: Picks;
};

/**
 * The command that what was picked amounts to, such that parsing it gives the same again.
 * @param picked by the name of the argument; those of `each` by `fieldOf`; a switch, `here` too, by being there
 * @throws UserError for a value that no quotes can hold
 */
export function commandText(
  { name, syntax = {}, picks = {} }: Spoken,
  picked: Readonly<Record<string, string>>,
): string {
  const wordFor = (argument: string): string | undefined => {
    const pick = picks[argument];
    const value = pick !== undefined && 'always' in pick ? pick.always : picked[argument];
    return value === undefined || value.trim() === '' ? undefined : value.trim();
  };
  const each = (argument: string): string[] =>
    Object.entries(picked).flatMap(([field, value]) =>
      field.startsWith(fieldOf(argument, '')) ? [`${field.slice(fieldOf(argument, '').length)}=${value}`] : [],
    );
  const options = Object.entries({ ...syntax.options, here: 'switch' }).flatMap(([option, kind]) => {
    const value = wordFor(option);
    if (kind === 'switch') return value === undefined ? [] : [`--${option}`];
    if (value === undefined) return each(option).map((one) => `--${option}=${quoted(one)}`);
    return [value.startsWith('-') ? `--${option}=${quoted(value)}` : `--${option} ${quoted(value)}`];
  });
  const rest = syntax.rest ?? syntax.list;
  const words = (syntax.words ?? []).map(wordFor).filter((word) => word !== undefined);
  const last = rest === undefined ? [] : [...[wordFor(rest)].filter((word) => word !== undefined), ...each(rest)];
  const positional = [...words, ...last];
  const end = positional.some((word) => word.startsWith('-')) ? ['--'] : [];
  return [name, ...options, ...end, ...positional.map(quoted)].join(' ');
}

/** As the parser reads it: blanks and quotes need quotes of the other kind around them. */
function quoted(value: string): string {
  const text = normalise(value);
  if (text !== '' && /^[^\s"']+$/.test(text)) return text;
  if (!text.includes('"')) return `"${text}"`;
  if (!/'/.test(text)) return `'${text}'`;
  throw new UserError('One value holds both kinds of quotes, which a command cannot.', 'Leave one kind out.');
}

/** Those that begin with it, then those with a part that does, such as a job in a folder, then those that contain it. */
export function fitting(choices: readonly Choice[], typed: string): Choice[] {
  const wanted = typed.trim().toLowerCase();
  const ranked = choices.flatMap((choice) => {
    const shown = `\n${choice.value}\n${choice.text ?? ''}`.toLowerCase();
    if (!shown.includes(wanted)) return [];
    return { choice, rank: shown.includes(`\n${wanted}`) ? 0 : shown.includes(`/${wanted}`) ? 1 : 2 };
  });
  return ranked.sort((a, b) => a.rank - b.rank).map(({ choice }) => choice);
}
