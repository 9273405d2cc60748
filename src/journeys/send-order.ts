// Which message has to stand in Slack before another: the one above it, and the line of the thread before it.
import type { MessageRecords, Spot, StoredMessage } from '../core/delivery.js';
import { type Clock, MINUTE } from '../core/time.js';

interface OrderPorts {
  records: Pick<MessageRecords, 'read' | 'refused' | 'waits'>;
  clock: Clock;
}

/** A line that is still missing by then may have been forgotten by Redis, and the others must not wait for it for good. */
const LONGEST_WAIT_MS = 2 * MINUTE;

/** The other message, once it stands in Slack; with one that never will, this one is refused. */
export async function placed(
  key: string,
  { digest }: StoredMessage,
  parentKey: string,
  { records }: OrderPorts,
): Promise<'waits' | 'refused' | (StoredMessage & Spot)> {
  const parent = await records.read(parentKey);
  if (parent?.ts !== undefined && parent.channelId !== undefined)
    return { ...parent, channelId: parent.channelId, ts: parent.ts };
  if (parent?.error === undefined) return 'waits';
  await records.refused(key, digest, parent.error);
  return 'refused';
}

/** A thread tells what happened in the order in which it happened. */
export async function overtakes(
  key: string,
  { after }: StoredMessage,
  { records, clock }: OrderPorts,
): Promise<boolean> {
  const before = after === undefined ? undefined : await records.read(after);
  if (before === undefined || before.sent !== undefined) return false;
  return (await records.waits(key, clock.now())) < LONGEST_WAIT_MS;
}
