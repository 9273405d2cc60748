// What `cancel` can end now: changes of ours, and deployments of the apps we change. Asked by the command and by its form.
import type { ChangeInfo } from './changes.js';
import type { Deployment } from './cluster.js';
import type { Catalogue, Ports } from './command.js';
import { known, type Told, told } from './gather.js';
import { deploymentsOf, isOfOurs } from './own-change.js';
import { commandIn } from './parse.js';
import { SECOND } from './time.js';

/** Whoever cancels is in a hurry. */
const MARATHON_WAIT_MS = 5 * SECOND;

export interface Cancellable {
  running: ChangeInfo | undefined;
  /** In the order they will run. */
  waiting: ChangeInfo[];
  /** Without the one that belongs to the running change: to cancel the change cancels both. */
  deployments: Told<Deployment[]>;
  /** Of ours, at work, and too far to be stopped. */
  beyond: ChangeInfo | undefined;
}

/** Changes of ours can be cancelled whether Marathon answers or not. */
export async function cancellable(
  ports: Pick<Ports, 'changes' | 'marathon' | 'catalogue' | 'settings' | 'clock'>,
): Promise<Cancellable> {
  const { changes, marathon, catalogue, settings, clock } = ports;
  const [atWork, waiting, deployments, app] = await Promise.all([
    changes.running(),
    changes.waiting(),
    told(clock, 'Marathon', () => marathon.deployments(), MARATHON_WAIT_MS),
    told(clock, 'Marathon', () => marathon.app(settings.appId), MARATHON_WAIT_MS),
  ]);
  const isItsOwn = await deploymentsOf(atWork, known(app), ports);
  const isOpen = (deployment: Deployment): boolean => isOfOurs(deployment, settings) && !isItsOwn(deployment);
  const stops = atWork !== undefined && canStop(atWork, catalogue);
  return {
    running: stops ? atWork : undefined,
    waiting,
    deployments: deployments.ok ? { ok: true, value: deployments.value.filter(isOpen) } : deployments,
    beyond: stops ? undefined : atWork,
  };
}

/** A typed change is one write, and what comes after it only looks on; a confirmed one asks at each step whether it is to stop. */
const canStop = ({ text, step }: ChangeInfo, catalogue: Catalogue): boolean =>
  ['queued', 'posted'].includes(step) || commandIn(text, catalogue)?.effect !== 'change';
