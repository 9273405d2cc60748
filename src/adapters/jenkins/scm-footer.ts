// The fallback for accounts that may not run scripts: the line SCM sync adds below Jenkins' pages (contract jenkins §3.2,
// §3.3). It shows the whole fail.log for as long as that exists, so it tells failures and no recovery. Called by `client.ts`.
import type { ScmSyncStatus } from '../../core/cluster.js';
import type { HttpAnswer, HttpClient } from '../http.js';
import { type Failure, lastFailure } from './scm-failures.js';

/** Old cores show it below the login page, to anybody, also when our token has died; modern ones to those who may read. */
const PAGES = [
  { path: '/login', anonymous: true },
  { path: '/', anonymous: false },
];

export async function readFooter(http: HttpClient, now: () => number): Promise<ScmSyncStatus> {
  for (const page of PAGES) {
    const answer = await http.send({ ...page, headers: { Accept: 'text/html' }, repeat: false });
    const status = scmFooter(answer, now());
    if (status !== undefined) return status;
  }
  throw http.refuse({ path: '/' }, 200, 'its pages show no SCM sync status');
}

/** @returns undefined for a page without the line, or with one nobody can read */
export function scmFooter({ text, headers }: HttpAnswer, now: number): ScmSyncStatus | undefined {
  const line = /SCM Sync status :([\s\S]*?)<\/span>/.exec(text)?.[1];
  if (line === undefined) return undefined;
  const icon = /16x16\/([\w-]*)\.png/.exec(line)?.[1];
  const shown = unescaped(line.replace(/<img\b[^<>]*>/, '')).trim();
  const failure = icon === 'error' ? shownFailure(shown) : undefined;
  if (icon === 'error' && failure === undefined) return undefined;
  return {
    plugin: 'active',
    scm: undefined,
    url: undefined,
    session: headers['x-jenkins-session'],
    now,
    queuedCommits: undefined,
    unpushedCommits: undefined,
    dirtyFiles: undefined,
    configInSync: undefined,
    successAt: wallClock(/Last operation @ (.+)/.exec(shown)?.[1]),
    failedAt: failure === undefined ? undefined : wallClock(failure.date),
    failSize: undefined,
    failText: failure?.text,
    failDate: failure?.date,
    source: 'footer',
  };
}

/** Below the failures it says how to remove them. */
function shownFailure(shown: string): Failure | undefined {
  const failure = lastFailure(shown.replace(/<br\/>\s*To remove this message[\s\S]*$/, ''));
  if (failure === undefined || wallClock(failure.date) === undefined) return undefined;
  return { ...failure, text: failure.text.replace(/<[^<>]*>/g, '') };
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", '#39': "'", '#039': "'" };

/** Since core 2.146 the text comes escaped; `&amp;` last, or what was escaped twice would be undone twice. */
function unescaped(html: string): string {
  return html.replace(/&(lt|gt|quot|apos|#0?39);/g, (_, name: string) => ENTITIES[name] ?? '').replaceAll('&amp;', '&');
}

/**
 * `Thu May 28 18:41:10 CST 2015` as if it were UTC: abbreviations of zones mean several (CST is China and Chicago), so
 * such times can be compared with each other and with nothing else.
 */
function wallClock(date: string | undefined): number | undefined {
  const [, month, day, time, year] = /^\w{3} (\w{3}) (\d{1,2}) (\d\d:\d\d:\d\d) \S+ (\d{4})$/.exec(date ?? '') ?? [];
  const at = Date.parse(`${month} ${day} ${year} ${time} UTC`);
  return Number.isNaN(at) ? undefined : at;
}
