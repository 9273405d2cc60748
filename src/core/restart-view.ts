// The words of an alert about the controller's end, from its facts (`restart.ts`) and what was found out since.
import type { AlertWords } from './alert.js';
import type { JsonObject } from './cluster.js';
import { causeWords } from './controller.js';
import type { Button } from './conversation.js';
import type { Incident } from './incident.js';
import type { RestartFacts } from './restart.js';
import { code, md, mention, moment, type Rich, report } from './text.js';
import { DAY } from './time.js';
import { counted, duration } from './words.js';

/** What was found out after the first message; each part is missing until it is known. */
export interface Diagnosis extends JsonObject {
  /** Mesos' own message, one line. */
  mesos: string | null;
  change: { at: number; by: string | null; what: string } | null;
  /** What git did not have when it ended, our sentence. */
  unsaved: string | null;
  /** Why parts are missing, our words. */
  missing: string[];
  /** Version to go back to, where that would undo what may have done it. */
  rollback?: string | null;
}

interface Now extends JsonObject {
  taskId: string;
  host: string;
  address: string | null;
}

export function restartWords(incident: Incident, now: number): AlertWords {
  const facts = incident.facts as RestartFacts & { now?: Now; diagnosis?: Diagnosis };
  const latest = (incident.latest ?? facts) as RestartFacts;
  return {
    headline: headline(incident, facts, latest),
    over: over(incident, facts),
    fields: [
      { label: facts.launch ? 'Tried on' : 'Was on', value: wasOn(facts) },
      { label: 'Runs now', value: runsNow(facts.now, incident) },
      { label: incident.resolvedAt === undefined ? 'Down for' : 'Was down', value: down(incident, now) },
      { label: 'Last 24 h', value: endsWords(latest.today, latest.since, now) },
      ...changeField(facts.diagnosis),
    ],
    notes: notes(facts),
    ...(facts.diagnosis?.rollback == null ? {} : { remedy: rollback(facts.diagnosis.rollback) }),
  };
}

/** Shows its plan first, and asks, as whoever presses may. */
const rollback = (version: string): Button => ({ label: 'Roll back', action: 'run', value: `rollback ${version}` });

function headline(incident: Incident, facts: RestartFacts, latest: RestartFacts): Rich {
  if (incident.flapping) return flapping(incident, latest);
  const also = causeWords(latest) === causeWords(facts) ? md`` : md`, the latest: ${causeWords(latest)}`;
  const more = incident.count > 1 ? md`; ${incident.count} times so far${also}` : md``;
  return md`${what(facts)}: ${causeWords(facts)}${more}`;
}

/** Says nothing that changes while nothing happens: each change is an edit. */
function flapping({ count, rings }: Incident, latest: RestartFacts): Rich {
  const within = duration((rings.at(-1) ?? 0) - (rings[0] ?? 0));
  const often =
    rings.length === count
      ? md`${count} times within ${within}`
      : md`${count} times so far, ${rings.length} within ${within}`;
  const who = latest.launch ? 'Jenkins controller keeps failing to start' : 'Jenkins controller is flapping';
  return md`${who}: ${often}; the latest: ${causeWords(latest)}`;
}

function what(facts: RestartFacts): string {
  if (facts.kind === 'agent-lost') return 'Jenkins controller lost';
  if (facts.launch) return 'Jenkins controller does not start';
  return facts.lives > 1 ? `Jenkins controller restarted ${facts.lives} times or more` : 'Jenkins controller restarted';
}

function over(incident: Incident, facts: RestartFacts): Rich {
  const { ended } = facts;
  if (ended === 'deleted') return md`${what(facts)}: ${why(facts)}; the app has been deleted since`;
  if (ended === 'suspended') return md`${what(facts)}: ${why(facts)}; the app has been suspended since`;
  const times = incident.count > 1 ? md`; ${incident.count} times in all` : md``;
  return md`Jenkins controller is back after ${duration(downMs(incident, incident.resolvedAt ?? 0))}: ${why(facts)}${times}`;
}

function why(facts: RestartFacts): string {
  if (facts.kind === 'agent-lost')
    return sameTask(facts) ? 'the same task came back with its agent' : 'its agent was lost';
  return `${facts.launch ? 'it did not start' : 'it had ended'} (${causeWords(facts)})`;
}

const sameTask = (facts: RestartFacts & { now?: Now }): boolean => facts.now?.taskId === facts.taskId;

/** By the clock of who reported both; while it lasts, since we heard. */
function downMs({ happenedAt, overAt, raisedAt }: Incident, now: number): number {
  return overAt === undefined ? now - raisedAt : Math.max(0, overAt - happenedAt);
}

/** While it lasts in whole minutes: each change is an edit. */
function down(incident: Incident, now: number): Rich {
  if (incident.resolvedAt !== undefined) return md`${duration(downMs(incident, now))}`;
  const minutes = Math.floor((now - incident.raisedAt) / 60_000);
  const soFar = minutes === 0 ? 'less than a minute' : `${minutes} min`;
  return md`${soFar} so far, since ${moment(incident.raisedAt)}`;
}

/** A count is only as good as the time it covers (design §1). */
export function endsWords(ends: number, since: number | null, now: number): Rich {
  const count = counted(ends, 'unasked end');
  return since == null || now - since >= DAY ? md`${count}` : md`${count}, watching since ${moment(since)}`;
}

function wasOn({ host, taskId, ranMs }: RestartFacts): Rich {
  const ran = ranMs === null ? md`` : md`, had run for ${duration(ranMs)}`;
  return host === null ? md`not known, task ${code(taskId)}${ran}` : md`${host}, task ${code(taskId)}${ran}`;
}

function runsNow(now: Now | undefined, incident: Incident): Rich {
  if (now === undefined) return md`nowhere yet`;
  const where = now.address ?? now.host;
  return incident.resolvedAt === undefined ? md`${where}, not proven healthy yet` : md`${where}`;
}

function changeField(diagnosis: Diagnosis | undefined) {
  if (diagnosis === undefined) return [];
  const { change } = diagnosis;
  if (change === null) return [{ label: 'Last change', value: md`none known` }];
  const by = change.by === null ? md`by whom is not known` : md`by ${mention(change.by)}`;
  return [{ label: 'Last change', value: md`${code(change.what)}, ${by}, ${moment(change.at)}` }];
}

function notes(facts: RestartFacts & { diagnosis?: Diagnosis }): Rich[] {
  const { quote, diagnosis, planId } = facts;
  const found: Rich[] = [];
  if (quote !== null) found.push(md`Marathon says: ${code(quote)}`);
  if (diagnosis?.mesos != null && diagnosis.mesos !== quote) found.push(md`Mesos says: ${code(diagnosis.mesos)}`);
  if (planId !== null) found.push(md`It happened during the deployment ${code(planId)}.`);
  if (diagnosis?.unsaved != null) found.push(md`:warning: ${report(diagnosis.unsaved)}`);
  if (diagnosis !== undefined && diagnosis.missing.length > 0)
    found.push(md`Not known: ${diagnosis.missing.join('; ')}.`);
  return found;
}
