// What happens to Marathon and Mesos themselves, and to Bellboard's view of them: leaders lost, answers late or missing.
import { MINUTE, SECOND } from '../../core/time.js';
import type { Faults } from '../servers/faults.js';
import type { SimulatedWorld } from '../world.js';
import { howToMend, type Incident, theController } from './incident.js';

const ELECTION_MS = 8 * SECOND;
/** Into the time without a leader. */
const DEATH_MS = 2 * SECOND;
const BLIND_MS = 5 * MINUTE;
const SLOW_MS = 30 * SECOND;

export const systemIncidents: readonly Incident[] = [
  {
    name: 'change leader',
    what: 'Marathon loses its leader and elects another after 8 s; nothing else happens meanwhile',
    happen(world) {
      changeLeader(world);
      return 'Marathon has no leader for 8 s.';
    },
  },
  {
    name: 'change leader with a gap',
    what: 'the same, and the controller dies while nobody leads: its events reach nobody',
    happen(world) {
      const { task } = theController(world);
      changeLeader(world);
      world.clock.after(DEATH_MS, () => world.cluster.crashTask(task.id, { signal: 'Killed' }));
      return 'Marathon has no leader for 8 s, and the controller dies after 2 of them.';
    },
  },
  blind('marathon', ({ servers }) => servers.marathon.faults),
  blind('mesos', ({ servers }) => servers.mesos.faults),
  blind('jenkins', ({ servers }) => servers.jenkins.faults),
  {
    name: 'slow marathon',
    what: 'the next three answers of Marathon take 30 s',
    happen(world) {
      const takeBack = world.servers.marathon.faults.push({ match: () => true, times: 3, how: { slowMs: SLOW_MS } });
      world.troubles.begin('slow marathon', takeBack);
      return `Marathon is slow for three requests. ${howToMend('slow marathon')}`;
    },
  },
  {
    name: 'mesos leader',
    what: 'Mesos loses its leading master; again to elect one',
    happen({ cluster, troubles }) {
      if (cluster.leader === undefined) {
        cluster.electLeader();
        return 'Mesos has a leading master again.';
      }
      cluster.loseLeader();
      troubles.begin(
        'mesos leader',
        () => cluster.electLeader(),
        () => cluster.leader === undefined,
      );
      return 'Mesos has no leading master. `!mesos leader` elects one.';
    },
  },
];

function changeLeader({ marathon, clock }: SimulatedWorld): void {
  const { leader } = marathon;
  if (leader === undefined) throw new Error('Marathon has no leader now.');
  marathon.loseLeader();
  clock.after(ELECTION_MS, () => marathon.electLeader(leader));
}

function blind(system: 'marathon' | 'mesos' | 'jenkins', faultsOf: (world: SimulatedWorld) => Faults): Incident {
  const name = `blind ${system}`;
  const said = `${system.charAt(0).toUpperCase()}${system.slice(1)}`;
  return {
    name,
    what: `Bellboard gets no answer from ${said} for 5 min; the system itself is well`,
    happen(world) {
      const end = world.troubles.begin(name, faultsOf(world).silence());
      world.clock.after(BLIND_MS, end);
      return `${said} does not answer for 5 min. ${howToMend(name)}`;
    },
  };
}
