// Why a build waits and what would help, in plain words: Jenkins' own reason joined with what else is known. Pure; the
// command `queue` looks and shows. What waits for an executor is `queue-executor.ts`'s to say.
import { waitCause } from './build-wait.js';
import type { BuildQueueItem } from './cluster.js';
import { wordFor } from './jenkins-job.js';
import { type ExecutorLook, executorWait, type Wait } from './queue-executor.js';
import { code, md, shorten } from './text.js';
import { counted } from './words.js';

export interface QueueLook extends ExecutorLook {
  /** Undefined: Jenkins did not say. */
  quietingDown: boolean | undefined;
}

const LONGEST = 200;

export function explainWait(item: Pick<BuildQueueItem, 'why' | 'name'>, look: QueueLook): Wait {
  const cause = waitCause(item.why);
  switch (cause.kind) {
    case 'quiet-period':
      return {
        why: md`in the quiet period that its job has after each trigger`,
        helps: md`Nothing: it starts by itself.`,
      };
    case 'quieting-down':
      return quietingDown(look);
    case 'same-job':
      return sameJob(item.name, cause);
    case 'other-job':
      return {
        why: md`its ${cause.way} project ${shorten(cause.jenkinsJob, LONGEST)} is building`,
        helps: md`It starts when that has ended.`,
      };
    case 'executor':
      return look.quietingDown === true ? quietingDown(look) : executorWait(cause, look);
    case 'other':
      return cause.words === ''
        ? { why: md`Jenkins does not say why`, helps: md`${code('queue')} again in a minute.` }
        : {
            why: md`Jenkins says: ${shorten(cause.words, LONGEST)}`,
            helps: md`What that means is for the plugin that says it.`,
          };
  }
}

function quietingDown({ executors }: QueueLook): Wait {
  const running = executors?.busy ?? 0;
  const first = running === 0 ? md`` : md`Jenkins waits for ${counted(running, 'running build')}. `;
  return {
    why: md`Jenkins is quieting down: it lets running builds end and starts none`,
    helps: md`${first}${code('unquiet')} lets it start builds again; a command of ours that asked for it ends it by itself.`,
  };
}

function sameJob(name: string, { build, left }: { build: number; left: string | undefined }): Wait {
  const end = left === undefined ? '' : `, in about ${left} by Jenkins' guess`;
  return {
    why: md`${shorten(name, LONGEST)} builds one at a time, and its #${build} is running`,
    helps: md`It starts when that has ended${end}. ${code(`abort ${wordFor(`${name}#${build}`)}`)} ends it now.`,
  };
}
