// Which Mesos agent is which machine, also after the master has stopped naming it (contract mesos). Kept by `client.ts`.
import type { MesosAgent } from '../../core/cluster.js';
import type { LostMesosAgent } from '../../core/mesos-maintenance.js';
import { type Clock, DAY } from '../../core/time.js';

/** Five times the largest cluster we plan for (10,000 agents), so that years of replaced machines do not pile up. */
const REMEMBERED_HOSTS = 50_000;
/** Older absences are history: machines come and go for good. */
const LOST_FOR_MS = DAY;

export function hostMemory(clock: Pick<Clock, 'now'>) {
  const seen = new Map<string, { hostname: string; at: number }>();
  /** Of the last look. */
  let present: { ids: ReadonlySet<string>; hostnames: ReadonlySet<string> } | undefined;

  const remember = (id: string, hostname: string, at: number) => {
    seen.delete(id);
    seen.set(id, { hostname, at });
    const [oldest] = seen.size > REMEMBERED_HOSTS ? seen.keys() : [];
    if (oldest !== undefined) seen.delete(oldest);
  };

  return {
    hostnameOf: (mesosAgentId: string) => seen.get(mesosAgentId)?.hostname,
    remember(agents: readonly Pick<MesosAgent, 'id' | 'hostname'>[]) {
      const at = clock.now();
      for (const { id, hostname } of agents) remember(id, hostname, at);
      present = {
        ids: new Set(agents.map(({ id }) => id)),
        hostnames: new Set(agents.map(({ hostname }) => hostname)),
      };
    },
    lost(): LostMesosAgent[] {
      if (present === undefined) return [];
      const { ids, hostnames } = present;
      const from = clock.now() - LOST_FOR_MS;
      const gone = new Map<string, LostMesosAgent>();
      for (const [id, { hostname, at }] of seen) {
        // A machine that came back under another id is not lost.
        if (!ids.has(id) && !hostnames.has(hostname) && at >= from) gone.set(hostname, { hostname, seenAt: at });
      }
      return [...gone.values()].sort((a, b) => b.seenAt - a.seenAt);
    },
  };
}
