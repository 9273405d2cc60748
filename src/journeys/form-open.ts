// Forms that are opened, in the bot: behind a button *Choose …*, or by the shortcut on a message. Nothing is remembered of a
// form but what it carries itself.
import type { Command } from '../core/command.js';
import { type Message, sorry } from '../core/conversation.js';
import { SlackError } from '../core/delivery.js';
import type { Filled, Form, Kept, OpenForm } from '../core/form.js';
import type { PressJob } from '../core/jobs.js';
import { namedIn, parse } from '../core/parse.js';
import { fieldOf, type Pick as Picked } from '../core/pick.js';
import { offersFor, type Subjects } from '../core/subjects.js';
import { code, join, md } from '../core/text.js';
import { SECOND } from '../core/time.js';
import { admitted } from './command.js';
import { pickForm } from './form.js';
import { askForm } from './form-ask.js';
import { drawnAnew, pickable, sourcesOf } from './form-change.js';
import { attempt, awaited, lookedUp, refresh } from './form-choices.js';
import { LOOK_MS } from './gather-choices.js';
import { permissionFromMemory, untyped } from './permission.js';
import type { FormPorts } from './ports.js';

/** @returns what the person is told instead of a form */
export async function openPick(job: PressJob, triggerId: string, ports: FormPorts): Promise<Message | undefined> {
  const command = pickable(job.value, ports);
  if (command === undefined) {
    return sorry('There is no form for that any more.', 'Type the command; `help` lists them.');
  }
  const no = notNow(job, command, ports);
  if (no !== undefined) return no;
  const { inFields, carried } = typedIn(job.value, command);
  if (JSON.stringify(carried).length > MOST_CARRIED) {
    return sorry('That is too long for a form.', 'Type the command, with what was wrong put right.');
  }
  const typed = Object.keys(carried).length === 0 ? {} : { typed: carried };
  const kept: Kept = { ...keptOf(job), kind: 'pick', command: command.name, ...typed };
  const form = () => pickForm(command, inFields, kept, ports);
  const opened = await open(job, triggerId, await form(), ports);
  if ('blocks' in opened) return opened;
  await tellGaps(command, opened, form, ports);
  return undefined;
}

/** @param subjects of the message it was called on · @returns as above */
export async function openAsk(
  job: PressJob,
  triggerId: string,
  subjects: Subjects,
  ports: FormPorts,
): Promise<Message | undefined> {
  const help = ports.catalogue.find('help');
  const no = help === undefined ? undefined : notNow(job, help, ports);
  if (no !== undefined) return no;
  const may = (command: Command) => permissionFromMemory(job, untyped(command), ports).allowed;
  const offers = offersFor(subjects, ports.catalogue).filter(({ text }) => may(parse(text, ports.catalogue).command));
  const named = subjects.named.map(({ value }) => code(value));
  const about =
    named.length === 0
      ? md`That message names no alert, job or build that I know of; here is what is often asked.`
      : md`That message is about ${join(named)}.`;
  const form = askForm(about, offers, { ...keptOf(job), kind: 'ask', command: '' }, ports.slash);
  const opened = await open(job, triggerId, form, ports);
  return 'blocks' in opened ? opened : undefined;
}

const keptOf = ({ place, delivery, replyTo }: PressJob): Pick<Kept, 'v' | 'channelId' | 'threadTs' | 'reply'> => ({
  v: 1,
  channelId: place.channelId,
  ...(place.threadTs === undefined ? {} : { threadTs: place.threadTs }),
  ...(replyTo.responseUrl === undefined ? {} : { reply: delivery }),
});

async function open(
  { replyTo, delivery }: PressJob,
  triggerId: string,
  form: Form,
  ports: FormPorts,
): Promise<OpenForm | Message> {
  try {
    const opened = await ports.screens.open(triggerId, form);
    // After it is open: what is missing here only makes the form poorer.
    if (replyTo.responseUrl !== undefined) await attempt(ports, () => ports.replies.keep(delivery, replyTo));
    return opened;
  } catch (error) {
    if (!(error instanceof SlackError)) throw error;
    ports.log.warn({ code: error.code }, 'Slack did not open a form');
    return sorry(`Slack did not open the form (${error.code}).`, 'Press the button again, or type the command.');
  }
}

/** A worker that gives up says so a moment later. */
const GAPS_WAIT_MS = LOOK_MS + SECOND;

/** Has a worker look for what there is to choose from, and says in the form when a system does not tell. */
async function tellGaps(command: Command, { viewId, stands }: OpenForm, form: () => Promise<Form>, ports: FormPorts) {
  const found = await Promise.all(
    sourcesOf(command).map(async (source) => {
      const { at } = (await lookedUp(source, undefined, ports)) ?? {};
      await refresh(source, undefined, ports);
      return awaited(source, undefined, GAPS_WAIT_MS, ports, at);
    }),
  );
  if (found.some((one) => one?.missing !== undefined)) await drawnAnew(viewId, await form(), ports, stands);
}

/** Of what a form carries, 3,000 characters in all. */
const MOST_CARRIED = 2_000;

/** What was typed already; a name that has to be picked is picked anew. */
function typedIn(text: string, command: Command): { inFields: Filled; carried: Filled } {
  const { picks = {} } = command;
  const named = Object.entries(namedIn(text, command));
  const of = (
    entries: (pick: Picked | undefined, name: string, value: string | true | string[]) => [string, string][],
  ) => Object.fromEntries(named.flatMap(([name, value]) => entries(picks[name], name, value)));
  return {
    inFields: of((pick, name, value) => {
      if (pick === undefined || typeof value !== 'string') return [];
      return 'write' in pick || ('oneOf' in pick && pick.oneOf.includes(value)) ? [[name, value]] : [];
    }),
    carried: of((pick, name, value) => {
      if (pick === undefined) return Array.isArray(value) ? [] : [[name, String(value)]];
      return 'each' in pick && value !== true ? settingsIn(value).map(([of, one]) => [fieldOf(name, of), one]) : [];
    }),
  };
}

/** `NAME=value` words. */
const settingsIn = (words: string | readonly string[]): [name: string, value: string][] =>
  (typeof words === 'string' ? words.split(/\s+/) : words).flatMap((word): [string, string][] => {
    const at = word.indexOf('=');
    return at < 1 ? [] : [[word.slice(0, at), word.slice(at + 1)]];
  });

function notNow(job: PressJob, command: Command, ports: FormPorts): Message | undefined {
  const refused = admitted(job, ports);
  if (refused?.kind === 'answered') return refused.message;
  const permission = permissionFromMemory(job, untyped(command), ports);
  return permission.allowed ? undefined : sorry(permission.reason, permission.hint);
}
