// A message with a chart is two messages: what it says, and the picture, which Slack takes into no private answer. Where the
// second one goes is decided here; `send.ts` comes back for the drawing and the upload.
import type { Chart, DrawChart } from '../core/chart.js';
import { context, type Destination, type Message, type Messages, type PutOptions, say } from '../core/conversation.js';
import { type Messenger, SlackError, type StoredMessage } from '../core/delivery.js';
import { code, md, type Rich } from '../core/text.js';

/**
 * Puts both. A private answer says that the chart comes by direct message (design §3).
 * @param asker who gets that direct message · @param options of the message; the picture is never edited
 */
export async function putWithChart(
  key: string,
  to: Destination,
  message: Message,
  ports: { messages: Messages; asker?: { userId: string; channelId: string } },
  options: PutOptions = {},
): Promise<void> {
  const { chart, ...words } = message;
  const { messages, asker } = ports;
  if (chart === undefined) return messages.put(key, to, message, options);
  const drawn = async (where: Destination, options: PutOptions = {}) =>
    messages.put(`${key}/chart`, where, twinOf(chart), { ...options, once: true });
  if (to.kind !== 'answer') {
    await messages.put(key, to, words, options);
    return drawn({ kind: 'beside', parent: key });
  }
  if (to.here === true && asker !== undefined) {
    await messages.put(key, to, words, options);
    // The answer needs no membership of the channel, the picture does.
    return drawn({ kind: 'channel', channelId: asker.channelId }, { elseTo: asker.userId });
  }
  await messages.put(key, to, withNote(words), options);
  await messages.put(`${key}/note`, { kind: 'direct', userId: to.userId }, say(md`${message.text}`), { once: true });
  return drawn({ kind: 'beside', parent: `${key}/note` });
}

const withNote = (words: Message): Message => ({
  text: words.text,
  blocks: [...words.blocks, context(md`The chart is in a direct message to you: Slack takes no picture here.`)],
});

/** What is said where the picture cannot be. */
const twinOf = (chart: Chart): Message => ({ ...say(md`${chart.altText}`), chart });

interface PicturePorts {
  messenger: Pick<Messenger, 'upload'>;
  draw: DrawChart;
  records: { begin(key: string): Promise<void> };
  hold(): Promise<void>;
  log: { error(fields: object, text: string): void };
}

/** @returns what to say instead, when there is no picture · @throws SlackError for what may go better later */
export async function picture(
  key: string,
  stored: StoredMessage,
  to: { channelId: string; threadTs?: string },
  ports: PicturePorts,
): Promise<Message | undefined> {
  const { chart } = stored.wanted;
  if (chart === undefined) return stored.wanted;
  const content = await ports.draw(chart).catch((error: unknown) => {
    ports.log.error({ err: error, key }, 'a chart could not be drawn');
    return undefined;
  });
  if (content === undefined) return instead(chart, md`The chart could not be drawn, which is a bug in the bot.`);
  const repeat = stored.sending ? ' (may repeat)' : '';
  try {
    await ports.hold();
    await ports.records.begin(key);
    const file = { name: `${chart.name}.png`, title: `${chart.title}${repeat}`, content, altText: chart.altText };
    await ports.messenger.upload(to, file);
    return undefined;
  } catch (error) {
    if (!(error instanceof SlackError) || error.fate !== 'never') throw error;
    return instead(chart, md`The chart could not be uploaded: Slack says ${code(error.code)}. ${remedy(error.code)}`);
  }
}

const instead = (chart: Chart, why: Rich): Message => say(md`:warning: ${why} What it shows: ${chart.altText}`);

const remedy = (slackCode: string): string =>
  slackCode === 'missing_scope'
    ? 'Whoever runs Bellboard gives the Slack app the scope files:write and installs it again.'
    : 'Nothing else is missing.';
