// Every key of one installation, under one hash tag: two installations can share a Redis, and a cluster keeps ours together.

export interface Keys {
  /** BullMQ's prefix. */
  prefix: string;
  message(key: string): string;
  plan(id: string): string;
  act(id: string): string;
  stop(jobId: string): string;
  choice(jobId: string): string;
  pace(what: string): string;
  pause(method: string): string;
  uses(delivery: string): string;
  audit: string;
  audited(jobId: string): string;
}

export function keysOf(name: string): Keys {
  const prefix = `{bellboard:${name}}`;
  const below = (kind: string) => (id: string) => `${prefix}:${kind}:${id}`;
  return {
    prefix,
    message: below('message'),
    plan: below('plan'),
    act: below('act'),
    stop: below('stop'),
    choice: below('choice'),
    pace: below('pace'),
    pause: below('pause'),
    uses: below('uses'),
    audit: `${prefix}:audit`,
    audited: below('audited'),
  };
}
