// Port and nouns of what people read of builds: one of them, the newest of a job or of everything, their logs. Part of
// `Jenkins` (`cluster.ts`); `adapters/jenkins/` implements it.

/** What Jenkins tells of one build, on both lines. */
export interface BuildStory {
  /** Full name, `team-a/web/feature%2Flogin`. */
  jenkinsJob: string;
  number: number;
  /** When it began, Jenkins' clock. */
  at: number;
  isRunning: boolean;
  /** 0 while it runs. */
  durationMs: number;
  /** What earlier builds took; undefined where there is none to tell. */
  estimateMs: number | undefined;
  /** Jenkins' word, `SUCCESS UNSTABLE FAILURE NOT_BUILT ABORTED`; undefined while it runs. */
  result: string | undefined;
  /** Node it runs or ran on: empty on the controller; undefined where there is not one, as of a Pipeline. */
  nodeName: string | undefined;
  causes: BuildCause[];
  /** What is new in it, at most four; Jenkins gives them oldest first. */
  commits: Commit[];
}

/** Who or what started it, in Jenkins' words, first line: `Started by user Ana`, `Branch indexing`. */
export interface BuildCause {
  text: string;
}

export interface Commit {
  /** First line of its message. */
  subject: string;
  author: string | undefined;
}

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

/** All are safe to repeat (contract jenkins §4.1). `jenkinsJob` is a full name. */
export interface BuildReads {
  /** The newest first, those that run included; at most `count`. `undefined`: no such job, or no right to see it. */
  buildsOf(jenkinsJob: string, count: number): Promise<BuildStory[] | undefined>;
  /** `undefined`: no such build, or no right to see it. */
  buildStory(jenkinsJob: string, build: number): Promise<BuildStory | undefined>;
  /** Everything that runs now and may be seen, the longest first. */
  runningBuilds(): Promise<BuildStory[]>;
  /**
   * Those that began last among all jobs of three levels of folders, newest first, at most `count`. Thousands of jobs are
   * a page of 200 each; `isCut`: there were more than may be asked for.
   */
  newestBuilds(count: number): Promise<{ builds: BuildStory[]; isCut: boolean }>;
  /**
   * At most about the last `bytes` of a log, however long it is and however fast it grows; of a build that has just begun
   * perhaps none yet. `undefined`: no such build, or no right to see it.
   */
  consoleTail(jenkinsJob: string, build: number, bytes: number): Promise<ConsoleTail | undefined>;
}
