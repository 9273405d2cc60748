// Follows a change of Jenkins' configuration until git has it: a look before it, the time when it was made, and look after
// look since; what each look means is `scm-follow.ts`. `savedInGit` makes a command of it that only knows its change.
import type { Jenkins, Json } from './cluster.js';
import type { ChangeSpec, ChangeView } from './command.js';
import { section } from './conversation.js';
import { known, told } from './gather.js';
import {
  SAVED_MARKS,
  SAVED_WITHIN_MS,
  type Saved,
  type ScmMark,
  savedSince,
  savedWords,
  scmMark,
} from './scm-follow.js';
import { offWords, scmState } from './scm-words.js';
import { md, type Rich } from './text.js';
import { type Clock, SECOND } from './time.js';

/** SCM sync before the change. A type, so that it is JSON to the journey. */
export type GitBefore =
  | { mark: ScmMark }
  /** Nothing is promised: why. */
  | { mark: null; why: string };

export type GitFollow = {
  before: GitBefore;
  /** When the change was made, ms since the epoch. */
  madeAt: number;
  /** By the last look; null: none yet, or nothing to look for. */
  saved: Saved | null;
};

type Eyes = { jenkins: Pick<Jenkins, 'scmSync'>; clock: Clock };

export async function gitBefore({ jenkins, clock }: Eyes): Promise<GitBefore> {
  const look = await told(clock, 'Jenkins', () => jenkins.scmSync());
  if (!look.ok) return { mark: null, why: `Whether git gets it is not known (${look.missing}).` };
  if (scmState(look.value) === 'off') return { mark: null, why: `Git does not get it: ${offWords(look.value)}.` };
  return { mark: scmMark(look.value) };
}

/** @param before as it was kept with the job, before the change was made */
export const gitAfter = (before: GitBefore, { clock }: Pick<Eyes, 'clock'>): GitFollow => ({
  before,
  madeAt: clock.now(),
  saved: null,
});

const SOON_MS = 2 * SECOND;
const LATER_MS = 5 * SECOND;
/** A push that works is there by then. */
const SOON_FOR_MS = 30 * SECOND;

/** One look. `againMs`: how soon to look again; undefined: it is over. */
export async function lookAtGit(
  git: GitFollow,
  { jenkins, clock }: Eyes,
): Promise<{ git: GitFollow; againMs: number | undefined }> {
  const { mark } = git.before;
  if (mark === null) return { git, againMs: undefined };
  const look = await told(clock, 'Jenkins', () => jenkins.scmSync());
  const since = clock.now() - git.madeAt;
  const status = known(look);
  const saved: Saved =
    status === undefined ? unseen(look.ok ? '' : look.missing, since) : savedSince(mark, status, since);
  const againMs = saved.state !== 'going' ? undefined : since < SOON_FOR_MS ? SOON_MS : LATER_MS;
  return { git: { ...git, saved: saved.state === 'saved' ? { ...saved, afterMs: since } : saved }, againMs };
}

/** Jenkins was up when it took the change: it is waited for, as long as for a push. */
const unseen = (missing: string, since: number): Saved =>
  since < SAVED_WITHIN_MS ? { state: 'going', line: 'SCM sync does not say' } : { state: 'unseen', why: missing };

/** One sentence for the message of the change, while it is followed and after. */
function gitWords({ before, saved }: GitFollow): Rich {
  if (before.mark === null) return md`${before.why}`;
  return saved === null ? md`` : md`${SAVED_MARKS[saved.state]}${savedWords(saved)}`;
}

/** What such a command keeps: its own facts, and those about git; `git` null: it changed nothing. */
interface Followed<Facts> {
  own: Facts;
  git: GitFollow | null;
}

/**
 * The command with its promise: its message says when git has the change, or why not.
 * @param isChange whether these facts tell of a changed configuration, by this run or by the one it resumes
 */
export function savedInGit<Args, Before extends Json, Facts>(
  spec: ChangeSpec<Args, Before, Facts>,
  isChange: (facts: Facts) => boolean,
): ChangeSpec<Args, Json, Followed<Facts>> {
  const view = ({ own, git }: Followed<Facts>, asked: Parameters<typeof spec.view>[1]) =>
    withGit(spec.view(own, asked), git);
  return {
    ...spec,
    async before(args, ports, asked) {
      const [own, git] = await Promise.all([spec.before(args, ports, asked), gitBefore(ports)]);
      return { own, git };
    },
    async run(args, ports, asked, kept) {
      const before = kept as { own: Before; git: GitBefore };
      const own = await spec.run(args, ports, asked, before.own);
      return { own, git: isChange(own) ? gitAfter(before.git, ports) : null };
    },
    follow: {
      async look(facts, ports) {
        if (facts.git === null) return { facts, againMs: undefined };
        const { git, againMs } = await lookAtGit(facts.git, ports);
        return { facts: { ...facts, git }, againMs };
      },
      view: (facts, asked) => view(facts, asked).message,
    },
    view,
  };
}

function withGit({ ok, message, ...rest }: ChangeView, git: GitFollow | null): ChangeView {
  const words = git === null ? md`` : gitWords(git);
  if (words.plain === '') return { ok, message, ...rest };
  const blocks = [...message.blocks, section(words)];
  return { ok, message: { ...message, text: `${message.text} ${words.plain}`, blocks }, ...rest };
}
