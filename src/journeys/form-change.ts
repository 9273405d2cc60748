// Forms that are open, in the bot: changed, and searched in. Each time it is asked again whether this person may.
import type { Command } from '../core/command.js';
import { sorry } from '../core/conversation.js';
import { SlackError } from '../core/delivery.js';
import type { Filled, Form, Found, Kept } from '../core/form.js';
import { told } from '../core/gather.js';
import type { PressJob } from '../core/jobs.js';
import { commandIn } from '../core/parse.js';
import { type Choice, fieldOf, fitting, type PickSource } from '../core/pick.js';
import { SECOND } from '../core/time.js';
import { asOption, MOST_OPTIONS, pickForm, toldForm, unfolded } from './form.js';
import { attempt, awaited, isFresh, lookedUp, refresh } from './form-choices.js';
import { permissionFromMemory, permissionToSee, untyped } from './permission.js';
import type { FormPorts } from './ports.js';

/** Of a form that is open. */
export interface Shown extends Pick<PressJob, 'actor' | 'place' | 'delivery'> {
  viewId: string;
  kept: Kept | undefined;
  filled: Filled;
}

export const pickable = (text: string, { catalogue }: Pick<FormPorts, 'catalogue'>): Command | undefined => {
  const command = commandIn(text, catalogue);
  return command?.picks === undefined ? undefined : command;
};

/** Those whose choices do not depend on what is picked. */
export const sourcesOf = ({ picks = {} }: Command): PickSource[] =>
  Object.values(picks).flatMap((pick) => ('from' in pick && pick.of === undefined ? [pick.from] : []));

/** A form that waits for the fields of what was picked. */
const FIELDS_WAIT_MS = 10 * SECOND;

/** Shows what it amounts to now. The newest change wins; what is run is read from the form when it is sent. */
export const changed = (shown: Shown, ports: FormPorts): Promise<void> =>
  attempt(ports, () => drawChange(shown, ports));

async function drawChange(shown: Shown, ports: FormPorts): Promise<void> {
  const { kept, viewId } = shown;
  const command = kept?.kind === 'pick' ? pickable(kept.command, ports) : undefined;
  if (kept === undefined || command === undefined) return;
  const permission = permissionFromMemory(shown, untyped(command), ports);
  if (!permission.allowed) {
    await drawnAnew(viewId, toldForm(sorry(permission.reason, permission.hint), kept), ports);
    return;
  }
  const filled = await unfolded(command, shown.filled, ports);
  const missing = await unknownFields(command, filled, ports);
  const draw = async (sources: readonly PickSource[], why: string, over?: string) =>
    drawnAnew(viewId, await pickForm(command, filled, kept, ports, { sources, why }), ports, over);
  // Over whatever stands there: two quick changes both come with what stood before the first, and the second must win.
  const stands = await draw(
    missing.map(({ source }) => source),
    'Asking what more there is to fill in …',
  );
  if (missing.length === 0 || stands === undefined) return;
  for (const { source, of } of missing) await refresh(source, of, ports);
  const found = await Promise.all(missing.map(({ source, of, at }) => awaited(source, of, FIELDS_WAIT_MS, ports, at)));
  const late = missing.filter((_, index) => found[index] === undefined);
  // By now something else may have been picked.
  await draw(
    late.map(({ source }) => source),
    'What more there is to fill in was not found out in time: type it with the command.',
    stands,
  );
}

/** The form was closed, or shows something newer: nobody is missing anything. */
const OVER: ReadonlySet<string> = new Set(['not_found', 'hash_conflict']);

/** @param over as in `Screens` · @returns what stands there now; undefined when it was not drawn */
export async function drawnAnew(
  viewId: string,
  form: Form,
  { screens, log }: FormPorts,
  over?: string,
): Promise<string | undefined> {
  try {
    return await screens.update(viewId, form, over);
  } catch (error) {
    if (!(error instanceof SlackError)) throw error;
    if (!OVER.has(error.code)) log.warn({ code: error.code }, 'Slack did not draw a form anew');
    return undefined;
  }
}

/** Those of a thing that was picked just now: what is kept of it may be of yesterday, and would be sent as it stands. */
async function unknownFields({ picks = {} }: Command, filled: Filled, ports: FormPorts) {
  const wanted = Object.entries(picks).flatMap(([name, pick]) => {
    const of = 'each' in pick ? filled[pick.of] : undefined;
    const isShown = Object.keys(filled).some((field) => field.startsWith(fieldOf(name, '')));
    return 'each' in pick && of !== undefined && !isShown ? [{ source: pick.each, of }] : [];
  });
  const kept = await Promise.all(wanted.map(({ source, of }) => lookedUp(source, of, ports)));
  return wanted.flatMap((one, index) => (isFresh(kept[index], ports) ? [] : [{ ...one, at: kept[index]?.at }]));
}

/** A search must be answered within 3 s (docs.slack.dev/reference/block-kit/block-elements/select-menu-element). */
const SEARCH_MS = 2.5 * SECOND;

/**
 * What fits what was typed into a field, from what was found last. Slack is asked who this is: names of jobs are for
 * those who may use them. Nothing is found when that takes too long.
 */
export async function suggest(shown: Shown, name: string, typed: string, ports: FormPorts): Promise<Choice[]> {
  const command = shown.kept?.kind === 'pick' ? pickable(shown.kept.command, ports) : undefined;
  const pick = command?.picks?.[name];
  if (command === undefined || pick === undefined || !('from' in pick)) return [];
  const both = () =>
    Promise.all([permissionToSee(shown, command, ports), choicesNow(command, pick.from, pick.of, shown.filled, ports)]);
  const answer = await told(ports.wall, 'Slack or a worker', both, SEARCH_MS);
  if (!answer.ok) {
    ports.log.warn({ missing: answer.missing }, 'a search found nothing in time');
    return [];
  }
  const [permission, found] = answer.value;
  if (!permission.allowed) return [];
  return fitting(found?.choices ?? [], typed)
    .slice(0, MOST_OPTIONS)
    .map(asOption);
}

async function choicesNow(
  command: Command,
  source: PickSource,
  dependsOn: string | undefined,
  filled: Filled,
  ports: FormPorts,
): Promise<Found | undefined> {
  const of = dependsOn === undefined ? undefined : (await unfolded(command, filled, ports))[dependsOn];
  const found = await lookedUp(source, of, ports);
  if (isFresh(found, ports)) return found;
  await refresh(source, of, ports);
  return found ?? awaited(source, of, SEARCH_MS, ports);
}
