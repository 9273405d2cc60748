// The doors for words: the slash command, our buttons, mentions and direct messages. Before an ack nothing happens but
// what the ears do; every delivery is acked, also one that nobody here knows.
import type { App, BlockAction, BlockElementAction, ButtonAction } from '@slack/bolt';
import { type Message, PRESS_ACTIONS, type PressAction } from '../../core/conversation.js';
import { readKept } from '../../core/form.js';
import { SECOND } from '../../core/time.js';
import { scrubbed } from '../scrubbed.js';
import { deliveryId } from './delivery-id.js';
import type { DoorOptions, Incoming, IncomingPress, SlackEars } from './ears.js';
import { formOf } from './form-doors.js';
import { render } from './render.js';
import { FIELD } from './screens.js';

const ACTION = new RegExp(`^(${PRESS_ACTIONS.map((action) => action.replace('.', '\\.')).join('|')}):\\d+$`);
/** Whoever is named first is spoken to. */
const ADDRESSED = /^\s*<@[A-Z0-9]+(\|[^>]*)?>\s*/;

export function listenForWords(app: App, { slashCommand, ears, scrub, team }: DoorOptions): void {
  app.command(slashCommand, async ({ command, ack }) => {
    const startedAt = performance.now();
    let answer: Message | undefined;
    try {
      answer = await ears.command({
        delivery: deliveryId(command.trigger_id),
        userId: command.user_id,
        teamId: command.team_id,
        channelId: command.channel_id,
        threadTs: undefined,
        responseUrl: command.response_url,
        text: command.text ?? '',
      });
    } catch (error) {
      answer = ears.bug(error);
    }
    await (answer === undefined ? ack() : ack(ackBody(scrubbed(answer, scrub))));
    ears.acked((performance.now() - startedAt) / SECOND);
  });

  app.action<BlockAction>(/^/, async ({ body, action, ack }) => {
    const startedAt = performance.now();
    const act = actOf(body, action, ears);
    // A button's ack carries no text, so nothing is lost by sending it once the press is safely queued; a form has to be
    // open within 3 s, and nobody waits for the ack of its fields.
    if (act.first === 'ack') await ack();
    await act.run().catch(ears.bug);
    if (act.first !== 'ack') await ack();
    ears.acked((performance.now() - startedAt) / SECOND);
  });

  app.event('app_mention', async ({ event, body }) => {
    const said = event as typeof event & Said;
    const { event_id, team_id } = body as { event_id?: string; team_id?: string };
    const incoming: Incoming = {
      delivery: deliveryId(event_id ?? said.ts),
      userId: said.user ?? said.bot_id ?? '',
      teamId: said.team ?? team_id ?? '',
      channelId: said.channel,
      threadTs: said.thread_ts ?? said.ts,
      responseUrl: undefined,
    };
    await heard(incoming, said, ears).catch(ears.bug);
  });

  // Of direct messages only: the app is subscribed to no others.
  app.event('message', async ({ event, body }) => {
    const said = event as unknown as Said & { channel: string; channel_type?: string };
    if (said.channel_type !== 'im') return;
    const { event_id, team_id } = body as { event_id?: string; team_id?: string };
    const edit = said.subtype === 'message_changed' ? said.message : undefined;
    const words = edit ?? said;
    // Our own posts and edits come back here too, and Slackbot's notices are nobody's words.
    if (words.user === undefined || words.user === team.botUserId || words.bot_id === team.botId) return;
    if (said.subtype !== undefined && !READ.has(said.subtype)) return;
    // Slack also tells of edits that no person made: a link was unfolded, a reply came.
    if (said.subtype === 'message_changed' && edit?.text === said.previous_message?.text) return;
    const incoming: Incoming = {
      delivery: deliveryId(event_id ?? words.ts),
      userId: words.user,
      teamId: words.team ?? team_id ?? '',
      channelId: said.channel,
      threadTs: words.thread_ts,
      responseUrl: undefined,
    };
    await heard(incoming, edit === undefined ? said : { ...edit, edited: edit.edited ?? {} }, ears).catch(ears.bug);
  });
}

const READ: ReadonlySet<string> = new Set(['message_changed', 'file_share', 'thread_broadcast', 'bot_message']);

/** As far as it is read here (docs.slack.dev/reference/events/message). */
interface Said {
  ts: string;
  user?: string;
  bot_id?: string;
  team?: string;
  text?: string;
  thread_ts?: string;
  subtype?: string;
  edited?: object;
  message?: Said;
  previous_message?: Said;
}

async function heard(incoming: Incoming, said: Said, ears: SlackEars): Promise<void> {
  if (said.edited !== undefined) return ears.unread(incoming, 'edited');
  if (said.user === undefined) return ears.unread(incoming, 'app');
  const text = (said.text ?? '').replace(ADDRESSED, '');
  if (text.trim() === '' && said.subtype === 'file_share') return ears.unread(incoming, 'wordless');
  return ears.mention({ ...incoming, text });
}

/** What a click is, and whether Slack hears of it before or after. */
function actOf(
  body: BlockAction,
  action: BlockElementAction,
  ears: SlackEars,
): { first: 'ack' | 'run'; run: () => Promise<unknown> } {
  if (action.action_id.startsWith(FIELD) && body.view !== undefined) {
    return { first: 'ack', run: () => ears.changed(formOf(body, body.view as never)) };
  }
  const known = ACTION.test(action.action_id) && action.type === 'button';
  if (!known) {
    // A link opens by itself.
    const isLink = action.type === 'button' && action.url !== undefined;
    const unknown = () => ears.unread(pressOf(body, action as ButtonAction), 'unknown');
    return { first: 'ack', run: isLink ? async () => undefined : unknown };
  }
  const press = pressOf(body, action);
  if (press.action !== 'pick') return { first: 'run', run: () => ears.press(press) };
  return { first: 'ack', run: () => ears.pick({ ...press, triggerId: body.trigger_id }) };
}

function pressOf(body: BlockAction, action: ButtonAction): IncomingPress {
  const pressed = action.action_id.replace(/:\d+$/, '') as PressAction;
  const { ts, thread_ts } = (body.message ?? {}) as { ts?: string; thread_ts?: string };
  // Buttons of a view stand in no channel: the view says where it belongs.
  const kept = body.view === undefined ? undefined : readKept(body.view.private_metadata);
  return {
    delivery: deliveryId(`${body.trigger_id}/${action.action_ts}`),
    userId: body.user.id,
    teamId: body.user.team_id ?? body.team?.id ?? '',
    channelId: body.channel?.id ?? kept?.channelId ?? '',
    threadTs: thread_ts ?? kept?.threadTs ?? (pressed === 'run.thread' ? ts : undefined),
    responseUrl: body.response_url,
    underPublic: body.view === undefined && body.container['is_ephemeral'] !== true,
    atHome: kept?.kind === 'home',
    action: pressed,
    value: action.value ?? '',
  };
}

const ackBody = (message: Message) => ({ response_type: 'ephemeral' as const, ...rendered(message) });

function rendered(message: Message) {
  const { text, blocks } = render(message);
  return { text, blocks };
}
