// A button under a plan was pressed, or its time ran out. The first act stands for ever; everybody after is told the
// true state, never silence. Nothing about a button is kept in a process.
import type { DisruptCommand } from '../core/command.js';
import { context, type Message, say, sorry } from '../core/conversation.js';
import { UserError } from '../core/errors.js';
import type { ConfirmedJob, PressJob, Step } from '../core/jobs.js';
import { type Parsed, parse } from '../core/parse.js';
import { type Act, changeIdOf, type Plan, planIdOf } from '../core/plans.js';
import { code, join, md, mention, moment, prose } from '../core/text.js';
import { askedFor, permissionOf } from './permission.js';
import { closePlan } from './plan.js';
import type { PerformPorts } from './ports.js';
import { answerKey, answerTo, askedBy, channelOf, rootKey } from './reply.js';

/** Above the plan itself, below the first step of the change. */
const CONFIRMED_RANK = 5;

export async function press(job: PressJob, ports: PerformPorts): Promise<void> {
  const plan = await ports.plans.read(planIdOf(job.value));
  if (plan === undefined) {
    throw new UserError('That button is older than what is remembered of it.', 'Type the command again.');
  }
  const parsed = parse(plan.text, ports.command.catalogue);
  const command = parsed.command as DisruptCommand;
  const permission = await permissionOf(job, parsed, ports);
  if (!permission.allowed) return reply(job, sorry(permission.reason, permission.hint), ports);
  switch (job.action) {
    case 'plan.confirm':
      return confirm(job, plan, parsed, command, ports);
    case 'plan.cancel':
      return cancel(job, plan, parsed, command, ports);
    case 'change.now':
    case 'change.giveup':
      return choose(job, plan, ports);
    case 'run':
    case 'run.thread':
      throw new Error('a button with a command is performed as that command');
  }
}

async function confirm(
  job: PressJob,
  plan: Plan,
  parsed: Parsed,
  command: DisruptCommand,
  ports: PerformPorts,
): Promise<void> {
  const standing = await claim(job, plan, plan.validUntil < ports.clock.now() ? 'expired' : 'confirmed', ports);
  if (standing.delivery !== job.delivery) return reply(job, await trueState(plan, standing, ports), ports);
  if (standing.what === 'expired') return close(plan, parsed, command, EXPIRED, ports);
  await ports.queue.confirm(confirmedJob(job, plan));
  await showConfirmed(job, plan, command, ports);
}

/** Until its turn comes, the message says that somebody confirmed it, and who is ahead. */
async function showConfirmed(job: PressJob, plan: Plan, command: DisruptCommand, ports: PerformPorts): Promise<void> {
  const ahead = (await ports.queue.ahead(changeIdOf(plan.id))).map(
    (change) => md`${code(change.text)} of ${mention(change.userId)}`,
  );
  const turn = ahead.length === 0 ? md`starting` : md`number ${ahead.length} in the queue, behind ${join(ahead)}`;
  const message = say(
    md`:hourglass_flowing_sand: ${command.title(plan.facts, 'going')}: confirmed by ${mention(job.actor.userId)}, ${turn}`,
    context(askedBy(plan.actor, ports.command.settings.slashCommand, plan.text)),
  );
  await ports.messages.put(rootKey(plan.id), channelOf(plan.place), message, {
    rank: CONFIRMED_RANK,
    priority: 'progress',
  });
}

const confirmedJob = (job: PressJob, plan: Plan): ConfirmedJob => ({
  v: 1,
  kind: 'confirmed',
  delivery: changeIdOf(plan.id),
  planId: plan.id,
  text: plan.text,
  actor: plan.actor,
  confirmedBy: job.actor.userId,
  place: plan.place,
  replyTo: job.replyTo,
  at: job.at,
});

async function cancel(
  job: PressJob,
  plan: Plan,
  parsed: Parsed,
  command: DisruptCommand,
  ports: PerformPorts,
): Promise<void> {
  const standing = await claim(job, plan, 'cancelled', ports);
  if (standing.delivery !== job.delivery) return reply(job, await trueState(plan, standing, ports), ports);
  await close(
    plan,
    parsed,
    command,
    say(md`:no_entry_sign: Cancelled by ${mention(job.actor.userId)}. Nothing was changed.`),
    ports,
  );
}

/** *Deploy now* or *Give up* while a change waits for builds. */
async function choose(job: PressJob, plan: Plan, ports: PerformPorts): Promise<void> {
  const changeId = changeIdOf(plan.id);
  if ((await ports.queue.stateOf(changeId)) !== 'running') {
    const act = await ports.plans.act(plan.id);
    return reply(
      job,
      act === undefined ? sorry('This change has not been started.') : await trueState(plan, act, ports),
      ports,
    );
  }
  const running = await ports.command.changes.running();
  if (running?.jobId === changeId && TOO_LATE.has(running.step)) return reply(job, tooLate(plan, ports), ports);
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

/** Called when a plan's time is over. */
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
  if (standing.what !== 'expired') return;
  const parsed = parse(plan.text, ports.command.catalogue);
  await close(plan, parsed, parsed.command as DisruptCommand, EXPIRED, ports);
}

const EXPIRED = sorry('This plan has expired; nothing was changed.', 'Type the command again for a fresh one.');

const claim = (job: PressJob, plan: Plan, what: Act['what'], ports: PerformPorts): Promise<Act> =>
  ports.plans.claim(plan.id, { v: 1, what, userId: job.actor.userId, at: ports.clock.now(), delivery: job.delivery });

const close = (plan: Plan, parsed: Parsed, command: DisruptCommand, why: Message, ports: PerformPorts): Promise<void> =>
  closePlan(
    plan,
    command,
    askedFor({ delivery: plan.id, actor: plan.actor, place: plan.place }, parsed, ports),
    why,
    ports,
  );

async function trueState(plan: Plan, act: Act, ports: PerformPorts): Promise<Message> {
  const what = code(`${ports.command.settings.slashCommand} ${plan.text}`);
  const when = md`${mention(act.userId)}, ${moment(act.at)}`;
  if (act.what === 'cancelled') return say(md`${what} was already cancelled by ${when}. Nothing was changed.`);
  if (act.what === 'expired') return say(md`The plan for ${what} has expired. Type the command again for a fresh one.`);
  const changeId = changeIdOf(plan.id);
  const stop = code(`${ports.command.settings.slashCommand} cancel ${changeId}`);
  const state = await ports.queue.stateOf(changeId);
  if (state === 'running') {
    return say(
      md`Already under way: ${what}, started by ${when}. Its message above shows how far it is; ${stop} stops it.`,
    );
  }
  if (state === 'waiting')
    return say(md`Already confirmed by ${when}; ${what} waits for its turn. ${stop} takes it out of the queue.`);
  const entry = (await ports.command.audit.recent(200)).find((row) => row.jobId === changeId);
  if (entry !== undefined) return say(md`That is over, started by ${when}: ${prose(entry.summary)}`);
  return say(md`Already confirmed by ${when}; the message above tells what became of it.`);
}

/** Privately, beside the plan: the plan's own message tells the story of the plan. */
const reply = (job: PressJob, message: Message, ports: PerformPorts): Promise<void> =>
  ports.messages.put(answerKey(job.delivery), answerTo(job, { replace: false }), message);
