// The git repository outside the cluster: what survives the controller. A new task clones it, scm-sync pushes to it.
import { createHash } from 'node:crypto';
import type { ControllerConfig } from './model.js';

export interface Commit {
  hash: string;
  /** Hash of the commit it builds on; empty for the first. */
  parent: string;
  message: string;
  at: number;
  config: ControllerConfig;
}

const NOT_FAST_FORWARD =
  ' ! [rejected]        master -> master (fetch first)\r\nerror: failed to push some refs\r\nhint: Updates were rejected because the remote contains work that you do not have locally.';

export class GitRepository {
  readonly url: string;
  /** Oldest first. */
  readonly commits: Commit[] = [];
  /** What git says to a push; undefined: it is accepted. */
  pushRefusal: string | undefined;
  /** What git says to a clone; undefined: it works. */
  cloneRefusal: string | undefined;

  constructor(url: string, first: Commit) {
    this.url = url;
    this.commits.push(first);
  }

  get head(): Commit {
    const last = this.commits.at(-1);
    if (last === undefined) throw new Error('a repository without commits cannot be cloned');
    return last;
  }

  /** @throws Error with git's words when the remote refuses; then nothing arrived */
  push(commits: readonly Commit[]): void {
    if (this.pushRefusal !== undefined) throw new Error(this.pushRefusal);
    if (commits[0] !== undefined && commits[0].parent !== this.head.hash) throw new Error(NOT_FAST_FORWARD);
    this.commits.push(...commits);
  }

  /** Somebody pushes to it from elsewhere. */
  edit(message: string, at: number, change: (config: ControllerConfig) => void): Commit {
    const config = structuredClone(this.head.config);
    config.revision += 1;
    change(config);
    const commit = commitOf(config, message, at, this.head.hash);
    this.commits.push(commit);
    return commit;
  }

  /** How many commits came after that one; undefined: it is none of these. */
  after(hash: string): number | undefined {
    const at = this.commits.findIndex((commit) => commit.hash === hash);
    return at === -1 ? undefined : this.commits.length - 1 - at;
  }
}

/** Keeps a copy of the configuration, so that later changes do not reach into history. */
export function commitOf(config: ControllerConfig, message: string, at: number, parent: string): Commit {
  const hash = createHash('sha1').update(`${parent}\n${message}\n${at}`).digest('hex');
  return { hash, parent, message, at, config: structuredClone(config) };
}
