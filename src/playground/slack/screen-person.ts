// What people do on the app's screens: the Home tab and modals. Slack's client has its own part in it (a required field,
// what a menu offers), and its part is played here.

import { menuOptions } from './block-kit.js';
import { clicked, pressables } from './buttons.js';
import type { Courier } from './courier.js';
import { type Delivery, refusedDelivery } from './delivery.js';
import { directMessage, findUser } from './directory.js';
import { replaceView } from './methods-screens.js';
import * as payloads from './payloads.js';
import { choose } from './person.js';
import { Refusal } from './refusal.js';
import type { SlackState } from './state.js';
import { type Content, isWire, objectsAt, type SlackUser, type SlackView, textAt, type Wire } from './types.js';

interface InView {
  user: string;
  viewId: string;
}

/** A field of a modal, as a person sees it. */
export interface ShownField {
  label: string;
  blockId: string;
  actionId: string;
  element: Wire;
  optional: boolean;
  /** Each change of it is told to the app. */
  isDispatched: boolean;
  /** What stands in it; empty when nothing does. */
  shown: string;
}

export class ScreenPeople {
  readonly #state: SlackState;
  readonly #courier: Courier;

  constructor(state: SlackState, courier: Courier) {
    this.#state = state;
    this.#courier = courier;
  }

  /** Opens the app's Home tab: the event is sent, the view is whatever was last published for this person. */
  async openHome(person: string): Promise<Delivery> {
    const state = this.#state;
    if (!state.manifest.features.app_home.home_tab_enabled) return refusedDelivery('no_home_tab');
    const user = findUser(state.directory, person);
    const channel = directMessage(state.directory, user.id);
    const shown = state.views.get(`VHOME${user.id}`);
    const event = payloads.appHomeOpened(user, channel.id, state.messages.nextTs(), shown, state);
    return this.#courier.event(event, false);
  }

  /** Presses a button of the Home tab or of an open modal. */
  async pressInView(wanted: InView & { label?: string; actionId?: string }): Promise<Delivery> {
    const { state, user, view } = this.#at(wanted);
    const shown: Content = { text: '', blocks: objectsAt(view.view, 'blocks'), attachments: [] };
    const action = clicked(choose(pressables(shown), wanted, `the view ${view.id}`), state.messages.nextTs());
    return this.#acted(user, view, action);
  }

  /** What a menu that the app fills shows for what is typed into it; nothing when the app did not answer in time, or wrongly. */
  async search(wanted: InView & { field: string; value: string }): Promise<{ options: Wire[]; delivery: Delivery }> {
    const { state, user, view } = this.#at(wanted);
    const { blockId, actionId, element, label } = fieldNamed(view, wanted.field);
    if (element['type'] !== 'external_select') throw new Error(`“${label}” is no menu that the app fills`);
    const least = Number(element['min_query_length'] ?? LEAST_QUERY);
    if (wanted.value.length < least) return { options: [], delivery: refusedDelivery('query_too_short') };
    const payload = payloads.blockSuggestion(user, { view, blockId, actionId, value: wanted.value }, state);
    const delivery = await this.#interact(payload);
    return { options: menuOptions(delivery.ackBody), delivery };
  }

  /**
   * Fills a field: types the text, or chooses the option that reads so or begins so.
   * @returns what the app was told, where the field tells it
   */
  async fill(wanted: InView & { field: string; value: string }): Promise<Delivery> {
    const { state, view, user } = this.#at(wanted);
    const field = fieldNamed(view, wanted.field);
    const { blockId, actionId, element } = field;
    const value: Wire = await this.#valueFor(wanted, field);
    view.values[blockId] = { [actionId]: value };
    delete view.errors[blockId];
    state.messages.tellView(view);
    if (!field.isDispatched) return refusedDelivery('not_dispatched');
    const action: Wire = { ...value, action_id: actionId, block_id: blockId, action_ts: state.messages.nextTs() };
    return this.#acted(user, view, { ...action, type: element['type'] });
  }

  /** Sends a modal; it closes unless the acknowledgement keeps it. */
  async submitView(wanted: InView): Promise<Delivery> {
    const { state, view, user } = this.#at(wanted);
    const empty = fieldsOf(view).find((field) => !field.optional && field.shown === '');
    if (empty !== undefined) throw new Error(`“${empty.label}” has to be filled in first`);
    if (!isWire(view.view['submit']) && objectsAt(view.view, 'blocks').some(({ type }) => type === 'input')) {
      throw new Error('there is nothing to send here');
    }
    const triggerId = state.triggers.issue(user.id);
    const delivery = await this.#interact(payloads.viewSubmission(user, { view, triggerId }, state));
    if (delivery.acked) this.#obey(view, delivery.ackBody);
    return delivery;
  }

  /** Closes a modal without sending it. */
  closeView(wanted: InView): void {
    const { state, view } = this.#at(wanted);
    view.open = false;
    state.messages.tellView(view);
  }

  /** docs.slack.dev/surfaces/modals: `errors`, `update`, `push`, `clear`, or nothing, which closes it. */
  #obey(view: SlackView, body: unknown): void {
    const answer = isWire(body) ? body : {};
    switch (answer['response_action']) {
      case 'errors': {
        const errors = isWire(answer['errors']) ? answer['errors'] : {};
        const known = new Set(fieldsOf(view).map(({ blockId }) => blockId));
        for (const [blockId, text] of Object.entries(errors)) {
          if (!known.has(blockId)) throw new Refusal('invalid_arguments', { details: { block_id: blockId } });
          view.errors[blockId] = String(text);
        }
        break;
      }
      case 'update':
        replaceView(view, isWire(answer['view']) ? answer['view'] : {}, this.#state);
        return;
      default:
        view.open = false;
    }
    this.#state.messages.tellView(view);
  }

  async #valueFor(wanted: InView & { value: string }, field: ShownField): Promise<Wire> {
    const { type } = field.element;
    if (type === 'plain_text_input') return { type, value: wanted.value === '' ? null : wanted.value };
    if (wanted.value === '') return { type, selected_option: null };
    const options =
      type === 'external_select'
        ? (await this.search({ ...wanted, field: field.blockId })).options
        : objectsAt(field.element, 'options');
    const text = (option: Wire) => (textAt(option['text'], 'text') ?? '').toLowerCase();
    const sought = wanted.value.toLowerCase();
    const found =
      options.find((one) => text(one) === sought) ??
      options.find((one) => text(one).startsWith(sought)) ??
      options.find((one) => text(one).includes(sought));
    if (found === undefined) {
      const some = options.slice(0, 8).map((one) => `“${textAt(one['text'], 'text')}”`);
      throw new Error(`“${field.label}” does not offer “${wanted.value}”, but ${some.join(', ') || 'nothing'}`);
    }
    return { type, selected_option: found };
  }

  #acted(user: SlackUser, view: SlackView, action: Wire): Promise<Delivery> {
    const triggerId = this.#state.triggers.issue(user.id);
    return this.#interact(payloads.homeActions(user, { view, action, triggerId }, this.#state));
  }

  #interact(payload: Wire): Promise<Delivery> {
    if (!this.#state.manifest.settings.interactivity.is_enabled) {
      return Promise.resolve(refusedDelivery('interactivity_is_off'));
    }
    return this.#courier.deliver('interactive', payload);
  }

  #at({ user: person, viewId }: InView): { state: SlackState; user: SlackUser; view: SlackView } {
    const user = findUser(this.#state.directory, person);
    const view = this.#state.views.get(viewId);
    if (view === undefined || !view.open || view.userId !== user.id) {
      throw new Error(`${user.id} has no open view ${viewId}`);
    }
    return { state: this.#state, user, view };
  }
}

/** Without a number of its own a menu is searched from the third character on. */
const LEAST_QUERY = 3;

/** In the order a person meets them. */
export function fieldsOf(view: SlackView): ShownField[] {
  return objectsAt(view.view, 'blocks').flatMap((block): ShownField[] => {
    const { element } = block;
    if (block['type'] !== 'input' || !isWire(element)) return [];
    const [blockId, actionId] = [String(block['block_id']), String(element['action_id'])];
    const value = view.values[blockId]?.[actionId] ?? {};
    return [
      {
        label: textAt(block['label'], 'text') ?? '',
        blockId,
        actionId,
        element,
        optional: block['optional'] === true,
        // Of a text only what it says it tells (docs.slack.dev/reference/block-kit/composition-objects/dispatch-action-configuration-object).
        isDispatched: block['dispatch_action'] === true,
        shown:
          textAt(value, 'value') ??
          textAt(isWire(value['selected_option']) ? value['selected_option']['text'] : {}, 'text') ??
          '',
      },
    ];
  });
}

/** By label, or the beginning of one; by block id. */
function fieldNamed(view: SlackView, name: string): ShownField {
  const fields = fieldsOf(view);
  const sought = name.toLowerCase();
  const found =
    fields.find(({ blockId, label }) => blockId === name || label.toLowerCase() === sought) ??
    fields.find(({ label }) => label.toLowerCase().startsWith(sought));
  if (found !== undefined) return found;
  throw new Error(`there is no field “${name}”, but ${fields.map(({ label }) => `“${label}”`).join(', ') || 'none'}`);
}
