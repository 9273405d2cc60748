// What the journeys are given by the processes: ports only, no adapters.
import type { Allowance } from '../core/allowance.js';
import type { Audit } from '../core/audit.js';
import type { PersonFacts, PlaceFacts } from '../core/authorise.js';
import type { ChangeInfo } from '../core/changes.js';
import type { Catalogue, Ports } from '../core/command.js';
import type { Messages } from '../core/conversation.js';
import type { AlertChannel } from '../core/delivery.js';
import type { ChoiceStore, HomeStore, ReplyStore, Screens } from '../core/form.js';
import type { GroupFacts } from '../core/groups.js';
import type { ChangesJob, ConfirmedJob, HomeJob, JobQueue } from '../core/jobs.js';
import type { PickSource } from '../core/pick.js';
import type { PlanStore } from '../core/plans.js';
import type { Policy } from '../core/policy.js';
import type { Clock } from '../core/time.js';

export interface Log {
  info(fields: object, text: string): void;
  warn(fields: object, text: string): void;
  error(fields: object, text: string): void;
}

/** Who people and channels are, as Slack says. */
export interface People {
  person(userId: string): Promise<PersonFacts>;
  channel(channelId: string): Promise<PlaceFacts>;
  /** Never rejects: that Slack does not tell is part of the answer. */
  group(groupId: string): Promise<GroupFacts>;
  /** What is remembered; empty when nothing is. Never calls Slack. */
  remembered(userId: string, channelId: string): { person: PersonFacts; channel: PlaceFacts };
  homeTeamId(): string;
}

/** The bot's side: nothing here may wait on Marathon, Mesos, Jenkins or Slack. */
export interface AcceptPorts {
  catalogue: Catalogue;
  policy(): Policy;
  people: Pick<People, 'remembered' | 'homeTeamId'>;
  queue: JobQueue;
  /** For what is refused before it is queued. */
  audit: Pick<Audit, 'record'>;
  /** Of a person for everything, and for what must stay possible in an alarm. */
  allowance: { any: Allowance; urgent: Allowance };
  /** Hides what is secret or looks it. */
  scrub(text: string): string;
  clock: Clock;
  log: Log;
}

/** What the bot has a worker do beside commands: nobody waits for its answer, and twice within seconds is once. */
export interface Errands {
  /** Asks the systems what there is to choose from. */
  gather(source: PickSource, of: string | undefined): Promise<void>;
  /** Shows a Home tab anew, with what the systems say now. */
  home(job: HomeJob, afterMs?: number): Promise<void>;
}

/**
 * For forms: the bot's, with what they are shown by. Here Slack is asked who somebody is: after the ack, but for a search,
 * whose ack is its answer.
 */
export interface FormPorts extends Omit<AcceptPorts, 'people'> {
  people: People;
  slash: string;
  screens: Screens;
  choices: ChoiceStore;
  replies: ReplyStore;
  errands: Errands;
  /** Real time: people wait in it. */
  wall: Clock;
}

/** The worker's side. */
export interface PerformPorts {
  command: Ports;
  messages: Messages;
  plans: PlanStore;
  audit: Audit;
  queue: PlanQueue;
  people: People;
  choices: ChoiceStore;
  screens: Pick<Screens, 'home'>;
  home: HomeStore;
  /** Said with every answer while alerts do not reach their channel. */
  alertChannel: Pick<AlertChannel, 'fault'>;
  policy(): Policy;
  clock: Clock;
  log: Log;
  counted(command: string, outcome: string): void;
}

/** A change whose turn has not come. */
export interface Waiting {
  id: string;
  job: ChangesJob;
  /** Who took it out of the queue: when its turn comes it does nothing. */
  leftBy: string | undefined;
}

/** What pressing a button may do with the queue of changes, and what those who wait in it are told from. */
export interface PlanQueue {
  /** The same plan again adds nothing. */
  confirm(job: ConfirmedJob): Promise<void>;
  /** *Deploy now* and *Give up*: the running change reads it at its next look. */
  choose(changeId: string, choice: 'now' | 'giveup'): Promise<void>;
  /** What is true of a confirmed plan now. */
  stateOf(changeId: string): Promise<'waiting' | 'running' | 'ended' | 'unknown'>;
  /** Changes that will run before this one; the running one first. */
  ahead(changeId: string): Promise<ChangeInfo[]>;
  /** The change at work and those that wait, in the order they will run. */
  line(): Promise<{ running: ChangeInfo | undefined; waiting: Waiting[] }>;
  find(changeId: string): Promise<ChangesJob | undefined>;
  /**
   * Takes out a change that waits, in one step with seeing that it does. The first who did stands.
   * @returns who took it out; `begun`: its turn has come, or it is over
   */
  leave(changeId: string, by: string): Promise<{ by: string; isFirst: boolean } | 'begun'>;
  /** Has everybody who waits told their place; soon, and once for many. */
  moved(): Promise<void>;
  /** Ends a plan's buttons when its time is over. */
  expireLater(planId: string, afterMs: number): Promise<void>;
}
