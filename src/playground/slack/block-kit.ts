// The blocks Slack accepts in messages and views, each with its limits, and the complaints about those that break them.
// Numbers: docs.slack.dev/reference/block-kit/blocks and the comments of @slack/types 3.2.
import {
  accessory,
  action,
  anyButton,
  anyText,
  blockId,
  contextAction,
  contextElement,
  image,
  imageElement,
  inputElement,
  mrkdwn,
  option,
  plainText,
} from './block-elements.js';
import {
  anything,
  boolean,
  both,
  type Check,
  list,
  needsOneOf,
  number,
  object,
  oneOf,
  string,
  typed,
} from './grammar.js';
import { invalid, Refusal } from './refusal.js';
import { isWire, objectsAt, type Wire } from './types.js';

export type Surface = 'message' | 'modal' | 'home';

const MAX_BLOCKS: Record<Surface, number> = { message: 50, modal: 100, home: 100 };
/** Over all `markdown` blocks of one message (docs.slack.dev/reference/block-kit/blocks/markdown-block). */
const MAX_MARKDOWN = 12_000;
/** Undocumented; a post was refused at about this sum of its texts (bolt-js#2509, bolt-js#2867). */
const MAX_ALL_BLOCKS = 13_000;
/** Over all cells of one table (docs.slack.dev/reference/block-kit/blocks/table-block). */
const MAX_TABLE_TEXT = 10_000;
/** How many blocks of a kind one message may hold. */
const MAX_OF_KIND: Record<string, number> = { table: 1, plan: 1, data_visualization: 2 };

/** Of one menu (docs.slack.dev/reference/block-kit/block-elements/select-menu-element). */
const MAX_OPTIONS = 100;
/** Titles of tasks and plans have no documented limit; that of every text object stands in. */
const TASK_TITLE = 3_000;

const id = { 'block_id?': blockId };

const richTextPart = typed({
  rich_text_section: { elements: list(anything, 1_000, 0) },
  rich_text_list: {
    elements: list(anything, 1_000, 0),
    style: oneOf('bullet', 'ordered'),
    'indent?': number(0, 8),
    'offset?': number(0, 1_000_000),
    'border?': anything,
  },
  rich_text_preformatted: { elements: list(anything, 1_000, 0), 'border?': anything, 'language?': string(100) },
  rich_text_quote: { elements: list(anything, 1_000, 0), 'border?': anything },
});
const richText = { ...id, elements: list(richTextPart, 1_000, 0) };
const richTextBlock = typed({ rich_text: richText });

const cellKinds = {
  raw_text: { text: string(MAX_TABLE_TEXT) },
  raw_number: { value: number(-Number.MAX_VALUE, Number.MAX_VALUE), text: string(MAX_TABLE_TEXT) },
};
const cell = typed({ ...cellKinds, rich_text: richText });
const column = object({ 'align?': oneOf('left', 'center', 'right'), 'is_wrapped?': boolean });

const cardFields = {
  ...id,
  'hero_image?': imageElement,
  'icon?': imageElement,
  'title?': mrkdwn(150),
  'subtitle?': mrkdwn(150),
  'body?': mrkdwn(200),
  'actions?': list(anyButton, 25),
};
const card = both(typed({ card: cardFields }), needsOneOf('hero_image', 'title', 'actions', 'body'));

const taskFields = {
  ...id,
  task_id: string(255),
  title: string(TASK_TITLE),
  'details?': richTextBlock,
  'output?': richTextBlock,
  'sources?': list(anything, 100),
};
/** `pending` is refused at the top level of a message. */
const task = { ...taskFields, status: oneOf('in_progress', 'complete', 'error') };
const plannedTask = typed({
  task_card: { ...taskFields, status: oneOf('pending', 'in_progress', 'complete', 'error') },
});

const section = {
  ...id,
  'text?': anyText(),
  'fields?': list(anyText(2_000), 10),
  'accessory?': accessory,
  'expand?': boolean,
};
const plain = {
  actions: { ...id, elements: list(action, 25) },
  context: { ...id, elements: list(contextElement, 10) },
  divider: id,
  header: { ...id, text: plainText(150), 'level?': number(1, 4) },
  image: { ...id, ...image },
  rich_text: richText,
  section,
  video: {
    ...id,
    title: plainText(200),
    video_url: string(3_000),
    thumbnail_url: string(3_000),
    alt_text: string(2_000),
    'title_url?': string(3_000),
    'description?': plainText(200),
    'author_name?': string(50),
    'provider_name?': string(100),
    'provider_icon_url?': string(3_000),
  },
};
const input = {
  ...id,
  label: plainText(2_000),
  'hint?': plainText(2_000),
  'optional?': boolean,
  element: inputElement,
  'dispatch_action?': boolean,
};
const table = { ...id, rows: list(list(cell, 20), 100), 'column_settings?': list(column, 20) };
const container = {
  ...id,
  'title?': plainText(150),
  'rich_text_title?': richTextBlock,
  'subtitle?': anyText(150),
  child_blocks: list(typed({ ...plain, input, table }), 10),
  'width?': oneOf('narrow', 'standard', 'wide', 'full'),
  'icon?': imageElement,
  'is_collapsible?': boolean,
  'default_collapsed?': boolean,
  'has_header_divider?': boolean,
};
const wide = {
  table,
  data_table: {
    ...id,
    rows: list(list(cell, 20), 101, 2),
    caption: string(3_000),
    'page_size?': number(1, 100),
    'row_header_column_index?': number(0, 19),
  },
  carousel: { ...id, elements: list(card, 10) },
  card: cardFields,
  container,
  input,
};
const kinds: Record<Surface, Check> = {
  message: typed({
    ...plain,
    ...wide,
    context_actions: { ...id, elements: list(contextAction, 5) },
    markdown: { ...id, text: string(MAX_MARKDOWN) },
    task_card: task,
    plan: { ...id, title: string(TASK_TITLE), 'tasks?': list(plannedTask, 100) },
    data_visualization: { ...id, title: string(50), chart: anything },
  }),
  modal: typed({
    ...plain,
    input,
    card: cardFields,
    container,
    alert: { ...id, text: anyText(), 'level?': string(20) },
  }),
  home: typed({ ...plain, ...wide }),
};

/** Every complaint Slack would have about these blocks; none when it takes them. */
export function complaintsAbout(blocks: unknown, surface: Surface, root = '/blocks'): string[] {
  const complaints: string[] = [];
  const report = (rule: string, pointer: string) => complaints.push(`${rule} [json-pointer:${pointer}]`);
  list(kinds[surface], MAX_BLOCKS[surface], 0)(blocks, root, report);
  if (!Array.isArray(blocks)) return complaints;
  const objects = blocks.filter(isWire);
  refuseRepeats(objects, root, report);
  objects.forEach((block, index) => {
    if (block['type'] === 'section') needsOneOf('text', 'fields')(block, `${root}/${index}`, report);
    if (block['type'] === 'image') needsOneOf('image_url', 'slack_file')(block, `${root}/${index}`, report);
    if (block['type'] === 'table' && shownText(block['rows']) > MAX_TABLE_TEXT) {
      report(`must be less than ${MAX_TABLE_TEXT + 1} characters`, `${root}/${index}/rows`);
    }
  });
  for (const [kind, max] of Object.entries(MAX_OF_KIND)) {
    if (objects.filter((block) => block['type'] === kind).length > max) report(`only ${max} ${kind} allowed`, root);
  }
  const markdown = objects.filter((block) => block['type'] === 'markdown');
  if (shownText(markdown) > MAX_MARKDOWN) report(`markdown must be less than ${MAX_MARKDOWN + 1} characters`, root);
  return complaints;
}

/** The options an app answers a search with; none when Slack would not show them. */
export function menuOptions(body: unknown): Wire[] {
  const groups = objectsAt(body, 'option_groups');
  const options =
    groups.length === 0 ? objectsAt(body, 'options') : groups.flatMap((group) => objectsAt(group, 'options'));
  const complaints: string[] = [];
  list(option, MAX_OPTIONS, 0)(options, '/options', (rule) => complaints.push(rule));
  return complaints.length === 0 ? options : [];
}

/** Refuses what `chat.postMessage` and `chat.update` refuse; `response_url` knows no limit on the sum. */
export function refuseBadBlocks(blocks: Wire[], limitOnAll: boolean): void {
  const complaints = complaintsAbout(blocks, 'message');
  if (complaints.length > 0) throw invalid('invalid_blocks', complaints);
  if (limitOnAll && textLength(blocks) > MAX_ALL_BLOCKS) throw new Refusal('msg_blocks_too_long');
}

function refuseRepeats(blocks: Wire[], root: string, report: (rule: string, pointer: string) => void): void {
  const seen = new Set<unknown>();
  blocks.forEach((block, index) => {
    const own = block['block_id'];
    if (own !== undefined && seen.has(own))
      report(`block_id ${JSON.stringify(own)} already exists`, `${root}/${index}`);
    seen.add(own);
    const actions = new Set<unknown>();
    objectsAt(block, 'elements').forEach((element, position) => {
      const actionId = element['action_id'];
      if (actionId !== undefined && actions.has(actionId)) {
        report(`action_id ${JSON.stringify(actionId)} already exists`, `${root}/${index}/elements/${position}`);
      }
      actions.add(actionId);
    });
  });
}

/** Characters of every string inside, the names of kinds and ids included: the containers weigh something too. */
function textLength(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (Array.isArray(value)) return value.reduce((sum: number, one) => sum + textLength(one), 0);
  return isWire(value) ? textLength(Object.values(value)) : 0;
}

/** Characters of the `text` strings inside only. */
function shownText(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, one) => sum + shownText(one), 0);
  if (!isWire(value)) return 0;
  return Object.entries(value).reduce(
    (sum, [name, one]) => sum + (name === 'text' && typeof one === 'string' ? one.length : shownText(one)),
    0,
  );
}
