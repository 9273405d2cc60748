// views.*: modals and the Home tab.
import { z } from 'zod';
import { anObject, read } from './arguments.js';
import { complaintsAbout } from './block-kit.js';
import { invalid, Refusal } from './refusal.js';
import type { SlackState } from './state.js';
import { isWire, objectsAt, type SlackView, textAt, type Wire } from './types.js';

const view = anObject('invalid_arguments');
const Open = z.object({ trigger_id: z.string(), view });
const Update = z.object({ view_id: z.string(), hash: z.string().optional(), view });
const Publish = z.object({ user_id: z.string(), hash: z.string().optional(), view });

/** Titles and buttons of a modal: 24 characters; `private_metadata`: 3,000 (docs.slack.dev/reference/views). */
const MAX_TITLE = 24;
const MAX_PRIVATE_METADATA = 3_000;

export function openView(args: Wire, state: SlackState): Wire {
  const wanted = read(Open, args);
  refuseBadView(wanted.view, 'modal');
  const userId = state.triggers.exchange(wanted.trigger_id);
  return { view: viewWire(keep(`V0${state.views.size + 1}`, userId, 'modal', wanted.view, state), state) };
}

export function updateView(args: Wire, state: SlackState): Wire {
  const wanted = read(Update, args);
  const known = state.views.get(wanted.view_id);
  if (known === undefined || !known.open) throw new Refusal('not_found');
  if (wanted.hash !== undefined && wanted.hash !== known.hash) throw new Refusal('hash_conflict');
  refuseBadView(wanted.view, known.kind);
  return { view: viewWire(keep(known.id, known.userId, known.kind, wanted.view, state), state) };
}

export function publishView(args: Wire, state: SlackState): Wire {
  const wanted = read(Publish, args);
  if (!state.directory.users.has(wanted.user_id)) throw new Refusal('user_not_found');
  if (!state.manifest.features.app_home.home_tab_enabled) throw new Refusal('not_enabled');
  const id = `VHOME${wanted.user_id}`;
  const known = state.views.get(id);
  if (wanted.hash !== undefined && known !== undefined && wanted.hash !== known.hash) {
    throw new Refusal('hash_conflict');
  }
  refuseBadView(wanted.view, 'home');
  return { view: viewWire(keep(id, wanted.user_id, 'home', wanted.view, state), state) };
}

function refuseBadView(wanted: Wire, kind: 'modal' | 'home'): void {
  const complaints = complaintsAbout(wanted['blocks'], kind, '/view/blocks');
  if (wanted['type'] !== kind) complaints.push(`must be ${kind} [json-pointer:/view/type]`);
  for (const part of kind === 'modal' ? ['title', 'submit', 'close'] : []) {
    if ((textAt(wanted[part], 'text') ?? '').length > MAX_TITLE) {
      complaints.push(`must be less than ${MAX_TITLE + 1} characters [json-pointer:/view/${part}/text]`);
    }
  }
  if (kind === 'modal' && wanted['title'] === undefined) {
    complaints.push('missing required field: title [json-pointer:/view]');
  }
  if (objectsAt(wanted, 'blocks').some((block) => block['type'] === 'input') && kind === 'modal' && !wanted['submit']) {
    complaints.push('missing required field: submit [json-pointer:/view]');
  }
  if ((textAt(wanted, 'private_metadata') ?? '').length > MAX_PRIVATE_METADATA) {
    complaints.push(`must be less than ${MAX_PRIVATE_METADATA + 1} characters [json-pointer:/view/private_metadata]`);
  }
  if (complaints.length > 0) throw invalid('invalid_arguments', complaints);
}

/** Also what an acknowledgement puts in a modal's place. @throws Refusal */
export function replaceView(shown: SlackView, wanted: Wire, state: SlackState): void {
  refuseBadView(wanted, shown.kind);
  keep(shown.id, shown.userId, shown.kind, wanted, state);
}

function keep(id: string, userId: string, kind: 'modal' | 'home', wanted: Wire, state: SlackState): SlackView {
  const kept = structuredClone(wanted);
  state.messages.identify(objectsAt(kept, 'blocks'));
  const version = Number(state.views.get(id)?.hash.split('.')[1] ?? 0) + 1;
  const shown: SlackView = {
    id,
    userId,
    kind,
    hash: `${state.clock.now()}.${version}`,
    view: kept,
    open: true,
    values: valuesIn(objectsAt(kept, 'blocks'), state.views.get(id)?.values ?? {}),
    errors: {},
  };
  state.views.set(id, shown);
  state.messages.tellView(shown);
  return shown;
}

/** What a person filled in stays where block and element keep their ids; a new field begins with what the app put there. */
function valuesIn(blocks: Wire[], before: SlackView['values']): SlackView['values'] {
  return Object.fromEntries(
    blocks.flatMap((block) => {
      const { element } = block;
      if (block['type'] !== 'input' || !isWire(element)) return [];
      const [blockId, actionId] = [String(block['block_id']), String(element['action_id'])];
      return [[blockId, { [actionId]: before[blockId]?.[actionId] ?? initialOf(element) }]];
    }),
  );
}

function initialOf(element: Wire): Wire {
  const type = element['type'];
  if (type === 'plain_text_input') return { type, value: element['initial_value'] ?? null };
  return { type, selected_option: element['initial_option'] ?? null };
}

/** A view as answers and payloads carry it. */
export function viewWire(shown: SlackView, state: SlackState): Wire {
  const { team, bot, appId } = state.directory;
  return {
    title: null,
    submit: null,
    close: null,
    private_metadata: '',
    callback_id: '',
    external_id: '',
    clear_on_close: false,
    notify_on_close: false,
    ...shown.view,
    id: shown.id,
    team_id: team.id,
    hash: shown.hash,
    state: { values: shown.values },
    root_view_id: shown.id,
    previous_view_id: null,
    app_id: appId,
    app_installed_team_id: team.id,
    bot_id: bot.botId,
  };
}
