// The first half of a disruptive command: what would change, shown in the channel with the buttons that answer it. Where
// the policy asks for a second person, the message also says who has agreed and how many are missing.
import { type ApprovalsGiven, approvalWords } from '../core/approvals.js';
import type { Asked, DisruptCommand, Permission } from '../core/command.js';
import { type Button, context, type Message, section, sorry } from '../core/conversation.js';
import { UserError } from '../core/errors.js';
import type { CommandJob } from '../core/jobs.js';
import type { Parsed } from '../core/parse.js';
import type { Approval, Plan } from '../core/plans.js';
import { md, moment } from '../core/text.js';
import { MINUTE } from '../core/time.js';
import { counted } from '../core/words.js';
import { rankOf } from './change.js';
import { inTime } from './deadline.js';
import { hashOf } from './hash.js';
import { permissionOf } from './permission.js';
import type { PerformPorts } from './ports.js';
import { recordPlanEnd } from './record.js';
import { answerKey, answerTo, askedBy, channelOf, channelRefusal, rootKey } from './reply.js';

/** Nobody approves yesterday's plan. */
export const PLAN_VALID_MS = 10 * MINUTE;
/** Others have to be found, and to read it. */
const APPROVALS_VALID_MS = 30 * MINUTE;
/** How often a plan looks whether Slack has taken its message. */
const LOOK_MS = 100;

export async function makePlan(
  job: CommandJob,
  command: DisruptCommand,
  parsed: Parsed,
  asked: Asked,
  signal: AbortSignal,
  ports: PerformPorts,
): Promise<void> {
  // A worker that died after showing it left this plan behind, and somebody may have confirmed it: it stays as shown.
  const kept = await ports.plans.read(job.delivery);
  if (kept !== undefined) return showPlan(job, kept, command, asked, signal, ports);
  const facts = await inTime(ports.clock, command.plan(parsed.args, ports.command, asked));
  if (command.empty(facts, parsed.args)) {
    ports.counted(command.name, 'unchanged');
    return ports.messages.put(answerKey(job.delivery), answerTo(job), command.planView(facts, asked));
  }
  const { approvals = 0, approvers = [] } = await approvalsFor(job, parsed, ports);
  if (approvals > 0 && job.place.channelId.startsWith('D')) throw unread(approvals, command);
  const now = ports.clock.now();
  const plan: Plan = {
    v: 1,
    id: job.delivery,
    text: parsed.text,
    command: command.name,
    actor: job.actor,
    place: job.place,
    facts,
    hash: hashOf(command.boundTo(facts)),
    ...(approvals === 0 ? {} : { approvals, approvers }),
    madeAt: now,
    validUntil: now + (approvals === 0 ? PLAN_VALID_MS : APPROVALS_VALID_MS),
  };
  await ports.plans.keep(plan);
  await showPlan(job, plan, command, asked, signal, ports);
}

/** Direct messages with the bot are read by one person, who cannot agree with themselves. */
const unread = (approvals: number, { name }: DisruptCommand): UserError =>
  new UserError(
    `\`${name}\` needs ${counted(approvals, 'approval')} of others, and nobody else reads this conversation. Nothing was done.`,
    'Ask for it in a channel that they read.',
  );

/** Also a plan that nobody asked for again, because the first one no longer fitted, needs all it needs. */
async function approvalsFor(
  job: CommandJob,
  parsed: Parsed,
  ports: PerformPorts,
): Promise<Extract<Permission, { allowed: true }>> {
  const permission = await permissionOf(job, parsed, ports);
  if (!permission.allowed) throw new UserError(permission.reason, permission.hint);
  return permission;
}

async function showPlan(
  job: CommandJob,
  plan: Plan,
  command: DisruptCommand,
  asked: Asked,
  signal: AbortSignal,
  ports: PerformPorts,
): Promise<void> {
  const { approvals: needed = 0, approvers = [] } = plan;
  await ports.queue.expireLater(plan.id, plan.validUntil - plan.madeAt);
  await ports.messages.put(
    rootKey(plan.id),
    channelOf(job.place),
    withButtons(plan, command, asked, { needed, approvedBy: [], approvers }, ports),
    { rank: 0 },
  );
  await tellWhenRefused(job, plan, signal, ports);
}

/** Above the plan as it was posted, below what follows once it is answered; a later approval above an earlier one. */
const rankOfApprovals = (given: readonly Approval[]): number => 1 + given.length / 1_000;

/** The same message with one approval more. @param given all of them, counting or not */
export function showApprovals(
  plan: Plan,
  command: DisruptCommand,
  asked: Asked,
  standing: ApprovalsGiven,
  given: readonly Approval[],
  ports: PerformPorts,
): Promise<void> {
  const message = withButtons(plan, command, asked, standing, ports);
  return ports.messages.put(rootKey(plan.id), channelOf(plan.place), message, { rank: rankOfApprovals(given) });
}

function withButtons(
  plan: Plan,
  command: DisruptCommand,
  asked: Asked,
  standing: ApprovalsGiven,
  ports: PerformPorts,
): Message {
  const shown = command.planView(plan.facts, asked);
  const slash = ports.command.settings.slashCommand;
  const line = context(md`${askedBy(plan.actor, slash, plan.text)} · valid until ${moment(plan.validUntil)}`);
  const yes: Button =
    standing.needed > 0
      ? { label: 'Approve', action: 'plan.approve', value: plan.id, style: 'primary' }
      : { label: command.verb, action: 'plan.confirm', value: plan.id, style: 'primary' };
  const no: Button = { label: 'Cancel', action: 'plan.cancel', value: plan.id };
  const buttons = { type: 'actions' as const, buttons: [yes, no] };
  if (standing.needed === 0) return { text: shown.text, blocks: [...shown.blocks, buttons, line] };
  const words = approvalWords(standing);
  return { text: `${shown.text} ${words.plain}`, blocks: [...shown.blocks, section(words), buttons, line] };
}

/** The plan shows in the channel or the asker hears why not. */
async function tellWhenRefused(job: CommandJob, plan: Plan, signal: AbortSignal, ports: PerformPorts): Promise<void> {
  const givenUpAt = plan.validUntil;
  while (ports.clock.now() < givenUpAt) {
    const posted = await ports.messages.posted(rootKey(plan.id));
    if (posted.state === 'posted') return;
    if (posted.state === 'refused') {
      const standing = await ports.plans.claim(plan.id, {
        v: 1,
        what: 'expired',
        userId: plan.actor.userId,
        at: ports.clock.now(),
        delivery: job.delivery,
      });
      const why = sorry(channelRefusal(posted.error, ports.command.settings.name), 'Nothing was done.');
      if (standing.what === 'expired') await recordPlanEnd(plan, standing, why, ports);
      return ports.messages.put(answerKey(job.delivery), answerTo(job), why);
    }
    await ports.clock.sleep(LOOK_MS, signal);
  }
}

/** The plan's message without its buttons, saying why they are gone. */
export function closePlan(
  plan: Plan,
  command: DisruptCommand,
  asked: Asked,
  why: Message,
  ports: PerformPorts,
): Promise<void> {
  const shown = command.planView(plan.facts, asked);
  const slash = ports.command.settings.slashCommand;
  return ports.messages.put(
    rootKey(plan.id),
    channelOf(plan.place),
    {
      text: `${why.text} ${shown.text}`,
      blocks: [...why.blocks, ...shown.blocks, context(askedBy(plan.actor, slash, plan.text))],
    },
    { rank: rankOf('done'), priority: 'final' },
  );
}
