// The messages of the workspace: posted, edited, deleted and reacted to here, and every change told to those who watch.
import type { Clock } from '../../core/time.js';
import type { Change, Content, SlackFile, SlackMessage, SlackView, Wire } from './types.js';
import { isWire, objectsAt } from './types.js';

export interface NewMessage extends Content {
  channelId: string;
  authorId: string;
  threadTs?: string | undefined;
  visibleTo?: string | undefined;
  broadcast?: boolean;
  metadata?: Wire | undefined;
  files?: SlackFile[];
}

export class Messages {
  readonly #clock: Clock;
  readonly #all: SlackMessage[] = [];
  readonly #listeners = new Set<(change: Change) => void>();
  #lastMicros = 0;
  #blockIds = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Every message ever posted in order, deleted and ephemeral ones included. */
  get all(): readonly SlackMessage[] {
    return this.#all;
  }

  onChange(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Slack's message identity: seconds with six decimals, unique in the workspace and always rising. */
  nextTs(): string {
    this.#lastMicros = Math.max(this.#lastMicros + 1, this.#clock.now() * 1_000);
    return `${Math.floor(this.#lastMicros / 1_000_000)}.${String(this.#lastMicros % 1_000_000).padStart(6, '0')}`;
  }

  find(channelId: string, ts: string): SlackMessage | undefined {
    return this.#all.find((message) => message.channelId === channelId && message.ts === ts && !message.deleted);
  }

  replies(parent: SlackMessage): SlackMessage[] {
    return this.#all.filter(
      (one) => one.channelId === parent.channelId && one.threadTs === parent.ts && !one.deleted && !one.visibleTo,
    );
  }

  post(wanted: NewMessage): SlackMessage {
    const message: SlackMessage = {
      ts: this.nextTs(),
      channelId: wanted.channelId,
      authorId: wanted.authorId,
      ...this.#kept(wanted),
      broadcast: wanted.broadcast ?? false,
      history: [],
      markedEdited: false,
      files: wanted.files ?? [],
      deleted: false,
      ...(wanted.threadTs === undefined ? {} : { threadTs: wanted.threadTs }),
      ...(wanted.visibleTo === undefined ? {} : { visibleTo: wanted.visibleTo }),
      ...(wanted.metadata === undefined ? {} : { metadata: wanted.metadata }),
    };
    this.#all.push(message);
    this.#tell({ kind: 'posted', message });
    return message;
  }

  edit(message: SlackMessage, content: Content, metadata?: Wire): void {
    message.history.push({ text: message.text, blocks: message.blocks, attachments: message.attachments });
    Object.assign(message, this.#kept(content));
    if (metadata !== undefined) message.metadata = metadata;
    message.markedEdited = content.blocks.length === 0;
    this.#tell({ kind: 'edited', message });
  }

  delete(message: SlackMessage): void {
    message.deleted = true;
    this.#tell({ kind: 'deleted', message });
  }

  /** A modal or Home tab changed: told on the same line as messages. */
  tellView(view: SlackView): void {
    this.#tell({ kind: 'view', view });
  }

  #tell(change: Change): void {
    for (const listener of [...this.#listeners]) listener(change);
  }

  /** A copy nobody else can change, with the ids Slack gives to blocks and elements that came without. */
  #kept(content: Content): Content {
    const { text, blocks, attachments } = structuredClone({
      text: content.text,
      blocks: content.blocks,
      attachments: content.attachments,
    });
    this.identify(blocks);
    for (const attachment of attachments) this.identify(objectsAt(attachment, 'blocks'));
    return { text, blocks, attachments };
  }

  /** Fills in the `block_id`s and `action_id`s the app left out, in place. */
  identify(blocks: Wire[]): void {
    for (const block of blocks) {
      block['block_id'] ??= this.#newId();
      const elements = [
        ...objectsAt(block, 'elements'),
        ...objectsAt(block, 'actions'),
        block['accessory'],
        block['element'],
      ];
      for (const element of elements) {
        if (isWire(element) && INTERACTIVE.test(String(element['type']))) element['action_id'] ??= this.#newId();
      }
    }
  }

  #newId(): string {
    this.#blockIds += 1;
    return `s${this.#blockIds.toString(36).padStart(4, '0')}`;
  }
}

const INTERACTIVE = /button|select|overflow|checkboxes|picker|input/;
