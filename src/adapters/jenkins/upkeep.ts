// SCM sync's and Jenkins' own actions (contract jenkins §3.4, §4.2): the part of the port that `core/jenkins-upkeep.ts`
// describes. Called by `client.ts`.
import { z } from 'zod';
import type { JenkinsUpkeep, ScmIncoming } from '../../core/jenkins-upkeep.js';
import type { HttpClient } from '../http.js';
import { maybe } from '../maybe.js';
import type { Scrub } from '../secrets.js';
import type { Post } from './post.js';
import { gitSaid } from './scm-failures.js';
import type { ScriptName } from './script.js';

export interface UpkeepMeans {
  http: HttpClient;
  post: Post;
  script<T>(name: ScriptName, args: object, schema: z.ZodType<T>): Promise<T>;
  scrub: Scrub;
  /** As long as scripts get: a pull asks the git server. */
  patienceMs: number;
}

const count = z.number().int().min(0);

const Incoming = z.object({
  session: z.string(),
  checkout: z.boolean(),
  fetched: maybe(z.boolean()),
  refusal: maybe(z.string()),
  ahead: maybe(count),
  behind: maybe(count),
  commit: maybe(z.string()),
  overwritten: maybe(z.array(z.string())),
  overwrittenCount: maybe(count),
  added: maybe(z.array(z.string())),
  addedCount: maybe(count),
});

const Purged = z.object({ had: z.boolean() });

export function jenkinsUpkeep({ http, post, script, scrub, patienceMs }: UpkeepMeans): JenkinsUpkeep {
  return {
    async scmSaveAll() {
      await script('scm-sync-save', {}, z.object({}));
    },
    scmPurge: () => script('scm-sync-purge', {}, Purged),
    scmIncoming: async () => incoming(await script('scm-sync-incoming', {}, Incoming), scrub),
    async scmPull() {
      const path = '/plugin/scm-sync-configuration/reloadAllFilesFromScm';
      const { text, status } = await post({ path, timeoutMs: patienceMs });
      const modified = /Modified files : (\d{1,9})/.exec(text)?.[1];
      if (modified === undefined)
        throw http.refuse({ method: 'POST', path }, status, 'its page does not say how many files it took over');
      return { modified: Number(modified) };
    },
    async reload() {
      await post({ path: '/reload' });
    },
    async restartJvm(how) {
      await post({ path: how === 'safe' ? '/safeRestart' : '/restart' });
    },
  };
}

/** Paths and git's words are foreign, and may hold a URL with a password. */
function incoming(wire: z.output<typeof Incoming>, scrub: Scrub): ScmIncoming {
  const { session, checkout, fetched, refusal, ahead = 0, behind = 0, commit = '' } = wire;
  const { overwritten = [], overwrittenCount = overwritten.length, added = [], addedCount = added.length } = wire;
  if (!checkout) return { session, git: undefined };
  const refused = fetched === false ? scrub(gitSaid(refusal ?? '') || 'git did not say why') : undefined;
  const files = { overwritten: overwritten.map(scrub), overwrittenCount, added: added.map(scrub), addedCount };
  return { session, git: { refusal: refused, ahead, behind, commit, ...files } };
}
