// The audit entries of what never began, so that "nobody did that" can be answered too: a plan that ended without a yes,
// and what somebody was not allowed. What began is recorded with its outcome, in `change.ts`.
import type { Audit, AuditEntry } from '../core/audit.js';
import type { Actor, Place } from '../core/command.js';
import type { Message } from '../core/conversation.js';
import type { Parsed } from '../core/parse.js';
import type { Act, Plan } from '../core/plans.js';
import type { Clock } from '../core/time.js';
import { traceOf, understoodAs } from './change.js';
import type { PerformPorts } from './ports.js';
import { rootKey } from './reply.js';

/** Once a plan, however often its end is told. @param act that ended it: no yes */
export async function recordPlanEnd(plan: Plan, act: Act, why: Message, ports: PerformPorts): Promise<void> {
  const { actor, place, madeAt } = plan;
  const approvedBy = (await ports.plans.approvalsOf(plan.id)).map((approval) => approval.actor.userId);
  const isCancelled = act.what === 'cancelled';
  await ports.audit.record({
    v: 1,
    jobId: plan.id,
    neverBegan: true,
    userId: actor.userId,
    ...(isCancelled && act.userId !== actor.userId ? { cancelledBy: act.userId } : {}),
    ...(approvedBy.length === 0 ? {} : { approvedBy }),
    planHash: plan.hash,
    channelId: place.channelId,
    ...(await traceOf(rootKey(plan.id), plan, ports)),
    command: plan.command,
    text: plan.text,
    outcome: isCancelled ? 'cancelled' : 'expired',
    summary: why.text,
    at: act.at,
    durationMs: Math.max(0, act.at - madeAt),
  });
}

/** Once a delivery. Who may not look changes nothing, so reads are not recorded. */
export async function recordRefusal(
  { delivery, actor, place }: { delivery: string; actor: Actor; place: Place },
  { command, text, args }: Pick<Parsed, 'command' | 'text' | 'args'>,
  why: Message,
  { audit, clock }: { audit: Pick<Audit, 'record'>; clock: Clock },
): Promise<void> {
  if (command.effect === 'read') return;
  const entry: AuditEntry = {
    v: 1,
    jobId: delivery,
    neverBegan: true,
    userId: actor.userId,
    channelId: place.channelId,
    ...(place.threadTs === undefined ? {} : { threadTs: place.threadTs }),
    command: command.name,
    text,
    understood: understoodAs(args),
    outcome: 'refused',
    summary: why.text,
    at: clock.now(),
    durationMs: 0,
  };
  await audit.record(entry);
}
