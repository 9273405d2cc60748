// What happens to machines: power and network lost for good or for a while, artifacts gone, no room left.
import { HOUR, MINUTE, SECOND } from '../../core/time.js';
import { crowd } from '../world/crowd.js';
import type { SimulatedWorld } from '../world.js';
import { APP, howToMend, type Incident, killIfRunning, theController } from './incident.js';

/** Mesos gives an agent up after 75 s: below it nobody but the health check notices. */
const SHORT_CUT_MS = 60 * SECOND;
/** Above it, and before 1.5 forgets the instance (30 s later): the replacement already runs and has to go. */
const CUT_MS = 90 * SECOND;
const LONG_CUT_MS = 5 * MINUTE;
/** Too little for a controller, even where some Jenkins agents end. */
const LEFT_MIB = 128;

export const machineIncidents: readonly Incident[] = [
  {
    name: 'lose agent',
    what: 'the controller’s machine loses power, for good',
    happen(world) {
      const { hostname } = theController(world).task.agent;
      world.cluster.failAgent(hostname, { how: 'power' });
      comesBack(world, 'lose agent', hostname);
      return `${hostname} lost power; Mesos notices after 75 s. \`!agent back\` brings it back.`;
    },
  },
  {
    name: 'agent back',
    what: 'every machine that is away comes back',
    happen(world) {
      const away = world.cluster.agents.filter(({ state }) => state !== 'active').map(({ hostname }) => hostname);
      if (away.length === 0) throw new Error('No Mesos agent is away.');
      for (const hostname of away) world.cluster.returnAgent(hostname);
      return `Back with Mesos: ${away.join(', ')}.`;
    },
  },
  {
    name: 'maintenance',
    what: 'an operator plans an hour of work on the machine of a build agent, or else of the controller',
    happen(world) {
      const { cluster, troubles } = world;
      const host = machineOfAnAgent(world) ?? theController(world).task.agent.hostname;
      const startsAt = world.clock.now() + LONG_CUT_MS;
      cluster.upkeep.plan(host, startsAt, HOUR);
      troubles.begin(
        'maintenance',
        () => cluster.upkeep.endMaintenance(host),
        () => cluster.agent(host)?.maintenance !== undefined,
      );
      return `An operator works on ${host} in 5 min, for an hour; Mesos asks frameworks to leave it, and ours stay. ${howToMend('maintenance')}`;
    },
  },
  {
    name: 'partition',
    what: 'the network to the controller’s machine is cut and heals; the same task goes on',
    happen(world) {
      if (!survivesLoss(world)) {
        const hostname = cut(world, 'partition', SHORT_CUT_MS);
        return `${hostname} is cut off for 60 s, less than the 75 s after which Mesos gives an agent up. ${howToMend('partition')}`;
      }
      const hostname = cut(world, 'partition', CUT_MS);
      return `${hostname} is cut off for 90 s: Mesos calls its task unreachable after 75 s, Marathon starts another, and kills that one when the first returns. ${howToMend('partition')}`;
    },
  },
  {
    name: 'long partition',
    what: 'the same for five minutes: the replacement stays, the task that returns is killed',
    happen(world) {
      const hostname = cut(world, 'long partition', LONG_CUT_MS);
      return `${hostname} is cut off for 5 min; its controller runs on unseen beside the replacement, until it is back and killed. ${howToMend('long partition')}`;
    },
  },
  {
    name: 'fetch failure',
    what: 'the controller’s package is gone from its server and the controller dies: no launch works',
    happen(world) {
      const { uris } = world.marathon.app(APP).spec;
      if (uris.length === 0) throw new Error('The app fetches nothing.');
      for (const uri of uris) world.cluster.loseArtifact(uri);
      world.troubles.begin('fetch failure', () => {
        for (const uri of uris) world.cluster.restoreArtifact(uri);
      });
      killIfRunning(world);
      return `${uris[0]} answers 404 from now on, and the controller died. ${howToMend('fetch failure')}`;
    },
  },
  {
    name: 'no room',
    what: 'the controller dies and another framework takes the memory: no offer fits',
    happen(world) {
      killIfRunning(world);
      world.troubles.begin('no room', crowd(world.cluster, LEFT_MIB));
      return `The controller died; spark took all memory but ${LEFT_MIB} MiB of each machine, so its relaunch waits (/v2/queue says why). ${howToMend('no room')}`;
    },
  },
];

/** Marathon takes a lost task back only where Mesos and its own bookkeeping both keep it: 1.4 to 1.7 with {0,0}. */
const survivesLoss = ({ marathon }: SimulatedWorld): boolean => marathon.generation === '1.5';

const machineOfAnAgent = ({ jenkins, cluster }: SimulatedWorld): string | undefined => {
  const { current } = jenkins;
  if (current?.phase !== 'up') return undefined;
  return current.farm.agents.nodes.map(({ taskId }) => cluster.task(taskId)?.agent.hostname).find(Boolean);
};

function cut(world: SimulatedWorld, name: string, ms: number): string {
  const { hostname } = theController(world).task.agent;
  world.cluster.failAgent(hostname, { how: 'partition' });
  world.clock.after(ms, comesBack(world, name, hostname));
  return hostname;
}

const comesBack = ({ troubles, cluster }: SimulatedWorld, name: string, hostname: string) =>
  troubles.begin(
    name,
    () => cluster.returnAgent(hostname),
    () => cluster.agent(hostname)?.state !== 'active',
  );
