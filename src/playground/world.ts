// The simulated world in one piece: the article's cluster, Marathon and Jenkins on it, and their servers on loopback.
// The playground and the tests build it; nothing in it leaves this machine.
import type { JsonObject } from '../core/cluster.js';
import type { Clock } from '../core/time.js';
import { createFaults, type Faults } from './servers/faults.js';
import { serve } from './servers/http.js';
import { jenkinsHandler } from './servers/jenkins.js';
import { type MarathonServer, serveMarathon } from './servers/marathon.js';
import { type MesosServer, serveMesos } from './servers/mesos.js';
import { serveProxy } from './servers/proxy.js';
import { Cluster } from './world/cluster.js';
import { JenkinsWorld } from './world/jenkins/world.js';
import { MESOS_BENEATH } from './world/marathon/generation.js';
import { MarathonWorld } from './world/marathon/world.js';
import { Troubles } from './world/troubles.js';
import type { JenkinsGeneration, MarathonGeneration } from './world/types.js';

export interface WorldOptions {
  clock: Clock;
  marathon?: MarathonGeneration;
  jenkins?: JenkinsGeneration;
  /** How long the 503 "getting ready" of a starting Jenkins lasts. */
  bootMs?: number;
}

export interface SimulatedWorld {
  clock: Clock;
  cluster: Cluster;
  marathon: MarathonWorld;
  jenkins: JenkinsWorld;
  /** What was broken on purpose and still is. */
  troubles: Troubles;
  servers: { marathon: MarathonServer; mesos: MesosServer; jenkins: { url: string; faults: Faults } };
  /** For `http_proxy`: resolves the simulated addresses `192.168.3.*`. */
  proxyUrl: string;
  close(): Promise<void>;
}

/** Where a controller runs: its machine and port. */
export interface Place {
  hostname: string;
  port: number;
}

/** The article's controller. */
export const CONTROLLER_AT: Place = { hostname: '192.168.3.25', port: 31_052 };

export async function buildWorld(options: WorldOptions): Promise<SimulatedWorld> {
  const { clock } = options;
  const generation = options.marathon ?? '1.5';
  const cluster = new Cluster({ clock, mesos: MESOS_BENEATH[generation] });
  const jenkins = new JenkinsWorld(cluster, {
    generation: options.jenkins ?? 'old',
    isReachable: (taskId) => cluster.task(taskId)?.agent.state === 'active',
    ...(options.bootMs === undefined ? {} : { bootMs: options.bootMs, silentMs: options.bootMs / 8 }),
  });
  const marathon = new MarathonWorld(cluster, {
    generation,
    programFor: ({ cmd }) => (cmd?.includes('jenkins.war') ? jenkins.controllerProgram() : undefined),
  });
  const jenkinsFaults = createFaults(clock);
  const handleJenkins = jenkinsHandler(jenkins, { faults: jenkinsFaults });
  const [marathonServer, mesosServer, jenkinsServer] = await Promise.all([
    serveMarathon(marathon),
    serveMesos(cluster),
    serve(handleJenkins),
  ]);
  const proxy = await serveProxy({
    cluster,
    marathon: marathonServer.handler,
    mesos: mesosServer.handler,
    agent: mesosServer.agentRequest,
    task: (_task, req, res) => handleJenkins(req, res),
  });
  return {
    clock,
    cluster,
    marathon,
    jenkins,
    troubles: new Troubles(),
    servers: {
      marathon: marathonServer,
      mesos: mesosServer,
      jenkins: { url: jenkinsServer.url, faults: jenkinsFaults },
    },
    proxyUrl: proxy.url,
    async close() {
      await Promise.all([proxy.close(), marathonServer.close(), mesosServer.close(), jenkinsServer.close()]);
    },
  };
}

/** Scene setting: the controller runs where the article has it, deployed by whoever ran the manifest first. */
export function startController(world: SimulatedWorld, definition: JsonObject, at = CONTROLLER_AT): void {
  world.cluster.placeNext(at.hostname, at.port);
  world.marathon.changes.create(definition);
}
