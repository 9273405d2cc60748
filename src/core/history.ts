// Which entries of the audit trail somebody asks for: words typed behind `history` → what an entry must be.
import type { AuditEntry, Outcome } from './audit.js';
import type { Catalogue } from './command.js';
import { UserError } from './errors.js';
import { shorten } from './text.js';

export interface HistoryFilter {
  userId?: string;
  /** Its name in the list of commands. */
  command?: string;
  outcome?: HistoryWord;
}

/** `failed` also asks for changes nobody knows the end of, `cancelled` for plans that nobody confirmed. */
const OUTCOMES = {
  succeeded: ['succeeded'],
  failed: ['failed', 'lost'],
  refused: ['refused'],
  cancelled: ['cancelled', 'expired'],
  unchanged: ['unchanged'],
} as const satisfies Record<string, readonly Outcome[]>;

export type HistoryWord = keyof typeof OUTCOMES;

const isOutcome = (word: string): word is HistoryWord => Object.hasOwn(OUTCOMES, word);

/** @throws UserError for a word that is no person, no command and no outcome, or one too many */
export function historyFilter(words: readonly string[], catalogue: Catalogue): HistoryFilter {
  const filter: HistoryFilter = {};
  for (const word of withNames(words, catalogue)) {
    const part = meaning(word, catalogue);
    const [field] = Object.keys(part) as (keyof HistoryFilter)[];
    if (field !== undefined && filter[field] !== undefined) {
      throw new UserError(`\`${shorten(word)}\` is one too many.`, 'One person, one command and one outcome at most.');
    }
    Object.assign(filter, part);
  }
  return filter;
}

/** `sync`, `save` → `sync save`, where that is a command. */
function withNames([word, next, ...rest]: readonly string[], catalogue: Catalogue): string[] {
  if (word === undefined) return [];
  const two = `${word} ${next}`.toLowerCase();
  if (next !== undefined && catalogue.find(two) !== undefined) return [two, ...withNames(rest, catalogue)];
  return [word, ...withNames(next === undefined ? rest : [next, ...rest], catalogue)];
}

function meaning(word: string, catalogue: Catalogue): HistoryFilter {
  const person = /^@([UW][A-Z0-9]+)$/.exec(word)?.[1];
  if (person !== undefined) return { userId: person };
  const lower = word.toLowerCase();
  if (isOutcome(lower)) return { outcome: lower };
  const command = catalogue.find(lower);
  if (command === undefined) {
    throw new UserError(
      `\`${shorten(word)}\` is no person, no command and no outcome.`,
      `Say \`@somebody\`, a command such as \`deploy\`, or one of ${Object.keys(OUTCOMES).join(', ')}.`,
    );
  }
  if (command.effect === 'read') {
    throw new UserError(`\`${command.name}\` only reads, and what only reads is not recorded.`, 'Ask for a change.');
  }
  return { command: command.name };
}

export const fitsHistory =
  ({ userId, command, outcome }: HistoryFilter) =>
  (entry: AuditEntry): boolean =>
    (userId === undefined || isOf(entry, userId)) &&
    (command === undefined || entry.command === command) &&
    (outcome === undefined || (OUTCOMES[outcome] as readonly Outcome[]).includes(entry.outcome));

const isOf = (entry: AuditEntry, id: string): boolean => peopleIn(entry).includes(id);

/** Whoever asked, confirmed, cancelled or agreed had a hand in it. */
export const peopleIn = ({ userId, confirmedBy, cancelledBy, approvedBy = [] }: AuditEntry): string[] => [
  userId,
  ...[confirmedBy, cancelledBy].filter((id) => id !== undefined),
  ...approvedBy,
];
