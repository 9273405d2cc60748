// The button *Approve* under a plan that needs a second person. Each approval is one step in Redis; the last one starts
// the change on the path of every other confirmation. Nothing about it is kept in a process.
import { type ApprovalsGiven, missingWords } from '../core/approvals.js';
import type { DisruptCommand } from '../core/command.js';
import { type Message, say, sorry } from '../core/conversation.js';
import type { PressJob } from '../core/jobs.js';
import type { Parsed } from '../core/parse.js';
import type { Act, Approval, Plan } from '../core/plans.js';
import { join, md, mention } from '../core/text.js';
import { begin, changeStateOf, replyTo, trueState } from './answered.js';
import { isOver, showEnd } from './expiry.js';
import { askedFor, permissionOf, permissionToApprove } from './permission.js';
import { showApprovals } from './plan.js';
import type { PerformPorts } from './ports.js';
import { recordRefusal } from './record.js';

export async function approve(
  job: PressJob,
  plan: Plan,
  parsed: Parsed,
  command: DisruptCommand,
  ports: PerformPorts,
): Promise<void> {
  const permission = await permissionToApprove(job, plan.actor.userId, parsed, ports);
  if (!permission.allowed) {
    const why = sorry(permission.reason, permission.hint);
    await recordRefusal(job, parsed, why, ports);
    return replyTo(job, why, ports);
  }

  if (isOver(plan, ports)) return tooLate(job, plan, ports);
  const mine: Approval = { v: 1, actor: job.actor, at: ports.clock.now(), delivery: job.delivery };
  const { approvals, act } = await ports.plans.approve(plan.id, mine);
  if (act !== undefined) {
    // A redelivery of the click that started it: the worker that had it may have died half way.
    if (act.delivery === job.delivery) return begin(plan, act, command, job.replyTo, ports);
    return replyTo(job, await trueState(plan, act, ports), ports);
  }

  // The file may ask for more by now; it never takes less than what the plan said.
  const needed = Math.max(plan.approvals ?? 0, permission.approvals ?? 0);
  const approvers = permission.approvers ?? plan.approvers ?? [];
  const standing = { needed, approvedBy: await counting(approvals, plan, parsed, ports), approvers };
  if (standing.approvedBy.length < needed) {
    const asked = askedFor({ delivery: plan.id, actor: plan.actor, place: plan.place }, parsed, ports);
    await showApprovals(plan, command, asked, standing, approvals, ports);
    const isRepeat = !approvals.some((one) => one.delivery === job.delivery);
    return isRepeat ? replyTo(job, alreadyYours(standing), ports) : undefined;
  }
  const asker = await permissionOf({ actor: plan.actor, place: plan.place }, parsed, ports);
  if (!asker.allowed) return replyTo(job, askerMayNot(plan, asker.reason), ports);
  const claimed = await ports.plans.claim(plan.id, {
    v: 1,
    what: 'confirmed',
    userId: job.actor.userId,
    at: ports.clock.now(),
    delivery: job.delivery,
    approvedBy: standing.approvedBy,
  });
  if (claimed.delivery !== job.delivery) return replyTo(job, await trueState(plan, claimed, ports), ports);
  await begin(plan, claimed, command, job.replyTo, ports);
}

async function tooLate(job: PressJob, plan: Plan, ports: PerformPorts): Promise<void> {
  const { userId } = job.actor;
  const act: Act = { v: 1, what: 'expired', userId, at: ports.clock.now(), delivery: job.delivery };
  const standing = await ports.plans.claim(plan.id, act);
  if (standing.delivery !== job.delivery) return replyTo(job, await trueState(plan, standing, ports), ports);
  await (standing.what === 'expired' ? showEnd(plan, standing, ports) : changeStateOf(plan, standing, ports));
}

/** Whoever agreed and may not any more does not count. */
async function counting(
  approvals: readonly Approval[],
  plan: Plan,
  parsed: Parsed,
  ports: PerformPorts,
): Promise<string[]> {
  const permissions = await Promise.all(
    approvals.map(({ actor }) => permissionToApprove({ actor, place: plan.place }, plan.actor.userId, parsed, ports)),
  );
  return approvals.filter((_, index) => permissions[index]?.allowed).map(({ actor }) => actor.userId);
}

const alreadyYours = (standing: ApprovalsGiven): Message =>
  say(
    md`You have approved this already; once is enough. Approved by ${join(standing.approvedBy.map(mention))} · missing: ${missingWords(standing)}.`,
  );

const askerMayNot = (plan: Plan, reason: string): Message =>
  sorry(`Not started: <@${plan.actor.userId}>, who asked, may not do this any more. ${reason}`);
