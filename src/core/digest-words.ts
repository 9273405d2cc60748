// The sentences of the usage digest. Pure; `digests/usage.ts` gathers the facts and puts the sentences in their places.
import type { AuditEntry } from './audit.js';
import type { BuildHistory } from './cluster.js';
import { known, type Told } from './gather.js';
import type { Incident } from './incident.js';
import { countEnds, isOutage } from './outages.js';
import type { Period } from './schedule.js';
import { code, join, lines, link, md, type Rich } from './text.js';
import { averageOf, isComparable, LIMIT_WORTH_SAYING_MS } from './usage-period.js';
import type { UsageStatistics } from './usage-statistics.js';
import { counted, duration, localDay, localTime, percent } from './words.js';

/** An alert as the digest tells it. */
export interface Rung {
  incident: Incident;
  words: Rich;
  /** To its message. */
  link: string | undefined;
}

export interface DigestFacts {
  period: Period;
  zone: string;
  statistics: UsageStatistics;
  before: UsageStatistics;
  rung: Rung[];
  builds: Told<BuildHistory>;
  /** Since when the controller of now can remember builds, where that is later than the period's begin. */
  remembersSince: number | undefined;
  changes: { entry: AuditEntry; name: string }[];
}

/** Builds fail every day; this many of all are news. */
const FAILURES_WORTH_SAYING = 0.25;
/** Use that rose or fell by this much. */
const CHANGE_WORTH_SAYING = 0.5;

/** Everything that is news, the gravest first. */
function newsIn(facts: DigestFacts): Rich[] {
  const { statistics, rung, changes } = facts;
  const ends = countEnds(rung.map(({ incident }) => incident));
  const others = rung.filter(({ incident }) => !isOutage(incident)).length;
  const { downMs } = statistics.availability;
  const news: (Rich | undefined)[] = [
    ends === 0 ? undefined : md`the controller ended unasked ${ends === 1 ? 'once' : `${ends} times`}`,
    downMs === 0 ? undefined : md`Jenkins did not answer for about ${duration(downMs)}`,
    others === 0 ? undefined : md`${counted(others, 'other alert')} rang`,
    statistics.limit.ms < LIMIT_WORTH_SAYING_MS
      ? undefined
      : md`every executor was busy while builds waited for ${duration(statistics.limit.ms)}`,
    failuresNews(facts),
    changeNews(facts),
    changes.length === 0 ? undefined : md`${counted(changes.length, 'change')}`,
    statistics.samples === 0 ? md`no usage samples` : undefined,
  ];
  return news.filter((one) => one !== undefined);
}

function failuresNews({ builds }: DigestFacts): Rich | undefined {
  const { all, failed } = countBuilds(known(builds));
  if (all === 0 || failed / all < FAILURES_WORTH_SAYING) return undefined;
  return md`${failed} of ${counted(all, 'build')} failed`;
}

function changeNews({ statistics, before }: DigestFacts): Rich | undefined {
  const now = statistics.figures.usedCpus?.mean;
  const then = isComparable(before) ? before.figures.usedCpus?.mean : undefined;
  if (now === undefined || then === undefined || then === 0) return undefined;
  const change = now / then - 1;
  if (Math.abs(change) < CHANGE_WORTH_SAYING) return undefined;
  return md`the cpus used ${change > 0 ? 'rose' : 'fell'} by ${percent(Math.abs(change), 1)}`;
}

export const isQuiet = (facts: DigestFacts): boolean => newsIn(facts).length === 0;

export const newsOf = (facts: DigestFacts): Rich =>
  md`:newspaper: *${periodTitle(facts)}*: ${join(newsIn(facts), '; ')}.`;

/** `Week to Thu 26 Nov`, `Wed 25 Nov 09:00 to Thu 26 Nov 09:00`. */
export function periodTitle({ period: { kind, from, to }, zone }: Pick<DigestFacts, 'period' | 'zone'>): string {
  if (kind === 'week') return `Week of ${localDay(from, zone)} to ${localDay(to, zone)}`;
  return `${localTime(from, zone)} to ${localTime(to, zone)}`;
}

/** All of a quiet day. */
export function quietLine(facts: DigestFacts): Rich {
  const { all, failed } = countBuilds(known(facts.builds));
  const built = facts.builds.ok
    ? md`${counted(all, 'build')}, ${failed === 0 ? 'none' : failed} failed`
    : md`builds not known`;
  return md`:white_check_mark: *${periodTitle(facts)}*: quiet. ${built}; ${averageOf(facts.statistics)}`;
}

/** `FAILURE` counts; what people stopped and what has unstable tests is no failure of the build. */
function countBuilds(history: BuildHistory | undefined): { all: number; failed: number; unstable: number } {
  const builds = history?.builds ?? [];
  const ended = (result: string) => builds.filter((build) => build.result === result).length;
  return { all: builds.length, failed: ended('FAILURE'), unstable: ended('UNSTABLE') };
}

export function upWords({ statistics, rung }: DigestFacts): Rich {
  const { upMs, downMs, unknownMs } = statistics.availability;
  const ends = countEnds(rung.map(({ incident }) => incident));
  const toldMs = upMs + downMs;
  const answered =
    toldMs === 0
      ? md`whether Jenkins answered is not known`
      : downMs === 0
        ? md`answered all the time`
        : md`answered ${percent(upMs, toldMs)} of the time, not for about ${duration(downMs)}`;
  const unsure = unknownMs === 0 || toldMs === 0 ? md`` : md`, not known for ${duration(unknownMs)}`;
  const times = ends === 0 ? md`no unasked end` : md`${counted(ends, 'unasked end')}`;
  return md`${answered}${unsure}; ${times}`;
}

export function builtWords({ builds, remembersSince, statistics, zone }: DigestFacts): Rich {
  const history = known(builds);
  if (history === undefined) return md`not known`;
  const { all, failed, unstable } = countBuilds(history);
  const atLeast = history.isCut ? 'at least ' : '';
  const results = [
    ...(failed === 0 ? ['none failed'] : [`${failed} failed`]),
    ...(unstable === 0 ? [] : [`${unstable} unstable`]),
  ];
  const since =
    remembersSince === undefined
      ? md``
      : md`\nOnly since ${localTime(remembersSince, zone)}: the controller that began then remembers no earlier ones.`;
  return md`${atLeast}${counted(all, 'build')}, ${results.join(', ')}${waitWords(statistics)}${since}`;
}

/** The queue is looked at once a minute: what began sooner is not among those that were seen to wait. */
function waitWords({ waits }: UsageStatistics): Rich {
  if (waits === undefined) return md`\nNone was seen waiting.`;
  return md`\n${waits.count} ${waits.count === 1 ? 'was' : 'were'} seen waiting: p50 ${duration(waits.p50Ms)}, p95 ${duration(waits.p95Ms)}.`;
}

/** More are in `history` and `alerts`. */
const MOST_LINES = 6;

export function changesWords({ changes, zone }: DigestFacts): Rich {
  if (changes.length === 0) return md`none through Bellboard`;
  const shown = changes
    .slice(0, MOST_LINES)
    .map(({ entry, name }) => md`${localTime(entry.at, zone)} ${name}: ${code(entry.text)} ${entry.outcome}`);
  return lines(...shown, moreLine(changes.length));
}

export function ringsWords({ rung, zone }: DigestFacts): Rich {
  const shown = rung.slice(0, MOST_LINES).map(({ incident, words, link: url }) => {
    const id = url === undefined ? md`${incident.id}` : link(url, incident.id);
    return md`${localTime(incident.openedAt, zone)} ${id} ${words}`;
  });
  return lines(md`*What rang*`, ...shown, moreLine(rung.length));
}

const moreLine = (count: number): Rich | undefined =>
  count > MOST_LINES ? md`and ${count - MOST_LINES} more` : undefined;
