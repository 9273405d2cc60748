// Machines that are away, or soon will be: nouns and calls of the port `Mesos` (`cluster.ts`) that `agents` makes.

/** A machine an operator has planned work on. */
export interface MachineWindow {
  /** Its address where the operator gave no name. */
  hostname: string;
  /** `planned`: Mesos asks frameworks to leave it · `down`: its agent is not let in. */
  state: 'planned' | 'down';
  /** Undefined: the plan does not say. */
  startsAt: number | undefined;
  endsAt: number | undefined;
}

/** An agent that was there and is in no list now: unreachable, or removed for good; Mesos does not say which. */
export interface LostMesosAgent {
  hostname: string;
  seenAt: number;
}

export interface MachineMaintenance {
  /** None on masters that know no maintenance (before 0.25). */
  maintenance(): Promise<MachineWindow[]>;
  /** Of those that this client itself has seen within a day, as of its last look at the agents; latest first. */
  lostAgents(): LostMesosAgent[];
}
