// The doors of screens: the shortcut on a message, forms (a field, a search, sending) and the Home tab. A form that nobody
// knows is acked and told of, because Slack otherwise leaves the person with a spinner.
import type { App, BlockSuggestion, MessageShortcut, ViewOutput } from '@slack/bolt';
import { readKept } from '../../core/form.js';
import { subjectsOf } from '../../core/subjects.js';
import { SECOND } from '../../core/time.js';
import { deliveryId } from './delivery-id.js';
import type { DoorOptions, Incoming, IncomingForm } from './ears.js';
import { FIELD, modalView, optionsOf, VIEW } from './screens.js';

/** `callback_id` of the shortcut in `manifests/slack-app.yaml`. */
export const ASK = 'ask';

export function listenForScreens(app: App, { ears, scrub }: DoorOptions): void {
  app.shortcut(/^/, async ({ body, ack }) => {
    const startedAt = performance.now();
    // The form has to be open within 3 s; the ack says nothing.
    await ack();
    ears.acked((performance.now() - startedAt) / SECOND);
    const isAsk = body.type === 'message_action' && body.callback_id === ASK;
    const incoming = shortcutOf(body as MessageShortcut);
    await (isAsk
      ? ears.ask({ ...incoming, triggerId: body.trigger_id, subjects: subjectsOf(body.message) })
      : ears.unread(incoming, 'unknown')
    ).catch(ears.bug);
  });

  app.view(/^/, async ({ body, view, ack }) => {
    const startedAt = performance.now();
    if (body.type !== 'view_submission') return ack();
    const form = formOf(body, view);
    try {
      const submitted = await ears.submitted(form);
      if (submitted.kind === 'errors') await ack({ response_action: 'errors', errors: { ...submitted.errors } });
      else if (submitted.kind === 'told')
        await ack({ response_action: 'update', view: modalView(submitted.form, scrub) });
      else await ack();
    } catch (error) {
      const { blocks } = ears.bug(error);
      const told = { title: 'Bellboard', blocks, fields: [], outcome: [] };
      const kept = { v: 1, kind: 'told', command: '', channelId: form.channelId } as const;
      await ack({ response_action: 'update', view: modalView({ ...told, kept }, scrub) });
    }
    ears.acked((performance.now() - startedAt) / SECOND);
  });

  app.options<'block_suggestion'>(/^/, async ({ body, ack }) => {
    const startedAt = performance.now();
    const { action_id: id, value, view } = body as BlockSuggestion;
    const found =
      view === undefined || !id.startsWith(FIELD)
        ? []
        : await ears.suggest(formOf(body, view), id.slice(FIELD.length), value).catch((error: unknown) => {
            ears.bug(error);
            return [];
          });
    await ack({ options: optionsOf(found, scrub) });
    ears.acked((performance.now() - startedAt) / SECOND);
  });

  app.event('app_home_opened', async ({ event, body }) => {
    if (event.tab !== 'home') return;
    const { event_id, team_id } = body as { event_id?: string; team_id?: string };
    const incoming: Incoming = {
      delivery: deliveryId(event_id ?? event.event_ts),
      userId: event.user,
      teamId: team_id ?? '',
      channelId: event.channel,
      threadTs: undefined,
      responseUrl: undefined,
    };
    await ears.home(incoming).catch(ears.bug);
  });
}

function shortcutOf(body: MessageShortcut): Incoming {
  const { ts, thread_ts } = (body.message ?? {}) as { ts?: string; thread_ts?: string };
  return {
    delivery: deliveryId(body.trigger_id),
    userId: body.user.id,
    teamId: body.user.team_id ?? body.team?.id ?? '',
    channelId: body.channel?.id ?? '',
    threadTs: thread_ts ?? ts,
    responseUrl: body.response_url,
    underPublic: true,
  };
}

interface InView {
  user: { id: string; team_id?: string };
  team: { id: string } | null;
}

/** Sent twice, a form is one delivery: only one that queued nothing stays open. @param view as it stood when the person acted */
export function formOf(body: InView, view: ViewOutput): IncomingForm {
  const kept = readKept(view.private_metadata);
  return {
    delivery: deliveryId(view.id),
    userId: body.user.id,
    teamId: body.user.team_id ?? body.team?.id ?? '',
    channelId: kept?.channelId ?? '',
    threadTs: kept?.threadTs,
    responseUrl: undefined,
    viewId: view.id,
    kept: view.callback_id === VIEW ? kept : undefined,
    filled: filledIn(view.state?.values ?? {}),
  };
}

type Values = ViewOutput['state']['values'];

function filledIn(values: Values): Record<string, string> {
  const entries = Object.values(values).flatMap((block) => Object.entries(block));
  return Object.fromEntries(
    entries.flatMap(([id, { value, selected_option }]): [string, string][] => {
      const given = selected_option?.value ?? value;
      return id.startsWith(FIELD) && typeof given === 'string' && given.trim() !== ''
        ? [[id.slice(FIELD.length), given]]
        : [];
    }),
  );
}
