// Port and nouns of what keeps a Jenkins going beside its builds: its configuration's way to git and back, and its own
// switches (contract jenkins §3.4, §4.2). Part of the port `Jenkins` of `cluster.ts`, whose rules hold here too.

/** What a pull from git would put over JENKINS_HOME. Paths are below JENKINS_HOME. */
export interface ScmIncoming {
  /** Of the JVM that answered. */
  session: string;
  /** Undefined: the plugin has no checkout, so there is nothing to pull. */
  git:
    | {
        /** Why git could not ask its server, in git's words; undefined: it could. */
        refusal: string | undefined;
        /** Commits here that the server lacks, and the reverse; both: only a merge would bring them together. */
        ahead: number;
        behind: number;
        /** Hash of what the checkout would hold after a pull. */
        commit: string;
        /** Files that would be written over, the first 50 of them. */
        overwritten: string[];
        overwrittenCount: number;
        /** Files that would come (back), the first 50 of them. */
        added: string[];
        addedCount: number;
      }
    | undefined;
}

export interface JenkinsUpkeep {
  /** Queues one commit of everything SCM sync looks after; carried out later. Twice queues two, of which the second is empty. */
  scmSaveAll(): Promise<void>;
  /** Removes the plugin's failure note and nothing else. Twice equals once. `had`: there was one. */
  scmPurge(): Promise<{ had: boolean }>;
  /** Asks the git server; 30 s at most. Needs the right to run scripts. */
  scmIncoming(): Promise<ScmIncoming>;
  /**
   * Pulls and copies over JENKINS_HOME; Jenkins itself notices with the next `reload`. Twice equals once. The plugin does
   * not notice a pull that git refused: that, too, is `modified` 0.
   */
  scmPull(): Promise<{ modified: number }>;
  /** Loads the configuration from disk; answers 503 meanwhile, in the same session. */
  reload(): Promise<void>;
  /** A new JVM in the same task, with a new session. `safe` waits for builds, and `cancelQuietDown` takes it back meanwhile. */
  restartJvm(how: 'safe' | 'now'): Promise<void>;
}
