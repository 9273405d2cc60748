// A Message as Slack's JSON, within every limit of Slack. What does not fit is cut with a visible mark, and kept whole in
// `rest`, which the caller posts beside the message. Nothing else in the program knows a limit.
import type { ActionsBlock, Button as SlackButton, KnownBlock, RichTextBlock, SectionBlock, TableBlock } from '@slack/types';
import type { Button, Message, MessageBlock } from '../../core/conversation.js';
import { escapeMrkdwn, type Rich, stripControls } from '../../core/text.js';
import { cutMrkdwn, cutPlain } from './cut.js';
import { LIMITS } from './limits.js';

export interface Rendered {
  text: string;
  blocks: KnownBlock[];
  /** Everything in plain text, when something had to be cut. */
  rest: string | undefined;
}

export function render(message: Message): Rendered {
  const page = new Page();
  for (const block of message.blocks) page.add(block);
  const blocks = page.fitted();
  return { text: cutPlain(escapeMrkdwn(message.text), LIMITS.text).shown, blocks, rest: page.cut ? plainOf(message) : undefined };
}

/** For when Slack refuses the blocks: everything as text; buttons are named, because they cannot be shown. */
export function plainTwin(message: Message): { text: string; blocks?: KnownBlock[] } {
  const labels = message.blocks.flatMap((block) => (block.type === 'actions' ? block.buttons.map((button) => button.label) : []));
  const buttons = labels.length === 0 ? '' : `\n(Buttons cannot be shown here: ${labels.join(', ')}.)`;
  return { text: cutPlain(escapeMrkdwn(message.text), LIMITS.text - buttons.length).shown + escapeMrkdwn(buttons) };
}

class Page {
  cut = false;
  readonly #blocks: KnownBlock[] = [];
  #hasTable = false;
  #buttons = 0;

  add(block: MessageBlock): void {
    switch (block.type) {
      case 'header':
        this.#blocks.push({ type: 'header', text: { type: 'plain_text', text: this.#plain(block.text, LIMITS.header), emoji: true } });
        return;
      case 'section':
        this.#blocks.push({ type: 'section', text: this.#mrkdwn(block.text, LIMITS.sectionText) });
        if (block.fields !== undefined) this.#fields(block.fields);
        return;
      case 'fields':
        return this.#fields(block.fields);
      case 'table':
        return this.#table(block.columns, block.rows);
      case 'code':
        return this.#code(block.text);
      case 'context':
        this.#blocks.push({ type: 'context', elements: [this.#mrkdwn(block.text, LIMITS.contextText)] });
        return;
      case 'actions':
        return this.#actions(block.buttons);
      case 'divider':
        this.#blocks.push({ type: 'divider' });
    }
  }

  /** Buttons outlive everything else: a plan nobody can answer would be worse than a shorter plan. */
  fitted(): KnownBlock[] {
    const kept = [...this.#blocks];
    while (kept.length > LIMITS.blocks || JSON.stringify(kept).length > LIMITS.allBlocks) {
      const last = kept.findLastIndex((block, index) => block.type !== 'actions' && index > 0);
      if (last === -1) break;
      kept.splice(last, 1);
      if (!this.cut) this.cut = true;
    }
    if (this.cut && kept.length < LIMITS.blocks) {
      kept.push({ type: 'context', elements: [{ type: 'mrkdwn', text: 'Cut here; the whole of it is in the thread.', verbatim: true }] });
    }
    return kept;
  }

  #mrkdwn(text: Rich, longest: number) {
    const { shown, rest } = cutMrkdwn(text.mrkdwn, longest);
    if (rest !== '') this.cut = true;
    return { type: 'mrkdwn' as const, text: shown === '' ? ' ' : shown, verbatim: true };
  }

  #plain(text: string, longest: number): string {
    const { shown, rest } = cutPlain(stripControls(text), longest);
    if (rest !== '') this.cut = true;
    return shown === '' ? ' ' : shown;
  }

  /** Slack takes ten fields in one section. */
  #fields(fields: readonly { label: string; value: Rich }[]): void {
    for (let from = 0; from < fields.length; from += LIMITS.fields) {
      const shown = fields.slice(from, from + LIMITS.fields).map(({ label, value }) =>
        this.#mrkdwn({ mrkdwn: `*${escapeMrkdwn(label)}*\n${value.mrkdwn}`, plain: value.plain }, LIMITS.fieldText),
      );
      this.#blocks.push({ type: 'section', fields: shown } satisfies SectionBlock);
    }
  }

  /** One table a message (docs.slack.dev, table block); a second one is drawn as text. */
  #table(columns: readonly string[], rows: readonly (readonly string[])[]): void {
    const all = [columns, ...rows];
    const tooLarge =
      rows.length + 1 > LIMITS.tableRows || columns.length > LIMITS.tableColumns || all.flat().join('').length > LIMITS.tableCharacters;
    if (this.#hasTable || tooLarge) return this.#code(all.map((row) => row.join('  ')).join('\n'));
    this.#hasTable = true;
    const cell = (text: string) => ({ type: 'raw_text' as const, text: stripControls(text) || ' ' });
    this.#blocks.push({
      type: 'table',
      column_settings: columns.map((_, index) => ({ align: index === 0 ? ('left' as const) : ('right' as const) })),
      rows: all.map((row) => row.map(cell)),
    } satisfies TableBlock);
  }

  /** Preformatted rich text is read by Slack as text and nothing else: the safest home for what others wrote. */
  #code(text: string): void {
    const shown = this.#plain(text, LIMITS.code);
    const block: RichTextBlock = {
      type: 'rich_text',
      elements: [{ type: 'rich_text_preformatted', elements: [{ type: 'text', text: shown }] }],
    };
    this.#blocks.push(block);
  }

  #actions(buttons: readonly Button[]): void {
    for (let from = 0; from < buttons.length; from += LIMITS.buttonsPerBlock) {
      const elements = buttons.slice(from, from + LIMITS.buttonsPerBlock).map((button) => this.#button(button));
      this.#blocks.push({ type: 'actions', elements } satisfies ActionsBlock);
    }
  }

  /** Labels and values are ours; a value is never cut, because half an id is another id. */
  #button({ label, action, value, style, confirm }: Button): SlackButton {
    if (value.length > LIMITS.buttonValue) throw new Error(`a button's value has ${value.length} characters`);
    const plain = (text: string, longest: number) => ({ type: 'plain_text' as const, text: cutPlain(stripControls(text), longest).shown });
    return {
      type: 'button',
      text: { ...plain(label, LIMITS.buttonText), emoji: true },
      action_id: `${action}:${this.#buttons++}`,
      value,
      ...(style === undefined ? {} : { style }),
      ...(confirm === undefined
        ? {}
        : {
            confirm: {
              title: plain(confirm.title, LIMITS.confirmTitle),
              text: plain(confirm.text, LIMITS.confirmText),
              confirm: plain(confirm.yes, LIMITS.confirmChoice),
              deny: plain(confirm.no, LIMITS.confirmChoice),
            },
          }),
    };
  }
}

function plainOf(message: Message): string {
  const parts = message.blocks.flatMap((block): string[] => {
    switch (block.type) {
      case 'header':
      case 'code':
        return [block.text];
      case 'section':
        return [block.text.plain, ...(block.fields ?? []).map(({ label, value }) => `${label}: ${value.plain}`)];
      case 'fields':
        return block.fields.map(({ label, value }) => `${label}: ${value.plain}`);
      case 'table':
        return [block.columns, ...block.rows].map((row) => row.join('\t'));
      case 'context':
        return [block.text.plain];
      case 'actions':
      case 'divider':
        return [];
    }
  });
  return parts.join('\n');
}
