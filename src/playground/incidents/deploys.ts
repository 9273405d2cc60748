// What other people do to the app through Marathon's API, past Bellboard.
import type { JsonObject } from '../../core/cluster.js';
import type { SimulatedWorld } from '../world.js';
import { APP, howToMend, type Incident, SOMEBODY, throughMarathon } from './incident.js';

/** An address nobody ever put a package at. */
const BAD_ARTIFACT = 'https://repo.example.org/jenkins/jenkins-next.tar.gz';
const ONLY_ONE = 'MARATHON_SINGLE_INSTANCE_APP';

const put = (world: SimulatedWorld, change: JsonObject) =>
  throughMarathon(world, (changes) => changes.update(APP, change, { asker: SOMEBODY }));

/** With force: what it takes back may still be under way. */
const takeBack = (world: SimulatedWorld, change: JsonObject): void => {
  world.marathon.changes.update(APP, change, { asker: SOMEBODY, force: true });
};

const instancesOf = ({ marathon }: SimulatedWorld): number => marathon.apps.get(APP)?.spec.instances ?? 0;

export const deployIncidents: readonly Incident[] = [
  {
    name: 'deploy elsewhere',
    what: 'somebody else gives the controller more memory through Marathon’s API',
    happen(world) {
      const mem = world.marathon.app(APP).spec.mem + 256;
      put(world, { mem });
      return `Somebody at ${SOMEBODY.clientIp} deploys ${APP} with ${mem} MiB.`;
    },
  },
  {
    name: 'restart elsewhere',
    what: 'somebody presses Restart in Marathon’s web page',
    happen(world) {
      throughMarathon(world, (changes) => changes.restart(APP));
      return `Somebody restarts ${APP} in Marathon.`;
    },
  },
  {
    name: 'deploy that never starts',
    what: 'somebody else deploys a package that is not there: the deployment never ends',
    happen(world) {
      world.cluster.loseArtifact(BAD_ARTIFACT);
      const { deploymentId } = put(world, { uris: [BAD_ARTIFACT] });
      world.troubles.begin(
        'deploy that never starts',
        () => throughMarathon(world, (changes) => changes.cancel(deploymentId, { force: false })),
        () => world.marathon.deployments.some(({ id }) => id === deploymentId),
      );
      return `Somebody deploys ${BAD_ARTIFACT}, which answers 404. ${howToMend('deploy that never starts')} (it is rolled back)`;
    },
  },
  {
    name: 'suspend',
    what: 'somebody scales the controller to 0',
    happen(world) {
      put(world, { instances: 0 });
      world.troubles.begin(
        'suspend',
        () => takeBack(world, { instances: 1 }),
        () => instancesOf(world) === 0,
      );
      return `Somebody scales ${APP} to 0. ${howToMend('suspend')}`;
    },
  },
  {
    name: 'two controllers',
    what: 'somebody lifts the single-instance rule and scales the app to 2',
    happen(world) {
      const { labels } = world.marathon.app(APP).spec;
      const { [ONLY_ONE]: _lifted, ...others } = labels;
      put(world, { instances: 2, labels: others });
      world.troubles.begin(
        'two controllers',
        () => takeBack(world, { instances: 1, labels }),
        () => instancesOf(world) > 1,
      );
      return `Somebody deploys ${APP} with 2 instances: two controllers, each with agents and pushes of its own. ${howToMend('two controllers')}`;
    },
  },
];
