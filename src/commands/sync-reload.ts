// `/ci sync reload`: takes over what git has: pull, then reload, while which Jenkins answers 503 (contract jenkins §3.4). What
// would be written over is shown first.
import { planMessage } from '../core/app-change-view.js';
import type { AuditEntry } from '../core/audit.js';
import type { JsonObject, ScmSyncStatus } from '../core/cluster.js';
import { type Asked, defineCommand, type Ports, type Progress } from '../core/command.js';
import { pulseWords, stateWords } from '../core/controller.js';
import { type Message, type MessageBlock, say, section } from '../core/conversation.js';
import { UpstreamError, UserError } from '../core/errors.js';
import { gaps, told } from '../core/gather.js';
import { scmAtWork } from '../core/scm-look.js';
import { listed } from '../core/scm-unsaved.js';
import { lacksInGit, scmState, scmWords } from '../core/scm-words.js';
import { code, join, md, type Rich, report } from '../core/text.js';
import { MINUTE, SECOND } from '../core/time.js';
import { WAIT_DETAIL, waitArgs, waitSyntax } from '../core/wait-option.js';
import { counted, duration } from '../core/words.js';

interface Plan extends JsonObject {
  waitMs: number;
  /** Of the JVM that would load it. */
  session: string;
  /** When it last loaded its configuration, its own clock; null: its log no longer tells. */
  loadedAt: number | null;
  /** Hash of what Jenkins would have afterwards. */
  commit: string;
  overwritten: string[];
  overwrittenCount: number;
  added: string[];
  addedCount: number;
  /** A reload of ours did not get to its end since: what it pulled may be on the disk only. */
  unloaded: boolean;
  /** What git lacks, in words; null: nothing, as far as SCM sync says. */
  unsaved: string | null;
  builds: string[] | null;
  missing: string[];
}

export const syncReload = defineCommand({
  name: 'sync reload',
  usage: 'sync reload [--wait 30m|--now]',
  summary: "Take over what git has of Jenkins' configuration.",
  examples: ['sync reload', 'sync reload --now'],
  details: [
    'Pulls and loads the configuration anew: what differs in Jenkins is written over, and shown before. Jenkins answers 503 until it has loaded it.',
    WAIT_DETAIL,
  ],
  syntax: { options: waitSyntax },
  args: waitArgs,
  effect: 'disrupt',
  exclusive: true,
  verb: 'Reload',
  plan: ({ waitMs }, ports) => plan(waitMs, ports),
  planView,
  empty: (plan: Plan) => !isPull(plan) && !plan.unloaded,
  boundTo: ({ session, commit, overwritten, overwrittenCount, added, addedCount, waitMs }: Plan) =>
    JSON.stringify([session, commit, overwritten, overwrittenCount, added, addedCount, waitMs]),
  waitMs: ({ waitMs }) => waitMs,
  system: (): 'Jenkins' => 'Jenkins',
  apply: reload,
  arrived,
  follow,
  left: () =>
    "Git's files may be on Jenkins' disk and not loaded: until they are, the next save in Jenkins writes its old configuration over them, and into git. `sync reload` once more has them loaded.",
  cancel: async () => 'Jenkins is loading its configuration already, and comes back by itself.',
  deadlineMs: () => LOADED_WITHIN_MS,
  title: (_plan: Plan, outcome) => TITLES[outcome],
});

const TITLES = {
  going: 'Reloading the configuration from git',
  done: 'Reloaded the configuration from git',
  failed: 'Reload of the configuration from git failed',
  cancelled: 'Reload of the configuration from git cancelled',
  lost: 'Lost sight of the reload of the configuration from git',
} as const;

/** Thousands of jobs are read from disk. */
const LOADED_WITHIN_MS = 15 * MINUTE;

const isPull = ({ overwrittenCount, addedCount }: Plan): boolean => overwrittenCount + addedCount > 0;

async function plan(waitMs: number, ports: Ports): Promise<Plan> {
  const { jenkins, clock } = ports;
  const status = await scmAtWork(jenkins);
  const [incoming, executors] = await Promise.all([
    jenkins.scmIncoming(),
    told(clock, 'Jenkins (builds)', () => jenkins.executors()),
  ]);
  const { session, git } = incoming;
  if (git === undefined) {
    throw new UserError(
      'SCM sync has no checkout of the repository here, so there is nothing to pull.',
      '`sync` tells how it stands.',
    );
  }
  if (git.refusal !== undefined) {
    throw new UserError(
      `Git did not say what it has: \`${git.refusal.replaceAll('`', "'").slice(0, 300)}\`. Nothing was changed.`,
      '`sync` tells more; try again when Jenkins reaches its repository.',
    );
  }
  if (git.ahead > 0 && git.behind > 0) {
    throw new UserError(
      `Both have gone on: git has ${counted(git.behind, 'commit')} that this Jenkins lacks, and this Jenkins ${counted(git.ahead, 'commit')} that git lacks. Git would refuse the pull, and the plugin would not notice.`,
      'Merge them by hand: `git pull --rebase` and `git push` in `$JENKINS_HOME/scm-sync-configuration/checkoutConfiguration`.',
    );
  }
  const { commit, overwritten, overwrittenCount, added, addedCount } = git;
  return {
    ...{ waitMs, session, commit, overwritten, overwrittenCount, added, addedCount },
    loadedAt: status.loadedAt ?? null,
    unloaded: await isUnloaded(status, ports),
    unsaved: scmState(status) === 'failing' || lacksInGit(status) ? scmWords(status) : null,
    builds: executors.ok ? executors.value.computers.flatMap(({ builds }) => builds.map(({ name }) => name)) : null,
    missing: gaps(executors),
  };
}

/** By the audit trail, since Jenkins last loaded its configuration; one that was refused or had nothing to do pulled nothing. */
async function isUnloaded({ now, loadedAt }: ScmSyncStatus, { audit, clock }: Ports): Promise<boolean> {
  const from = loadedAt === undefined ? 0 : clock.now() - (now - loadedAt);
  const { rows } = await audit.page({ from, fits: mayHavePulled, limit: 1 });
  return rows.some(({ entry }) => entry.outcome !== 'succeeded');
}

const mayHavePulled = ({ command, outcome }: AuditEntry): boolean =>
  command === syncReload.name && outcome !== 'refused' && outcome !== 'unchanged';

function planView(plan: Plan): Message {
  const { commit, overwritten, overwrittenCount, added, addedCount, missing } = plan;
  const hash = code(commit.slice(0, 7));
  if (!isPull(plan) && !plan.unloaded)
    return say(md`:white_check_mark: Jenkins' disk has what git has (commit ${hash}). Nothing to reload.`);
  if (!isPull(plan))
    return planMessage(
      md`:arrows_counterclockwise: Reload of Jenkins' configuration from its disk, which has what git has (commit ${hash}). Whether that is loaded is not known: the last reload did not get to its end.`,
      { effects: effectsOf(plan), missing },
    );
  const counts = [
    ...(overwrittenCount === 0 ? [] : [`${counted(overwrittenCount, 'file')} of Jenkins written over`]),
    ...(addedCount === 0 ? [] : [`${counted(addedCount, 'file')} added`]),
  ];
  const files: MessageBlock[] = [
    ...(overwrittenCount === 0 ? [] : [section(filesWords('Written over', overwritten, overwrittenCount))]),
    ...(addedCount === 0 ? [] : [section(filesWords('Added', added, addedCount))]),
  ];
  return planMessage(
    md`:arrows_counterclockwise: Reload of Jenkins' configuration from git, commit ${hash}: ${join(counts, ', ')}.`,
    { shown: files, effects: effectsOf(plan), missing },
  );
}

const filesWords = (what: string, files: readonly string[], count: number): Rich =>
  md`*${what}:* ${report(listed(files))}${count > files.length ? md` (${count} in all)` : ''}`;

function effectsOf({ overwrittenCount, unsaved, builds, waitMs }: Plan): Rich[] {
  return [
    ...(overwrittenCount === 0 ? [] : [md`:warning: What differs in Jenkins is lost: nothing of it is kept.`]),
    ...(unsaved === null
      ? []
      : [md`:warning: Not everything of Jenkins is in git (${unsaved}): \`sync save\` first keeps it.`]),
    ...(builds === null || builds.length === 0 ? [] : [buildWords(builds, waitMs)]),
    md`Jenkins answers 503 until it has loaded everything.`,
  ];
}

function buildWords(builds: readonly string[], waitMs: number): Rich {
  const named = `${builds.slice(0, 5).join(', ')}${builds.length > 5 ? ` and ${builds.length - 5} more` : ''}`;
  return waitMs === 0
    ? md`:warning: ${counted(builds.length, 'build')} running, whose results may be lost: ${named}.`
    : md`${counted(builds.length, 'build')} running: ${named}. Jenkins is told to quiet down, and the reload waits for them, at most ${duration(waitMs)}.`;
}

/** Pulled twice is pulled once; a pull that git refused is not noticed by the plugin, so it is looked at here. */
async function reload(_plan: Plan, { jenkins }: Ports): Promise<null> {
  const { modified } = await jenkins.scmPull();
  if (modified === 0 && differs(await jenkins.scmIncoming())) {
    throw new UserError(
      'Git did not pull: Jenkins still has other files than git, and the plugin does not say why. Nothing was loaded.',
      'Run `git pull` in `$JENKINS_HOME/scm-sync-configuration/checkoutConfiguration` and see what it says.',
    );
  }
  await jenkins.reload();
  return null;
}

const differs = ({ git }: Awaited<ReturnType<Ports['jenkins']['scmIncoming']>>): boolean =>
  git !== undefined && git.overwrittenCount + git.addedCount > 0;

/** While it loads, Jenkins says so; afterwards its log tells when it did. @throws UpstreamError while nobody can tell */
async function arrived({ session, loadedAt }: Plan, { jenkins }: Ports): Promise<'yes' | 'no' | 'overtaken'> {
  const pulse = await jenkins.pulse();
  if (pulse.session !== undefined && pulse.session !== session) return 'overtaken';
  if (pulse.state === 'starting') return 'yes';
  if (pulse.state !== 'up') throw silent(pulseWords(pulse));
  return isLater((await jenkins.scmSync()).loadedAt, loadedAt) ? 'yes' : 'no';
}

const isLater = (now: number | undefined, before: number | null): boolean =>
  now !== undefined && (before === null || now > before);

const silent = (seen: string) =>
  new UpstreamError({ system: 'Jenkins', request: 'GET /login', seen, retryable: true, mayHaveArrived: false });

async function follow(plan: Plan, { jenkins, clock }: Ports, _asked: Asked, since: number): Promise<Progress> {
  const pulse = await jenkins.pulse();
  if (pulse.session !== undefined && pulse.session !== plan.session) {
    return {
      state: 'failed',
      line: 'Jenkins was restarted meanwhile, so it has loaded what was on its disk.',
      left: '`sync` shows what git has, and `where` which task runs.',
    };
  }
  if (pulse.state !== 'up') {
    return {
      state: 'going',
      line: `Jenkins ${stateWords(pulse)}`,
      ifOver: { line: `Jenkins ${pulseWords(pulse)}.`, left: 'It may still be loading; its log tells.' },
    };
  }
  const { loadedAt } = await jenkins.scmSync();
  // A log that has lost the line of the start tells nothing of the reload either, so then being up has to do.
  const isLoaded = loadedAt === undefined ? clock.now() - since > UNSEEN_MS : isLater(loadedAt, plan.loadedAt);
  if (!isLoaded) {
    return {
      state: 'going',
      line: 'Jenkins has not begun to load it',
      ifOver: {
        line: 'Jenkins never loaded it.',
        left: 'Its disk has what git has; `restart --jenkins` would load it too.',
      },
    };
  }
  // It asks the git server, so not before this is over.
  const { git } = await jenkins.scmIncoming();
  const again = git?.overwrittenCount ?? 0;
  const rest =
    again === 0
      ? ''
      : ` ${counted(again, 'file')} of Jenkins ${again === 1 ? 'differs' : 'differ'} from git again: something has been saved since.`;
  return { state: 'done', line: `Jenkins has what git has, commit \`${plan.commit.slice(0, 7)}\`.${rest}` };
}

const UNSEEN_MS = 20 * SECOND;
