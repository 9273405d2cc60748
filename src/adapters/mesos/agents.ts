// Mesos agents: where the master says they are, and how their own API is asked. Called by `client.ts`, `statistics.ts` and
// `sandbox.ts`.
import type { MesosAgent } from '../../core/cluster.js';
import { SECOND } from '../../core/time.js';
import type { HttpClient, HttpRequest } from '../http.js';
import { type Call, ENOUGH, readList, wholeState } from './listing.js';
import { Agent } from './schema.js';

export const AGENT_CALLS: readonly Call[] = [
  { path: '/slaves', cuts: { each: ['slaves'] } },
  { path: '/master/slaves', cuts: { each: ['slaves'] } },
  ...wholeState({ each: ['slaves'] }),
];

/** An agent that is slower is left out rather than waited for. */
const AGENT_MS = 2 * SECOND;

/** What calls to agents need of the master's client. */
export interface FarSide {
  http: HttpClient;
  /** Base URL of the master in use. */
  master(): string;
  /** Configured patience, when it is shorter than ours. */
  readMs: number | undefined;
}

/** `undefined`: not registered. @param limits of the call, such as its signal */
export async function agentById(
  http: HttpClient,
  id: string,
  limits: Pick<HttpRequest, 'signal' | 'timeoutMs' | 'repeat'>,
): Promise<MesosAgent | undefined> {
  let found: MesosAgent | undefined;
  // Masters that know no such filter name all of them.
  const calls = AGENT_CALLS.map((call) => ({ ...call, ...limits, query: { slave_id: id } }));
  await readList(http, calls, (entry) => {
    const agent = Agent.parse(entry);
    if (agent.id !== id) return undefined;
    found = agent;
    return ENOUGH;
  });
  return found;
}

/** One request to an agent: asked once, 2 s at most. */
export function toAgent<R extends HttpRequest>(
  { http, master, readMs }: FarSide,
  { hostname, port }: Pick<MesosAgent, 'hostname' | 'port'>,
  request: R,
): R {
  // A cluster has TLS everywhere or nowhere; with credentials we never go down to plain http.
  const at = `${master().startsWith('https:') ? 'https' : 'http'}://${hostname}:${port}`;
  const whole = { ...request, at, timeoutMs: Math.min(AGENT_MS, readMs ?? AGENT_MS), repeat: false };
  if (!URL.canParse(at)) throw http.refuse(whole, undefined, `has no usable address: ${hostname}:${port}`);
  return whole;
}
