// Lets the acts of a history happen to a simulated world, and mends them. The pure soak stands on a small world of its own
// (`pure-world.ts`), the full one on the playground's.
import type { JsonObject } from '../../src/core/cluster.js';
import { BY_LABEL, JOB_LABEL } from '../../src/core/deploy.js';
import { type Clock, MINUTE } from '../../src/core/time.js';
import type { Cluster } from '../../src/playground/world/cluster.js';
import type { Instance } from '../../src/playground/world/marathon/model.js';
import { MarathonRefusal } from '../../src/playground/world/marathon/refusal.js';
import type { MarathonWorld } from '../../src/playground/world/marathon/world.js';
import { type Act, APP } from './history.js';

export interface Stage {
  clock: Clock;
  cluster: Cluster;
  marathon: MarathonWorld;
  definition: JsonObject;
  /** When Mesos gives an agent up; 75 s unless said. */
  agentLostAfterMs?: number;
  /** The process that runs now takes connections and answers none. */
  hang(on: boolean): void;
  /** The next `times` starts end by themselves. */
  failStarts(times: number, afterMs: number): void;
  mendStarts(): void;
}

export const controllerOf = ({ marathon }: Pick<Stage, 'marathon'>): Instance | undefined =>
  marathon.apps.get(APP)?.instances.find((one) => one.taskState === 'TASK_RUNNING' && !one.waiting);

/** @returns how to take back what lasts; nothing when it could not happen or is over at once */
export function perform(stage: Stage, act: Act): (() => void) | undefined {
  const { cluster, marathon } = stage;
  switch (act.do) {
    case 'signal':
      return crash(stage, { signal: 'Killed' });
    case 'oom':
      return crash(stage, { oom: true });
    case 'exit 0':
      return crash(stage, { status: 0 });
    case 'exit 1':
      return crash(stage, { status: 1 });
    case 'exit 127':
      return crash(stage, { status: 127 });
    case 'kill by hand': {
      const instance = controllerOf(stage);
      if (instance === undefined || marathon.leader === undefined) return;
      marathon.changes.killTasks(marathon.app(APP), [instance], { scale: false });
      return;
    }
    case 'hang':
      stage.hang(true);
      return () => stage.hang(false);
    case 'crash loop':
      stage.failStarts(act.times - 1, act.afterMs);
      return crash(stage, { status: 1 });
    case 'redeploy':
      return change(stage, ({ spec }) => ({ mem: spec.mem + 1 }));
    case 'redeploy by us':
      return change(stage, ({ spec }) => ({
        mem: spec.mem + 1,
        labels: { ...spec.labels, [JOB_LABEL]: `job-${stage.clock.now()}`, [BY_LABEL]: 'ana' },
      }));
    case 'restart':
      return asked(stage, () => marathon.changes.restart(APP));
    case 'roll back': {
      const [version] = [...(marathon.apps.get(APP)?.versions.keys() ?? [])].slice(-2);
      if (version !== undefined) asked(stage, () => marathon.changes.update(APP, { version }));
      return;
    }
    case 'suspend':
      change(stage, () => ({ instances: 0 }));
      return () => change(stage, () => ({ instances: 1 }));
    case 'delete':
      asked(stage, () => marathon.changes.remove(APP));
      return () => createAgain(stage);
    case 'bad deploy': {
      const missing = `http://repo.example.org/jenkins/no-such-${stage.clock.now()}.tgz`;
      cluster.loseArtifact(missing);
      const before = new Set(marathon.deployments.map(({ id }) => id));
      change(stage, () => ({ uris: [missing] }));
      const made = marathon.deployments.find(({ id }) => !before.has(id));
      return made && (() => cancel(stage, made.id, act.force));
    }
    case 'power cut':
    case 'partition': {
      const instance = controllerOf(stage);
      const agent = instance === undefined ? undefined : cluster.task(instance.taskId)?.agent;
      if (agent === undefined) return;
      cluster.failAgent(agent.hostname, {
        how: act.do === 'partition' ? 'partition' : 'power',
        ...(stage.agentLostAfterMs === undefined ? {} : { unreachableAfterMs: stage.agentLostAfterMs }),
      });
      return () => cluster.returnAgent(agent.hostname);
    }
    case 'package gone': {
      const uris = marathon.apps.get(APP)?.spec.uris ?? [];
      for (const uri of uris) cluster.loseArtifact(uri);
      crash(stage, { status: 1 });
      return () => {
        for (const uri of uris) cluster.restoreArtifact(uri);
      };
    }
    case 'no offers':
      cluster.withholdOffers(true);
      crash(stage, { status: 1 });
      return () => cluster.withholdOffers(false);
    case 'no leader':
      if (marathon.leader === undefined) return;
      marathon.loseLeader();
      return () => marathon.electLeader();
    case 'deaf':
    case 'drops':
    case 'away':
    case 'second':
      return;
  }
}

function crash(stage: Stage, how: Parameters<Cluster['crashTask']>[1]): undefined {
  const instance = controllerOf(stage);
  const task = instance === undefined ? undefined : stage.cluster.task(instance.taskId);
  // What runs on behind a partition may crash there too; a machine without power has nothing to crash.
  if (task?.processAlive) stage.cluster.crashTask(task.id, how);
}

type AppState = ReturnType<MarathonWorld['app']>;

function change(stage: Stage, fields: (app: AppState) => JsonObject, force = false): undefined {
  asked(stage, () => stage.marathon.changes.update(APP, fields(stage.marathon.app(APP)), { force }));
}

/** What Marathon refuses does not happen: another deployment holds the app, or there is none. */
function asked(stage: Stage, act: () => unknown): undefined {
  if (stage.marathon.leader === undefined) return;
  try {
    act();
  } catch (error) {
    if (!(error instanceof MarathonRefusal)) throw error;
  }
}

function cancel(stage: Stage, id: string, force: boolean): void {
  asked(stage, () => {
    stage.marathon.changes.cancel(id, { force });
    // A plan that is forgotten leaves the app as it was asked for, and here that is broken.
    if (force) stage.marathon.changes.update(APP, { uris: stage.definition['uris'] ?? [] }, { force: true });
  });
}

const createAgain = (stage: Stage): undefined => asked(stage, () => stage.marathon.changes.create(stage.definition));

/** Everything is as it should be, or will be soon; called until it is. */
export function mend(stage: Stage): void {
  const { marathon, cluster } = stage;
  if (marathon.leader === undefined) marathon.electLeader();
  for (const agent of cluster.agents) if (agent.state !== 'active') cluster.returnAgent(agent.hostname);
  cluster.withholdOffers(false);
  for (const uri of (stage.definition['uris'] as string[] | undefined) ?? []) cluster.restoreArtifact(uri);
  stage.hang(false);
  stage.mendStarts();
  if (!marathon.apps.has(APP)) createAgain(stage);
  else if (marathon.app(APP).spec.instances !== 1) change(stage, () => ({ instances: 1 }), true);
  else if (marathon.app(APP).spec.uris.some((uri) => uri.includes('no-such')))
    change(stage, () => ({ uris: stage.definition['uris'] ?? [] }), true);
}

/** Plans that nothing can end any more (0.8 counts an old task that exited with 0 as missing) are taken back by a person. */
export function giveUpOldPlans(stage: Stage, olderThanMs = 2 * MINUTE): void {
  for (const { id, version } of stage.marathon.deploymentsOf(APP))
    if (stage.clock.now() - Date.parse(version) > olderThanMs) cancel(stage, id, false);
}

export function isWell(stage: Stage): boolean {
  const { marathon } = stage;
  const app = marathon.apps.get(APP);
  const instance = controllerOf(stage);
  if (app === undefined || instance === undefined || app.instances.length !== 1) return false;
  const healthy = app.spec.healthChecks.every((_, index) => instance.checks[index]?.alive === true);
  return healthy && marathon.deploymentsOf(APP).length === 0;
}

/** One is wanted, none runs, and nobody is at it. */
export function isDown(stage: Stage): boolean {
  const { marathon } = stage;
  const wanted = marathon.apps.get(APP)?.spec.instances === 1;
  return wanted && controllerOf(stage) === undefined && marathon.deploymentsOf(APP).length === 0;
}
