// A button under a plan was pressed. The first act stands for ever; everybody after is told the true state, never silence.
// Nothing about a button is kept in a process.
import type { DisruptCommand } from '../core/command.js';
import { type Message, say, sorry } from '../core/conversation.js';
import { UserError } from '../core/errors.js';
import type { PressJob, Step } from '../core/jobs.js';
import { parse } from '../core/parse.js';
import { type Act, changeIdOf, type Plan, planIdOf } from '../core/plans.js';
import { code, md } from '../core/text.js';
import { counted } from '../core/words.js';
import { begin, replyTo, trueState } from './answered.js';
import { approve } from './approve.js';
import { isOver, showEnd } from './expiry.js';
import { HARMLESS, permissionOf } from './permission.js';
import type { PerformPorts } from './ports.js';
import { recordRefusal } from './record.js';
import { leave } from './waiting.js';

export async function press(job: PressJob, ports: PerformPorts): Promise<void> {
  if (job.action === 'queue.leave') return leave(job, ports);
  const plan = await ports.plans.read(planIdOf(job.value));
  if (plan === undefined) {
    throw new UserError('That button is older than what is remembered of it.', 'Type the command again.');
  }
  const parsed = parse(plan.text, ports.command.catalogue);
  const command = parsed.command as DisruptCommand;
  if (job.action === 'plan.approve') return approve(job, plan, parsed, command, ports);
  const permission = await permissionOf(job, parsed, ports);
  if (!permission.allowed) {
    const why = sorry(permission.reason, permission.hint);
    if (!HARMLESS.has(job.action)) await recordRefusal(job, parsed, why, ports);
    return replyTo(job, why, ports);
  }
  switch (job.action) {
    case 'plan.confirm': {
      const needed = Math.max(plan.approvals ?? 0, permission.approvals ?? 0);
      return needed > 0 ? confirmAlone(job, plan, needed, ports) : confirm(job, plan, command, ports);
    }
    case 'plan.cancel':
      return cancel(job, plan, ports);
    case 'change.now':
    case 'change.giveup':
      return choose(job, plan, ports);
    case 'run':
    case 'run.thread':
    case 'pick':
      throw new Error('a button with a command is performed as that command, a form is opened by the bot');
  }
}

async function confirm(job: PressJob, plan: Plan, command: DisruptCommand, ports: PerformPorts): Promise<void> {
  const standing = await claim(job, plan, isOver(plan, ports) ? 'expired' : 'confirmed', ports);
  if (standing.delivery !== job.delivery) return replyTo(job, await trueState(plan, standing, ports), ports);
  if (standing.what === 'expired') return showEnd(plan, standing, ports);
  await begin(plan, standing, command, job.replyTo, ports);
}

/** The policy was made stricter after this plan was shown with a button for one person. */
async function confirmAlone(job: PressJob, plan: Plan, needed: number, ports: PerformPorts): Promise<void> {
  const act = await ports.plans.act(plan.id);
  if (act !== undefined) return replyTo(job, await trueState(plan, act, ports), ports);
  throw new UserError(
    `By now the policy asks for ${counted(needed, 'approval')} of others, which this plan cannot collect.`,
    'Type the command again for a plan that can.',
  );
}

async function cancel(job: PressJob, plan: Plan, ports: PerformPorts): Promise<void> {
  const standing = await claim(job, plan, 'cancelled', ports);
  if (standing.delivery !== job.delivery) return replyTo(job, await trueState(plan, standing, ports), ports);
  await showEnd(plan, standing, ports);
}

/** *Deploy now* or *Give up* while a change waits for builds. */
async function choose(job: PressJob, plan: Plan, ports: PerformPorts): Promise<void> {
  const changeId = changeIdOf(plan.id);
  if ((await ports.queue.stateOf(changeId)) !== 'running') {
    const act = await ports.plans.act(plan.id);
    return replyTo(
      job,
      act === undefined ? sorry('This change has not been started.') : await trueState(plan, act, ports),
      ports,
    );
  }
  const running = await ports.command.changes.running();
  if (running?.jobId === changeId && TOO_LATE.has(running.step)) return replyTo(job, tooLate(plan, ports), ports);
  await ports.queue.choose(changeId, job.action === 'change.now' ? 'now' : 'giveup');
}

/** Steps after the wait for builds. */
const TOO_LATE: ReadonlySet<string> = new Set<Step>(['applying', 'applied', 'following', 'done']);

const tooLate = (plan: Plan, ports: PerformPorts): Message => {
  const slash = ports.command.settings.slashCommand;
  return say(
    md`That came too late: the wait is over and the change is on its way. ${code(`${slash} cancel ${changeIdOf(plan.id)}`)} takes it back.`,
  );
};

const claim = (job: PressJob, plan: Plan, what: Act['what'], ports: PerformPorts): Promise<Act> =>
  ports.plans.claim(plan.id, { v: 1, what, userId: job.actor.userId, at: ports.clock.now(), delivery: job.delivery });
