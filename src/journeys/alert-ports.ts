// What the alert journey is given by the processes: ports only, no adapters.
import type { Rule } from '../core/alert.js';
import type { Board } from '../core/board.js';
import type { Marathon } from '../core/cluster.js';
import type { Messages } from '../core/conversation.js';
import type { EventsJob, TicksJob } from '../core/jobs.js';
import type { MarathonEvent } from '../core/marathon-event.js';
import type { Clock } from '../core/time.js';
import type { Log } from './ports.js';

/** The queue `events` and the tasks around it. The same id again adds nothing. */
export interface AlertQueue {
  event(event: MarathonEvent, identity: string, heardAt: number): Promise<void>;
  look(why: string, afterMs: number): Promise<void>;
  decide(job: EventsJob, id: string): Promise<void>;
  task(job: TicksJob, id: string): Promise<void>;
}

export interface AlertSettings {
  appId: string;
  slashCommand: string;
  /** Undefined: nobody is told; what happens is kept all the same. */
  channelId: string | undefined;
  /** Mentioned on escalation. */
  oncall: string | undefined;
}

export interface ObservePorts {
  queue: Pick<AlertQueue, 'event' | 'look'>;
  clock: Clock;
  log: Log;
}

export interface RaisePorts {
  board: Board;
  rules: readonly Rule[];
  marathon: Pick<Marathon, 'snapshot'>;
  messages: Messages;
  queue: AlertQueue;
  settings: AlertSettings;
  clock: Clock;
  log: Log;
}
