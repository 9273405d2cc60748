// Forms and the Home tab → Slack's views, within Slack's limits, and the calls that show them.
import type { HomeView, KnownBlock, ModalView, PlainTextElement, PlainTextOption } from '@slack/types';
import type { Field, Form, Kept, Screens } from '../../core/form.js';
import type { Choice } from '../../core/pick.js';
import { scrubbed } from '../scrubbed.js';
import type { Scrub } from '../secrets.js';
import { type SlackClients, slackCall } from './client.js';
import { cutLine } from './cut.js';
import { LIMITS } from './limits.js';
import { render } from './render.js';

/** Of the elements in a form: `field:` and the argument's name; the block around each has the name too. */
export const FIELD = 'field:';
/** `callback_id` of every view of ours; what it is, it carries with it. */
export const VIEW = 'bellboard';

/** @param scrub over everything people read */
export function slackScreens({ once, repeatable }: SlackClients, scrub: Scrub): Screens {
  return {
    async open(triggerId, form) {
      const given = { trigger_id: triggerId, view: modalView(form, scrub) };
      const { view } = await slackCall('views.open', once.views.open(given));
      return { viewId: view?.id ?? '', stands: view?.hash };
    },
    async update(viewId, form, over) {
      const given = { view_id: viewId, view: modalView(form, scrub), ...hashOf(over) };
      return (await slackCall('views.update', repeatable.views.update(given))).view?.hash;
    },
    async home(userId, home, kept, over) {
      const view: HomeView = {
        type: 'home',
        callback_id: VIEW,
        private_metadata: keptText(kept),
        blocks: render(scrubbed(home, scrub)).blocks,
      };
      const answer = await slackCall('views.publish', once.views.publish({ user_id: userId, view, ...hashOf(over) }));
      return answer.view?.hash;
    },
  };
}

const hashOf = (over: string | undefined) => (over === undefined ? {} : { hash: over });

export function modalView(form: Form, scrub: Scrub): ModalView {
  const words = (blocks: Form['blocks']) => render(scrubbed({ text: '–', blocks: [...blocks] }, scrub)).blocks;
  const [above, below] = [words(form.blocks), words(form.outcome)];
  const fields = form.fields.slice(0, LIMITS.viewBlocks - above.length - below.length);
  return {
    type: 'modal',
    callback_id: VIEW,
    private_metadata: keptText(form.kept),
    title: plain(form.title, LIMITS.viewTitle),
    // Slack wants a button wherever there is something to fill in.
    ...(form.submit === undefined ? {} : { submit: plain(form.submit, LIMITS.viewTitle) }),
    close: plain(form.submit === undefined ? 'Close' : 'Cancel', LIMITS.viewTitle),
    blocks: [...above, ...fields.map((field) => inputBlock(field, scrub, form.kept.kind === 'pick')), ...below],
  };
}

function keptText(kept: Kept): string {
  const text = JSON.stringify(kept);
  if (text.length > LIMITS.keptText) throw new Error(`a view would carry ${text.length} characters`);
  return text;
}

/** @param isShown each change of it is told to us, so that the form can say what it amounts to */
function inputBlock(field: Field, scrub: Scrub, isShown: boolean): KnownBlock {
  return {
    type: 'input',
    block_id: field.name,
    label: plain(scrub(field.label), LIMITS.fieldLabel),
    ...(field.hint === undefined ? {} : { hint: plain(scrub(field.hint), LIMITS.fieldLabel) }),
    optional: field.optional,
    dispatch_action: isShown,
    element: elementOf(field, scrub, isShown),
  };
}

function elementOf({ name, input }: Field, scrub: Scrub, isShown: boolean) {
  const action_id = `${FIELD}${name}`;
  switch (input.kind) {
    case 'search':
      return { type: 'external_select' as const, action_id, min_query_length: 0 };
    case 'write':
      return {
        type: 'plain_text_input' as const,
        action_id,
        max_length: LIMITS.fieldText,
        ...(input.initial === undefined ? {} : { initial_value: input.initial.slice(0, LIMITS.fieldText) }),
        ...(isShown ? { dispatch_action_config: { trigger_actions_on: ['on_character_entered' as const] } } : {}),
      };
    case 'choose': {
      const choices = optionsOf(input.choices, scrub);
      // Slack refuses a menu without options.
      const options = choices.length === 0 ? optionsOf([{ value: '–' }], scrub) : choices;
      const initial = options.find(({ value }) => value === input.initial);
      return {
        type: 'static_select' as const,
        action_id,
        options,
        ...(initial === undefined ? {} : { initial_option: initial }),
      };
    }
  }
}

/** Values are exact: whoever makes the choices keeps them short. */
export const optionsOf = (choices: readonly Choice[], scrub: Scrub): PlainTextOption[] =>
  choices
    .filter(({ value }) => value.length <= LIMITS.option && value !== '')
    .slice(0, LIMITS.options)
    .map(({ value, text = value, about }) => ({
      text: plain(scrub(text), LIMITS.option),
      value,
      ...(about === undefined || about === '' ? {} : { description: plain(scrub(about), LIMITS.option) }),
    }));

const plain = (text: string, most: number): PlainTextElement => ({
  type: 'plain_text',
  text: cutLine(text, most).shown || '–',
});
