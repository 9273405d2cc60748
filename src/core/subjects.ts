// What a message in Slack is about: the alerts, jobs and builds it names, and the commands its buttons hold. Called for the
// shortcut *Ask Bellboard about this*, on messages of anybody: ours, Jenkins' own notifications, people's.
import type { Catalogue, Command } from './command.js';
import { UserError } from './errors.js';
import { commandIn, parse } from './parse.js';
import { commandText, type PickSource } from './pick.js';

export interface Subject {
  kind: keyof typeof PICKED_FROM;
  value: string;
}

/** Where commands pick such a thing from. */
const PICKED_FROM = {
  alerts: ['alerts'],
  builds: ['builds', 'abortable'],
  jobs: ['jobs'],
} satisfies Record<string, PickSource[]>;

export interface Subjects {
  named: readonly Subject[];
  /** Of our own buttons, as they stand. */
  commands: readonly string[];
}

/** A message of ours has 12,000 characters at most; of others this much is looked at. */
const MOST_READ = 20_000;
/** Of each kind; a list of builds is about none of them. */
const MOST_NAMED = 3;

const ALERT = /(?<![\w/#%-])A\d{1,9}(?![\w/-])/g;
/** `team/app#12`, `team » app #12`, `app - #12`: as people write it, as Jenkins does, and as its Slack plugin does. */
const BUILD =
  /(?<![\p{L}\p{N}_.@%+/-])([\p{L}\p{N}_.@%+-]+(?:(?:\/| » )[\p{L}\p{N}_.@%+-]+){0,9})(?: - | )?#(\d{1,9})(?!\w)/gu;
const JOB_LINK = /\/job\/([^\s/|>]+(?:\/job\/[^\s/|>]+){0,9})(?:\/(\d{1,9}))?(?=[\s/|>]|$)/g;

/** @param message as Slack sends it with the shortcut */
export function subjectsOf(message: unknown): Subjects {
  const found = readAll(message);
  const text = found.texts.join('\n').slice(0, MOST_READ);
  const builds = [...text.matchAll(BUILD)].map(([, job = '', number = '']) => ({
    job: job.replaceAll(' » ', '/'),
    number,
  }));
  const links = [...text.matchAll(JOB_LINK)].map(([, path = '', number]) => ({
    job: path.split('/job/').map(decoded).join('/'),
    number,
  }));
  const both = [...builds, ...links];
  const numbered = both.flatMap(({ job, number }) => (number === undefined ? [] : [`${job}#${number}`]));
  return {
    named: [
      ...named('alerts', text.match(ALERT) ?? []),
      ...named('builds', numbered),
      ...named(
        'jobs',
        both.map(({ job }) => job),
      ),
    ],
    commands: [...new Set(found.commands)],
  };
}

const named = (kind: Subject['kind'], values: readonly string[]): Subject[] =>
  [...new Set(values)].slice(0, MOST_NAMED).map((value) => ({ kind, value }));

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Every text and address in it, and the commands of our `run` buttons. */
function readAll(value: unknown, depth = 0): { texts: string[]; commands: string[] } {
  if (depth > 12) return { texts: [], commands: [] };
  if (Array.isArray(value)) return joined(value.map((one) => readAll(one, depth + 1)));
  if (!isObject(value)) return { texts: [], commands: [] };
  const { action_id: action, value: command } = value;
  const isRun = typeof action === 'string' && /^run(?:\.thread)?:\d+$/.test(action) && typeof command === 'string';
  const own = TEXTS.map((key) => value[key]).filter((text): text is string => typeof text === 'string');
  const inner = joined(Object.values(value).map((one) => readAll(one, depth + 1)));
  return { texts: [...own, ...inner.texts], commands: [...(isRun ? [command] : []), ...inner.commands] };
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const TEXTS = ['text', 'fallback', 'title', 'title_link', 'pretext', 'url'];

const joined = (all: readonly { texts: string[]; commands: string[] }[]) => ({
  texts: all.flatMap(({ texts }) => texts),
  commands: all.flatMap(({ commands }) => commands),
});

/** Asked of any message. */
const GENERAL = ['status', 'alerts', 'where', 'logs'];
export interface Offered {
  /** As it would be typed, however long. */
  text: string;
  /** It changes nothing. */
  isRead: boolean;
}

/** Commands that fit, the most fitting first: those of the message's own buttons and every one that picks such a thing. */
export function offersFor({ named, commands }: Subjects, catalogue: Catalogue): Offered[] {
  const byEffect = [...catalogue.all()].sort((a, b) => Number(isRead(b)) - Number(isRead(a)));
  const about = named.flatMap((subject) => byEffect.flatMap((command) => applied(command, subject)));
  const reads = commands.filter((text) => isRead(commandIn(text, catalogue)));
  return [...new Set([...reads, ...about, ...commands, ...GENERAL])]
    .filter((text) => text.trim() !== '' && isCommand(text, catalogue))
    .map((text) => ({ text, isRead: isRead(commandIn(text, catalogue)) }));
}

const isRead = (command: Command | undefined): boolean => command?.effect === 'read';

/** The command about that one thing, where it needs nothing else. */
function applied(command: Command, { kind, value }: Subject): string[] {
  const picks = Object.entries(command.picks ?? {});
  const sources: readonly PickSource[] = PICKED_FROM[kind];
  const place = picks.find(([, pick]) => 'from' in pick && sources.includes(pick.from));
  const isEnough = picks.every(
    ([name, pick]) => name === place?.[0] || 'always' in pick || 'each' in pick || pick.optional === true,
  );
  if (place === undefined || !isEnough) return [];
  // No quotes hold some names.
  return orNone(() => commandText(command, { [place[0]]: value }));
}

const isCommand = (text: string, catalogue: Catalogue): boolean => orNone(() => parse(text, catalogue)).length > 0;

function orNone<T>(make: () => T): T[] {
  try {
    return [make()];
  } catch (error) {
    if (error instanceof UserError) return [];
    throw error;
  }
}
