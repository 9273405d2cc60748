// `/ci versions`: the versions of the controller's app that Marathon keeps: when, by whom, what changed, which runs.
import { z } from 'zod';
import type { AuditEntry } from '../core/audit.js';
import type { App } from '../core/cluster.js';
import { type Asked, defineCommand, type Ports } from '../core/command.js';
import { runningTask } from '../core/controller.js';
import { context, type Message, say, section } from '../core/conversation.js';
import { gaps, known, type Told, told } from '../core/gather.js';
import { bold, code, join, lines, md, type Rich } from '../core/text.js';
import { DAY, HOUR } from '../core/time.js';
import { versionMakers } from '../core/version-author.js';
import { type AppVersion, type Author, authorOf, changesSince } from '../core/version-story.js';
import { duration } from '../core/words.js';

interface Row {
  version: string;
  author: Author;
  name: string | undefined;
  /** Undefined: not known. */
  changes: string[] | undefined;
  isFirst: boolean;
}

interface Facts {
  appId: string;
  now: number;
  rows: Told<Row[]>;
  /** How many Marathon has. */
  all: number;
  app: Told<App | undefined>;
  missing: string[];
}

const SHOWN = 10;
/** Changes named of each; the rest is counted. */
const CHANGES_SHOWN = 3;
/** A few words. */
const LONGEST_CHANGE = 90;
const MOST_CHANGES = 100;

export const versions = defineCommand({
  name: 'versions',
  usage: 'versions',
  summary: "The versions of the controller's app: when, by whom, what changed, which runs now.",
  examples: ['versions', 'versions --here'],
  args: z.object({}),
  effect: 'read',
  run,
  view,
});

async function run(_: object, ports: Ports, _asked: Asked): Promise<Facts> {
  const { marathon, clock, settings } = ports;
  const { appId } = settings;
  const [list, app, info] = await Promise.all([
    told(clock, 'Marathon', () => marathon.versions(appId)),
    told(clock, 'Marathon', () => marathon.app(appId)),
    told(clock, 'Marathon', () => marathon.info()),
  ]);
  const facts = { appId, now: clock.now(), app, all: list.ok ? list.value.length : 0 };
  if (!list.ok) return { ...facts, rows: list, missing: [] };
  // One more than is shown: the last is compared with it.
  const wanted = list.value.slice(0, SHOWN + 1);
  const definitions = await Promise.all(
    wanted.map((version) => told(clock, 'Marathon', () => marathon.appVersion(appId, version))),
  );
  const found = wanted.map((version, index): AppVersion => {
    const definition = definitions[index];
    return { version, definition: definition === undefined ? undefined : known(definition) };
  });
  const makers = await makersSince(found.at(-1)?.version, ports);
  const rows = found.slice(0, SHOWN).map(async (one, index): Promise<Row> => {
    const author = authorOf(one, found.slice(index + 1), makers);
    return {
      version: one.version,
      author,
      name: author.kind === 'unknown' ? undefined : await ports.nameOf(author.userId),
      changes: changesSince(one, found[index + 1], known(info)?.version),
      isFirst: index === list.value.length - 1,
    };
  });
  return { ...facts, rows: { ok: true, value: await Promise.all(rows) }, missing: gaps(app, ...definitions) };
}

async function makersSince(version: string | undefined, { audit }: Ports): Promise<AuditEntry[]> {
  const from = Date.parse(version ?? '');
  if (Number.isNaN(from)) return [];
  const fits = (entry: AuditEntry) => versionMakers([entry]).length > 0;
  const { rows } = await audit.page({ from: from - HOUR, fits, limit: MOST_CHANGES });
  return rows.map(({ entry }) => entry);
}

function view(facts: Facts): Message {
  const { appId, rows, all, missing, app } = facts;
  if (!rows.ok) return say(md`:warning: Which versions ${appId} has is not known. ${rows.missing}.`);
  if (rows.value.length === 0 || (app.ok && app.value === undefined)) {
    return say(md`:warning: Marathon has no app ${appId}, so there are no versions.`);
  }
  const count = all > rows.value.length ? `the newest ${rows.value.length} of ${all}` : `all ${all}`;
  const headline = md`:card_index_dividers: ${bold(md`Versions of ${appId}`)}, newest first: ${count}.`;
  const told = rows.value.map((row) => rowWords(row, facts));
  const notes = [...new Set(missing)];
  return {
    text: [headline.plain, ...told.map(({ plain }) => plain)].join('\n'),
    blocks: [
      section(headline),
      ...told.map(section),
      ...(notes.length === 0 ? [] : [context(md`Not known: ${notes.join('; ')}.`)]),
    ],
  };
}

function rowWords(row: Row, { app, now }: Facts): Rich {
  const at = Date.parse(row.version);
  const age = Number.isNaN(at) ? md`` : md` · ${ageWords(now - at)} ago`;
  const first = md`${code(row.version)}${age} · ${authorWords(row)}${markOf(row.version, known(app))}`;
  return lines(first, changeWords(row));
}

const ageWords = (ms: number): string => (ms > 3 * DAY ? `${Math.round(ms / DAY)} d` : duration(Math.max(0, ms)));

function authorWords({ author, name }: Row): Rich {
  switch (author.kind) {
    case 'change':
      return md`by ${name ?? author.userId}, ${code(author.text)}`;
    case 'label':
      return md`by ${name ?? author.userId}, as its label says`;
    case 'unknown':
      return md`not from here, as far as is recorded`;
  }
}

/** The task's version runs; the app's own is what Marathon wants to run. */
function markOf(version: string, app: App | undefined): Rich {
  const task = app === undefined ? undefined : runningTask(app);
  if (task?.version === version) return md` · :arrow_forward: *runs now*`;
  return app?.version === version ? md` · :hourglass_flowing_sand: *wanted now*` : md``;
}

function changeWords({ changes, isFirst }: Row): Rich {
  if (isFirst) return md`> the first that Marathon has`;
  if (changes === undefined) return md`> what changed is not known`;
  if (changes.length === 0) return md`> nothing changed: a restart, or labels of ours`;
  const shown = changes.slice(0, CHANGES_SHOWN).map((change) => code(cut(change)));
  const more = changes.length - shown.length;
  return md`> ${join(shown)}${more === 0 ? md`` : md` and ${more} more`}`;
}

const cut = (text: string): string => (text.length <= LONGEST_CHANGE ? text : `${text.slice(0, LONGEST_CHANGE - 1)}…`);
