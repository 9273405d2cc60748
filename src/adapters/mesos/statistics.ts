// What the containers of one Mesos agent really use. Called by `client.ts`.
import type { ExecutorStatistics, MesosAgent } from '../../core/cluster.js';
import { UpstreamError } from '../../core/errors.js';
import { type FarSide, toAgent } from './agents.js';
import { Statistics } from './schema.js';

export async function statisticsOf(
  far: FarSide,
  agent: Pick<MesosAgent, 'hostname' | 'port'>,
): Promise<ExecutorStatistics[]> {
  const ask = async (path: string) => (await far.http.ask(toAgent(far, agent, { path }), Statistics)).value;
  try {
    return await ask('/monitor/statistics');
  } catch (error) {
    if (!(error instanceof UpstreamError) || error.status !== 404) throw error;
    return ask('/monitor/statistics.json');
  }
}
