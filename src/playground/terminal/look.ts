// How the terminal draws: what the drawing functions are told about the screen and the workspace.
import type { Pressable, SlackFile, SlackMessage, SlackView } from '../slack/workspace.js';

/** What buttons stand in. */
export type Owner = SlackMessage | SlackView;

export interface Look {
  width: number;
  color: boolean;
  /** `@ana`, `#ci`, `@ci-ops`; the id itself when unknown. */
  nameOf(id: string): string;
  /** The number a button is pressed by. */
  numberOf(button: Pressable, owner: Owner): number | undefined;
  /** Where a file of a message has been saved, or why not; files are only named when absent. */
  savedAt?(file: SlackFile): string;
  /** IANA zone of the times shown; the machine's own when absent. */
  timeZone?: string;
}

/** The emoji our messages use; any other keeps its code. */
const EMOJI: Readonly<Record<string, string>> = {
  arrow_forward: '▶',
  arrows_counterclockwise: '🔄',
  bar_chart: '📊',
  bell: '🔔',
  bulb: '💡',
  card_index_dividers: '🗂',
  double_vertical_bar: '⏸',
  eyes: '👀',
  floppy_disk: '💾',
  gear: '⚙',
  hammer: '🔨',
  hourglass: '⌛',
  hourglass_flowing_sand: '⏳',
  information_source: 'ℹ',
  large_green_circle: '🟢',
  large_yellow_circle: '🟡',
  lock: '🔒',
  memo: '📝',
  new: '🆕',
  newspaper: '📰',
  no_bell: '🔕',
  no_entry: '⛔',
  no_entry_sign: '🚫',
  red_circle: '🔴',
  rewind: '⏪',
  rotating_light: '🚨',
  round_pushpin: '📍',
  scroll: '📜',
  unlock: '🔓',
  warning: '⚠',
  wastebasket: '🗑',
  white_check_mark: '✅',
  white_circle: '⚪',
  wrench: '🔧',
  x: '❌',
};

export const emoji = (name: string): string => EMOJI[name] ?? `:${name}:`;

/** Slack's date tokens (docs.slack.dev/messaging/formatting-message-text#date-formatting), without its "today". */
const DATES: Readonly<Record<string, Intl.DateTimeFormatOptions>> = {
  date: { dateStyle: 'long' },
  date_short: { dateStyle: 'medium' },
  date_long: { dateStyle: 'full' },
  date_slash: { dateStyle: 'short' },
  time: { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  time_secs: { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' },
};

/** @param format with tokens, `{date_short_pretty} {time}`; unknown tokens make it the fallback */
export function dated(seconds: string, format: string, fallback: string, look: Pick<Look, 'timeZone'>): string {
  const at = Number(seconds) * 1_000;
  let known = true;
  const text = format.replace(/\{([a-z_]+)\}/g, (_token, name: string) => {
    if (name === 'date_num') return new Date(at).toISOString().slice(0, 10);
    const options = DATES[name.replace(/_pretty$/, '')];
    if (options === undefined) known = false;
    return formatted(at, options ?? {}, look);
  });
  return known ? text : fallback;
}

export function clockTime(ts: string, look: Pick<Look, 'timeZone'>): string {
  return formatted(Number(ts) * 1_000, DATES['time'] ?? {}, look);
}

function formatted(at: number, options: Intl.DateTimeFormatOptions, { timeZone }: Pick<Look, 'timeZone'>): string {
  return new Intl.DateTimeFormat('en-GB', timeZone === undefined ? options : { ...options, timeZone }).format(at);
}
