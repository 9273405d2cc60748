// Jenkins' own quiet-down, as `quiet` and `unquiet` see it: what still runs, what waits, and whether a change of ours holds it.
import { type ChangeInfo, holdsQuiet } from './changes.js';
import type { Ports } from './command.js';
import { known, told } from './gather.js';
import { code, join, md, type Rich } from './text.js';
import { counted } from './words.js';

/** A type, so that it is JSON to the journey. Null: Jenkins did not say. */
export type QuietLook = {
  quieting: boolean;
  reason: string | null;
  builds: string[] | null;
  waiting: number | null;
};

export async function quietLook({ jenkins, clock }: Pick<Ports, 'jenkins' | 'clock'>): Promise<QuietLook> {
  const [controller, executors, queue] = await Promise.all([
    jenkins.controller(),
    told(clock, 'Jenkins', () => jenkins.executors()),
    told(clock, 'Jenkins', () => jenkins.buildQueue()),
  ]);
  return {
    quieting: controller.quietingDown,
    reason: controller.quietDownReason ?? null,
    builds: known(executors)?.computers.flatMap(({ builds }) => builds.map(({ name }) => name)) ?? null,
    waiting: known(queue)?.length ?? null,
  };
}

export interface Holder {
  id: string;
  text: string;
  name: string;
}

/** A change of ours that waits for builds in a quiet Jenkins, and takes the quiet-down back when it gives up. */
export async function quietHolder({ changes, nameOf }: Pick<Ports, 'changes' | 'nameOf'>): Promise<Holder | undefined> {
  const running: ChangeInfo | undefined = await changes.running();
  if (running === undefined || !holdsQuiet(running)) return undefined;
  return { id: running.jobId, text: running.text, name: await nameOf(running.userId) };
}

const MOST_NAMED = 5;

/** `2 builds run and end as usual: app, lib. 3 wait in the queue.` */
export function loadWords({ builds, waiting }: QuietLook): Rich {
  const run = builds === null ? md`What runs is not known` : runWords(builds);
  const wait =
    waiting === null
      ? md`what waits is not known`
      : waiting === 0
        ? md`nothing waits in the queue`
        : md`${counted(waiting, 'build')} ${waiting === 1 ? 'waits' : 'wait'} in the queue`;
  return md`${run}; ${wait}.`;
}

function runWords(builds: readonly string[]): Rich {
  if (builds.length === 0) return md`No build runs`;
  const more = builds.length > MOST_NAMED ? [`${builds.length - MOST_NAMED} more`] : [];
  const named = join([...builds.slice(0, MOST_NAMED), ...more]);
  return md`${counted(builds.length, 'build')} ${builds.length === 1 ? 'runs and ends' : 'run and end'} as usual (${named})`;
}

export const holderWords = ({ text, name }: Holder): Rich => md`${code(text)} of ${name}`;
