// Port and nouns of what people read of builds: one of them, the newest of a job or of everything, their logs. Part of
// `Jenkins` (`cluster.ts`); `adapters/jenkins/` implements it.

/** The end of a build's console log. */
export interface ConsoleTail {
  /**
   * As a terminal would show it, secrets hidden; what Jenkins hides in a log for its own pages is taken out. Text that
   * begins in the middle of a line begins with the next whole one.
   */
  text: string;
  /** Of the whole log as Jenkins keeps it, in bytes. */
  sizeBytes: number;
  /** There is more before it. */
  isCut: boolean;
  /** The build has not ended, so the log goes on. */
  isGrowing: boolean;
}

export interface BuildReads {
  /**
   * At most about the last `bytes` of a log, however long it is and however fast it grows; of a build that has just begun
   * perhaps none yet. `undefined`: Jenkins has no such build or does not let us see it. Safe to repeat (contract jenkins §4.1).
   * @param jenkinsJob full name, `team-a/web/feature%2Flogin`
   */
  consoleTail(jenkinsJob: string, build: number, bytes: number): Promise<ConsoleTail | undefined>;
}
