// What `/ci usage` shows of this moment: given, really used, and what the cluster has, as a whole or part by part.
import type { Resources } from './cluster.js';
import { context, type Message } from './conversation.js';
import { gaps, known } from './gather.js';
import { code, md, type Rich } from './text.js';
import { NOTHING, sum } from './usage.js';
import { type AgentPart, BETWEEN_LOOKS_MS, type UsageLook } from './usage-look.js';
import type { Held } from './usage-sample.js';
import { bare, counted, cpus, duration, memory, percent } from './words.js';

/** The parts people asked for: the build agents one by one, or those of a label together. */
export interface Parts {
  /** Heading of the first column. */
  by: 'label' | 'agent';
  groups: { name: string; parts: AgentPart[] }[];
  /** Why the labels are not known. */
  missing?: string;
}

const COLUMNS = ['', 'cpus given', 'cpus used', 'memory given', 'memory used'];
const LEGEND = md`Given: what Mesos set aside. Used: measured at the Mesos agents over ${duration(BETWEEN_LOOKS_MS)}; – means that nobody said; (2 of 5) that only so many did.`;

export function nowView(look: UsageLook, parts: Parts | undefined): Message {
  const headline = headlineOf(look);
  const rows = rowsOf(look, parts);
  const unknown = [
    ...new Set([...gaps(look.cluster, look.controller, look.executors, look.buildQueue), ...look.silent]),
    ...(parts?.missing === undefined ? [] : [parts.missing]),
  ];
  return {
    text: headline.plain,
    blocks: [
      { type: 'section', text: headline },
      ...(rows.length === 0 ? [] : [{ type: 'table' as const, columns: COLUMNS, rows }]),
      { type: 'section', text: buildsOf(look) },
      ...(unknown.length === 0 ? [] : [context(md`Not known: ${unknown.join('; ')}.`)]),
      ...(rows.length === 0 ? [] : [context(LEGEND)]),
    ],
  };
}

function headlineOf({ cluster, controller, agents }: UsageLook): Rich {
  const totals = known(cluster);
  const builds = known(agents);
  if (totals === undefined || builds === undefined)
    return md`:warning: What Jenkins uses is not known: ${[...new Set(gaps(cluster, agents))].join('; ')}.`;
  const { total } = totals;
  const whole = md`the cluster's ${cpus(total.cpus)} and ${memory(total.memMiB)}`;
  const of = (held: Resources) =>
    md`*${cpus(held.cpus)}* and *${memory(held.memMiB)}* of ${whole} (${percent(held.cpus, total.cpus)} and ${percent(held.memMiB, total.memMiB)})`;
  if (!controller.ok) {
    return md`:bar_chart: The build agents of Jenkins (${builds.tasks}) hold ${of(builds.allocated)}; what its controller holds is not known.`;
  }
  const held = sum([builds.allocated, controller.value.allocated]);
  const without = controller.value.tasks === 0 ? md` No controller runs.` : '';
  return md`:bar_chart: Jenkins holds ${of(held)}; ${agentsWords(builds)}.${without}`;
}

function agentsWords({ tasks, allocated }: Held): Rich {
  if (tasks === 0) return md`no build agent runs`;
  return md`its ${counted(tasks, 'build agent')} ${tasks === 1 ? 'holds' : 'hold'} ${cpus(allocated.cpus)} and ${memory(allocated.memMiB)}`;
}

function rowsOf({ cluster, controller, agents }: UsageLook, parts: Parts | undefined): string[][] {
  const rows: string[][] = [];
  const own = known(controller);
  if (own !== undefined && own.tasks > 0) rows.push(['Controller', ...columns(own)]);
  const builds = known(agents);
  if (builds !== undefined) {
    for (const { name, parts: some } of parts?.groups ?? [])
      rows.push([groupName(name, some, parts), ...columns(heldByParts(some))]);
    rows.push([`Build agents (${builds.tasks})`, ...columns(builds)]);
  }
  const totals = known(cluster);
  if (totals !== undefined) {
    rows.push(['All frameworks', ...given(totals.allocated)]);
    rows.push([`Cluster (${counted(totals.agents, 'agent')})`, ...given(totals.total)]);
  }
  return rows;
}

const groupName = (name: string, some: readonly AgentPart[], parts: Parts | undefined): string =>
  parts?.by === 'label' ? `${name} (${some.length})` : `${name} on ${some[0]?.hostname ?? 'an agent that is gone'}`;

function heldByParts(parts: readonly AgentPart[]): Held {
  const used = parts.flatMap((part) => (part.used === undefined ? [] : [part.used]));
  return {
    tasks: parts.length,
    allocated: sum(parts.map((part) => part.task.resources)),
    used: used.length === 0 ? null : { ...sum(used), tasks: used.length },
  };
}

/** Of some, only those that were measured count, and are counted. */
function columns({ allocated, used, tasks }: Held): string[] {
  const seen = tasks === 0 ? { ...NOTHING, tasks } : used;
  if (seen === null) return given(allocated);
  const part = seen.tasks < tasks ? ` (${seen.tasks} of ${tasks})` : '';
  return [bare(allocated.cpus), `${bare(seen.cpus)}${part}`, memory(allocated.memMiB), `${memory(seen.memMiB)}${part}`];
}

const given = (resources: Resources): string[] => [bare(resources.cpus), '–', memory(resources.memMiB), '–'];

function buildsOf({ executors, buildQueue, at }: UsageLook): Rich {
  const load = known(executors);
  const waiting = known(buildQueue);
  const busy = load === undefined ? md`Executors: not known.` : md`Executors: ${load.busy} of ${load.total} busy.`;
  if (waiting === undefined) return md`${busy} Build queue: not known.`;
  if (waiting.length === 0) return md`${busy} No build waits.`;
  const longest = duration(Math.max(...waiting.map((item) => at - item.inQueueSince)));
  const wait = md`${busy} ${counted(waiting.length, 'build')} ${waiting.length === 1 ? 'waits' : 'wait'}, the longest for ${longest}.`;
  if (load === undefined || load.total === 0 || load.busy < load.total) return wait;
  return md`${wait} Every executor is busy: the limit is reached, and ${code('usage 24h')} shows for how long it has been.`;
}
