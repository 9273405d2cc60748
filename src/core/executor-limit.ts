// The limit that `/ci scale executors` sets, for those who say whether it fits: `usage` with a period and the digest.
import type { Jenkins, Marathon } from './cluster.js';

export interface ExecutorLimit {
  count: number;
  /** `executors an agent`: of each agent that Jenkins starts on Mesos. `static agents`: instances of `EXECUTORS_APP_ID`. */
  unit: 'executors an agent' | 'static agents';
  /** What may be typed to raise it; undefined where a higher number changes nothing (Mesos plugin 2.x). */
  raise: number | undefined;
}

/** `scale executors` takes no more (contract jenkins §2.1). */
const MOST = 64;

/** The widest of several templates; undefined when there is none. */
export async function executorLimit(ports: {
  marathon: Pick<Marathon, 'app'>;
  jenkins: Pick<Jenkins, 'executorSettings'>;
  settings: { executorsAppId: string | undefined };
}): Promise<ExecutorLimit | undefined> {
  const { executorsAppId } = ports.settings;
  if (executorsAppId !== undefined) {
    const app = await ports.marathon.app(executorsAppId);
    return app === undefined ? undefined : { count: app.instances, unit: 'static agents', raise: half(app.instances) };
  }
  const { templates } = await ports.jenkins.executorSettings();
  const widest = templates.toSorted((a, b) => b.maxExecutors - a.maxExecutors)[0];
  if (widest === undefined) return undefined;
  return {
    count: widest.maxExecutors,
    unit: 'executors an agent',
    raise: widest.generation === 2 ? undefined : half(widest.maxExecutors),
  };
}

/** Half as many again. */
function half(count: number): number | undefined {
  const more = Math.min(MOST, count + Math.max(1, Math.round(count / 2)));
  return more > count ? more : undefined;
}
