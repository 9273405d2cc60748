// `/ci history [@who|command|failed]`: what was changed from here: when, by whom, what, and how it ended.
import { z } from 'zod';
import { durationMs, words } from '../core/arguments.js';
import type { AuditEntry, Outcome } from '../core/audit.js';
import { type Asked, defineCommand, type Ports } from '../core/command.js';
import { context, type Message, type MessageBlock, section } from '../core/conversation.js';
import { fitsHistory, type HistoryFilter, historyFilter, peopleIn } from '../core/history.js';
import { code, join, lines, link, md, moment, type Rich, report } from '../core/text.js';
import { DAY, MINUTE } from '../core/time.js';
import { duration } from '../core/words.js';

interface Args {
  words: string[];
  since: string;
  sinceMs: number;
  before: string | undefined;
}

interface Facts {
  filter: HistoryFilter;
  rows: { entry: AuditEntry; link: string | undefined }[];
  /** By id; a history notifies nobody. */
  names: ReadonlyMap<string, string>;
  sinceMs: number;
  isPage: boolean;
  /** The command that shows older ones; undefined when there are none. */
  older: string | undefined;
}

const SHOWN = 20;
const DEFAULT_SINCE = '30d';
const KEPT_MS = 400 * DAY;

const args = z
  .object({
    words: words('words', 200).default(''),
    since: words('--since', 100).default(DEFAULT_SINCE),
    before: z
      .string()
      .regex(/^\d{1,15}-\d{1,15}$/, { error: 'Expected `--before` to be as the button *Older* writes it.' })
      .optional(),
  })
  .transform((typed, ctx): Args => {
    const parsed = durationMs('--since', MINUTE, KEPT_MS, '1m to 400d').safeParse(typed.since);
    for (const { message } of parsed.error?.issues ?? []) ctx.addIssue({ code: 'custom', message });
    const words = typed.words.split(' ').filter((word) => word !== '');
    return { words, since: typed.since, sinceMs: parsed.data ?? 0, before: typed.before };
  });

export const history = defineCommand<Args, Facts>({
  name: 'history',
  usage: 'history [@who|command|failed] [--since 7d]',
  summary: 'Who changed what from here, when, and how it ended.',
  examples: ['history', 'history @ana --since 7d', 'history deploy failed'],
  details: [
    'Kept for 400 days: every change that began, plans that were cancelled or expired, and changes that somebody was not allowed. What was mistyped, what only reads, and what came to nothing before it began for any other reason is not recorded. `--since` takes 1m to 400d; 30d unless said.',
    'Beside `failed` there are `succeeded`, `refused`, `cancelled` and `unchanged`. Nobody is notified by being named in it.',
  ],
  syntax: { rest: 'words', options: { since: 'value', before: 'value' } },
  args,
  effect: 'read',
  run,
  view,
});

async function run({ words, since, sinceMs, before }: Args, ports: Ports, { here }: Asked): Promise<Facts> {
  const filter = historyFilter(words, ports.catalogue);
  const from = ports.clock.now() - sinceMs;
  const { rows, isMore } = await ports.audit.page({ from, before, fits: fitsHistory(filter), limit: SHOWN });
  const last = rows.at(-1)?.id;
  const older = ['history', ...words, '--since', quoted(since), '--before', last ?? '', ...(here ? ['--here'] : [])];
  return {
    filter,
    rows: await Promise.all(rows.map(async ({ entry }) => ({ entry, link: await ports.linkOf(entry) }))),
    names: await namesOf([...rows.flatMap(({ entry }) => peopleIn(entry)), filter.userId ?? ''], ports),
    sinceMs,
    isPage: before !== undefined,
    older: isMore ? older.join(' ') : undefined,
  };
}

/** `1h 30m` is one value. */
const quoted = (since: string): string => (since.includes(' ') ? `"${since}"` : since);

async function namesOf(ids: readonly string[], { nameOf }: Ports): Promise<ReadonlyMap<string, string>> {
  const known = [...new Set(ids)].filter((id) => id !== '');
  return new Map(await Promise.all(known.map(async (id) => [id, await nameOf(id)] as const)));
}

function view(facts: Facts): Message {
  const { rows, older } = facts;
  const headline = headlineOf(facts);
  const blocks: MessageBlock[] = [section(headline), ...rows.map((row) => section(rowWords(row, facts)))];
  if (older !== undefined) {
    blocks.push({ type: 'actions', buttons: [{ label: 'Older', action: 'run', value: older }] });
  } else if (rows.length > 0) blocks.push(context(md`That is all of it.`));
  const twin = rows.map((row) => rowWords(row, facts).plain);
  return { text: [headline.plain, ...twin].join('\n'), blocks };
}

function headlineOf({ filter, rows, names, sinceMs, isPage }: Facts): Rich {
  const what = filter.command === undefined ? md`Changes` : md`${code(filter.command)}`;
  const whose = filter.userId === undefined ? md`` : md` by ${nameIn(names, filter.userId)}`;
  const how = filter.outcome === undefined ? md`` : md` that ${OUTCOME_ASKED[filter.outcome]}`;
  const asked = md`${what}${whose}${how} in the last ${duration(sinceMs)}`;
  if (rows.length > 0) return md`:scroll: *${asked}*, ${isPage ? 'older ones' : 'newest first'}:`;
  return md`:scroll: ${asked}: ${isPage ? 'no older ones' : 'none'}.`;
}

const OUTCOME_ASKED: Record<NonNullable<HistoryFilter['outcome']>, Rich> = {
  succeeded: md`succeeded`,
  failed: md`failed`,
  refused: md`were refused`,
  cancelled: md`were cancelled or expired`,
  unchanged: md`changed nothing`,
};

const OUTCOME: Record<Outcome, Rich> = {
  succeeded: md`:large_green_circle: succeeded`,
  failed: md`:red_circle: failed`,
  lost: md`:warning: its end is not known`,
  refused: md`:no_entry_sign: refused`,
  cancelled: md`:no_entry_sign: cancelled`,
  expired: md`:no_entry_sign: expired`,
  unchanged: md`:white_check_mark: changed nothing`,
};

/** What people need to read to know why. */
const WITH_REASON: ReadonlySet<Outcome> = new Set<Outcome>(['failed', 'lost', 'refused', 'expired']);

function rowWords({ entry, link: address }: Facts['rows'][number], { names }: Facts): Rich {
  const { confirmedBy, cancelledBy, approvedBy = [] } = entry;
  const took = entry.durationMs < 1_000 ? md`` : md` after ${duration(entry.durationMs)}`;
  const parts = [
    md`${moment(entry.at)} · ${nameIn(names, entry.userId)}: ${code(entry.text)}`,
    md`${OUTCOME[entry.outcome]}${took}`,
    ...(confirmedBy === undefined ? [] : [md`confirmed by ${nameIn(names, confirmedBy)}`]),
    ...(cancelledBy === undefined ? [] : [md`cancelled by ${nameIn(names, cancelledBy)}`]),
    ...(approvedBy.length === 0 ? [] : [md`approved by ${join(approvedBy.map((id) => nameIn(names, id)))}`]),
    ...(address === undefined ? [] : [link(address, 'message')]),
  ];
  const line = join(parts, ' · ');
  return WITH_REASON.has(entry.outcome) ? lines(line, md`> ${report(entry.summary)}`) : line;
}

const nameIn = (names: ReadonlyMap<string, string>, id: string): Rich => md`${names.get(id) ?? id}`;
