// Every key of one installation, under one hash tag: two installations can share a Redis, and a cluster keeps ours together.

export interface Keys {
  /** BullMQ's prefix. */
  prefix: string;
  message(key: string): string;
  plan(id: string): string;
  act(id: string): string;
  /** Of a plan: user id → approval. */
  approvals(id: string): string;
  /** Ids of plans by the end of their validity. */
  openPlans: string;
  /** What forms choose from: source, and of what. */
  choices(what: string): string;
  /** Where the answer to a form goes. */
  reply(id: string): string;
  home: string;
  /** What a person asked for lately. */
  asked(userId: string): string;
  stop(jobId: string): string;
  choice(jobId: string): string;
  pace(what: string): string;
  pause(method: string): string;
  uses(delivery: string): string;
  audit: string;
  audited(jobId: string): string;
  /** What was seen last of each watched thing. */
  seen(what: string): string;
  incident(id: string): string;
  incidentNumber: string;
  /** Fingerprint → id of its latest incident. */
  latest: string;
  /** Ids by the time they rang last. */
  recent: string;
  /** Incident id → what people were shown of it. */
  shown: string;
  ack(id: string): string;
  silence(fingerprint: string): string;
  ledger: string;
  digest(what: string): string;
  /** Stream of samples, one a minute. */
  usage: string;
  lease(what: string): string;
  /** On the app: whose it is, why and until when. */
  lock: string;
}

export function keysOf(name: string): Keys {
  const prefix = `{bellboard:${name}}`;
  const below = (kind: string) => (id: string) => `${prefix}:${kind}:${id}`;
  return {
    prefix,
    message: below('message'),
    plan: below('plan'),
    act: below('act'),
    approvals: below('approvals'),
    openPlans: `${prefix}:plans`,
    choices: below('choices'),
    reply: below('reply'),
    home: `${prefix}:home`,
    asked: below('asked'),
    stop: below('stop'),
    choice: below('choice'),
    pace: below('pace'),
    pause: below('pause'),
    uses: below('uses'),
    audit: `${prefix}:audit`,
    audited: below('audited'),
    seen: below('seen'),
    incident: below('incident'),
    incidentNumber: `${prefix}:incident:number`,
    latest: `${prefix}:incident:latest`,
    recent: `${prefix}:incident:recent`,
    shown: `${prefix}:incident:shown`,
    ack: below('incident:ack'),
    silence: below('silence'),
    ledger: `${prefix}:ledger`,
    digest: below('digest'),
    usage: `${prefix}:usage`,
    lease: below('lease'),
    lock: `${prefix}:lock`,
  };
}
