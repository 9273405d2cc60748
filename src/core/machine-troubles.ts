// Machines of the cluster that take no new agents, or will soon not: what Mesos says of each, in words. Pure.
import type { MesosAgent } from './cluster.js';
import type { LostMesosAgent, MachineWindow } from './mesos-maintenance.js';
import { md, moment, type Rich } from './text.js';
import { counted } from './words.js';

export interface MachineTrouble {
  hostname: string;
  /** Continues the sentence that the host's name begins. */
  words: Rich;
  /** Agents of Jenkins on it. */
  agents: number;
}

/** @param agentsOn how many agents of Jenkins run on which Mesos agent, by its id */
export function machineTroubles(
  agents: readonly MesosAgent[],
  windows: readonly MachineWindow[],
  lost: readonly LostMesosAgent[],
  agentsOn: ReadonlyMap<string, number>,
): MachineTrouble[] {
  const planned = new Map(windows.map((window) => [window.hostname, window]));
  const registered = new Set(agents.map(({ hostname }) => hostname));
  const here = agents.flatMap((agent): MachineTrouble[] => {
    const window = planned.get(agent.hostname);
    const said = [stateOf(agent), window === undefined ? undefined : windowWords(window)];
    const words = said.filter((one) => one !== undefined);
    const [first, second] = words;
    if (first === undefined) return [];
    return [
      {
        hostname: agent.hostname,
        words: second === undefined ? first : md`${first}; it ${second}`,
        agents: agentsOn.get(agent.id) ?? 0,
      },
    ];
  });
  const down = windows.filter(({ hostname, state }) => state === 'down' && !registered.has(hostname));
  const explained = new Set(down.map(({ hostname }) => hostname));
  const gone = lost.filter(({ hostname }) => !explained.has(hostname));
  return [
    // Where builds run comes first.
    ...here.sort((a, b) => b.agents - a.agents),
    ...gone.map(({ hostname, seenAt }) => ({ hostname, words: lostWords(seenAt), agents: 0 })),
    ...down.map((window) => ({ hostname: window.hostname, words: windowWords(window), agents: 0 })),
  ];
}

/** `active: false` alone: the master lost its connection; it gives the agent up after 75 s (contract mesos). */
function stateOf(agent: MesosAgent): Rich | undefined {
  const since = agent.drainSince === undefined ? md`` : md` since ${moment(agent.drainSince)}`;
  if (agent.drain === 'draining')
    return md`is being drained${since}: its tasks are being ended, and it takes no new ones`;
  if (agent.drain === 'drained')
    return md`is drained${since}: it runs nothing and takes nothing until it is reactivated`;
  if (agent.deactivated) return md`is deactivated: it takes no new tasks`;
  if (!agent.active)
    return md`has lost its connection to Mesos: what is said to run there may not; Mesos gives it up after 75 s`;
  return undefined;
}

function windowWords({ state, startsAt, endsAt }: MachineWindow): Rich {
  const until = endsAt === undefined ? md`` : md` until ${moment(endsAt)}`;
  if (state === 'down') return md`is down for maintenance${until}`;
  const from = startsAt === undefined ? md`` : md` from ${moment(startsAt)}`;
  return md`has a maintenance window${from}${until}: Mesos asks its frameworks to leave it`;
}

const lostWords = (seenAt: number): Rich =>
  md`is not with Mesos any more, last seen ${moment(seenAt)}: unreachable, or removed`;

/** `192.168.3.26 is being drained…; 2 agents of Jenkins run there.` */
export function troubleLine({ hostname, words, agents }: MachineTrouble): Rich {
  const there =
    agents === 0 ? md`` : md` ${counted(agents, 'agent')} of Jenkins ${agents === 1 ? 'runs' : 'run'} there.`;
  return md`:warning: ${hostname} ${words}.${there}`;
}
