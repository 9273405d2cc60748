// What `/ci agents` says: how many agents there are and what they do, each of those that matter most with its costs, and
// the machines that are away. Pure; however many there are, the message stays short.
import type { AgentRow, AgentState, AgentsLook } from './agents-look.js';
import { context, type Message, type MessageBlock, section } from './conversation.js';
import { gaps, known } from './gather.js';
import { troubleLine } from './machine-troubles.js';
import { bold, code, join, lines, link, md, type Rich } from './text.js';
import { MINUTE } from './time.js';
import { sum } from './usage.js';
import { bare, counted, cpus, duration, memory } from './words.js';

/** Their links are long: so many, with everything else, stay well within what Slack takes in one message. */
const SHOWN = 12;
const TROUBLES_SHOWN = 8;
const BUILDS_SHOWN = 4;
const LABELS_SHOWN = 10;
/** An agent that is to come is there within half a minute or so; after this long something is wrong. */
const LATE_MS = 3 * MINUTE;

/** @param label only of agents that carry this word */
export function agentsView(seen: AgentsLook, label: string | undefined): Message {
  const rows = label === undefined ? seen.rows : seen.rows.filter((row) => wordsOf(row.label).includes(label));
  const headline = rows.length === 0 ? noneWords(seen, label) : headlineOf(rows, label);
  const shown = [...rows].sort(byWeight).slice(0, SHOWN);
  const told = shown.map((row) => rowWords(row, seen.jenkinsUrl));
  const notes = [...hiddenNote(rows, shown), ...startingNote(rows), ...frameworkNote(seen)];
  const troubles = troubleWords(seen);
  const missing = missingOf(seen);
  const blocks: MessageBlock[] = [
    section(headline),
    ...told.map(section),
    ...notes.map(context),
    ...(troubles.length === 0 ? [] : [section(lines(...troubles))]),
    ...(missing.length === 0 ? [] : [context(md`Not known: ${missing.join('; ')}.`)]),
  ];
  const all = [headline, ...told, ...notes, ...troubles];
  return { text: all.map(({ plain }) => plain).join('\n'), blocks };
}

const wordsOf = (label: string | undefined): string[] => (label ?? '').split(/\s+/).filter((word) => word !== '');

const COMING: ReadonlySet<AgentState> = new Set(['fetching', 'unconnected', 'unlaunched']);
const isComing = ({ state }: AgentRow): boolean => COMING.has(state);
const isOnline = ({ state }: AgentRow): boolean => state === 'busy' || state === 'idle';
const isAway = ({ state }: AgentRow): boolean => state === 'offline' || state === 'unreachable';
const isLate = (row: AgentRow): boolean => isComing(row) && (row.forMs ?? 0) > LATE_MS;

/** What somebody may have to look after, then what works, then what waits. */
function byWeight(a: AgentRow, b: AgentRow): number {
  const weight = ({ state }: AgentRow) => (state === 'busy' ? 1 : state === 'idle' ? 2 : 0);
  return weight(a) - weight(b) || (b.forMs ?? 0) - (a.forMs ?? 0) || a.name.localeCompare(b.name);
}

function headlineOf(rows: readonly AgentRow[], label: string | undefined): Rich {
  const count = (fits: (row: AgentRow) => boolean) => rows.filter(fits).length;
  const groups: [string, number][] = [
    ['busy', count(({ state }) => state === 'busy')],
    ['idle', count(({ state }) => state === 'idle')],
    ['starting', count((row) => isComing(row) && !isLate(row))],
    ['not connected', count((row) => isLate(row) || isAway(row))],
    ['stopping', count(({ state }) => state === 'ending')],
  ];
  const named = groups.filter(([, many]) => many > 0).map(([word, many]) => `${many} ${word}`);
  const doing = named.length === 0 ? md`` : md`: ${named.join(', ')}`;
  const of = label === undefined ? md`` : md` with the label ${code(label)}`;
  const places = rows.flatMap((row) => (row.executors && isOnline(row) ? [row.executors] : []));
  const total = places.reduce((all, place) => all + place.total, 0);
  const busy = places.reduce((all, place) => all + place.busy, 0);
  const executors = total === 0 ? md`` : md` ${busy} of ${counted(total, 'executor')} busy.`;
  return md`:gear: *${counted(rows.length, 'agent')}*${of}${doing}.${executors}${costWords(rows)}`;
}

function costWords(rows: readonly AgentRow[]): Rich {
  const given = rows.flatMap((row) => row.given ?? []);
  if (given.length === 0) return md``;
  const held = sum(given);
  const used = rows.flatMap((row) => row.used ?? []);
  const measured = sum(used);
  const part = used.length === given.length ? md`` : md` (measured at ${used.length} of ${given.length})`;
  const use = used.length === 0 ? md`` : md`, and use ${cpus(measured.cpus)} and ${memory(measured.memMiB)}${part}`;
  return md` They hold ${cpus(held.cpus)} and ${memory(held.memMiB)}${use}.`;
}

/** Nothing is only said where both that could know have answered. */
function noneWords({ look, rows }: AgentsLook, label: string | undefined): Rich {
  if (label !== undefined && rows.length > 0) {
    const labels = [...new Set(rows.flatMap((row) => wordsOf(row.label)))].sort();
    const there = labels.length === 0 ? md`No agent's label is known.` : md`Labels there are: ${labelList(labels)}.`;
    return md`:warning: No agent has the label ${code(label)}. ${there}`;
  }
  const silent = gaps(look.executors, look.agents);
  if (silent.length > 0) return md`:warning: What agents Jenkins has is not known.`;
  const waiting = known(look.buildQueue)?.length ?? 0;
  if (waiting === 0)
    return md`:gear: Jenkins has no agent now, and no build waits: one is started when a build needs it.`;
  return md`:gear: Jenkins has no agent now, and ${counted(waiting, 'build')} ${waiting === 1 ? 'waits' : 'wait'}.`;
}

const labelList = (labels: readonly string[]): Rich =>
  md`${join(labels.slice(0, LABELS_SHOWN).map(code))}${labels.length > LABELS_SHOWN ? md` …` : ''}`;

function rowWords(row: AgentRow, jenkinsUrl: string | undefined): Rich {
  const host = bold(hostWords(row));
  const mark = isLate(row) || isAway(row) || row.state === 'orphan' ? md`:warning: ` : md``;
  const labels = wordsOf(row.label);
  const first = join(
    [
      host,
      ...(row.label === undefined ? [] : [labels.length === 0 ? md`no label` : labelList(labels)]),
      ...(row.executors === undefined || !isOnline(row) ? [] : [executorWords(row.executors)]),
      stateWords(row, jenkinsUrl),
    ],
    ' · ',
  );
  const second = join(
    [
      ...(row.given === undefined ? [] : [costOf(row)]),
      ...(row.sandbox === undefined ? [] : [link(row.sandbox, 'sandbox')]),
      code(row.name),
    ],
    ' · ',
  );
  return lines(md`${mark}${first}`, second);
}

function hostWords({ host, state, given, isMesosKnown }: AgentRow): Rich {
  if (host !== undefined) return md`${host}`;
  if (state === 'unlaunched') return md`no machine yet`;
  return given === undefined && isMesosKnown && state !== 'unreachable' ? md`not on Mesos` : md`machine not known`;
}

const executorWords = ({ busy, total }: { busy: number; total: number }): Rich =>
  md`${busy} of ${counted(total, 'executor')} busy`;

function costOf({ given, used }: AgentRow): Rich {
  if (given === undefined) return md``;
  const cpu = used === undefined ? md`${cpus(given.cpus)}` : md`${bare(used.cpus)} of ${cpus(given.cpus)}`;
  const mem = used === undefined ? md`${memory(given.memMiB)}` : md`${memory(used.memMiB)} of ${memory(given.memMiB)}`;
  return md`${cpu}, ${mem}${used === undefined ? md` given` : md` used`}`;
}

function stateWords(row: AgentRow, jenkinsUrl: string | undefined): Rich {
  const age = row.forMs === undefined ? undefined : duration(row.forMs);
  const since = age === undefined ? md`` : md` for ${age}`;
  const why = row.why === undefined ? md`` : md` (Jenkins: ${row.why})`;
  switch (row.state) {
    case 'busy':
      return md`builds ${buildList(row, jenkinsUrl)}`;
    case 'idle':
      return age === undefined ? md`idle` : md`idle for ${age}`;
    case 'fetching':
      return md`starting${age === undefined ? '' : md` for ${age}`}: Mesos fetches what it needs`;
    case 'unconnected':
      return md`its task ${age === undefined ? 'runs' : `has run for ${age}`}, and it is not connected to Jenkins${why}`;
    case 'unlaunched':
      return md`offline${since}: Mesos has no task of it${isLate(row) ? md`` : md` yet`}`;
    case 'ending':
      return md`is being stopped`;
    case 'unreachable':
      return md`Mesos does not reach its machine, so nobody knows whether it runs${why}`;
    case 'orphan':
      return md`its task ${age === undefined ? 'runs' : `has run for ${age}`}, and Jenkins knows no such agent`;
    case 'static':
      return md`an instance of the agents' own app${age === undefined ? '' : md`, for ${age}`}`;
    case 'running':
      return md`its task ${age === undefined ? 'runs' : `has run for ${age}`}`;
    case 'offline':
      return md`offline${since}${why}`;
  }
}

function buildList({ builds }: AgentRow, jenkinsUrl: string | undefined): Rich {
  const base = jenkinsUrl?.replace(/(?<!\/)\/+$/, '');
  const shown = builds
    .slice(0, BUILDS_SHOWN)
    .map(({ name, path }) => (base === undefined || path === undefined ? md`${name}` : link(`${base}${path}`, name)));
  const more = builds.length - shown.length;
  return md`${join(shown)}${more > 0 ? md` and ${more} more` : ''}`;
}

/** `Starting: 2, the longest for 50 s.` */
function startingNote(rows: readonly AgentRow[]): Rich[] {
  const starting = rows.filter((row) => isComing(row) && !isLate(row));
  if (starting.length < 2) return [];
  const ages = starting.flatMap(({ forMs }) => forMs ?? []);
  const longest = ages.length === 0 ? md`` : md`, the longest for ${duration(Math.max(...ages))}`;
  return [md`${starting.length} agents are starting${longest}.`];
}

function frameworkNote({ unregistered }: AgentsLook): Rich[] {
  if (!unregistered) return [];
  return [
    md`:warning: Jenkins is not registered with Mesos now, so no agent can start: ${code('templates')} says more.`,
  ];
}

function hiddenNote(rows: readonly AgentRow[], shown: readonly AgentRow[]): Rich[] {
  const hidden = rows.length - shown.length;
  if (hidden <= 0) return [];
  const counts = new Map<string, number>();
  for (const row of rows) for (const word of wordsOf(row.label)) counts.set(word, (counts.get(word) ?? 0) + 1);
  const labels = [...counts].sort(([, a], [, b]) => b - a).slice(0, LABELS_SHOWN);
  const byLabel =
    labels.length < 2 ? md`` : md` By label: ${labels.map(([word, many]) => `${word} ${many}`).join(', ')}.`;
  const [[first] = ['LABEL']] = labels;
  return [
    md`${hidden} more are not shown.${byLabel} ${code(`agents ${first}`)} shows those of one label, ${code('usage --by label')} what they use.`,
  ];
}

function troubleWords({ troubles }: AgentsLook): Rich[] {
  const shown = troubles.slice(0, TROUBLES_SHOWN).map(troubleLine);
  const more = troubles.length - shown.length;
  return more === 0 ? shown : [...shown, md`${more} more Mesos agents are away or soon will be.`];
}

function missingOf({ look, activity, maintenance }: AgentsLook): string[] {
  const own = activity.ok ? [] : [`since when agents are idle or starting (${activity.missing})`];
  const windows = maintenance.ok ? [] : [`which machines are in maintenance (${maintenance.missing})`];
  return [...new Set([...gaps(look.agents, look.executors), ...look.silent, ...own, ...windows])];
}
