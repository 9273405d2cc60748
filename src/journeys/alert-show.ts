// What people see of the board: for each incident its root message and what stands in its thread, put as often as it takes.
// Called by `alert.ts` after each commit; the same content again sends nothing.
import {
  againMessage,
  escalationMessage,
  excerptMessage,
  launchesMessage,
  rootMessage,
  type Standing,
  timelineMessage,
} from '../core/alert-view.js';
import type { BoardState } from '../core/board.js';
import type { Destination, MessagePriority } from '../core/conversation.js';
import { isKeptQuiet, isUnheard } from '../core/decide.js';
import type { Incident } from '../core/incident.js';
import { planIdOf } from '../core/plans.js';
import { SECOND } from '../core/time.js';
import type { RaisePorts } from './alert-ports.js';
import { rootKey } from './reply.js';

/** The root message of an incident. */
export const alertKey = (id: string): string => `alert:${id}`;

/** Edits notify nobody and a flapping controller makes many: Slack gets a few a minute. */
const FLAPPING_EVERY_MS = 15 * SECOND;

type ShowPorts = Pick<RaisePorts, 'board' | 'rules' | 'messages' | 'settings' | 'clock'>;

export async function show(board: BoardState, ports: ShowPorts): Promise<void> {
  const failed: unknown[] = [];
  // One that cannot be said must not keep the others from being heard.
  for (const incident of Object.values(board.incidents))
    await showIncident(incident, board, ports).catch((error: unknown) => failed.push(error));
  await showLaunches(board, ports);
  if (failed.length > 0) throw failed[0];
}

async function showIncident(incident: Incident, board: BoardState, ports: ShowPorts): Promise<void> {
  const rule = ports.rules.find((one) => one.name === incident.rule);
  const { channelId } = ports.settings;
  if (rule === undefined || channelId === undefined) return;
  const now = ports.clock.now();
  const quiet = isKeptQuiet(incident, rule, board);
  // Nobody heard of it, and nobody needs to: it is over, or it is still to be kept quiet.
  if (isUnheard(incident, board) && (quiet || incident.resolvedAt !== undefined)) return;
  const shown = board.shown[incident.id];
  const ended = incident.resolvedAt !== undefined && shown?.rev === incident.rev;
  if (ended && now - (incident.resolvedAt ?? now) > SETTLED_AFTER_MS) return;
  if (incident.flapping && shown !== undefined && now - shown.at < FLAPPING_EVERY_MS) return;

  const silence = board.silences[incident.fingerprint];
  const standing: Standing = { now, ack: board.acks[incident.id], silence, hidden: quiet && silence === undefined };
  const key = alertKey(incident.id);
  const channel: Destination = { kind: 'channel', channelId };
  const thread: Destination = { kind: 'thread', parent: key };
  const aloud: Destination = { kind: 'thread', parent: key, broadcast: true };
  const times = { since: incident.raisedAt, happenedAt: incident.happenedAt };
  const put = (name: string, to: Destination, message: ReturnType<typeof rootMessage>, priority: MessagePriority) =>
    ports.messages.put(`${key}${name}`, to, message, { rank: incident.rev, priority, ...times });

  await put('', channel, rootMessage(incident, rule, standing), 'alert');
  if (incident.reopened > 0 && !incident.flapping && !quiet && incident.resolvedAt === undefined) {
    await put(`/again-${incident.reopened}`, aloud, againMessage(incident, rule, incident.raisedAt), 'alert');
  }
  if (incident.escalatedAt !== undefined) {
    const message = escalationMessage(incident, rule, ports.settings.oncall, incident.escalatedAt);
    await ports.messages.put(`${key}/escalation`, aloud, message, { priority: 'alert', once: true });
  }
  await put('/timeline', thread, timelineMessage(incident), 'final');
  const excerpt = incident.facts['excerpt'] as { title: string; text: string } | undefined;
  if (excerpt !== undefined)
    await put(`/excerpt-${incident.reopened}`, thread, excerptMessage(incident, excerpt), 'final');
  await ports.board.showed(incident.id, { rev: incident.rev, at: now });
}

/** Nothing more is expected of a case that has been over, and shown so, for so long. */
const SETTLED_AFTER_MS = 60 * SECOND;

/** A deployment of ours that does not get its controller to stay is told in the thread of its own message. */
async function showLaunches({ watch }: BoardState, { messages }: ShowPorts): Promise<void> {
  const { app } = watch ?? {};
  if (watch === undefined || app?.job === undefined) return;
  for (const plan of Object.values(watch.plans)) {
    if (plan.version !== app.version || plan.failures + plan.notes.length === 0) continue;
    const parent = rootKey(planIdOf(app.job));
    const message = launchesMessage(plan.failures, plan.lastFailure, plan.notes);
    await messages.put(`${parent}/launches`, { kind: 'thread', parent }, message, {
      rank: plan.failures + plan.notes.length,
      priority: 'final',
    });
  }
}
