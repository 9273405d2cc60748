// The git repository outside the cluster: what survives the controller. A new task clones it, scm-sync pushes to it.
import { createHash } from 'node:crypto';
import type { ControllerConfig } from './model.js';

export interface Commit {
  hash: string;
  message: string;
  at: number;
  config: ControllerConfig;
}

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
    this.commits.push(...commits);
  }
}

/** Keeps a copy of the configuration, so that later changes do not reach into history. */
export function commitOf(config: ControllerConfig, message: string, at: number, parent: string): Commit {
  const hash = createHash('sha1').update(`${parent}\n${message}\n${at}`).digest('hex');
  return { hash, message, at, config: structuredClone(config) };
}
