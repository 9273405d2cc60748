// What git did not have when the controller ended, as far as SCM sync was last seen: one sentence for the alert about the
// end itself. Pure; asked by the alert journey, which holds the memory of `scm-sync-watch.ts`.
import type { ScmSyncStatus } from './cluster.js';
import type { ScmSyncMemory } from './scm-sync-watch.js';
import { lacksInGit } from './scm-words.js';
import { moment, shorten } from './text.js';
import { MINUTE, SECOND } from './time.js';
import { counted, duration } from './words.js';

/** A controller takes longer than this to come up, so no look at the next life is mistaken for one at this. */
const CLOCKS_DIFFER_MS = 15 * SECOND;
/** An older look is told with its age. */
const FRESH_MS = 2 * MINUTE;
const MOST_FILES = 8;
/** Deep folders of jobs; what is longer is told by its beginning. */
const LONGEST_FILE = 150;

/**
 * @param diedAt when the controller ended; looks after it are of its successor
 * @returns a sentence of ours (`prose`); undefined when git had everything, or nobody knows
 */
export function unsavedAtDeath(memory: ScmSyncMemory | undefined, diedAt: number): { text: string } | undefined {
  if (memory === undefined) return undefined;
  const { script, former, footer, state } = memory;
  const last = [script, former].find((look) => look !== undefined && look.now <= diedAt + CLOCKS_DIFFER_MS);
  if (last !== undefined && lacksInGit(last)) return { text: lostWords(last, diedAt) };
  const isOfThisLife = last === script || last === undefined;
  if (!isOfThisLife || (state !== 'failing' && state !== 'stuck')) return undefined;
  if (last === undefined && (footer === undefined || footer.now > diedAt + CLOCKS_DIFFER_MS)) return undefined;
  return { text: maybeLostWords(last?.successAt) };
}

function lostWords(look: ScmSyncStatus, diedAt: number): string {
  const { queuedCommits: queued = 0, unpushedCommits: unpushed = 0, filesAtRisk: files = [] } = look;
  const commits = [
    ...(unpushed > 0 ? [`${counted(unpushed, 'commit')} ${were(unpushed)} not pushed`] : []),
    ...(queued > 0 ? [`${counted(queued, 'commit')} ${were(queued)} still queued`] : []),
  ];
  const what = commits.length > 0 ? commits.join(' and ') : 'git did not have the newest configuration';
  return `${what}${ageWords(diedAt - look.now)}: ${files.length === 0 ? 'what they held is lost' : `these changes are lost: ${listed(files)}`}.`;
}

const were = (count: number): string => (count === 1 ? 'was' : 'were');

const ageWords = (ms: number): string => (ms <= FRESH_MS ? '' : `, as seen ${duration(ms)} before`);

/** Paths are foreign: as code, without the quotes that would end it. */
export function listed(files: readonly string[]): string {
  const shown = files.slice(0, MOST_FILES).map((file) => `\`${shorten(file, LONGEST_FILE)}\``);
  const more = files.length > MOST_FILES ? ` and ${files.length - MOST_FILES} more` : '';
  return `${shown.join(', ')}${more}`;
}

const maybeLostWords = (savedAt: number | undefined): string =>
  savedAt === undefined
    ? 'SCM sync was failing: changes since git last had everything may be lost.'
    : `SCM sync was failing: changes after ${moment(savedAt).plain} may be lost.`;
