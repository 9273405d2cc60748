// What Slack takes, in one table. Sources: docs.slack.dev and the comments of @slack/types 3.2, unless a line says otherwise.

export const LIMITS = {
  /** `chat.update` refuses more (`msg_too_long`); a post would take ten times as much, but every post may be edited. */
  text: 4_000,
  blocks: 50,
  /** Undocumented: about 13,000 were refused in practice (`msg_blocks_too_long`, slackapi/bolt-js#2509). */
  allBlocks: 12_000,
  sectionText: 3_000,
  fields: 10,
  fieldText: 2_000,
  header: 150,
  contextText: 2_000,
  buttonsPerBlock: 25,
  buttonText: 75,
  buttonValue: 2_000,
  confirmTitle: 100,
  confirmText: 300,
  confirmChoice: 30,
  tableRows: 100,
  tableColumns: 20,
  tableCharacters: 10_000,
  /** Our own: a longer log excerpt belongs into a file. */
  code: 3_000,
} as const;
