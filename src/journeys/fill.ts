// What people do with forms, in the bot: open one, change it, search in it, send it. Each asks again whether this person
// may, and nothing is remembered from one to the next but what the form itself carries.
import type { Command } from '../core/command.js';
import { type Message, sorry } from '../core/conversation.js';
import { SlackError } from '../core/delivery.js';
import { UpstreamError, UserError } from '../core/errors.js';
import type { Filled, Form, Found, Kept } from '../core/form.js';
import type { CommandJob, PressJob } from '../core/jobs.js';
import { commandIn, namedIn, parse } from '../core/parse.js';
import { type Choice, commandText, fieldOf, fitting, type PickSource } from '../core/pick.js';
import { offersFor, type Subjects } from '../core/subjects.js';
import { code, join, md } from '../core/text.js';
import { SECOND } from '../core/time.js';
import { admitted, refuseSecrets } from './command.js';
import { askForm, asOption, MOST_OPTIONS, OFFER, OTHER, pickForm, toldForm, unfolded } from './form.js';
import { permissionFromMemory, permissionToSee, untyped } from './permission.js';
import type { FormPorts } from './ports.js';

/** So old, what there is to choose from is looked up again while people choose. */
const FRESH_MS = 30 * SECOND;
/** A search must be answered within 3 s (docs.slack.dev/reference/block-kit/block-elements/select-menu-element). */
const SEARCH_WAIT_MS = 1.8 * SECOND;
/** A form that waits for the fields of what was picked. */
const FIELDS_WAIT_MS = 10 * SECOND;
const LOOK_MS = 100;

type Doing = Pick<PressJob, 'actor' | 'place'> & { delivery: string };

/** Of a form that is open. */
export interface Shown extends Doing {
  viewId: string;
  kept: Kept | undefined;
  filled: Filled;
}

/** @returns what the person is told instead of a form */
export async function openPick(job: PressJob, triggerId: string, ports: FormPorts): Promise<Message | undefined> {
  const command = pickable(job.value, ports);
  if (command === undefined) {
    return sorry('There is no form for that any more.', 'Type the command; `help` lists them.');
  }
  const no = notNow(job, command, ports);
  if (no !== undefined) return no;
  const kept: Kept = { ...keptOf(job), kind: 'pick', command: command.name };
  const form = await pickForm(command, typedIn(job.value, command), kept, ports);
  return opened(job, triggerId, form, command, ports);
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
  const offers = offersFor(subjects, ports.catalogue).filter((text) => may(parse(text, ports.catalogue).command));
  const named = subjects.named.map(({ value }) => code(value));
  const about =
    named.length === 0
      ? md`That message names no alert, job or build that I know of; here is what is often asked.`
      : md`That message is about ${join(named)}.`;
  return opened(
    job,
    triggerId,
    askForm(about, offers, { ...keptOf(job), kind: 'ask', command: '' }, ports.slash),
    undefined,
    ports,
  );
}

const keptOf = ({ place, delivery, replyTo }: PressJob): Pick<Kept, 'v' | 'channelId' | 'threadTs' | 'reply'> => ({
  v: 1,
  channelId: place.channelId,
  ...(place.threadTs === undefined ? {} : { threadTs: place.threadTs }),
  ...(replyTo.responseUrl === undefined ? {} : { reply: delivery }),
});

async function opened(
  job: PressJob,
  triggerId: string,
  form: Form,
  command: Command | undefined,
  ports: FormPorts,
): Promise<Message | undefined> {
  try {
    await ports.screens.open(triggerId, form);
  } catch (error) {
    if (!(error instanceof SlackError)) throw error;
    ports.log.warn({ code: error.code }, 'Slack did not open a form');
    return sorry(`Slack did not open the form (${error.code}).`, 'Press the button again, or type the command.');
  }
  // After it is open: what is missing here only makes the form poorer.
  const { replyTo, delivery } = job;
  if (replyTo.responseUrl !== undefined) await attempt(ports, () => ports.replies.keep(delivery, replyTo));
  for (const [source, of] of command === undefined ? [] : sourcesOf(command, {})) await refresh(source, of, ports);
  return undefined;
}

/** Those whose choices are known to be asked for, once what they depend on is picked. */
function sourcesOf({ picks = {} }: Command, filled: Filled): [PickSource, string | undefined][] {
  return Object.values(picks).flatMap((pick): [PickSource, string | undefined][] => {
    if ('each' in pick) return filled[pick.of] === undefined ? [] : [[pick.each, filled[pick.of]]];
    if (!('from' in pick)) return [];
    if (pick.of === undefined) return [[pick.from, undefined]];
    return filled[pick.of] === undefined ? [] : [[pick.from, filled[pick.of]]];
  });
}

const pickable = (text: string, { catalogue }: FormPorts): Command | undefined => {
  const command = commandIn(text, catalogue);
  return command?.picks === undefined ? undefined : command;
};

/** What was typed already; a name that has to be picked is picked anew. */
function typedIn(text: string, command: Command): Filled {
  const named = Object.entries(namedIn(text, command));
  return Object.fromEntries(
    named.filter((entry): entry is [string, string] => {
      const pick = command.picks?.[entry[0]];
      if (pick === undefined || typeof entry[1] !== 'string') return false;
      return 'write' in pick || ('oneOf' in pick && pick.oneOf.includes(entry[1]));
    }),
  );
}

function notNow(job: PressJob, command: Command, ports: FormPorts): Message | undefined {
  const refused = admitted(job, ports);
  if (refused?.kind === 'answered') return refused.message;
  const permission = permissionFromMemory(job, untyped(command), ports);
  return permission.allowed ? undefined : sorry(permission.reason, permission.hint);
}

/** Shows what it amounts to now. The newest change wins; what is run is read from the form when it is sent. */
export async function changed(shown: Shown, ports: FormPorts): Promise<void> {
  const command = shown.kept?.kind === 'pick' ? pickable(shown.kept.command, ports) : undefined;
  if (shown.kept === undefined || command === undefined) return;
  const permission = permissionFromMemory(shown, untyped(command), ports);
  if (!permission.allowed) {
    return ports.screens.update(shown.viewId, toldForm(sorry(permission.reason, permission.hint), shown.kept));
  }
  const filled = await unfolded(command, shown.filled, ports);
  const { kept, viewId } = shown;
  const missing = await unknownFields(command, filled, ports);
  const show = async (sources: readonly PickSource[], why: string) =>
    ports.screens.update(viewId, await pickForm(command, filled, kept, ports, { sources, why }));
  await show(
    missing.map(({ source }) => source),
    'Asking what more there is to fill in …',
  );
  if (missing.length === 0) return;
  for (const { source, of } of missing) await refresh(source, of, ports);
  const found = await Promise.all(missing.map(({ source, of, at }) => awaited(source, of, FIELDS_WAIT_MS, ports, at)));
  const late = missing.filter((_, index) => found[index] === undefined);
  await show(
    late.map(({ source }) => source),
    'What more there is to fill in was not found out in time: type it with the command.',
  );
}

/** Those of a thing that was picked just now: what is kept of it may be of yesterday, and would be sent as it stands. */
async function unknownFields({ picks = {} }: Command, filled: Filled, ports: FormPorts) {
  const wanted = Object.entries(picks).flatMap(([name, pick]) => {
    const of = 'each' in pick ? filled[pick.of] : undefined;
    const isShown = Object.keys(filled).some((field) => field.startsWith(fieldOf(name, '')));
    return 'each' in pick && of !== undefined && !isShown ? [{ source: pick.each, of }] : [];
  });
  const kept = await Promise.all(wanted.map(({ source, of }) => ports.choices.read(source, of)));
  return wanted.flatMap((one, index) => {
    const { at = 0 } = kept[index] ?? {};
    return ports.clock.now() - at < FRESH_MS ? [] : [{ ...one, at }];
  });
}

/**
 * What fits what was typed into a field, from what was found last. Slack is asked who this is: names of jobs are for
 * those who may use them.
 */
export async function suggest(shown: Shown, name: string, typed: string, ports: FormPorts): Promise<Choice[]> {
  const command = shown.kept?.kind === 'pick' ? pickable(shown.kept.command, ports) : undefined;
  const pick = command?.picks?.[name];
  if (command === undefined || pick === undefined || !('from' in pick)) return [];
  const permission = await permissionToSee(shown, command, ports);
  if (!permission.allowed) return [];
  const of = pick.of === undefined ? undefined : (await unfolded(command, shown.filled, ports))[pick.of];
  const found = await upToDate(pick.from, of, ports);
  return fitting(found?.choices ?? [], typed)
    .slice(0, MOST_OPTIONS)
    .map(asOption);
}

async function upToDate(source: PickSource, of: string | undefined, ports: FormPorts): Promise<Found | undefined> {
  const found = await ports.choices.read(source, of);
  if (found !== undefined && ports.clock.now() - found.at < FRESH_MS) return found;
  await refresh(source, of, ports);
  return found ?? awaited(source, of, SEARCH_WAIT_MS, ports);
}

/** In real time: it is a worker that is waited for, and Slack that waits. */
async function awaited(source: PickSource, of: string | undefined, ms: number, ports: FormPorts, after = 0) {
  for (let waited = 0; waited < ms; waited += LOOK_MS) {
    await ports.wall.sleep(LOOK_MS);
    const found = await ports.choices.read(source, of);
    if (found !== undefined && found.at > after) return found;
  }
  return undefined;
}

const refresh = (source: PickSource, of: string | undefined, ports: FormPorts) =>
  attempt(ports, () => ports.errands.gather(source, of));

async function attempt(ports: FormPorts, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    ports.log.warn({ error: error.message }, 'what a form is made from could not be kept or asked for');
  }
}

/** What becomes of a form that was sent, said in its ack. */
export type Sent =
  | { kind: 'closed' }
  /** By the name of the field. */
  | { kind: 'errors'; errors: Readonly<Record<string, string>> }
  | { kind: 'told'; form: Form };

/** @param hear runs it like any typed command · the ack waits for nothing else */
export async function submit(
  shown: Shown,
  hear: (job: CommandJob) => Promise<Message | undefined>,
  ports: FormPorts,
): Promise<Sent> {
  const { kept } = shown;
  if (kept === undefined || (kept.kind !== 'pick' && kept.kind !== 'ask')) return { kind: 'told', form: tooOld(shown) };
  let text: string;
  try {
    text = await textOf(shown, kept, ports);
    refuseSecrets(text, ports);
    parse(text, ports.catalogue);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return {
      kind: 'errors',
      errors: { [fieldAbout(error, kept, ports)]: `${error.message} ${error.hint ?? ''}`.replaceAll('`', '').trim() },
    };
  }
  const replyTo = (kept.reply === undefined ? undefined : await ports.replies.read(kept.reply)) ?? {};
  const message = await hear({
    v: 1,
    kind: 'command',
    delivery: shown.delivery,
    actor: shown.actor,
    place: { channelId: kept.channelId, teamId: shown.place.teamId, threadTs: kept.threadTs },
    replyTo,
    at: ports.clock.now(),
    text,
  });
  return message === undefined ? { kind: 'closed' } : { kind: 'told', form: toldForm(message, kept) };
}

async function textOf({ filled }: Shown, kept: Kept, ports: FormPorts): Promise<string> {
  if (kept.kind === 'ask') {
    const typed = filled[OTHER]?.trim() || filled[OFFER] || '';
    if (typed === '') throw new UserError('Choose a command, or type one.');
    return typed.startsWith(`${ports.slash} `) ? typed.slice(ports.slash.length).trim() : typed;
  }
  const command = pickable(kept.command, ports);
  if (command === undefined) throw new UserError(`There is no command ${kept.command} any more.`);
  return commandText(command, await unfolded(command, filled, ports));
}

/** The field that the mistake names, else the first. */
function fieldAbout({ message }: UserError, kept: Kept, ports: FormPorts): string {
  if (kept.kind === 'ask') return OTHER;
  const picks = Object.entries(pickable(kept.command, ports)?.picks ?? {}).filter(
    ([, pick]) => !('always' in pick) && !('each' in pick),
  );
  const about = picks.find(([name]) => message.includes(`\`${name}\``) || message.includes(`\`--${name}`));
  return (about ?? picks[0])?.[0] ?? '';
}

const tooOld = ({ place }: Shown): Form =>
  toldForm(
    sorry(
      'This form is older than what is remembered of it, so nothing was done.',
      'Open it again, or type the command.',
    ),
    { channelId: place.channelId },
  );
