// The doors of Slack itself: its answers, and what it delivers.
import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { type SlackApp, startSlackApp } from '../../src/adapters/slack/app.js';
import { slackClients } from '../../src/adapters/slack/client.js';
import { slackMessenger } from '../../src/adapters/slack/messenger.js';
import { slackPeople, whoAreWe } from '../../src/adapters/slack/people.js';
import { say } from '../../src/core/conversation.js';
import { md } from '../../src/core/text.js';
import { fakeEars } from '../support/fake-ears.js';
import { manualClock } from '../support/manual-clock.js';
import { type Door, erased, named } from './door.js';
import { type Spoiling, spoiling } from './far-side.js';
import { faults, fewSlips, withFault, withSlip } from './hostile.js';

const SLACK_ANSWERS: Record<string, unknown> = {
  'auth.test': {
    ok: true,
    url: 'https://ci.slack.com/',
    team: 'ci',
    user: 'bell',
    team_id: 'T0HOME',
    user_id: 'U0BELL',
    bot_id: 'B0BELL',
  },
  'users.info': {
    ok: true,
    user: {
      id: 'U0ANA',
      team_id: 'T0HOME',
      name: 'ana',
      real_name: 'Ana',
      is_bot: false,
      is_restricted: false,
      profile: { display_name: 'ana' },
    },
  },
  'conversations.info': { ok: true, channel: { id: 'C0CI', is_member: true, is_ext_shared: false } },
  'conversations.history': {
    ok: true,
    messages: [{ ts: '1.1', text: 'x', metadata: { event_type: 'bellboard_message', event_payload: { key: 'k' } } }],
  },
  'chat.postMessage': { ok: true, channel: 'C0CI', ts: '1.1', message: { text: 'x' } },
  'chat.update': { ok: true, channel: 'C0CI', ts: '1.1' },
};

export async function slackDoor(): Promise<{ door: Door; close(): void }> {
  let next: { how: Spoiling } = { how: { pick: 0, faults: [], slips: [], status: { every: 0, code: 200 } } };
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      const method = (request.url ?? '').replace(/^\/api\//, '').replace(/\?.*/, '');
      const { faults: wrong, slips: off, status } = next.how;
      const said = JSON.stringify(wrong.reduce(withFault, SLACK_ANSWERS[method] ?? { ok: true })) ?? '';
      response.writeHead(status.every === 1 ? status.code : 200, { 'content-type': 'application/json' });
      response.end(status.code === 204 ? undefined : off.reduce(withSlip, said));
    });
  });
  const url = await listening(server);
  const { repeatable, once } = slackClients('xoxb-test', `${url}/api/`);
  const clients = { repeatable: once, once };
  void repeatable;
  const messenger = slackMessenger({ clients, scrub: (given) => given, onPlainTwin() {} });
  const message = say(md`hello`);
  const calls: Record<string, () => Promise<unknown>> = {
    who: () => whoAreWe(clients.repeatable),
    person: () => slackPeople(clients.repeatable, { teamId: 'T0HOME' }, manualClock()).person('U0ANA'),
    name: () => slackPeople(clients.repeatable, { teamId: 'T0HOME' }, manualClock()).nameOf('U0ANA'),
    channel: () => slackPeople(clients.repeatable, { teamId: 'T0HOME' }, manualClock()).channel('C0CI'),
    post: () => messenger.post({ channelId: 'C0CI' }, message, 'k'),
    edit: () => messenger.edit({ channelId: 'C0CI', ts: '1.1' }, message),
    find: () => messenger.find({ channelId: 'C0CI' }, 'k'),
    respond: () => messenger.respond(`${url}/capability`, message, { replace: false, inChannel: false }),
  };
  return {
    door: erased({
      name: "Slack's answers",
      share: 0.04,
      comes: fc.record({ call: fc.constantFrom(...Object.keys(calls)), how: spoiling }),
      async meet({ call, how }: { call: string; how: Spoiling }) {
        next = { how };
        try {
          const answer = await calls[call]?.();
          if (call === 'post' && typeof (answer as { ts?: unknown }).ts !== 'string') throw new Error('posted nowhere');
          return 'answer';
        } catch (error) {
          return named(error);
        }
      },
    }),
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const SIGNING_SECRET = 'shh-0123456789';
const CLICK = {
  type: 'block_actions',
  trigger_id: '1.2.three',
  response_url: 'https://hooks.slack.com/actions/1',
  user: { id: 'U0ANA', team_id: 'T0HOME' },
  team: { id: 'T0HOME' },
  channel: { id: 'C0CI' },
  container: { type: 'message', is_ephemeral: false },
  message: { ts: '1.1', thread_ts: '1.0' },
  actions: [{ type: 'button', action_id: 'run:0', action_ts: '1.2', block_id: 'b', value: 'where' }],
};
const KEPT = JSON.stringify({ v: 1, kind: 'pick', command: 'ack', channelId: 'C0CI' });
const VIEW = {
  ...{ id: 'V1', type: 'modal', callback_id: 'bellboard', hash: '1.1', private_metadata: KEPT },
  state: { values: { id: { 'field:id': { type: 'external_select', selected_option: { value: 'A17' } } } } },
};
const SUBMISSION = {
  type: 'view_submission',
  trigger_id: '1.2.three',
  user: { id: 'U0ANA' },
  team: { id: 'T0HOME' },
  view: VIEW,
};
const SUGGESTION = { ...SUBMISSION, type: 'block_suggestion', action_id: 'field:id', block_id: 'id', value: 'A' };
const SHORTCUT = {
  ...{ type: 'message_action', callback_id: 'ask', trigger_id: '1.2.three', action_ts: '1.2' },
  ...{ user: { id: 'U0ANA', team_id: 'T0HOME' }, team: { id: 'T0HOME' }, channel: { id: 'C0CI' } },
  response_url: 'https://hooks.slack.com/app/1',
  message: { type: 'message', user: 'U0LEE', ts: '1.1', thread_ts: '1.0', text: 'A17 rings; team/app#12 failed' },
};
const HOME_OPENED = {
  type: 'event_callback',
  event_id: 'Ev2',
  team_id: 'T0HOME',
  event: { type: 'app_home_opened', user: 'U0ANA', channel: 'D0ANA', tab: 'home', event_ts: '1.1' },
};
const MENTION = {
  type: 'event_callback',
  event_id: 'Ev1',
  team_id: 'T0HOME',
  event: { type: 'app_mention', user: 'U0ANA', team: 'T0HOME', channel: 'C0CI', ts: '1.1', text: '<@U0BELL> where' },
};
const COMMAND = {
  command: '/ci',
  text: 'where',
  trigger_id: '1.2.three',
  user_id: 'U0ANA',
  team_id: 'T0HOME',
  channel_id: 'C0CI',
  response_url: 'https://hooks.slack.com/commands/1',
};

/** Over real Bolt: what is signed by Slack and is of another form than Slack's. */
export async function deliveryDoor(): Promise<{ door: Door; close(): Promise<void> }> {
  const heard = { well: 0, bugs: [] as unknown[] };
  const hear = async (incoming: { userId: string; delivery: string }) => {
    if (typeof incoming.delivery !== 'string') throw new Error('a delivery without its name');
    heard.well += 1;
  };
  const quiet = { debug() {}, info() {}, warn() {}, error() {}, setLevel() {}, getLevel: () => 'error', setName() {} };
  const app: SlackApp = await startSlackApp({
    botToken: 'xoxb-test',
    appToken: undefined,
    signingSecret: SIGNING_SECRET,
    apiUrl: 'http://127.0.0.1:9/',
    slashCommand: '/ci',
    host: '127.0.0.1',
    port: 0,
    team: {
      teamId: 'T0HOME',
      botUserId: 'U0BELL',
      botId: 'B0BELL',
      botName: 'bell',
      url: 'https://ci.slack.com/',
      scopes: [],
    },
    logger: quiet as never,
    scrub: (given) => given,
    ears: fakeEars((_ear, incoming) => hear(incoming), {
      bug: (error) => {
        heard.bugs.push(error);
        return say(md`a bug`);
      },
    }),
  });
  const kinds = {
    ...{ click: CLICK, submission: SUBMISSION, mention: MENTION, command: COMMAND },
    ...{ suggestion: SUGGESTION, shortcut: SHORTCUT, 'home opened': HOME_OPENED },
  };
  return {
    door: erased({
      name: 'deliveries',
      share: 0.02,
      comes: fc.record({
        kind: fc.constantFrom(...(Object.keys(kinds) as (keyof typeof kinds)[])),
        faults: faults(3),
        slips: fewSlips,
      }),
      async meet(given) {
        const wrong = given.faults.reduce(withFault, kinds[given.kind] as unknown);
        const json = given.slips.reduce(withSlip, JSON.stringify(wrong) ?? '');
        const isEvent = given.kind === 'mention' || given.kind === 'home opened';
        const pairs =
          typeof wrong === 'object' && wrong !== null
            ? Object.entries(wrong).map(([name, value]): [string, string] => [
                name,
                typeof value === 'object' ? JSON.stringify(value) : String(value),
              ])
            : [];
        const form = given.kind === 'command' ? new URLSearchParams(pairs) : new URLSearchParams({ payload: json });
        const body = isEvent ? json : form.toString();
        const now = String(Math.floor(Date.now() / 1_000));
        const signature = createHmac('sha256', SIGNING_SECRET).update(`v0:${now}:${body}`).digest('hex');
        const before = heard.well;
        const answer = await fetch(`http://127.0.0.1:${app.port}/slack/events`, {
          method: 'POST',
          body,
          headers: {
            'content-type': isEvent ? 'application/json' : 'application/x-www-form-urlencoded',
            'x-slack-request-timestamp': now,
            'x-slack-signature': `v0=${signature}`,
          },
          // Nobody listens for what has another form, and Bolt waits 3 s for somebody.
          signal: AbortSignal.timeout(200),
        }).catch(() => undefined);
        await answer?.text();
        if (answer === undefined) return 'nobody listens';
        return heard.well > before ? 'heard' : `${answer.status}`;
      },
    }),
    close: () => app.stop(),
  };
}
