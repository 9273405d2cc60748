// The Home tab: the board of now, for one person. Drawn from what is kept in Redis, so that it stands at once, and again
// when the systems have been asked; `journeys/home.ts` does both.
import type { AuditEntry } from './audit.js';
import { type Button, context, type Message, type MessageBlock, section } from './conversation.js';
import type { BoardNow } from './form.js';
import type { Plan } from './plans.js';
import { bold, code, lines, link, md, mention, moment, type Rich, shorten } from './text.js';
import { MINUTE } from './time.js';
import type { UsageSample } from './usage-sample.js';
import { counted, duration } from './words.js';

export interface HomeFacts {
  now: number;
  slash: string;
  /** The newest of what is known; undefined before the first look. */
  board: BoardNow | undefined;
  alerts: readonly { id: string; headline: Rich; since: number; ackedBy: string | undefined }[];
  /** More than are shown. */
  moreAlerts: number;
  /** Asked for by this person and not answered yet. */
  mine: readonly LinkedPlan[];
  /** Of others, which wait for somebody's approval. */
  others: readonly LinkedPlan[];
  asked: readonly { text: string; at: number; isRead: boolean; outcome: AuditEntry['outcome'] | undefined }[];
  /** What opens a form, by the name of the command. */
  forms: readonly string[];
  /** The systems are being asked while this is shown. */
  isBeingRefreshed: boolean;
}

/** `url`: of its message, which says what it would do. */
type LinkedPlan = Plan & { url: string | undefined };

export const ALERTS_SHOWN = 8;
const PLANS_SHOWN = 5;
/** Of a command in a list: the rest of it is where it was asked for. Characters. */
const LONGEST_TEXT = 150;

/** The minute's sample says less than a look, and is there without one. */
export function boardOf(sample: UsageSample | undefined): BoardNow | undefined {
  if (sample === undefined) return undefined;
  const words = sample.up === true ? 'answers' : sample.up === false ? 'does not answer' : null;
  return {
    v: 1,
    at: sample.at,
    controller: words,
    executors: sample.executors,
    buildQueue:
      sample.buildQueue === null ? null : { length: sample.buildQueue.length, longestMs: sample.buildQueue.longestMs },
    missing: [],
  };
}

export function homeView(facts: HomeFacts): Message {
  const blocks: MessageBlock[] = [
    { type: 'header', text: 'The board' },
    ...boardBlocks(facts),
    { type: 'divider' },
    ...alertBlocks(facts),
    ...planBlocks(facts),
    ...askedBlocks(facts),
    { type: 'divider' },
    ...doBlocks(facts),
  ];
  return { text: 'The board of now.', blocks };
}

function boardBlocks({ board, now, isBeingRefreshed }: HomeFacts): MessageBlock[] {
  const ask = isBeingRefreshed ? md` · being looked at again …` : md``;
  if (board === undefined) return [section(md`Nothing has been looked at yet${ask}`)];
  const { executors, buildQueue, controller, missing } = board;
  const unknown = md`unknown`;
  const seen =
    now - board.at < MINUTE
      ? md`seen ${moment(board.at)}`
      : md`seen ${moment(board.at)}, ${duration(now - board.at)} ago`;
  return [
    {
      type: 'fields',
      fields: [
        { label: 'Controller', value: controller === null ? unknown : md`${controller}` },
        {
          label: 'Executors',
          value: executors === null ? unknown : md`${executors.busy} of ${counted(executors.total, 'executor')} busy`,
        },
        { label: 'Build queue', value: buildQueue === null ? unknown : queueWords(buildQueue) },
      ],
    },
    context(md`${seen}${missing.length === 0 ? '' : md` · ${missing.join('; ')}`}${ask}`),
  ];
}

const queueWords = ({ length, longestMs }: { length: number; longestMs: number }): Rich =>
  length === 0 ? md`empty` : md`${counted(length, 'build')} waiting, longest ${duration(longestMs)}`;

function alertBlocks({ alerts, moreAlerts, now }: HomeFacts): MessageBlock[] {
  if (alerts.length === 0) return [section(md`:large_green_circle: Nothing rings now.`)];
  const open = alerts.length + moreAlerts;
  return [
    section(bold(md`:red_circle: ${counted(open, 'alert')} ${open === 1 ? 'is' : 'are'} open`)),
    ...alerts.flatMap(({ id, headline, since, ackedBy }): MessageBlock[] => [
      section(
        md`*${id}* ${headline} · for ${duration(now - since)} · ${ackedBy === undefined ? 'nobody has acknowledged it' : md`acknowledged by ${mention(ackedBy)}`}`,
      ),
      ...(ackedBy === undefined ? [buttons(run(`Acknowledge ${id}`, `ack ${id}`))] : []),
    ]),
    ...(moreAlerts === 0 ? [] : [context(md`and ${moreAlerts} more: \`alerts\` lists them.`)]),
  ];
}

function planBlocks({ mine, others, slash }: HomeFacts): MessageBlock[] {
  const line = (plan: LinkedPlan) =>
    md`${code(shorten(`${slash} ${plan.text}`, LONGEST_TEXT))} · valid until ${moment(plan.validUntil)}${plan.url === undefined ? '' : md` · ${link(plan.url, 'show the plan')}`}`;
  const own = mine.slice(0, PLANS_SHOWN).flatMap((plan): MessageBlock[] => {
    const needed = plan.approvals ?? 0;
    const cancel: Button = { label: 'Cancel', action: 'plan.cancel', value: plan.id };
    // What it would do is shown with the plan itself, so it is not confirmed from here blindly.
    return [section(md`${line(plan)}${needed > 0 ? md`, needs ${counted(needed, 'approval')}` : ''}`), buttons(cancel)];
  });
  const theirs = others.slice(0, PLANS_SHOWN).map((plan) => section(md`${mention(plan.actor.userId)}: ${line(plan)}`));
  return [
    ...(own.length === 0 ? [] : [section(md`*Waiting for your confirmation*`), ...own]),
    ...(theirs.length === 0 ? [] : [section(md`*Waiting for approval by others than who asked*`), ...theirs]),
  ];
}

function askedBlocks({ asked, slash }: HomeFacts): MessageBlock[] {
  if (asked.length === 0) return [];
  const rows = asked.map(
    ({ text, at, outcome }) =>
      md`${code(shorten(`${slash} ${text}`, LONGEST_TEXT))} · ${moment(at)}${outcome === undefined ? '' : md` · ${outcome}`}`,
  );
  // Only what changes nothing is run again by one press.
  const again = asked.filter(({ isRead }) => isRead).slice(0, 3);
  return [
    section(lines(md`*Your last commands*`, ...rows)),
    ...(again.length === 0 ? [] : [buttons(...again.map(({ text }) => run(`${slash} ${text}`, text)))]),
  ];
}

function doBlocks({ forms }: HomeFacts): MessageBlock[] {
  const reads = ['status', 'where', 'usage', 'alerts', 'help'].map((text) => run(titled(text), text));
  const picks = forms.map((name): Button => ({ label: `${titled(name)} …`, action: 'pick', value: name }));
  return [
    buttons(...reads),
    ...(picks.length === 0 ? [] : [buttons(...picks)]),
    context(md`Answers come as direct messages.`),
  ];
}

const titled = (word: string): string => `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
const run = (label: string, value: string): Button => ({ label, action: 'run', value });
const buttons = (...all: Button[]): MessageBlock => ({ type: 'actions', buttons: all });
