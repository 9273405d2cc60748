// How an incident is said: one root message edited from first ring to all-clear, its timeline and what else stands in its
// thread. The words that are the rule's own come from `rule.view`.
import type { AlertWords, Rule } from './alert.js';
import type { Ack, Silence } from './board.js';
import { type Button, context, type Message, type MessageBlock, say } from './conversation.js';
import type { Incident } from './incident.js';
import { bold, groupMention, join, lines, md, mention, moment, type Rich, report, second } from './text.js';
import { counted } from './words.js';

export interface Standing {
  now: number;
  ack: Ack | undefined;
  silence: Silence | undefined;
  /** A parent's open incident explains it. */
  hidden: boolean;
}

export function rootMessage(incident: Incident, rule: Rule, standing: Standing): Message {
  const words = rule.view(incident, standing.now);
  const headline = headlineOf(incident, words, standing);
  return {
    text: headline.plain,
    blocks: [
      { type: 'section', text: headline },
      ...(words.fields.length === 0 ? [] : [{ type: 'fields', fields: words.fields } satisfies MessageBlock]),
      ...(words.notes ?? []).map((text): MessageBlock => ({ type: 'section', text })),
      ...buttonsOf(incident, words, standing),
      context(footer(incident, standing)),
    ],
  };
}

/** Colour means state and never stands alone: the word is in the sentence or in the footer. */
function headlineOf(incident: Incident, words: AlertWords, { silence }: Standing): Rich {
  if (incident.resolvedAt !== undefined) return md`:large_green_circle: ${bold(words.over)}`;
  return silence === undefined ? md`:red_circle: ${bold(words.headline)}` : md`:no_bell: ${bold(words.headline)}`;
}

function footer(incident: Incident, { ack, silence, hidden }: Standing): Rich {
  const parts: (Rich | string)[] = [md`*${incident.id}*`];
  if (incident.resolvedAt !== undefined) parts.push(md`resolved ${moment(incident.overAt ?? incident.resolvedAt)}`);
  else if (silence !== undefined) parts.push(silenceWords(silence));
  else parts.push(ack === undefined ? 'open, nobody has acknowledged it' : 'open');
  if (ack !== undefined) parts.push(md`acknowledged by ${mention(ack.userId)} ${moment(ack.at)}`);
  if (hidden && incident.resolvedAt === undefined) parts.push('quiet while another alert explains it');
  if (incident.flapping && incident.resolvedAt === undefined)
    parts.push(`flapping, rang ${counted(incident.count, 'time')}`);
  else if (incident.reopened > 0)
    parts.push(`reopened ${incident.reopened === 1 ? 'once' : `${incident.reopened} times`}`);
  if (incident.escalatedAt !== undefined) parts.push(md`escalated ${moment(incident.escalatedAt)}`);
  parts.push(md`rang ${moment(incident.openedAt)}`);
  return join(parts, ' · ');
}

export function silenceWords({ userId, until, reason }: Silence): Rich {
  const why = reason === null ? md`` : md` (${reason})`;
  return md`silenced by ${mention(userId)} until ${moment(until)}${why}`;
}

function buttonsOf(incident: Incident, words: AlertWords, { ack, silence }: Standing): MessageBlock[] {
  const buttons: Button[] = [];
  const open = incident.resolvedAt === undefined;
  if (open && ack === undefined) {
    buttons.push({ label: 'Acknowledge', action: 'run.thread', value: `ack ${incident.id}`, style: 'primary' });
  }
  if (open && silence === undefined) {
    buttons.push({ label: 'Silence 1 h', action: 'run.thread', value: `silence ${incident.id} --for 1h` });
  }
  const taskId = incident.facts['taskId'];
  if (typeof taskId === 'string') buttons.push({ label: 'Logs', action: 'run', value: `logs stderr --task ${taskId}` });
  if (open && words.remedy !== undefined) buttons.push(words.remedy);
  return buttons.length === 0 ? [] : [{ type: 'actions', buttons }];
}

/** One reply in the thread, edited as the case goes on. */
export function timelineMessage({ id, timeline, dropped }: Incident): Message {
  const rows = timeline.map(({ at, text }) => md`${second(at)} ${report(text)}`);
  const [first, ...rest] = rows;
  const gap = dropped === 0 ? undefined : md`_… ${counted(dropped, 'more line')} …_`;
  return {
    text: `Timeline of ${id}: ${timeline.at(-1)?.text ?? ''}`,
    blocks: [{ type: 'section', text: lines(first, gap, ...rest) }],
  };
}

export function excerptMessage(incident: Incident, excerpt: { title: string; text: string }): Message {
  return {
    text: `${excerpt.title}, ${incident.id}`,
    blocks: [
      { type: 'section', text: report(excerpt.title) },
      { type: 'code', text: excerpt.text, keep: 'end' },
    ],
  };
}

/** An edit notifies nobody: what needs a person is a reply too. */
export function againMessage(incident: Incident, rule: Rule, now: number): Message {
  return say(md`:red_circle: ${incident.id} is open again: ${rule.view(incident, now).headline}`);
}

export function escalationMessage(incident: Incident, rule: Rule, oncall: string | undefined, now: number): Message {
  const who = oncall === undefined ? md`` : md`${groupOrPerson(oncall)} `;
  const why = incident.escalation === undefined ? md`` : md` ${report(incident.escalation)}`;
  return say(md`:rotating_light: ${who}${incident.id} needs somebody: ${rule.view(incident, now).headline}.${why}`);
}

/** A user group is called by another spelling than a person. */
const groupOrPerson = (id: string): Rich => (id.startsWith('S') ? groupMention(id) : mention(id));

/** In the thread of a deploy of ours: how often what it started did not stay, and why. */
export function launchesMessage(failures: number, why: string | undefined, notes: readonly string[]): Message {
  const failed =
    failures === 0
      ? undefined
      : md`:warning: ${failures === 1 ? 'The new controller did not stay' : `The new controller did not stay, attempt ${failures}`}: ${why ?? 'cause not known'}. Marathon tries again.`;
  const text = lines(failed, ...notes.map((note) => report(note)));
  return say(text);
}
