// What kind of trouble SCM sync has: from what git, the plugin and the counts say to what happened and what to do about it
// (contract jenkins §3.1, "usual causes"). Pure; `scm-sync-watch.ts` asks, `alerts/scm-sync-failed.ts` shows.
import type { ScmSyncStatus } from './cluster.js';

export type ScmErrorKind =
  | 'no-identity'
  | 'unknown-host-key'
  | 'ssh-key-refused'
  | 'login-failed'
  | 'push-forbidden'
  | 'no-repository'
  | 'diverged'
  | 'network'
  | 'disk'
  | 'locked'
  | 'checkout-failed'
  | 'delete-failed'
  | 'add-refused'
  | 'poisoned'
  | 'not-pushed'
  | 'differs'
  | 'other';

/** What the plugin wrote, and what git said about the same. */
export interface ScmError {
  failText: string | undefined;
  quote: string | undefined;
}

/** Git's own words (LANG=C; git translates some of them otherwise, which then is `other` and quoted). First that fits. */
const GIT_SAYS: readonly [RegExp, ScmErrorKind][] = [
  [
    /tell me who you are|identity unknown|empty ident|auto-detect email|user\.(?:name|email)|no email was given/i,
    'no-identity',
  ],
  [
    /host key verification failed|host identification has changed|authenticity of host|no \S+ host key is known/i,
    'unknown-host-key',
  ],
  [/permission denied \((?:[\w-]+,)*publickey|too many authentication failures/i, 'ssh-key-refused'],
  [
    /authentication failed|could not read (?:username|password)|terminal prompts disabled|access denied|invalid (?:username|credentials)|password authentication was removed|returned error: 401/i,
    'login-failed',
  ],
  [
    /remote rejected|hook declined|protected branch|not allowed to (?:push|upload)|permission to \S+ denied|write access|marked as read.only|returned error: 403/i,
    'push-forbidden',
  ],
  [
    /repository .*not found|not appear to be a git repository|project .*not (?:be )?found|returned error: 404/i,
    'no-repository',
  ],
  [/non-fast-forward|fetch first|\[rejected\]|updates were rejected|failed to push some refs|tip of your/i, 'diverged'],
  [/\.lock'?: file exists|another git process|cannot lock ref/i, 'locked'],
  [/no space left|disk quota|unable to (?:write|create)|insufficient permission for adding/i, 'disk'],
  [
    /timed? ?out|could not resolve|name resolution|name or service not known|connection (?:refused|reset|closed)|no route to host|unreachable|hung up|early eof|rpc failed|could not connect|failed to connect|returned error: 5\d\d/i,
    'network',
  ],
];

/** A remote that is there and says no is told best by git; a removal never leaves this machine. */
export function scmErrorKind({ failText = '', quote = '' }: ScmError, status: ScmSyncStatus): ScmErrorKind {
  if (/^Delete /.test(failText)) return 'delete-failed';
  const said = GIT_SAYS.find(([pattern]) => pattern.test(quote))?.[1];
  if (said !== undefined) return said;
  if (/^Checkout /.test(failText)) return 'checkout-failed';
  if (/^Failed to recursively delete/.test(failText)) return 'poisoned';
  if (/^Error while (?:creating|copying)/.test(failText)) return 'disk';
  if (failText !== '') return 'other';
  return withoutFailure(quote, status);
}

/** Ways to be stuck that leave no line in fail.log. */
function withoutFailure(quote: string, status: ScmSyncStatus): ScmErrorKind {
  if ((status.queuedCommits ?? 0) > 0) return 'poisoned';
  if ((status.unpushedCommits ?? 0) > 0) return 'not-pushed';
  if (status.configInSync === false) return quote === '' ? 'differs' : 'add-refused';
  return 'other';
}

export interface ScmErrorWords {
  /** Continues "Jenkins' configuration is not saved in git: …". */
  what: string;
  /** What to do: our sentences, backticks around what to type. */
  remedy: string;
}

const RETRY =
  'The plugin does not try again by itself: after that, save anything in Jenkins (its system configuration as it is will do), and what waits is pushed along.';
const CHECKOUT = '`$JENKINS_HOME/scm-sync-configuration/checkoutConfiguration`';
const LOCAL_BEFORE_RESTART = 'Until it is in git, a restart of the controller loses the change.';

const WORDS: Readonly<Record<ScmErrorKind, (host: string) => ScmErrorWords>> = {
  'no-identity': () => ({
    what: 'git does not know under whose name to commit',
    remedy: `Set \`git config --global user.name\` and \`user.email\` for the user Jenkins runs as; in the app's start command, or the next task has the same trouble. ${RETRY}`,
  }),
  'unknown-host-key': (host) => ({
    what: `ssh does not know the host key of ${host}, or knows another one`,
    remedy: `Compare \`ssh-keyscan ${host}\` with what its owner publishes, then add it to \`~/.ssh/known_hosts\` of the user Jenkins runs as, on every agent that may run the controller. ${RETRY}`,
  }),
  'ssh-key-refused': (host) => ({
    what: `${host} does not accept the ssh key of Jenkins`,
    remedy: `Give the user Jenkins runs as a key on every agent that may run the controller, and allow it to write on ${host} (a deploy key with write access). ${RETRY}`,
  }),
  'login-failed': (host) => ({
    what: `${host} wants a login, and has none or a wrong one`,
    remedy: `Use the repository's ssh address with a deploy key, or give git a credential helper; a password in the address would be shown by Jenkins. ${RETRY}`,
  }),
  'push-forbidden': (host) => ({
    what: `${host} refuses the push`,
    remedy: `Give the account of Jenkins the right to push to that branch, or take the protection or hook away that is quoted here. ${RETRY}`,
  }),
  'no-repository': (host) => ({
    what: `${host} has no such repository, or does not show it to Jenkins`,
    remedy: `Compare the address in the SCM sync part of Jenkins' system configuration with the repository's: the saved address wins over \`SCM_SYNC_GIT\`. ${RETRY}`,
  }),
  diverged: () => ({
    what: 'the repository has commits that this controller does not have, so git refuses the push',
    remedy: `Somebody else pushed, or two controllers run at once (the app needs \`maximumOverCapacity\` 0). The plugin never pulls: run \`git pull --rebase\` and \`git push\` in ${CHECKOUT} as the user Jenkins runs as.`,
  }),
  network: (host) => ({
    what: `git does not reach ${host}`,
    remedy: `See from the controller's agent whether ${host} answers: \`git ls-remote\` in ${CHECKOUT}. ${RETRY}`,
  }),
  disk: () => ({
    what: 'git cannot write its files',
    remedy: `Look for space and for the owner of the files in ${CHECKOUT}. ${RETRY}`,
  }),
  locked: () => ({
    what: 'another git process holds the checkout, or one left its lock behind',
    remedy: `If no git runs there, remove the lock file from ${CHECKOUT}. ${RETRY}`,
  }),
  'checkout-failed': (host) => ({
    what: 'the plugin could not check out the repository, so nothing at all is saved',
    remedy: `See whether \`git clone\` works on the controller's agent as the user Jenkins runs as, towards ${host}; then save Jenkins' system configuration with that address once more, which checks out anew.`,
  }),
  'delete-failed': () => ({
    what: 'something deleted in Jenkins is still in git',
    remedy: `It comes back with the next new task of the controller: remove that path from the repository by hand (\`git rm -r\`, commit and push in ${CHECKOUT}).`,
  }),
  'add-refused': () => ({
    what: 'git refused to add a file, and the plugin took the change for empty',
    remedy: `Look whether a \`.gitignore\` or a wrong owner keeps \`git add\` from it in ${CHECKOUT}, then save that page in Jenkins again. ${LOCAL_BEFORE_RESTART}`,
  }),
  poisoned: () => ({
    what: 'a commit cannot be carried out, and all later ones wait behind it',
    remedy: `Only a restart of Jenkins empties that queue (a known fault of the plugin, often after a job was deleted). What waits is lost in a new task: copy the files at risk from \`$JENKINS_HOME\` into the repository first, or restart inside the task (\`/safeRestart\` on Jenkins' page) and save those pages again.`,
  }),
  'not-pushed': () => ({
    what: 'commits have been made and not pushed',
    remedy: `The plugin pushes them only with the next change: save anything in Jenkins, or run \`git push\` in ${CHECKOUT} and see what it says. ${LOCAL_BEFORE_RESTART}`,
  }),
  differs: () => ({
    what: '`config.xml` on disk is not what git has',
    remedy: `It was edited by hand, or the plugin missed the change: save Jenkins' system configuration once. ${LOCAL_BEFORE_RESTART}`,
  }),
  other: () => ({
    what: 'the plugin reports a failure',
    remedy: `Jenkins' log has more under \`hudson.plugins.scm_sync_configuration\`; \`git push\` in ${CHECKOUT}, as the user Jenkins runs as, shows what git says. ${RETRY}`,
  }),
};

/** @param host of the repository; undefined: not known, or a path on the same machine */
export const scmErrorWords = (kind: ScmErrorKind, host: string | undefined): ScmErrorWords =>
  WORDS[kind](host ?? 'the git server');

/** `git@git.example.com:core/x.git`, `ssh://git@host:7999/x`, `https://host/x`; no host in a path. */
export function repositoryHost(url = ''): string | undefined {
  const address = url.includes('://') ? /:\/\/(?:[^/@]*@)?([\w.-]+)/ : /^(?:[^/@:\s]+@)?([\w.-]+):/;
  return address.exec(url)?.[1];
}
