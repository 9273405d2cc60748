// What people can have done to the app on Marathon, by Marathon's log.
import type { PlainRequest } from '../../src/playground/servers/http.js';
import { until } from '../support/rig.js';
import type { Act, Prepared } from './act.js';
import { isWell, type Scene, WELL_WITHIN_MS } from './scene.js';

const deletesDeployment = ({ method, path }: PlainRequest) =>
  method === 'DELETE' && path.startsWith('/v2/deployments/');
const putsApp = ({ method, path }: PlainRequest) => method === 'PUT' && path.startsWith('/v2/apps');
const restartsApp = ({ method, path }: PlainRequest) => method === 'POST' && path.endsWith('/restart');

export const MARATHON_ACTS: readonly Act[] = [
  {
    command: 'deploy',
    system: 'Marathon',
    isAct: putsApp,
    async prepare(scene) {
      const { rig, nextNumber } = scene;
      const mem = 2_000 + nextNumber();
      return {
        text: `deploy --mem ${mem}`,
        ...puts(scene),
        holds: () => rig.world.marathon.app('/jenkins').definition['mem'] === mem,
      };
    },
  },
  {
    command: 'restart',
    system: 'Marathon',
    isAct: restartsApp,
    async prepare({ rig }) {
      const times = writesThatTook(restartsApp);
      const before = times(rig);
      return { text: 'restart', times: () => times(rig) - before, holds: () => times(rig) > before };
    },
  },
  {
    command: 'rollback',
    system: 'Marathon',
    isAct: putsApp,
    async prepare(scene) {
      const { marathon } = scene.rig.world;
      const mem = marathon.app('/jenkins').definition['mem'];
      // There must be a version to go back to, and it must differ.
      marathon.changes.update('/jenkins', { mem: 4_000 + scene.nextNumber() });
      await until(() => isWell(scene), WELL_WITHIN_MS);
      return { text: 'rollback', ...puts(scene), holds: () => marathon.app('/jenkins').definition['mem'] === mem };
    },
  },
  {
    command: 'suspend',
    system: 'Marathon',
    isAct: putsApp,
    async prepare(scene) {
      return {
        text: 'suspend',
        ...puts(scene),
        holds: () => instancesOf(scene) === 0,
        after: () => run(scene, 1),
      };
    },
  },
  {
    command: 'resume',
    system: 'Marathon',
    isAct: putsApp,
    async prepare(scene) {
      run(scene, 0);
      const { marathon } = scene.rig.world;
      await until(() => marathon.deployments.length === 0, WELL_WITHIN_MS);
      return { text: 'resume', ...puts(scene), holds: () => instancesOf(scene) === 1, after: () => run(scene, 1) };
    },
  },
  {
    command: 'cancel',
    system: 'Marathon',
    isAct: deletesDeployment,
    async prepare({ rig }) {
      const { cluster, marathon } = rig.world;
      // Without offers it cannot end before it is cancelled.
      cluster.withholdOffers(true);
      marathon.changes.restart('/jenkins');
      const [theirs] = marathon.deployments;
      if (theirs === undefined) throw new Error('there is no deployment to cancel');
      const times = writesThatTook(deletesDeployment);
      const before = times(rig);
      return {
        text: `cancel ${theirs.id} --rollback`,
        times: () => times(rig) - before,
        holds: () => marathon.deployments.every(({ id }) => id !== theirs.id),
        after: () => cluster.withholdOffers(false),
      };
    },
  },
];

const writesThatTook =
  (isAct: (request: PlainRequest) => boolean) =>
  ({ world }: Scene['rig']): number =>
    world.servers.marathon.writes.filter((write) => write.tookEffect && isAct(write as never)).length;

function puts({ rig }: Scene): Pick<Prepared, 'times'> {
  const times = writesThatTook(putsApp);
  const before = times(rig);
  return { times: () => times(rig) - before };
}

const instancesOf = ({ rig }: Scene): number => rig.world.marathon.app('/jenkins').spec.instances;

/** As somebody else would set it, whatever goes on. */
function run(scene: Scene, instances: number): void {
  const { marathon } = scene.rig.world;
  if (instancesOf(scene) !== instances) marathon.changes.update('/jenkins', { instances }, { force: true });
}
