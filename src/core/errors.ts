// Whose move is it? Two kinds of expected failure; every other Error is a bug of ours.

/** The asker can mend it: said to them at once, never retried. `hint` is the next thing to type or do. */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly hint: string | undefined;

  constructor(what: string, hint?: string) {
    super(what);
    this.hint = hint;
  }
}

/** A name that nothing has, or more than one thing: there is a form that shows which there are. */
export class NoSuchName extends UserError {}

/** The systems on the far side of a socket, by the name people know them under. */
export type System = 'Marathon' | 'Mesos' | 'Jenkins' | 'Slack' | 'Redis';

export interface UpstreamFailure {
  system: System;
  /** Method and path as asked, without host credentials or query secrets: `PUT /v2/apps/jenkins`. */
  request: string;
  /** HTTP status; undefined when no answer came (refused, timed out, closed). */
  status?: number | undefined;
  /** What was seen, in a few plain words without secrets: `locked by deployment 5cd9`, `did not answer within 15 s`. */
  seen: string;
  /** True when a repeat of a *read* may succeed; decided in `adapters/http.ts` and nowhere else. */
  retryable: boolean;
  /**
   * False when the request surely did not take effect (refused connection, 4xx); true when nobody can tell
   * (timeout after sending, closed socket, 5xx). A write whose fate is unknown is never sent again before reading back.
   */
  mayHaveArrived: boolean;
  /** Marathon's 409: the deployments that hold the app. */
  deploymentIds?: readonly string[] | undefined;
  cause?: unknown;
}

/** An outside system refused, failed or stayed silent. The message is fit for people and logs: no headers, no tokens. */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError';
  readonly system: System;
  readonly request: string;
  readonly status: number | undefined;
  readonly seen: string;
  readonly retryable: boolean;
  readonly mayHaveArrived: boolean;
  readonly deploymentIds: readonly string[];

  constructor(failure: UpstreamFailure) {
    super(
      `${failure.system}: ${failure.request}: ${failure.status === undefined ? '' : `${failure.status}, `}${failure.seen}`,
      failure.cause === undefined ? undefined : { cause: failure.cause },
    );
    this.system = failure.system;
    this.request = failure.request;
    this.status = failure.status;
    this.seen = failure.seen;
    this.retryable = failure.retryable;
    this.mayHaveArrived = failure.mayHaveArrived;
    this.deploymentIds = failure.deploymentIds ?? [];
  }
}
