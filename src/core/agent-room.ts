// Whether one more Jenkins agent would fit on the cluster. Pure.
import type { AgentTemplate, JsonObject, MesosAgent, Resources } from './cluster.js';

/** The least an agent is known to ask for, where its template does not say. */
const LEAST: Resources = { cpus: 0.1, memMiB: 128 };

/** Plugin 0.x and 1.x ask Mesos for this much more memory than the template says, 2.x for 32 MB (contract jenkins §2.1). */
const OVERHEAD = 1.1;
const OVERHEAD_2X_MIB = 32;

/** What an agent with one executor asks Mesos for. A number a template does not tell reads as 0. */
export function agentNeeds(template: AgentTemplate): Resources {
  const cpus = (template.cpus || LEAST.cpus) + (template.executorCpus ?? 0);
  const memMiB = (template.memMiB || LEAST.memMiB) + (template.executorMemMiB ?? 0);
  return { cpus, memMiB: template.generation === 2 ? memMiB + OVERHEAD_2X_MIB : memMiB * OVERHEAD };
}

export interface Room extends JsonObject {
  hostname: string;
  freeCpus: number;
  freeMemMiB: number;
  needsCpus: number;
  needsMemMiB: number;
}

/**
 * The Mesos agent with the most memory free of those that have room.
 * @param templates of Jenkins; undefined when it did not tell them: then the least an agent asks for must fit
 */
export function roomFor(
  agents: readonly MesosAgent[],
  templates: readonly AgentTemplate[] | undefined,
): Room | undefined {
  const sizes = templates === undefined ? [LEAST] : templates.map(agentNeeds);
  const rooms = agents
    .filter((agent) => agent.active && !agent.deactivated)
    .flatMap((agent) => sizes.map((needs) => roomOn(agent, needs)))
    .filter((room) => room.freeCpus >= room.needsCpus && room.freeMemMiB >= room.needsMemMiB);
  return rooms.sort((a, b) => b.freeMemMiB - a.freeMemMiB || a.needsMemMiB - b.needsMemMiB)[0];
}

/** Sums of tenths are not exact: 8 − 7.9 is less than 0.1. */
const hundredths = (cpus: number): number => Math.round(cpus * 100) / 100;

const roomOn = ({ hostname, total, used }: MesosAgent, needs: Resources): Room => ({
  hostname,
  freeCpus: hundredths(total.cpus - used.cpus),
  freeMemMiB: total.memMiB - used.memMiB,
  needsCpus: hundredths(needs.cpus),
  needsMemMiB: Math.ceil(needs.memMiB),
});
