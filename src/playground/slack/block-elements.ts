// What Slack accepts inside a block: texts, confirmations, options, buttons, selects and inputs, with their limits.
// Numbers: docs.slack.dev/reference/block-kit (block-elements, composition-objects) and the comments of @slack/types.
import { anything, boolean, type Check, list, number, object, oneOf, string, typed } from './grammar.js';

/** Every text object is at least 1 and at most 3,000 characters long; its place may allow less. */
const TEXT = 3_000;
const ID = 255;
const URL = 3_000;

export function plainText(max = TEXT): Check {
  return typed({ plain_text: { text: string(max), 'emoji?': boolean } });
}

export function mrkdwn(max = TEXT): Check {
  return typed({ mrkdwn: { text: string(max), 'verbatim?': boolean } });
}

export function anyText(max = TEXT): Check {
  return typed({
    plain_text: { text: string(max), 'emoji?': boolean },
    mrkdwn: { text: string(max), 'verbatim?': boolean },
  });
}

export const blockId = string(ID);
const actionId = string(ID);

const confirm = object({
  'title?': plainText(100),
  text: anyText(300),
  'confirm?': plainText(30),
  'deny?': plainText(30),
  'style?': oneOf('primary', 'danger'),
});

/** `@slack/types` says 75 where the documentation says 150: the stricter one. */
export const option = object({
  text: anyText(75),
  'value?': string(75),
  'description?': anyText(75),
  'url?': string(URL),
});
const optionGroup = object({ label: plainText(75), options: list(option, 100) });

const button = {
  text: plainText(75),
  'action_id?': actionId,
  'value?': string(2_000),
  'url?': string(URL),
  'style?': oneOf('primary', 'danger'),
  'confirm?': confirm,
  'accessibility_label?': string(75),
};

/** What all elements of an input block and all menus have. */
const field = { 'action_id?': actionId, 'focus_on_load?': boolean };
const menu = { ...field, 'placeholder?': plainText(150), 'confirm?': confirm };
const many = { ...menu, 'max_selected_items?': number(1, 1_000) };
const minQuery = { 'min_query_length?': number(0, 1_000) };
const conversations = {
  'default_to_current_conversation?': boolean,
  'filter?': anything,
  'response_url_enabled?': boolean,
};
const choices = {
  'options?': list(option, 100),
  'option_groups?': list(optionGroup, 100),
};

const menus: Record<string, Record<string, Check>> = {
  overflow: { 'action_id?': actionId, options: list(option, 5), 'confirm?': confirm },
  static_select: { ...menu, ...choices, 'initial_option?': option },
  external_select: { ...menu, ...minQuery, 'initial_option?': option },
  users_select: { ...menu, 'initial_user?': string(ID) },
  conversations_select: { ...menu, ...conversations, 'initial_conversation?': string(ID) },
  channels_select: { ...menu, 'initial_channel?': string(ID), 'response_url_enabled?': boolean },
  multi_static_select: { ...many, ...choices, 'initial_options?': list(option, 100) },
  multi_external_select: { ...many, ...minQuery, 'initial_options?': list(option, 100) },
  multi_users_select: { ...many, 'initial_users?': list(string(ID), 100) },
  multi_conversations_select: { ...many, ...conversations, 'initial_conversations?': list(string(ID), 100) },
  multi_channels_select: { ...many, 'initial_channels?': list(string(ID), 100) },
  checkboxes: { ...field, options: list(option, 10), 'initial_options?': list(option, 10), 'confirm?': confirm },
  radio_buttons: { ...field, options: list(option, 10), 'initial_option?': option, 'confirm?': confirm },
  datepicker: { ...menu, 'initial_date?': string(10, 10) },
  timepicker: { ...menu, 'initial_time?': string(5, 5), 'timezone?': string(ID) },
  datetimepicker: { ...menu, 'initial_date_time?': number(1_000_000_000, 9_999_999_999) },
};

export const image = {
  'image_url?': string(URL),
  'slack_file?': anything,
  alt_text: string(2_000),
  'title?': plainText(2_000),
};

const typedInput = { ...field, 'placeholder?': plainText(150), 'dispatch_action_config?': anything };

const inputs: Record<string, Record<string, Check>> = {
  plain_text_input: {
    ...typedInput,
    'initial_value?': string(3_000, 0),
    'multiline?': boolean,
    'min_length?': number(0, 3_000),
    'max_length?': number(1, 3_000),
  },
  number_input: {
    ...typedInput,
    is_decimal_allowed: boolean,
    'initial_value?': string(100),
    'min_value?': string(100),
    'max_value?': string(100),
  },
  email_text_input: { ...typedInput, 'initial_value?': string(3_000) },
  url_text_input: { ...typedInput, 'initial_value?': string(URL) },
  rich_text_input: { ...typedInput, 'initial_value?': anything },
  file_input: { 'action_id?': actionId, 'filetypes?': list(string(20), 100), 'max_files?': number(1, 10) },
};

export const anyButton = typed({ button });
export const accessory = typed({ button, image, workflow_button: { ...button, workflow: anything }, ...menus });
export const action = typed({
  button,
  workflow_button: { ...button, workflow: anything },
  rich_text_input: inputs['rich_text_input'] ?? {},
  ...menus,
});
export const inputElement = typed({ ...inputs, ...menus });
export const imageElement = typed({ image });
export const contextElement = typed({
  image,
  plain_text: { text: string(TEXT), 'emoji?': boolean },
  mrkdwn: { text: string(TEXT), 'verbatim?': boolean },
});

const feedbackButton = object({ text: plainText(75), value: string(2_000), 'accessibility_label?': string(75) });
export const contextAction = typed({
  feedback_buttons: { 'action_id?': actionId, positive_button: feedbackButton, negative_button: feedbackButton },
  icon_button: {
    'action_id?': actionId,
    icon: string(ID),
    text: plainText(75),
    'value?': string(2_000),
    'confirm?': confirm,
    'accessibility_label?': string(75),
    'visible_to_user_ids?': list(string(ID), 100),
  },
});
