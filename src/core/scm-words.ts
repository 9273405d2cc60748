// What the SCM sync plugin's state means, in words (contract jenkins §3.3). One reading only; alerts compare two.
import type { ScmSyncStatus } from './cluster.js';

export type ScmState = 'off' | 'failing' | 'unsaved' | 'unknown' | 'ok';

export function scmState(status: ScmSyncStatus): ScmState {
  if (isOff(status)) return 'off';
  const { failedAt, successAt } = status;
  const waiting = commitsWait(status);
  if (
    failedAt !== undefined &&
    (successAt === undefined || failedAt > successAt || (failedAt === successAt && waiting))
  )
    return 'failing';
  if (lacksInGit(status)) return 'unsaved';
  return successAt === undefined ? 'unknown' : 'ok';
}

/** A footer does not name the SCM, but where it is shown the plugin works. */
const isOff = ({ plugin, scm, source }: ScmSyncStatus): boolean =>
  plugin !== 'active' || scm === 'None' || (scm === undefined && source !== 'footer');

const commitsWait = ({ queuedCommits = 0, unpushedCommits = 0 }: ScmSyncStatus): boolean =>
  queuedCommits > 0 || unpushedCommits > 0;

/** Something is on its way to git, or should be: for a moment after each change, that is as it should be. */
export const lacksInGit = (status: ScmSyncStatus): boolean => commitsWait(status) || status.configInSync === false;

export function scmWords(status: ScmSyncStatus): string {
  switch (scmState(status)) {
    case 'off':
      return offWords(status);
    case 'failing':
      return ['failing', ...unsavedWords(status)].join(', ');
    case 'unsaved':
      return unsavedWords(status).join(', ');
    case 'unknown':
      return 'nothing saved yet since this controller started';
    case 'ok':
      return 'everything is saved in git';
  }
}

/** Why nothing gets to git. */
export const offWords = ({ plugin }: ScmSyncStatus): string =>
  plugin === 'absent' ? 'the SCM sync plugin is not installed' : 'SCM sync is switched off';

/** What git lacks, as far as the plugin says. */
function unsavedWords({ queuedCommits = 0, unpushedCommits = 0, configInSync }: ScmSyncStatus): string[] {
  const commits = [
    ...(queuedCommits > 0 ? [`${queuedCommits} queued`] : []),
    ...(unpushedCommits > 0 ? [`${unpushedCommits} not pushed`] : []),
  ];
  if (commits.length > 0) return [`commits: ${commits.join(', ')}`];
  return configInSync === false ? ['the configuration on disk differs from git'] : [];
}
