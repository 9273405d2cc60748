// How tests talk with Bellboard over the rig: type, press, and wait for the answer a person would wait for.
import { auditReader } from '../../src/adapters/redis/audit-store.js';
import { worker as patientRedis } from '../../src/adapters/redis/connect.js';
import { keysOf } from '../../src/adapters/redis/keys.js';
import type { AuditEntry } from '../../src/core/audit.js';
import { pressables, type SlackMessage } from '../../src/playground/slack/workspace.js';
import type { Rig } from './rig.js';

export interface Where {
  user?: string;
  channel?: string;
  deliveries?: number;
  /** Real milliseconds. */
  withinMs?: number;
}

const PATIENCE_MS = 12_000;
const BOT = 'U0BELL';

/** Text and blocks of a message, emoji codes included. */
export const shown = (message: SlackMessage): string => `${message.text}\n${JSON.stringify(message.blocks)}`;

const isUnderWay = (message: SlackMessage) => shown(message).includes(':hourglass_flowing_sand:');

const isFromBot = (message: SlackMessage) => message.authorId === BOT && !message.deleted;

/** Roots of changes in a channel, oldest first. */
export const roots = (rig: Rig, channelId = 'C0CI'): SlackMessage[] =>
  rig.slack.messages.filter(
    (one) => isFromBot(one) && one.channelId === channelId && one.visibleTo === undefined && one.threadTs === undefined,
  );

/** What one person alone was told since the message number `from`, without "working on it". */
export function told(rig: Rig, userId: string, from = 0): SlackMessage[] {
  return rig.slack.messages
    .slice(from)
    .filter(
      (one) => isFromBot(one) && one.visibleTo === userId && !/Working on it|Waiting for its turn/.test(one.text),
    );
}

export const idOf = (rig: Rig, user: string): string => {
  const found = [...rig.slack.directory.users.values()].find((one) => one.id === user || `@${one.name}` === user);
  if (found === undefined) throw new Error(`nobody is called ${user}`);
  return found.id;
};

/** Types a command and answers with what the person alone is told in the end. */
export async function ask(rig: Rig, text: string, where: Where = {}): Promise<SlackMessage> {
  const { user = '@ana', channel = '#ci', withinMs = PATIENCE_MS, ...more } = where;
  const from = rig.slack.messages.length;
  await rig.slack.command({ user, channel, text, ...more });
  return rig.slack.changed(() => told(rig, idOf(rig, user), from)[0], withinMs);
}

/** Types a change and answers with its message in the channel once that says how it ended. */
export async function change(rig: Rig, text: string, where: Where = {}): Promise<SlackMessage> {
  const { user = '@ana', channel = '#ci', withinMs = PATIENCE_MS, ...more } = where;
  const from = rig.slack.messages.length;
  await rig.slack.command({ user, channel, text, ...more });
  return rig.slack.changed(
    () => rig.slack.messages.slice(from).find((one) => isRoot(one) && !isUnderWay(one)),
    withinMs,
  );
}

const isRoot = (one: SlackMessage) => isFromBot(one) && one.visibleTo === undefined && one.threadTs === undefined;

/** Types a deploy and answers with its plan. */
export async function plan(rig: Rig, text: string, where: Where = {}): Promise<SlackMessage> {
  const { user = '@ana', channel = '#ci' } = where;
  const from = rig.slack.messages.length;
  await rig.slack.command({ user, channel, text });
  return rig.slack.changed(
    () => rig.slack.messages.slice(from).find((one) => pressables(one).some((button) => button.label === 'Deploy')),
    PATIENCE_MS,
  );
}

export interface Pressing {
  user?: string;
  deliveries?: number;
  stale?: boolean;
}

export async function press(rig: Rig, message: SlackMessage, label: string, how: Pressing = {}): Promise<void> {
  const { user = '@ana', ...more } = how;
  await rig.slack.press({ user, channel: message.channelId, messageTs: message.ts, label, ...more });
}

/** Presses, and answers with what the one who pressed is told privately. */
export async function pressAndHear(rig: Rig, message: SlackMessage, label: string, how: Pressing = {}) {
  const from = rig.slack.messages.length;
  await press(rig, message, label, how);
  return rig.slack.changed(() => told(rig, idOf(rig, how.user ?? '@ana'), from)[0], PATIENCE_MS);
}

/** Waits until a message of the channel says how it ended. */
export function ending(rig: Rig, message: SlackMessage, withinMs = 15_000): Promise<SlackMessage> {
  return rig.slack.changed(
    () => (isUnderWay(message) || pressables(message).length > 0 ? undefined : message),
    withinMs,
  );
}

/** Plan, press *Deploy*, and the message once it says how that ended. */
export async function deploy(rig: Rig, text: string): Promise<SlackMessage> {
  const message = await plan(rig, text);
  await press(rig, message, 'Deploy');
  return ending(rig, message);
}

/** Newest first. */
export async function audit(rig: Rig): Promise<AuditEntry[]> {
  const redis = patientRedis(rig.redis.url);
  try {
    return await auditReader(redis, keysOf('test')).recent(1_000);
  } finally {
    redis.disconnect();
  }
}

/** PUTs of an app that began a deployment. */
export const putsThatTook = (rig: Rig): number =>
  rig.world.servers.marathon.writes.filter((write) => write.method === 'PUT' && write.tookEffect).length;

/** Writes in Jenkins that changed something, by the last word of their path. */
export const actsIn = (rig: Rig, action?: string): string[] =>
  rig.world.jenkins.accessLog
    .filter((entry) => entry.tookEffect && (action === undefined || entry.action === action))
    .map((entry) => entry.action);

/** Everything Slack was ever told to show as markup; literal parts (rich text, plain text, table cells) cannot page. */
export const markupSaid = (rig: Rig): string[] => rig.slack.calls.flatMap((call) => markupIn(call.args));

const LITERAL = new Set(['text', 'plain_text', 'raw_text']);

function markupIn(value: unknown): string[] {
  if (typeof value === 'string') return value.startsWith('[{') ? markupIn(JSON.parse(value)) : [value];
  if (typeof value !== 'object' || value === null) return [];
  if ('type' in value && typeof value.type === 'string' && LITERAL.has(value.type)) return [];
  return Object.entries(value).flatMap(([name, inner]) => (name === 'value' ? [] : markupIn(inner)));
}

/** A moment in which whatever would still happen, happens. */
export const settle = (realMs = 300): Promise<void> => new Promise((resolve) => setTimeout(resolve, realMs));
