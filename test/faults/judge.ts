// What is promised of one case, compared with what the simulated systems' own logs say, what people were told, and what the
// audit trail has.
import type { AuditEntry } from '../../src/core/audit.js';
import { pressables, type SlackMessage } from '../../src/playground/slack/workspace.js';
import { shown } from '../support/talk.js';
import type { Prepared } from './act.js';
import type { Scene } from './scene.js';
import type { Case } from './table.js';

export const ANA = 'U0ANA';
const BOT = 'U0BELL';

export interface Played {
  name: string;
  /** How often the act took effect. */
  acts: number;
  /** Whether what was to go wrong did. */
  injected: boolean;
  doubled: boolean;
  /** Told nothing, or left with a message that is still under way. */
  unanswered: boolean;
  /** A forgetful Redis left it so: what the README says a failover may do. */
  forgotten: boolean;
  /** It could not be played to its end: says nothing of Bellboard, and something of the machine or of this suite. */
  broken: boolean;
  /** One line for each thing that is not as promised. */
  faults: string[];
}

/** A case that has come to rest. */
export interface Ended {
  scene: Scene;
  act: Case['act'];
  fault: Case['fault'];
  prepared: Prepared;
  channel: string;
  from: number;
  entries: AuditEntry[];
  asked: number;
}

export const hasButtons = (message: SlackMessage): boolean =>
  pressables(message).some(({ label }) => label === 'Cancel');
const isUnderWay = (message: SlackMessage) => shown(message).includes(':hourglass_flowing_sand:');
const NOTHING =
  /[Nn]othing (?:was (?:changed|done)|left to cancel)|was not stored or run|[Nn]othing is running|could not be cancelled/;
const NOT_KNOWN = /not known|did not say|may be under way|Whether it was done/;

export function judge(played: Played, ended: Ended): void {
  const { scene, act, fault, prepared, entries, asked } = ended;
  const wrong = (line: string) => played.faults.push(line);
  played.acts = prepared.times();
  if (played.acts > 1) {
    played.doubled = true;
    wrong(`it took effect ${played.acts} times`);
  }
  const roots = withoutFreshPlan(rootsOf(ended));
  const last = roots.at(-1);
  const told = toldTo(ended);
  const seen = `${roots.map((one) => shown(one)).join(' | ')} || told: ${told.map(({ text }) => text).join(' | ')}`;

  if (fault.harmless && played.acts !== 1 && !/did not answer in time/.test(seen)) wrong(`it was not done: ${seen}`);
  // Where Slack does not take the outcome into the channel any more, it comes as a direct message.
  const elsewhere = told.find(
    (one) => one.visibleTo === undefined && JSON.stringify(one.blocks).includes(prepared.text),
  );
  const stuck = elsewhere === undefined && last !== undefined && (isUnderWay(last) || hasButtons(last));
  if (last === undefined ? told.length === 0 : stuck) {
    if (fault.forgetful) played.forgotten = true;
    else {
      played.unanswered = true;
      wrong(last === undefined ? 'nobody was told anything' : `its message is left under way: ${last.text}`);
    }
  }
  for (const ghost of roots.slice(asked)) {
    const marked = [ghost, ...ghost.history].some((one) => JSON.stringify(one.blocks).includes('May repeat'));
    if (!marked && !fault.forgetful) wrong(`${roots.length} messages in the channel: ${seen}`);
  }

  if (entries.length > asked) wrong(`${entries.length} audit entries: ${JSON.stringify(entries)}`);
  const [entry] = entries;
  // What Redis itself is asked to keep, it may forget too.
  if (fault.forgetful && act.system === undefined && entry?.outcome === 'succeeded' && played.acts === 0)
    played.forgotten = true;
  else if (entry !== undefined) compare(entry, elsewhere ?? last, played.acts, fault.forgetful === true, wrong);
  // What is in Redis alone, a leap of the clock may undo.
  if (entry?.outcome === 'succeeded' && act.system !== undefined && !fault.forgetful && !prepared.holds())
    wrong(`it is not as it was asked for, and people were told: ${seen}`);
  if (played.acts === 1 && entry === undefined) {
    if (fault.forgetful) played.forgotten = true;
    else wrong(`it was done, and the audit trail has nothing of it; ${seen}`);
  }
  const everything = [...roots, ...told].map(({ text }) => text).join('\n');
  if (played.acts > 0 && entry === undefined && NOTHING.test(everything) && !fault.forgetful)
    wrong(`it was done, and people were told: ${everything}`);
  if (/bug in the bot|NaN|undefined|in -|\b-\d+ (?:s|min|h)\b/.test(seen)) wrong(`people were told: ${seen}`);
  const leftQuiet = scene.rig.world.jenkins.current?.farm.quietingDown === true;
  // Those two are about nothing else.
  if (
    leftQuiet &&
    !seen.includes('could not be told to go on') &&
    act.command !== 'quiet' &&
    act.command !== 'unquiet'
  ) {
    if (fault.forgetful) played.forgotten = true;
    else wrong('Jenkins was left quieting down');
  }
}

/** The audit trail, the channel and the truth are one. */
function compare(
  entry: AuditEntry,
  last: SlackMessage | undefined,
  acts: number,
  forgetful: boolean,
  wrong: (line: string) => unknown,
): void {
  const { outcome, summary } = entry;
  const lies =
    outcome === 'succeeded'
      ? acts === 0
      : outcome !== 'lost' && acts > 0 && NOTHING.test(summary) && !NOT_KNOWN.test(summary);
  // A command that found the world as it wants it did nothing, and says so.
  const already = /already/.test(summary);
  if (lies && !already) wrong(`it took effect ${acts} times, and the audit trail says ${outcome}: ${summary}`);
  if (acts > 0 && already && !forgetful) wrong(`it was done by this very command, which says: ${summary}`);
  if (last === undefined) return;
  if (!plain(last.text).startsWith(plain(summary).slice(0, 80)) && !forgetful)
    wrong(`the audit trail says “${summary}”, the message “${last.text}”`);
}

const plain = (text: string): string => text.replace(/[*`_]/g, '').replace(/\s+/g, ' ').trim();

/** The messages of this command for all to see, oldest first. */
function rootsOf({ scene, prepared, channel, from }: Ended): SlackMessage[] {
  const parent = prepared.button?.message.ts;
  return scene.rig.slack.messages
    .slice(from)
    .filter(
      (one) =>
        one.authorId === BOT &&
        !one.deleted &&
        one.visibleTo === undefined &&
        one.channelId === channel &&
        one.threadTs === parent &&
        [one, ...one.history].some((version) => JSON.stringify(version.blocks).includes(`/ci ${prepared.text}`)),
    );
}

/** A leap of the clock makes a plan too old: what was asked for ends there, and nobody answers the fresh one. */
const withoutFreshPlan = (roots: SlackMessage[]): SlackMessage[] =>
  roots.some((one) => shown(one).includes('a fresh plan follows')) ? roots.filter((one) => !hasButtons(one)) : roots;

/** What reached the person alone: a private answer, a direct message, or Slack's own word that it failed. */
function toldTo({ scene, from }: Ended): SlackMessage[] {
  return scene.rig.slack.messages
    .slice(from)
    .filter(
      (one) =>
        (one.visibleTo === ANA || one.channelId === `D0${ANA.slice(1)}`) &&
        !/Working on it|Waiting for its turn/.test(one.text),
    );
}
