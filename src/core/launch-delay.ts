// Says why Marathon has not started the app's next instance: `/ci deploy`, `/ci status` and escalations read it out.
// The readings are those of contract marathon §4, "/v2/queue".

import type { App, LaunchQueueEntry } from './cluster.js';

/** What one instance asks for; with it the words can say how much is missing. */
export type Needs = Pick<App, 'cpus' | 'memMiB'>;

/**
 * @param entry of the app in Marathon's launch queue, `undefined` when it has none
 * @param running whether a task of the app runs now
 * @returns one or two sentences
 */
export function whyNotStarting(entry: LaunchQueueEntry | undefined, running: boolean, needs?: Needs): string {
  if (entry === undefined) return withoutEntry(running);
  if (!entry.overdue && entry.delaySecondsLeft > 0) return delayed(entry.delaySecondsLeft);
  if (!entry.overdue) return 'Marathon is about to launch it.';
  return waiting(entry, needs);
}

function withoutEntry(running: boolean): string {
  if (running) return 'It is running, and Marathon has nothing more to launch.';
  return 'Marathon has nothing left to launch: Mesos is starting the task now, or the app is set to 0 instances.';
}

function delayed(seconds: number): string {
  const rounded = Math.ceil(seconds);
  return (
    `Marathon delays the next launch by ${rounded} more ${rounded === 1 ? 'second' : 'seconds'} ` +
    'because earlier launches failed. Deploying a changed app ends the delay.'
  );
}

function waiting(entry: LaunchQueueEntry, needs: Needs | undefined): string {
  if (entry.processedOffers === undefined) {
    return 'Marathon is waiting for an offer from Mesos that fits; this version does not say why offers were refused.';
  }
  if (entry.processedOffers === 0) {
    return 'Mesos has made Marathon no offer yet: check that Marathon is registered with Mesos, and its role and quota.';
  }
  if (entry.unusedOffers === undefined || entry.unusedOffers === 0) return 'Marathon is taking up an offer from Mesos.';
  return `Marathon refused ${offers(entry.unusedOffers)} from Mesos: ${because(entry.reason, needs)}.`;
}

const offers = (count: number) => `${count} ${count === 1 ? 'offer' : 'offers'}`;

type Words = (needs: Needs | undefined) => string;

/** Marathon's words (`mesosphere/mesos/NoOfferMatchReason.scala` @v1.5.15), in the order in which it tests an offer. */
const REASONS: Readonly<Record<string, Words>> = {
  UnfulfilledRole: () => 'they were for a role this app does not accept',
  UnfulfilledConstraint: () => "the app's constraints rule out the agents that made them",
  NoCorrespondingReservationFound: () =>
    'none held what is reserved for this app; the agent with its reservation or volume may be away',
  AgentMaintenance: () => 'the agents that made them are in maintenance, or soon will be',
  InsufficientCpus: (needs) => `no agent has ${needs === undefined ? 'enough CPUs' : cpus(needs.cpus)} free`,
  InsufficientMemory: (needs) =>
    `no agent has ${needs === undefined ? 'enough memory' : `${needs.memMiB} MiB of memory`} free`,
  InsufficientDisk: () => 'no agent has enough disk space free',
  InsufficientGpus: () => 'no agent has enough GPUs free',
  InsufficientPorts: () => 'no agent has the ports free that the app asks for',
  DeclinedScarceResources: () => 'only agents with GPUs made them, and Marathon keeps those for apps that ask for GPUs',
};

function because(reason: string | undefined, needs: Needs | undefined): string {
  if (reason === undefined) return 'it does not say why';
  const words = Object.hasOwn(REASONS, reason) ? REASONS[reason] : undefined;
  return words === undefined ? `its reason is \`${reason}\`` : words(needs);
}

/** As people write it: `1 CPU`, `0.5 CPUs`. */
function cpus(count: number): string {
  return `${count} ${count === 1 ? 'CPU' : 'CPUs'}`;
}
