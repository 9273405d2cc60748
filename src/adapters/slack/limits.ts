// What Slack takes in one message, in characters and counts; `render.ts` and what it calls keep within them.
// Where Slack's sources disagree the stricter number stands here.

export const LIMITS = {
  /** More is refused by `chat.update` as `msg_too_long`, and every post may be edited later (docs.slack.dev/reference/methods/chat.update). */
  text: 4_000,
  /** docs.slack.dev/reference/block-kit/blocks */
  blocks: 50,
  /** Undocumented: about 13,000 were refused as `msg_blocks_too_long` (bolt-js#2509). Counted as JSON text. */
  allBlocks: 12_000,
  /** docs.slack.dev/reference/block-kit/blocks/header-block */
  header: 150,
  /** docs.slack.dev/reference/block-kit/composition-objects/text-object; also the most of a section or context text. */
  mrkdwn: 3_000,
  /** Slack documents none for preformatted text; that of a section stands in. */
  code: 3_000,
  /** docs.slack.dev/reference/block-kit/blocks/section-block */
  fields: 10,
  field: 2_000,
  /** docs.slack.dev/reference/block-kit/blocks/actions-block */
  buttons: 25,
  /** docs.slack.dev/reference/block-kit/block-elements/button-element */
  buttonText: 75,
  buttonValue: 2_000,
  /** docs.slack.dev/reference/block-kit/composition-objects/confirmation-dialog-object */
  confirmTitle: 100,
  confirmText: 300,
  confirmChoice: 30,
  /** docs.slack.dev/reference/views */
  viewTitle: 24,
  keptText: 3_000,
  viewBlocks: 100,
  /** docs.slack.dev/reference/block-kit/blocks/input-block */
  fieldLabel: 2_000,
  /** docs.slack.dev/reference/block-kit/block-elements/plain-text-input-element */
  fieldText: 3_000,
  /** Of an option its text, value and description (`@slack/types`; docs.slack.dev says 150 of the value). */
  option: 75,
  options: 100,
  /** docs.slack.dev/reference/block-kit/blocks/table-block; one a message, characters over all cells. */
  tables: 1,
  tableRows: 100,
  tableCells: 20,
  tableText: 10_000,
} as const;
