// Whether a confirmed plan still fits when its turn comes, and again when its builds have ended: called by `disrupt.ts`. One
// that does not ends there, and a fresh one is shown.
import { say } from '../core/conversation.js';
import { UpstreamError } from '../core/errors.js';
import { md } from '../core/text.js';
import { duration } from '../core/words.js';
import { YES_COUNTS_MS } from './answered.js';
import type { ChangeOutcome } from './change.js';
import { ended, type Flight, systemOf } from './flight.js';
import { hashOf } from './hash.js';
import { makePlan } from './plan.js';

/** The world may have moved between the click and this change's turn. */
export async function voided(flight: Flight): Promise<ChangeOutcome | undefined> {
  const { command, parsed, plan, ports, asked, job, run } = flight;
  if (await isDone(flight)) {
    return ended(
      'unchanged',
      say(
        md`:no_entry_sign: The plan no longer fits: what it asks for has been done since it was made. Nothing more was sent; \`where\` and \`status\` show what runs now.`,
      ),
    );
  }
  const now = await command.plan(parsed.args, ports.command, asked);
  const moved = hashOf(command.boundTo(now)) !== plan.hash;
  if (!moved && !(await wasLeftLying(flight))) return undefined;
  if (command.empty(now, parsed.args)) {
    return ended(
      'unchanged',
      say(
        md`:no_entry_sign: The plan no longer fits: ${systemOf(flight) === 'Marathon' ? 'the app' : 'Jenkins'} changed since it was made, and now there is nothing left to do. Nothing was done.`,
      ),
    );
  }
  // Without the click's `response_url`: that one would write over the message this change speaks in.
  const again = { ...job, kind: 'command' as const, delivery: `${plan.id}-again`, replyTo: {}, at: ports.clock.now() };
  await makePlan(again, command, parsed, asked, run.signal, ports);
  const why = moved
    ? 'The plan no longer fits: what it was made from has changed since.'
    : `The plan is too old: it was confirmed ${duration(again.at - job.at)} ago, and for more than ${duration(YES_COUNTS_MS)} since no worker was there.`;
  return ended('refused', say(md`:no_entry_sign: ${why} Nothing was done; a fresh plan follows.`));
}

/**
 * Whoever waits for others or for builds is told so, and knows that it will be done. With no worker nobody is told, and
 * nobody expects it any more. A worker takes a sample every minute, so where none was taken there was none.
 */
async function wasLeftLying({ job, ports }: Flight): Promise<boolean> {
  const now = ports.clock.now();
  let seenAt = job.at;
  if (now - seenAt <= YES_COUNTS_MS) return false;
  for await (const samples of ports.command.usage.read(job.at, now)) {
    for (const { at } of samples) {
      if (at - seenAt > YES_COUNTS_MS) return true;
      seenAt = at;
    }
  }
  return now - seenAt > YES_COUNTS_MS;
}

/** By somebody else; or by this very command, when a failover of Redis has lost the steps that said so. */
async function isDone({ command, plan, ports, asked }: Flight): Promise<boolean> {
  try {
    return (await command.arrived(plan.facts, ports.command, asked)) === 'yes';
  } catch (error) {
    // Not to be told yet: the fresh plan says what stands in the way.
    if (error instanceof UpstreamError) return false;
    throw error;
  }
}
