// The first half of a disruptive command: what would change, shown in the channel with the buttons that answer it.
import type { Asked, DisruptCommand } from '../core/command.js';
import { context, type Message, sorry } from '../core/conversation.js';
import type { CommandJob } from '../core/jobs.js';
import type { Parsed } from '../core/parse.js';
import type { Plan } from '../core/plans.js';
import { md, moment } from '../core/text.js';
import { MINUTE } from '../core/time.js';
import { rankOf } from './change.js';
import { inTime } from './deadline.js';
import { hashOf } from './hash.js';
import type { PerformPorts } from './ports.js';
import { answerKey, answerTo, askedBy, channelOf, channelRefusal, rootKey } from './reply.js';

/** Nobody approves yesterday's plan. */
export const PLAN_VALID_MS = 10 * MINUTE;
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
    madeAt: now,
    validUntil: now + PLAN_VALID_MS,
  };
  await ports.plans.keep(plan);
  await showPlan(job, plan, command, asked, signal, ports);
}

async function showPlan(
  job: CommandJob,
  plan: Plan,
  command: DisruptCommand,
  asked: Asked,
  signal: AbortSignal,
  ports: PerformPorts,
): Promise<void> {
  const shown = command.planView(plan.facts, asked);
  await ports.queue.expireLater(plan.id, PLAN_VALID_MS);
  await ports.messages.put(rootKey(plan.id), channelOf(job.place), withButtons(shown, plan, command, ports), {
    rank: 0,
  });
  await tellWhenRefused(job, plan, signal, ports);
}

function withButtons(shown: Message, plan: Plan, command: DisruptCommand, ports: PerformPorts): Message {
  const slash = ports.command.settings.slashCommand;
  return {
    text: shown.text,
    blocks: [
      ...shown.blocks,
      {
        type: 'actions',
        buttons: [
          { label: command.verb, action: 'plan.confirm', value: plan.id, style: 'primary' },
          { label: 'Cancel', action: 'plan.cancel', value: plan.id },
        ],
      },
      context(md`${askedBy(plan.actor, slash, plan.text)} · valid until ${moment(plan.validUntil)}`),
    ],
  };
}

/** The plan shows in the channel or the asker hears why not. */
async function tellWhenRefused(job: CommandJob, plan: Plan, signal: AbortSignal, ports: PerformPorts): Promise<void> {
  const givenUpAt = ports.clock.now() + PLAN_VALID_MS;
  while (ports.clock.now() < givenUpAt) {
    const posted = await ports.messages.posted(rootKey(plan.id));
    if (posted.state === 'posted') return;
    if (posted.state === 'refused') {
      await ports.plans.claim(plan.id, {
        v: 1,
        what: 'expired',
        userId: plan.actor.userId,
        at: ports.clock.now(),
        delivery: job.delivery,
      });
      const why = channelRefusal(posted.error, ports.command.settings.name);
      return ports.messages.put(answerKey(job.delivery), answerTo(job), sorry(why, 'Nothing was done.'));
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
