// A confirmed `swap` that would wait 30 min for the builds of a Jenkins whose every answer a test decides.
import type { Jenkins, JenkinsPulse } from '../../src/core/cluster.js';
import type { ChangeProgress } from '../../src/core/jobs.js';
import { MINUTE } from '../../src/core/time.js';
import { aController, aLoadOf, anApp } from './ci-service.js';
import { type Swapping, swapping } from './swapping.js';

export interface Scene extends Swapping {
  jenkins: {
    builds: string[];
    quieting: boolean;
    calls: string[];
    pulse: JenkinsPulse['state'];
    /** Instead of answering. */
    fails?: Error;
  };
}

/** Jenkins builds `app`, and the change would wait 30 min for it. */
export async function scene(progress: Partial<ChangeProgress> = {}, tasks = true): Promise<Scene> {
  const jenkins: Scene['jenkins'] = { builds: ['app'], quieting: false, calls: [], pulse: 'up' };
  const orFail = async <T>(answer: () => T): Promise<T> => {
    if (jenkins.fails !== undefined) throw jenkins.fails;
    return answer();
  };
  const calls: Partial<Jenkins> = {
    pulse: async () => ({ state: jenkins.pulse, session: 's', version: undefined, detail: undefined }),
    controller: () => orFail(() => aController({ quietingDown: jenkins.quieting })),
    executors: () => orFail(() => aLoadOf(jenkins.builds)),
    async quietDown(reason) {
      jenkins.calls.push(`quiet: ${reason}`);
      await orFail(() => undefined);
      jenkins.quieting = true;
    },
    async cancelQuietDown() {
      await orFail(() => undefined);
      jenkins.calls.push('go on');
      jenkins.quieting = false;
    },
  };
  const app = tasks ? anApp() : anApp({ tasks: [] });
  const swap = await swapping(progress, { jenkins: calls, marathon: { app: async () => app } });
  swap.script.waitMs = 30 * MINUTE;
  return { ...swap, jenkins };
}
