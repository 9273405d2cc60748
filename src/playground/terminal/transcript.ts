// What has been said, on the screen: redrawn in place on a terminal while it changes; printed anew, each change once, in
// a file or pipe. Gives every button that was ever shown a number of its own.

import { objectsAt } from '../slack/types.js';
import {
  type Pressable,
  pressables,
  type SlackMessage,
  type SlackView,
  type SlackWorkspace,
} from '../slack/workspace.js';
import { draw, type Look, paint } from './draw.js';
import type { SaveFile } from './files.js';
import type { Owner } from './look.js';
import { drawView } from './view.js';

export interface Screen {
  write(text: string): void;
  columns: number;
  rows: number;
  /** Whether the cursor can be moved and colours shown. */
  isTerminal: boolean;
}

interface Numbered {
  button: Pressable;
  owner: Owner;
}

/** Rows left for the prompt and what is being typed. */
const PROMPT_ROWS = 2;
const WIDEST = 120;
const NARROWEST = 40;

export class Transcript {
  readonly #slack: SlackWorkspace;
  readonly #screen: Screen;
  readonly #savedAt: SaveFile | undefined;
  /** What was last drawn of each message. */
  readonly #drawn = new Map<SlackMessage, string>();
  /** What was last drawn of each form and Home tab. */
  readonly #shown = new Map<string, string>();
  /** By number. A number is never given twice, so a screen that was not redrawn cannot lie. */
  readonly #buttons: Numbered[] = [];
  /** Messages that may still be redrawn, and how many rows they take on the screen now. */
  #live: SlackMessage[] = [];
  #liveRows = 0;

  /** @param saveFile for files that come with messages; without it they are only named */
  constructor(slack: SlackWorkspace, screen: Screen, saveFile?: SaveFile) {
    this.#slack = slack;
    this.#screen = screen;
    this.#savedAt = saveFile;
    // What was said before anybody looked is no news.
    for (const message of slack.messages) this.#drawn.set(message, stateOf(message));
    for (const view of slack.views) this.#shown.set(view.id, viewState(view));
  }

  /** From here on earlier messages stand as they are. */
  typed(user: string, channel: string, line: string): void {
    this.settle();
    this.#screen.write(`\n${paint(this.#look, 'bold', `${user} in ${channel} › ${line}`)}\n`);
  }

  note(text: string): void {
    this.settle();
    this.#screen.write(`${paint(this.#look, 'dim', `— ${text}`)}\n`);
  }

  settle(): void {
    this.#live = [];
    this.#liveRows = 0;
  }

  /** Everything new or changed since the last time. */
  flush(): void {
    this.#flushMessages();
    const views = this.#slack.views.filter((view) => this.#shown.get(view.id) !== viewState(view));
    if (views.length === 0) return;
    // Screens stand below what has been said, each change anew.
    this.settle();
    for (const view of views) {
      const isNews = view.open || this.#shown.has(view.id);
      this.#shown.set(view.id, viewState(view));
      const rows = view.open ? drawView(view, this.#look) : [paint(this.#look, 'dim', '— the form is closed')];
      if (isNews) this.#screen.write(`${rows.join('\n')}\n`);
    }
  }

  #flushMessages(): void {
    const changed = this.#slack.messages.filter((message) => this.#hasNews(message));
    if (changed.length === 0) return;
    const seenBefore = new Set(changed.filter((message) => this.#drawn.has(message)));
    for (const message of changed) this.#drawn.set(message, stateOf(message));
    if (this.#screen.isTerminal) this.#redraw(changed, seenBefore);
    else this.#print(changed, seenBefore);
  }

  /** The button with that number, while its message or screen still shows it. */
  button(number: number): Numbered | undefined {
    const found = this.#buttons[number - 1];
    if (found === undefined) return undefined;
    const content = contentOf(found.owner, this.#slack);
    const button = content && pressables(content).find((one) => keyOf(one) === keyOf(found.button));
    return button === undefined ? undefined : { button, owner: found.owner };
  }

  #print(changed: SlackMessage[], seenBefore: Set<SlackMessage>): void {
    const rows = this.#rowsOf(inReadingOrder(changed), (message) => seenBefore.has(message));
    this.#screen.write(`${rows.join('\n')}\n`);
  }

  /** In place while it fits; what has scrolled out of reach stands, and only the change is drawn below it. */
  #redraw(changed: SlackMessage[], seenBefore: Set<SlackMessage>): void {
    const reachable = this.#liveRows + PROMPT_ROWS < this.#screen.rows;
    const before = reachable ? this.#live : [];
    const up = reachable && this.#liveRows > 0 ? `\u001b[${this.#liveRows}A` : '';
    this.#live = inReadingOrder([...new Set([...before, ...changed])].filter((message) => !message.deleted));
    const isAnew = (message: SlackMessage) => seenBefore.has(message) && !before.includes(message);
    const rows = this.#rowsOf(this.#live, (message) => isAnew(message) || message.markedEdited);
    this.#screen.write(`${up}\r\u001b[J${rows.map((row) => `${row}\n`).join('')}`);
    this.#liveRows = rows.length;
  }

  /** @param shown in reading order; a reply whose parent is not among them says what it replies to */
  #rowsOf(shown: SlackMessage[], isEdited: (message: SlackMessage) => boolean): string[] {
    const look = this.#look;
    return shown.flatMap((message) => {
      const parent = parentOf(message, this.#slack.messages);
      const alone = parent !== undefined && !shown.includes(parent);
      return draw(message, look, isEdited(message), alone ? parent : undefined);
    });
  }

  /** What the person typed stands on the screen already. */
  #hasNews(message: SlackMessage): boolean {
    const { users } = this.#slack.directory;
    const isTold = users.get(message.authorId)?.isBot === true || message.authorId === 'USLACKBOT';
    if (!isTold) return false;
    const known = this.#drawn.get(message);
    return known === undefined ? !message.deleted : known !== stateOf(message);
  }

  #numberOf(button: Pressable, owner: Owner): number {
    const known = this.#buttons.findIndex((one) => isSame(one.owner, owner) && keyOf(one.button) === keyOf(button));
    return known === -1 ? this.#buttons.push({ button, owner }) : known + 1;
  }

  get #look(): Look {
    const { channels, groups, users } = this.#slack.directory;
    return {
      // One column is left free: a terminal may break a row that ends exactly at its edge.
      width: Math.max(NARROWEST, Math.min(this.#screen.columns - 1, WIDEST)),
      color: this.#screen.isTerminal,
      nameOf(id) {
        const person = users.get(id)?.name ?? groups.get(id)?.handle;
        const channel = channels.get(id)?.name;
        if (person !== undefined) return `@${person}`;
        return channel === undefined ? id : `#${channel}`;
      },
      numberOf: (button, owner) => this.#numberOf(button, owner),
      ...(this.#savedAt === undefined ? {} : { savedAt: this.#savedAt }),
    };
  }
}

/** An edit keeps a button's number: block ids are new with every edit, what the button does is not. */
const keyOf = ({ actionId, label, element }: Pressable): string => JSON.stringify([actionId, label, element['value']]);

const stateOf = ({ text, blocks, attachments, files, deleted }: SlackMessage): string =>
  JSON.stringify([text, blocks, attachments, files.map((file) => file.id), deleted]);

const viewState = ({ hash, values, errors, open }: SlackView): string => JSON.stringify([hash, values, errors, open]);

/** A screen keeps its id, whatever is put in its place. */
const isSame = (one: Owner, other: Owner): boolean =>
  one === other || ('hash' in one && 'hash' in other && one.id === other.id);

function contentOf(owner: Owner, slack: SlackWorkspace) {
  if (!('hash' in owner)) return owner.deleted ? undefined : owner;
  const view = slack.views.find(({ id, open }) => id === owner.id && open);
  return view && { text: '', blocks: objectsAt(view.view, 'blocks'), attachments: [] };
}

const parentOf = ({ channelId, threadTs }: SlackMessage, all: readonly SlackMessage[]): SlackMessage | undefined =>
  threadTs === undefined ? undefined : all.find((one) => one.channelId === channelId && one.ts === threadTs);

/** A thread below its parent. */
function inReadingOrder(messages: SlackMessage[]): SlackMessage[] {
  const key = (message: SlackMessage) =>
    `${message.threadTs ?? message.ts} ${message.threadTs === undefined ? '' : message.ts}`;
  return messages.sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
