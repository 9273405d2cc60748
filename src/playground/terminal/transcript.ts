// What has been said, on the screen: for scripts each message once it is settled; on a terminal the messages of the last
// command are redrawn in place while they change.

import { type Pressable, pressables, type SlackMessage, type SlackWorkspace } from '../slack/workspace.js';
import type { Look } from './draw.js';
import { draw, paint } from './draw.js';

export interface Screen {
  write(text: string): void;
  columns: number;
  rows: number;
  /** Whether the cursor can be moved and colours shown. */
  isTerminal: boolean;
}

export class Transcript {
  readonly #slack: SlackWorkspace;
  readonly #screen: Screen;
  /** What was last drawn of each message. */
  readonly #drawn = new Map<SlackMessage, string>();
  /** Messages that may still be redrawn, and how many lines they take on the screen now. */
  #live: SlackMessage[] = [];
  #liveLines = 0;

  constructor(slack: SlackWorkspace, screen: Screen) {
    this.#slack = slack;
    this.#screen = screen;
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
    this.#liveLines = 0;
  }

  /** Everything new or changed since the last time. */
  flush(): void {
    const changed = this.#slack.messages.filter((message) => this.#isNew(message));
    if (changed.length === 0) return;
    for (const message of changed) this.#drawn.set(message, stateOf(message));
    if (!this.#screen.isTerminal) {
      this.#screen.write(`${changed.flatMap((message) => draw(message, this.#look)).join('\n')}\n`);
      return;
    }
    this.#live = inReadingOrder([...new Set([...this.#live, ...changed])].filter((message) => !message.deleted));
    this.#redraw();
  }

  /** The button with that number, as the screen shows it. */
  button(number: number): { button: Pressable; message: SlackMessage } | undefined {
    return this.#buttons()[number - 1];
  }

  /** Only as much as fits is redrawn: what has scrolled away cannot be reached. */
  #redraw(): void {
    const lines = this.#live.flatMap((message) => draw(message, this.#look)).slice(-(this.#screen.rows - 4));
    const up = this.#liveLines === 0 ? '' : `\u001b[${this.#liveLines}A`;
    this.#screen.write(`${up}\r\u001b[J${lines.join('\n')}\n`);
    this.#liveLines = lines.length;
  }

  #isNew(message: SlackMessage): boolean {
    return (
      this.#slack.directory.users.get(message.authorId)?.isBot === true &&
      !message.deleted &&
      this.#drawn.get(message) !== stateOf(message)
    );
  }

  /** Numbered across all messages that stand, oldest first. */
  #buttons(): { button: Pressable; message: SlackMessage }[] {
    return this.#slack.messages
      .filter((message) => !message.deleted)
      .flatMap((message) => pressables(message).map((button) => ({ button, message })));
  }

  get #look(): Look {
    const { channels, users } = this.#slack.directory;
    return {
      width: Math.max(40, Math.min(this.#screen.columns, 120)),
      color: this.#screen.isTerminal,
      nameOf(id) {
        const user = [...users.values()].find((one) => one.id === id);
        const channel = [...channels.values()].find((one) => one.id === id);
        return user !== undefined ? `@${user.name}` : channel !== undefined ? `#${channel.name}` : id;
      },
      numberOf: (button, message) =>
        1 + this.#buttons().findIndex((one) => one.message === message && one.button.actionId === button.actionId),
    };
  }
}

const stateOf = (message: SlackMessage): string => JSON.stringify([message.text, message.blocks]);

/** A thread below its parent. */
function inReadingOrder(messages: SlackMessage[]): SlackMessage[] {
  const key = (message: SlackMessage) =>
    `${message.threadTs ?? message.ts} ${message.threadTs === undefined ? '' : message.ts}`;
  return messages.sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
