// `/ci alerts`: the board: what is open, and what rang lately.
import { z } from 'zod';
import type { Rule } from '../core/alert.js';
import { silenceWords } from '../core/alert-view.js';
import type { Ack, Silence } from '../core/board.js';
import { type Asked, defineCommand, type Ports } from '../core/command.js';
import { type Button, context, type Message, type MessageBlock, say, section } from '../core/conversation.js';
import type { Incident } from '../core/incident.js';
import { lines, md, mention, moment, type Rich } from '../core/text.js';
import { DAY } from '../core/time.js';
import { counted, duration } from '../core/words.js';

interface Row {
  incident: Incident;
  headline: Rich;
  ack: Ack | undefined;
  silence: Silence | undefined;
}

interface Facts {
  now: number;
  open: Row[];
  /** Of the last 24 h. */
  over: Row[];
  channel: string | undefined;
}

/** More are a storm, and its root message counts them. */
const MOST = 20;

export const alerts = defineCommand({
  name: 'alerts',
  aliases: ['incidents'],
  usage: 'alerts',
  summary: 'What rings now, who has it in hand, and what rang in the last 24 h.',
  examples: ['alerts', 'alerts --here'],
  args: z.object({}),
  effect: 'read',
  run,
  view,
});

async function run(_: object, { incidents, rules, clock, settings }: Ports, _asked: Asked): Promise<Facts> {
  const now = clock.now();
  const [recent, silences] = await Promise.all([incidents.recent(MOST), incidents.silences()]);
  const rows = await Promise.all(
    recent.map(async (incident): Promise<Row> => {
      const silence = silences[incident.fingerprint];
      return {
        incident,
        headline: headlineOf(incident, rules, now),
        ack: await incidents.ackOf(incident.id),
        silence: silence !== undefined && silence.until > now ? silence : undefined,
      };
    }),
  );
  const isOpen = ({ incident }: Row) => incident.resolvedAt === undefined;
  return {
    now,
    open: rows.filter(isOpen),
    over: rows.filter((row) => !isOpen(row) && now - (row.incident.resolvedAt ?? 0) < DAY),
    channel: settings.alertChannel,
  };
}

/** A rule of a newer version has words we do not know. */
function headlineOf(incident: Incident, rules: readonly Rule[], now: number): Rich {
  const rule = rules.find((one) => one.name === incident.rule);
  if (rule === undefined) return md`${incident.rule}`;
  const words = rule.view(incident, now);
  return incident.resolvedAt === undefined ? words.headline : words.over;
}

function view({ now, open, over, channel }: Facts): Message {
  const first =
    open.length === 0
      ? md`:large_green_circle: Nothing rings now.`
      : md`:red_circle: ${counted(open.length, 'alert')} ${open.length === 1 ? 'is' : 'are'} open.`;
  return say(
    first,
    ...open.map((row) => section(openLine(row, now))),
    ...buttons(open),
    ...(over.length === 0 ? [] : [section(lines(md`*Over, in the last 24 h*`, ...over.map(overLine)))]),
    ...(channel === undefined ? [context(md`No alert channel is set (ALERT_CHANNEL), so nobody is alerted.`)] : []),
  );
}

function openLine({ incident, headline, ack, silence }: Row, now: number): Rich {
  const hand = ack === undefined ? md`nobody has acknowledged it` : md`acknowledged by ${mention(ack.userId)}`;
  const quiet = silence === undefined ? md`` : md` · ${silenceWords(silence)}`;
  return md`*${incident.id}* ${headline} · for ${duration(now - incident.raisedAt)} · ${hand}${quiet}`;
}

const overLine = ({ incident, headline }: Row): Rich =>
  md`*${incident.id}* ${headline} · ${moment(incident.resolvedAt ?? incident.openedAt)}`;

function buttons(open: readonly Row[]): MessageBlock[] {
  const found = open
    .filter(({ ack }) => ack === undefined)
    .slice(0, 3)
    .map(
      ({ incident }): Button => ({ label: `Acknowledge ${incident.id}`, action: 'run', value: `ack ${incident.id}` }),
    );
  return found.length === 0 ? [] : [{ type: 'actions', buttons: found }];
}
