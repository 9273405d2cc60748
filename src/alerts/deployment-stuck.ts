// Rings when a deployment of the controller's app keeps failing or does not end, and it is none of ours: a deploy through
// Bellboard speaks in its own message.
import { type AlertPorts, type AlertWords, defineRule } from '../core/alert.js';
import type { JsonObject } from '../core/cluster.js';
import { graceOf, provenUp, whyNotUp } from '../core/coming-up.js';
import type { Button } from '../core/conversation.js';
import { type Incident, stateOf } from '../core/incident.js';
import type { Detected, Signal } from '../core/signal.js';
import { code, md, moment, type Rich, report } from '../core/text.js';
import { MINUTE } from '../core/time.js';
import type { ControllerSighting, Plan, SeenApp } from '../core/watch.js';
import { counted, duration } from '../core/words.js';

interface Seen {
  /** Our clock. */
  firstLookAt: number;
  rang: boolean;
  failures: number;
  /** How often it rang and was over: a Marathon that changes its leader may not list it for a while. */
  overs: number;
}

interface Memory {
  plans: Record<string, Seen>;
  /** The app version each of our labels came with, newest last. */
  labels: { job: string; version: string }[];
}

interface Stuck extends JsonObject {
  appId: string;
  planId: string;
  action: string | null;
  failures: number;
  lastFailure: string | null;
  ended: Ended | null;
  lastedMs: number | null;
}

type Ended = 'done' | 'failed' | 'replaced' | 'app-deleted' | 'unknown';

const BOOT_MS = 10 * MINUTE;
const FAILURES = 5;
const FAILING_MS = 5 * MINUTE;
const ESCALATES_AFTER_MS = 10 * MINUTE;
const LABELS_KEPT = 10;

export const deploymentStuck = defineRule<Memory>({
  name: 'deployment-stuck',
  summary: 'A deployment of the app that no deploy from here started keeps failing or does not end.',
  watches: 'controller',
  detect,
  view,
  escalateAfterMs: () => ESCALATES_AFTER_MS,
  whyNotOver: ({ facts }: Incident, { marathon, clock }: AlertPorts) =>
    whyNotUp((facts as Stuck).appId, marathon, clock),
});

function detect(before: Memory | undefined, sighting: ControllerSighting, now: number): Detected<Memory> {
  const { after } = sighting;
  const labels = withLabel(before?.labels ?? [], after.app);
  const memory: Memory = { plans: {}, labels };
  const signals: Signal[] = [];
  for (const plan of openPlans(sighting)) {
    const known = before?.plans[plan.id] ?? { firstLookAt: now, rang: false, failures: 0, overs: 0 };
    const isStuck = known.rang || (hasHung(plan, known, sighting, now) && !isOurs(plan, after.app, labels));
    memory.plans[plan.id] = { ...known, rang: isStuck, failures: plan.failures };
    if (!isStuck) continue;
    if (!known.rang) signals.push(raise(plan, known, after.appId));
    else if (plan.failures > known.failures) signals.push(anotherFailure(plan, after.at));
  }
  for (const [id, known] of Object.entries(before?.plans ?? {})) {
    if (memory.plans[id] !== undefined) continue;
    if (known.rang) signals.push(over(id, known, sighting, now));
    const ended = { ...known, rang: false, overs: known.overs + (known.rang ? 1 : 0) };
    if (after.plans[id] !== undefined) memory.plans[id] = ended;
  }
  return { memory, signals };
}

/** A plan of an app that was deleted is never told to end. */
function openPlans({ what, after }: ControllerSighting): Plan[] {
  const open = Object.values(after.plans).filter((plan) => plan.overAt === undefined);
  if (what.kind === 'event') return open;
  return open.filter((plan) => what.snapshot.deployments.some(({ id }) => id === plan.id));
}

const fingerprintOf = (planId: string): string => `deployment-stuck:${planId}`;

/** A plan's version is the time it was made, by Marathon's clock. */
const begunAt = ({ version, firstSeenAt }: Plan): number => Date.parse(version) || firstSeenAt;

/** By Marathon's time; while nothing happens Marathon tells no time, and our own looks, a lower bound, count instead. */
const ageOf = (plan: Plan, { firstLookAt }: Seen, { after }: ControllerSighting, now: number): number =>
  Math.max(after.at - begunAt(plan), now - firstLookAt);

function hasHung(plan: Plan, known: Seen, sighting: ControllerSighting, now: number): boolean {
  const ageMs = ageOf(plan, known, sighting, now);
  if (plan.failures >= FAILURES && ageMs > FAILING_MS) return true;
  return ageMs > graceOf(sighting.after.app) + BOOT_MS;
}

/** Our labels stay on the app when somebody restarts it elsewhere: only the version one came with is ours. */
function isOurs(plan: Plan, app: SeenApp | undefined, labels: Memory['labels']): boolean {
  if (app?.job === undefined || app.version !== plan.version) return false;
  return labels.some(({ job, version }) => job === app.job && version === app.version);
}

function withLabel(labels: Memory['labels'], app: SeenApp | undefined): Memory['labels'] {
  const job = app?.job;
  if (app === undefined || job === undefined || labels.some((label) => label.job === job)) return labels;
  return [...labels, { job, version: app.version }].slice(-LABELS_KEPT);
}

function raise(plan: Plan, { overs }: Seen, appId: string): Signal {
  return {
    kind: 'raise',
    fingerprint: fingerprintOf(plan.id),
    identity: overs === 0 ? `deployment-stuck|${plan.id}` : `deployment-stuck|${plan.id}|${overs + 1}`,
    at: begunAt(plan),
    facts: {
      appId,
      planId: plan.id,
      action: plan.actions.join(', ') || null,
      failures: plan.failures,
      lastFailure: plan.lastFailure ?? null,
      ended: null,
      lastedMs: null,
    },
    line: 'The deployment began, and it has not ended in the time it should take.',
  };
}

const anotherFailure = ({ id, failures, lastFailure }: Plan, at: number): Signal => ({
  kind: 'update',
  fingerprint: fingerprintOf(id),
  facts: { failures, lastFailure: lastFailure ?? null },
  line: { at, text: `Start ${failures} failed${lastFailure === undefined ? '' : `: ${lastFailure}`}.` },
});

function over(id: string, known: Seen, sighting: ControllerSighting, now: number): Signal {
  const { before, after } = sighting;
  const plan = after.plans[id] ?? before.plans[id];
  const ended = howItEnded(id, plan, sighting);
  return {
    kind: 'resolve',
    fingerprint: fingerprintOf(id),
    // Marathon's newest time may be older than the plan when nothing but snapshots was seen.
    at: Math.max(plan?.overAt ?? 0, after.at, plan === undefined ? 0 : begunAt(plan)),
    facts: { ended, lastedMs: plan === undefined ? null : ageOf(plan, known, sighting, now) },
    line: OVER[ended],
  };
}

function howItEnded(id: string, plan: Plan | undefined, { what, after }: ControllerSighting): Ended {
  if (what.kind === 'event') {
    if (what.event.kind !== 'deployment' || what.event.planId !== id) return 'unknown';
    return what.event.phase === 'failed' ? 'failed' : 'done';
  }
  const { app } = what.snapshot;
  if (app === undefined) return 'app-deleted';
  if (plan === undefined) return 'unknown';
  if (after.app?.version !== plan.version) return 'replaced';
  return provenUp(app) === undefined ? 'unknown' : 'done';
}

const OVER: Record<Ended, string> = {
  done: 'The deployment was done.',
  failed: 'The deployment was cancelled, or another one took its place.',
  replaced: 'The deployment was over, and the app had another version.',
  'app-deleted': 'The app was deleted.',
  unknown: 'The deployment was over.',
};

function view(incident: Incident, _now: number): AlertWords {
  const stuck = incident.facts as Stuck;
  const { appId, planId, failures, lastFailure } = stuck;
  const isOpen = stateOf(incident) === 'open';
  return {
    headline:
      failures >= FAILURES
        ? md`A deployment of ${appId} keeps failing: ${counted(failures, 'start')} failed`
        : md`A deployment of ${appId} does not end`,
    over: overWords(stuck),
    fields: [
      { label: 'Deployment', value: code(planId) },
      ...(stuck.action === null ? [] : [{ label: 'Action', value: md`${stuck.action}` }]),
      { label: 'Since', value: moment(incident.happenedAt) },
      { label: 'Failed starts', value: md`${failures}` },
      ...(lastFailure === null ? [] : [{ label: 'Last cause', value: report(lastFailure) }]),
    ],
    ...(isOpen ? { notes: [NOT_OURS], remedy: rollback(stuck) } : {}),
  };
}

const NOT_OURS = md`No deploy from here started it. Until it ends Marathon refuses other changes of the app.`;

function overWords({ appId, ended, lastedMs }: Stuck): Rich {
  const after = lastedMs === null ? md`` : md` after ${duration(lastedMs)}`;
  const how: Record<Ended, Rich> = {
    done: md`it is done`,
    failed: md`it was cancelled, or another one took its place`,
    replaced: md`the app has another version by now`,
    'app-deleted': md`the app was deleted`,
    unknown: md`how it ended is not known`,
  };
  return md`The deployment of ${appId} is over${after}: ${how[ended ?? 'unknown']}`;
}

const rollback = ({ appId, planId }: Stuck): Button => ({
  label: 'Roll the deployment back',
  action: 'run',
  value: `cancel ${planId} --rollback`,
  style: 'danger',
  confirm: {
    title: 'Roll the deployment back?',
    text: `Marathon starts another deployment that takes ${appId} back to the state before this one; the controller may restart once more.`,
    yes: 'Roll back',
    no: 'Leave it',
  },
});
