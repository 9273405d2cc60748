// What an alert rule is. One file under `alerts/` defines one; the alert journey gathers, detects, keeps the incident's
// life (`core/incident.ts`) and shows it, and knows nothing else about a rule.
import type { AuditEntry } from './audit.js';
import type { Jenkins, JsonObject, Marathon, Mesos } from './cluster.js';
import type { Button } from './conversation.js';
import type { Incident } from './incident.js';
import type { Detected, Line } from './signal.js';
import type { Rich } from './text.js';
import type { Clock } from './time.js';
import type { ControllerSighting } from './watch.js';

/** What a rule may ask when it gathers. Each names the few calls it makes. */
export interface AlertPorts {
  marathon: Marathon;
  mesos: Mesos;
  jenkins: Jenkins;
  audit: { recent(limit: number): Promise<AuditEntry[]> };
  /** Since when Slack takes nothing from us, by what the sends saw; undefined while it does. */
  slackSilentSince(): Promise<number | undefined>;
  /** What another rule keeps, as it keeps it. */
  remembered(rule: string): Promise<unknown>;
  settings: { appId: string; slashCommand: string };
  clock: Clock;
}

/** What was found out about an incident outside of what rings it. */
export interface Findings {
  facts: JsonObject;
  /** Better than what it rang with, as long as it is still taken for that: an event may have told by then. */
  instead?: { ofKind: string; facts: JsonObject };
  lines?: Line[];
  /** Lines of a log, shown in the thread. */
  excerpt?: { title: string; text: string };
}

/** The part of an alert's message that is the rule's own; state, buttons and timeline are the same for all (`alert-view.ts`). */
export interface AlertWords {
  /** While it lasts, without emoji: `Jenkins controller restarted: out of memory`. */
  headline: Rich;
  /** When it is over: `Jenkins controller is back after 2 min 10 s: it had ended (out of memory)`. */
  over: Rich;
  fields: { label: string; value: Rich }[];
  /** More paragraphs under the fields, only where there is something to say. */
  notes?: Rich[];
  /** One thing that would help: a command as a button, with a confirmation where it needs one. */
  remedy?: Button;
}

interface Named {
  name: string;
  /** For `alerts`, help and the README: what it notices. */
  summary: string;
  /** Fingerprints whose open incident keeps this rule quiet: their trouble explains ours. */
  hiddenBy?: readonly string[];
  view(incident: Incident, now: number): AlertWords;
  /** From the opening to the one escalation; undefined: never. */
  escalateAfterMs?(incident: Incident): number | undefined;
  /** Asked once when it opens, and when it reopens: what was it, what changed before it. */
  investigate?(incident: Incident, ports: AlertPorts): Promise<Findings>;
  /** Asked every 10 s from the opening until 10 min after the end, or until it says that everything is there. */
  accompany?(incident: Incident, ports: AlertPorts): Promise<Findings & { complete: boolean }>;
  /** Why it is not over, for the escalation; asked once, outside the queue that decides. */
  whyNotOver?(incident: Incident, ports: AlertPorts): Promise<string | undefined>;
}

/** Looks at the world every so often. `gather` asks, `detect` is pure. */
export interface PolledRule<Facts, Memory> extends Named {
  watches: { everyMs: number };
  /** Asks the systems; what does not answer is told as such, never thrown. */
  gather(ports: AlertPorts, memory: Memory | undefined): Promise<Facts>;
  /** @param memory what the last `detect` kept; undefined at the first look */
  detect(memory: Memory | undefined, facts: Facts, now: number): Detected<Memory>;
}

/** Is shown everything that is seen of the controller's app: each event and each snapshot, in order. */
export interface ControllerRule<Memory> extends Named {
  watches: 'controller';
  detect(memory: Memory | undefined, sighting: ControllerSighting, now: number): Detected<Memory>;
}

export type Rule = PolledRule<unknown, unknown> | ControllerRule<unknown>;

// Methods are bivariant in TypeScript, so a rule for its own facts is accepted where `unknown` is promised; the journey
// only hands a rule the facts and the memory it made itself. Both cross Redis as JSON.
export function defineRule<Facts, Memory>(rule: PolledRule<Facts, Memory>): Rule;
export function defineRule<Memory>(rule: ControllerRule<Memory>): Rule;
export function defineRule(rule: Rule): Rule {
  return rule;
}

export const isPolled = (rule: Rule): rule is PolledRule<unknown, unknown> => rule.watches !== 'controller';
