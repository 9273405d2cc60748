// The queue of changes as commands see it: who is at work, who waits, and how to ask one to stop.

export interface ChangeInfo {
  jobId: string;
  userId: string;
  /** As typed. */
  text: string;
  /** Step of the running change (design: posted … done); `waiting` before it starts. */
  step: string;
  /** ms since the epoch. */
  since: number;
}

export interface ChangeQueue {
  running(): Promise<ChangeInfo | undefined>;
  /** In the order they will run. */
  waiting(): Promise<ChangeInfo[]>;
  /**
   * `dropped`: it had not begun and never will. `asked`: it runs and will stop at its next look.
   * `unknown`: no such change. Twice equals once.
   */
  stop(jobId: string, by: string): Promise<'dropped' | 'asked' | 'unknown'>;
}
