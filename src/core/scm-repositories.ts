// Which repository a new controller reads its configuration from, and which one SCM sync writes to: after the first sync
// they part ways when `SCM_SYNC_GIT` is changed (contract jenkins §5.4).
import type { App, ScmSyncStatus } from './cluster.js';
import { isJsonObject } from './manifest-normal.js';

export interface Repositories {
  /** Of the app that runs; undefined: its definition does not say. */
  readFrom: string | undefined;
  /** Undefined: the plugin did not say. */
  writtenTo: string | undefined;
}

/** Neither carries a login. */
export function repositoriesOf(app: App | undefined, status: Pick<ScmSyncStatus, 'url'> | undefined): Repositories {
  const env = app?.definition['env'];
  const from = isJsonObject(env) ? env['SCM_SYNC_GIT'] : undefined;
  return {
    readFrom: typeof from === 'string' && from !== '' ? withoutLogin(from) : undefined,
    writtenTo: status?.url === undefined || status.url === '' ? undefined : withoutLogin(status.url),
  };
}

const withoutLogin = (url: string): string => url.replace(/:\/\/[^/@\s]*@/g, '://');

/** Both are known, and not the same. */
export const differ = ({ readFrom, writtenTo }: Repositories): boolean =>
  readFrom !== undefined && writtenTo !== undefined && bare(readFrom) !== bare(writtenTo);

/** Git takes an address with and without `.git` for the same. */
const bare = (url: string): string =>
  url
    .trim()
    .replace(/(?<!\/)\/+$/, '')
    .replace(/\.git$/, '');
