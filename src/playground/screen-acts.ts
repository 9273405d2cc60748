// What a person does beside typing commands and pressing buttons: mentions in threads, the shortcut, forms and the Home
// tab, as lines of the terminal (`prompt.ts`) and of scripts (`--run '!home'`).
import type { Scene } from './scene.js';
import { findUser } from './slack/directory.js';
import { textAt } from './slack/types.js';
import type { Delivery, SlackMessage, SlackView } from './slack/workspace.js';

export interface Who {
  user: string;
  channel: string;
}

export const SCREEN_ACTS = `  !home  opens the app's Home tab    !shortcut [words]  Ask Bellboard about the last message, or the last with those words
  !fill Field = value  fills a field of the open form    !search Field = words  what its menu offers
  !submit  sends the form    !close  closes it
  !thread where  mentions the bot in the thread of the last message    !edit words  edits what you said last`;

type Act = (rest: string, scene: Scene, who: Who) => Promise<Delivery | string>;

const ACTS: Readonly<Record<string, Act>> = {
  home: (_rest, { slack }, who) => slack.screens.openHome(who.user),
  shortcut(words, { slack }, who) {
    const { channelId, ts } = lastMessage(words, slack, who);
    return slack.people.shortcut({ user: who.user, channel: channelId, messageTs: ts });
  },
  async fill(rest, { slack }, { user }) {
    const [field, value] = pair(rest);
    return slack.screens.fill({ user, viewId: openForm(slack, user).id, field, value });
  },
  async search(rest, { slack }, { user }) {
    const [field, value] = pair(rest);
    const { options, delivery } = await slack.screens.search({ user, viewId: openForm(slack, user).id, field, value });
    if (options.length === 0) return delivery.failure === undefined ? 'No results.' : delivery;
    return options
      .map((one) => `${textAt(one['text'], 'text')}  ${textAt(one['description'], 'text') ?? ''}`.trim())
      .join('\n  ');
  },
  submit: (_rest, { slack }, { user }) => slack.screens.submitView({ user, viewId: openForm(slack, user).id }),
  async close(_rest, { slack }, { user }) {
    slack.screens.closeView({ user, viewId: openForm(slack, user).id });
    return '';
  },
  thread(text, { slack }, who) {
    const { ts, threadTs } = lastMessage('', slack, who);
    return slack.mention({ ...who, text, threadTs: threadTs ?? ts });
  },
  edit(text, { slack }, who) {
    const { id } = findUser(slack.directory, who.user);
    const said = seen(slack, who).findLast((message) => message.authorId === id);
    if (said === undefined) throw new Error(`${who.user} has said nothing in ${who.channel} yet.`);
    return slack.people.edit({ ...who, ts: said.ts, text });
  },
};

/** @returns what to note, or undefined when this is no such act @throws Error with what is wrong */
export async function onScreen(wish: string, scene: Scene, who: Who): Promise<string | undefined> {
  const [word = '', rest = ''] = wish.split(/\s+(.*)/s);
  const act = Object.hasOwn(ACTS, word) ? ACTS[word] : undefined;
  if (act === undefined) return undefined;
  const told = await act(rest.trim(), scene, who);
  return typeof told === 'string' ? told : outcome(told);
}

/** Only what did not go well: the rest is seen on the screen. */
function outcome({ refused, failure }: Delivery): string {
  if (failure !== undefined) return `The app did not answer: ${failure}.`;
  return refused === undefined || refused === 'not_dispatched' ? '' : `Slack itself refused: ${refused}.`;
}

function pair(rest: string): [field: string, value: string] {
  const [field = '', ...value] = rest.split('=');
  if (value.length === 0)
    throw new Error('Write the field, an equals sign and what to put there: !fill Version = 2015');
  return [field.trim(), value.join('=').trim()];
}

function openForm(slack: Scene['slack'], user: string): SlackView {
  const { id } = findUser(slack.directory, user);
  const form = slack.views.findLast((view) => view.kind === 'modal' && view.open && view.userId === id);
  if (form === undefined) throw new Error('No form is open.');
  return form;
}

const seen = (slack: Scene['slack'], { user, channel }: Who): SlackMessage[] => slack.seenBy(user, channel);

/** Of those that have a menu: an ephemeral one has none. With words, in whichever channel this person reads. */
function lastMessage(words: string, slack: Scene['slack'], who: Who): SlackMessage {
  const { id } = findUser(slack.directory, who.user);
  const reads = ({ channelId }: SlackMessage) => slack.directory.channels.get(channelId)?.members.has(id) === true;
  const isSaid = (message: SlackMessage) =>
    `${message.text} ${JSON.stringify(message.blocks)}`.toLowerCase().includes(words.toLowerCase());
  const all = words === '' ? seen(slack, who) : slack.messages.filter((one) => !one.deleted && reads(one));
  const found = all.findLast((message) => message.visibleTo === undefined && isSaid(message));
  if (found !== undefined) return found;
  throw new Error(words === '' ? `There is no message in ${who.channel}.` : `There is no message with “${words}”.`);
}
