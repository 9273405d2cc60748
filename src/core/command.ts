// What a command is. One file under `commands/` defines one; the parser, the policy, help and the journey read these
// fields and know nothing else about it. Generic inside `defineCommand`, plain outside it, so the list needs no `any`.
import type { z } from 'zod';
import type { Rule } from './alert.js';
import type { LockDesk } from './app-lock.js';
import type { AuditEntry, AuditTrail } from './audit.js';
import type { Incidents } from './board.js';
import type { ChangeQueue } from './changes.js';
import type { Jenkins, Json, JsonObject, Marathon, Mesos } from './cluster.js';
import type { Message } from './conversation.js';
import type { DigestDesk } from './digest.js';
import type { Examine } from './doctor.js';
import type { Picks } from './pick.js';
import type { Clock } from './time.js';
import type { UsageStore } from './usage-sample.js';

/** read: retried freely · change: audited · disrupt: audited, and asks first. The policy file speaks of these. */
export type Effect = 'read' | 'change' | 'disrupt';

/** How the words after the command's name are named, before zod checks their values. */
export interface Syntax {
  /** Names of the positional words, in order. */
  words?: readonly string[];
  /** Name of what all further words together are, such as a reason; without it, or `list`, they are a mistake. */
  rest?: string;
  /** Name of the further words, each for itself. */
  list?: string;
  /** `switch`: `--now` · `value`: `--git URL` or `--git=URL` · `list`: may be given again. */
  options?: Readonly<Record<string, 'switch' | 'value' | 'list'>>;
}

/** Who asked. Ids are Slack's and the only identity there is: names can be changed by anybody. */
export interface Actor {
  userId: string;
  teamId: string;
}

/** Where it was asked. */
export interface Place {
  channelId: string;
  teamId: string;
  threadTs?: string | undefined;
}

/** The request as the running command sees it. */
export interface Asked {
  /** Id of the job that carries it; `BELLBOARD_JOB` in Marathon. */
  id: string;
  actor: Actor;
  place: Place;
  /** As typed, normalised. */
  text: string;
  /** `--here`: answered in the channel. */
  here: boolean;
  /** Resolves what may be asked of `help`: is this person allowed that command, here, and how far? */
  may(command: Command): Permission | Promise<Permission>;
}

/** `approvals`: so many others must agree to it first, of the roles `approvers`. */
export type Permission =
  | { allowed: true; approvals?: number; approvers?: readonly string[]; grants?: readonly Grant[] }
  | { allowed: false; reason: string; hint: string };

/** For help, in the order in which they count: up to which numbers, and how many others must agree. */
export interface Grant {
  max?: Readonly<Record<string, number>>;
  approvals?: number;
}

/** Settings commands need to know; the rest of the configuration stays with the processes. */
export interface Settings {
  name: string;
  slashCommand: string;
  appId: string;
  executorsAppId: string | undefined;
  scmSyncGit: string | undefined;
  appUser: string | undefined;
  /** Where alerts are posted; undefined: nobody is alerted. */
  alertChannel: string | undefined;
  /** IANA zone of the times in digests and charts. */
  timeZone: string;
  usageRetentionDays: number;
}

/** What a command may reach. Each names the few calls it makes: `Pick<Ports, 'marathon'>` or narrower. */
export interface Ports {
  marathon: Marathon;
  mesos: Mesos;
  jenkins: Jenkins;
  /** The controller's manifest as text, read when asked for. */
  manifest: { read(): Promise<string> };
  audit: Pick<AuditTrail, 'recent' | 'page'>;
  /** The samples of the past. */
  usage: Pick<UsageStore, 'read' | 'latest'>;
  digests: DigestDesk;
  incidents: Incidents & {
    /** Has the board shown anew, after something about an incident was said. */
    refresh(): Promise<void>;
  };
  examine: Examine;
  /** The rules, for what an incident is called in a list. */
  rules: readonly Rule[];
  changes: ChangeQueue;
  locks: LockDesk;
  /** What people call somebody: names them without notifying them; the id when Slack does not say. */
  nameOf(userId: string): Promise<string>;
  /** Address of the message that told of a change; undefined when it is not known. */
  linkOf(entry: Pick<AuditEntry, 'channelId' | 'messageTs' | 'threadTs'>): Promise<string | undefined>;
  catalogue: Catalogue;
  settings: Settings;
  clock: Clock;
}

/** The list of commands as data, so that `help` imports no list. */
export interface Catalogue {
  all(): readonly Command[];
  find(name: string): Command | undefined;
  nearest(name: string): Command | undefined;
}

interface Described<Args> {
  name: string;
  /** `master` for `controller` and the like; not shown in help. */
  aliases?: readonly string[];
  /** Without the slash command: `scale executors <count> [--label L]`. */
  usage: string;
  summary: string;
  examples: readonly string[];
  /** More lines for `help <command>`. */
  details?: readonly string[];
  syntax?: Syntax;
  args: z.ZodType<Args>;
  /** Arguments that a form asks for, by name, in the order it shows them: what nobody should have to know by heart. */
  picks?: Picks;
  /** Names of the numbers among the arguments, which the policy file may bound (`max`). */
  numbers?: readonly string[];
  /** The words the policy file matches, of some arguments and all there are, e.g. `scale executors`; absent: the name alone. */
  policyWords?: { of(args: Args): string; all: readonly string[] };
}

export interface ReadSpec<Args, Facts> extends Described<Args> {
  effect: 'read';
  run(args: Args, ports: Ports, asked: Asked): Promise<Facts>;
  view(facts: Facts, asked: Asked): Message;
}

export interface ChangeSpec<Args, Before extends Json, Facts> extends Described<Args> {
  effect: 'change';
  /** Writes the app or Jenkins' configuration: one at a time, queue `changes`. */
  exclusive?: boolean;
  /** The words as they are told until `before` has seen what they are, perhaps a password; absent: as typed. */
  guarded?(args: Args): string;
  /** A look at what is there now. Kept with the job before `run`, so that a resumed run still knows what it changed. */
  before(args: Args, ports: Ports, asked: Asked): Promise<Before>;
  /** @param resumed a worker before this one may have done it */
  run(args: Args, ports: Ports, asked: Asked, before: Before, resumed?: boolean): Promise<Facts>;
  /** `run` only begins it: looked at until it is over, and then viewed. */
  follow?: Following<Facts>;
  /** `ok` false: nothing was changed, or not everything. */
  view(facts: Facts, asked: Asked): ChangeView;
}

export interface ChangeView {
  ok: boolean;
  message: Message;
  /** Detail that goes into the thread of the change's message. */
  thread?: Message | undefined;
}

/**
 * What a change began and does not end by itself. Facts are JSON and kept with the job before the first look and after
 * each, so a worker that takes it over looks on, and never runs it again.
 */
export interface Following<Facts> {
  /** One look. `againMs`: how soon to look again; undefined: it is over. A system that is silent is a fact of it, no error. */
  look(facts: Facts, ports: Ports, asked: Asked): Promise<{ facts: Facts; againMs: number | undefined }>;
  /** What the change's message says meanwhile. What would be another text at every look is not worth saying. */
  view(facts: Facts, asked: Asked): Message;
}

/** One look at a disruptive change on its way. `ifOver`: how it counts when this is still so at the deadline. */
export type Progress =
  | { state: 'going'; line: string; detail?: string; ifOver?: { line: string; left: string } }
  /** It is up: proven, not assumed. */
  | { state: 'done'; line: string }
  /** It will not get there: why, and what state it left. */
  | { state: 'failed'; line: string; left: string };

export interface DisruptSpec<Args, Plan extends JsonObject> extends Described<Args> {
  effect: 'disrupt';
  exclusive: true;
  /** Where `apply` writes; absent: Marathon. A quiet-down of ours is taken back after a write to a Jenkins that goes on. */
  system?(plan: Plan): 'Marathon' | 'Jenkins';
  /** Label of the button that starts it: `Deploy`. */
  verb: string;
  /** Facts → what would change. Throws UserError when it must be refused. */
  plan(args: Args, ports: Ports, asked: Asked): Promise<Plan>;
  planView(plan: Plan, asked: Asked): Message;
  /** True when there is nothing to confirm (no difference, `--dry-run`): answered privately, no buttons, no job. */
  empty(plan: Plan, args: Args): boolean;
  /** What the confirmation is bound to: equal text, same plan. */
  boundTo(plan: Plan): string;
  /** How long to wait for running builds before the write: 0 with `--now`. */
  waitMs(args: Args): number;
  /** The one outside write. */
  apply(plan: Plan, ports: Ports, asked: Asked): Promise<Json>;
  /** Read back: did the write of this very job happen? @throws UpstreamError when the system cannot tell yet */
  arrived(plan: Plan, ports: Ports, asked: Asked): Promise<'yes' | 'no' | 'overtaken'>;
  /** What a write that did not get through may have left, and what to do; absent: nothing, so then nothing was changed. */
  left?(plan: Plan): string;
  /** One look at progress. `since`: when the write was known to have arrived, ms since the epoch. */
  follow(plan: Plan, ports: Ports, asked: Asked, since: number): Promise<Progress>;
  /** Ends a change under way; the answer is what state it leaves. */
  cancel(plan: Plan, ports: Ports, asked: Asked): Promise<string>;
  /** How long `follow` may take before contact counts as lost, from the app's own settings. */
  deadlineMs(plan: Plan): number;
  /** First line of the outcome: `Deployed /jenkins`. */
  title(plan: Plan, outcome: 'done' | 'failed' | 'going' | 'cancelled' | 'lost'): string;
}

type Erased<Spec> = Omit<Spec, 'args'>;
interface Parsing {
  /** Named words → checked arguments; throws ZodError. */
  readonly args: z.ZodType;
}

export type ReadCommand = Erased<ReadSpec<unknown, unknown>> & Parsing;
export type ChangeCommand = Erased<ChangeSpec<unknown, Json, unknown>> & Parsing;
export type DisruptCommand = Erased<DisruptSpec<unknown, JsonObject>> & Parsing;
export type Command = ReadCommand | ChangeCommand | DisruptCommand;

// Methods are bivariant in TypeScript, so a spec for `{count: number}` is accepted where `unknown` arguments are
// promised; the journey only ever hands a command the arguments its own schema made.
export function defineCommand<Args, Facts>(spec: ReadSpec<Args, Facts>): Command;
export function defineCommand<Args, Before extends Json, Facts>(spec: ChangeSpec<Args, Before, Facts>): Command;
export function defineCommand<Args, Plan extends JsonObject>(spec: DisruptSpec<Args, Plan>): Command;
export function defineCommand(spec: Command): Command {
  return spec;
}

export const isExclusive = (command: Command): boolean => command.effect !== 'read' && command.exclusive === true;
