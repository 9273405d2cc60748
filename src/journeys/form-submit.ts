// Forms that are sent, in the bot: what was filled in → the text of a command, which is heard like a typed one.
import { type Message, sorry } from '../core/conversation.js';
import { UpstreamError, UserError } from '../core/errors.js';
import type { Form, Kept } from '../core/form.js';
import type { CommandJob } from '../core/jobs.js';
import { parse } from '../core/parse.js';
import { commandText } from '../core/pick.js';
import { notQueued, refuseSecrets } from './command.js';
import { toldForm, unfolded } from './form.js';
import { OFFER, OTHER } from './form-ask.js';
import { pickable, type Shown } from './form-change.js';
import type { FormPorts } from './ports.js';

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
  try {
    const text = await textOf(shown, kept, ports);
    refuseSecrets(text, ports);
    parse(text, ports.catalogue);
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
  } catch (error) {
    if (error instanceof UpstreamError) return { kind: 'told', form: toldForm(notQueued(NOT_EVEN_ASKED), kept) };
    if (!(error instanceof UserError)) throw error;
    return {
      kind: 'errors',
      errors: { [fieldAbout(error, kept, ports)]: `${error.message} ${error.hint ?? ''}`.replaceAll('`', '').trim() },
    };
  }
}

/** It was only read from, so whatever happened to that, nothing was queued. */
const NOT_EVEN_ASKED = { mayHaveArrived: false };

async function textOf({ filled }: Shown, kept: Kept, ports: FormPorts): Promise<string> {
  if (kept.kind === 'ask') {
    const typed = filled[OTHER]?.trim() || filled[OFFER] || '';
    if (typed === '') throw new UserError('Choose a command, or type one.');
    return typed.startsWith(`${ports.slash} `) ? typed.slice(ports.slash.length).trim() : typed;
  }
  const command = pickable(kept.command, ports);
  if (command === undefined) throw new UserError(`There is no command ${kept.command} any more.`);
  return commandText(command, { ...kept.typed, ...(await unfolded(command, filled, ports)) });
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
