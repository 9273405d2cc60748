// Builds in words, for every command that tells of them: how one ended or how far it is, who or what started it, what is
// new in it.
import type { BuildCause, BuildStory, Commit } from './build-reads.js';
import { jobPath } from './jenkins-build.js';
import { join, link, md, type Rich, shorten } from './text.js';
import { duration } from './words.js';

/** Names and subjects are people's, and may be of any length. Characters. */
const LONGEST_NAME = 100;
const LONGEST_SUBJECT = 80;
const LONGEST_CAUSE = 80;
const LONGEST_AUTHOR = 40;
/** Of a build; the rest is counted as "more". */
const COMMITS = 3;

/** `team-a/api #7`, with a link to its page where anybody knows where Jenkins is. */
export function buildName(build: Pick<BuildStory, 'jenkinsJob' | 'number'>, publicUrl: string | undefined): Rich {
  const name = `${shorten(build.jenkinsJob, LONGEST_NAME)} #${build.number}`;
  return publicUrl === undefined ? md`${name}` : link(buildUrl(build, publicUrl), name);
}

/** @param publicUrl without trailing slash; addresses in answers are out of date after a failover */
export const buildUrl = (build: Pick<BuildStory, 'jenkinsJob' | 'number'>, publicUrl: string): string =>
  `${publicUrl.replace(/(?<!\/)\/+$/, '')}${jobPath(build.jenkinsJob)}/${build.number}/`;

const ENDS: Readonly<Record<string, { emoji: string; words: string }>> = {
  SUCCESS: { emoji: ':white_check_mark:', words: 'succeeded' },
  UNSTABLE: { emoji: ':large_yellow_circle:', words: 'is unstable' },
  FAILURE: { emoji: ':x:', words: 'failed' },
  NOT_BUILT: { emoji: ':white_circle:', words: 'was not built' },
  ABORTED: { emoji: ':no_entry_sign:', words: 'was aborted' },
};

/** `failed`; continues the name. */
export const endWords = (result: string | undefined): string =>
  ENDS[result ?? '']?.words ?? `ended with ${shorten(result ?? 'no result')}`;

/** With the blank behind it; for the eye only. */
export function buildEmoji({ isRunning, result }: Pick<BuildStory, 'isRunning' | 'result'>): Rich {
  const emoji = isRunning ? ':hourglass_flowing_sand:' : (ENDS[result ?? '']?.emoji ?? ':grey_question:');
  return { mrkdwn: `${emoji} `, plain: '' };
}

/**
 * Continues the name: `has run for 1 min of about 3 min` or `failed after 2 min (usually 3 min), 1 h ago`.
 * @param now our clock, which is near enough to Jenkins'
 */
export function buildStateWords(build: BuildStory, now: number): string {
  const { at, isRunning, durationMs, estimateMs, result } = build;
  if (isRunning) return `has run for ${duration(now - at)}${against(now - at, estimateMs)}`;
  const usual = estimateMs === undefined ? '' : ` (usually ${duration(estimateMs)})`;
  return `${endWords(result)} after ${duration(durationMs)}${usual}, ${duration(now - at - durationMs)} ago`;
}

function against(ranMs: number, estimateMs: number | undefined): string {
  if (estimateMs === undefined) return ' (no estimate yet)';
  const overMs = ranMs - estimateMs;
  return overMs <= 0 ? ` of about ${duration(estimateMs)}` : `, ${duration(overMs)} longer than usual`;
}

/** `started by Ana`, `started by timer`, `Branch indexing`; undefined when Jenkins tells none. */
export function startWords(causes: readonly BuildCause[]): string | undefined {
  const words = causes.slice(0, 2).map(({ text }) => startedBy(text));
  return words.length === 0 ? undefined : words.join(', ');
}

/** Jenkins' own sentences (`Cause.getShortDescription`). */
function startedBy(text: string): string {
  const words = text
    .replace(/^Started by upstream project "(.+)" build number (\d+)$/, 'started by $1 #$2')
    .replace(/^Started by (?:user )?/, 'started by ');
  return shorten(words, LONGEST_CAUSE);
}

/** `Fix retry (Alice); Add prices (Bob); and more`; undefined where nothing is new. */
export function commitWords(commits: readonly Commit[]): Rich | undefined {
  if (commits.length === 0) return undefined;
  const shown = commits.slice(0, COMMITS).map(({ subject, author }) => {
    const what = shorten(subject === '' ? '(no message)' : subject, LONGEST_SUBJECT);
    return author === undefined ? md`${what}` : md`${what} (${shorten(author, LONGEST_AUTHOR)})`;
  });
  return join([...shown, ...(commits.length > COMMITS ? ['and more'] : [])], '; ');
}
