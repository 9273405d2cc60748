// The end of a plan's time, whoever notices it first: the job that waited for it, or a click that came too late.
import type { DisruptCommand } from '../core/command.js';
import { type Message, say, sorry } from '../core/conversation.js';
import { parse } from '../core/parse.js';
import type { Act, Plan } from '../core/plans.js';
import { code, md, mention } from '../core/text.js';
import { changeStateOf } from './answered.js';
import { askedFor } from './permission.js';
import { closePlan } from './plan.js';
import type { PerformPorts } from './ports.js';
import { recordPlanEnd } from './record.js';
import { rootKey } from './reply.js';

export const isOver = (plan: Plan, ports: PerformPorts): boolean => plan.validUntil < ports.clock.now();

/** Called when a plan's time is over. What its last act left undone, because the worker died over it, is done now. */
export async function expire(planId: string, ports: PerformPorts): Promise<void> {
  const plan = await ports.plans.read(planId);
  if (plan === undefined) return;
  const act: Act = {
    v: 1,
    what: 'expired',
    userId: plan.actor.userId,
    at: ports.clock.now(),
    delivery: `expire-${planId}`,
  };
  const standing = await ports.plans.claim(planId, act);
  if (standing.what === 'confirmed') await changeStateOf(plan, standing, ports);
  else await showEnd(plan, standing, ports);
}

/** Of a plan that was cancelled or has expired. */
export async function showEnd(plan: Plan, act: Act, ports: PerformPorts): Promise<void> {
  const parsed = parse(plan.text, ports.command.catalogue);
  const asked = askedFor({ delivery: plan.id, actor: plan.actor, place: plan.place }, parsed, ports);
  const why = endOf(plan, act);
  await closePlan(plan, parsed.command as DisruptCommand, asked, why, ports);
  await recordPlanEnd(plan, act, why, ports);
  if (act.what === 'expired' && plan.approvals !== undefined) await tellAsker(plan, ports);
}

function endOf(plan: Plan, { what, userId }: Act): Message {
  if (what === 'cancelled') return say(md`:no_entry_sign: Cancelled by ${mention(userId)}. Nothing was changed.`);
  const short = plan.approvals === undefined ? '' : ' without the approvals it needs';
  return sorry(`This plan has expired${short}; nothing was changed.`, 'Type the command again for a fresh one.');
}

/** An edit notifies nobody, and who waits for others to agree is not looking. */
const tellAsker = (plan: Plan, ports: PerformPorts): Promise<void> => {
  const parent = rootKey(plan.id);
  const what = code(`${ports.command.settings.slashCommand} ${plan.text}`);
  return ports.messages.put(
    `${parent}/expired`,
    { kind: 'thread', parent },
    say(
      md`${mention(plan.actor.userId)} ${what} was not approved in time, so nothing was done. Type it again for a fresh plan.`,
    ),
    { priority: 'progress' },
  );
};
