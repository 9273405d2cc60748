// `/ci cancel [ID]`: stops what waits or runs: a change of ours, or a Marathon deployment, saying first which, and
// afterwards what that leaves behind.
import { z } from 'zod';
import type { ChangeInfo } from '../core/changes.js';
import { type Asked, defineCommand, type Ports } from '../core/command.js';
import { type Message, say } from '../core/conversation.js';
import { UserError } from '../core/errors.js';
import { told } from '../core/gather.js';
import { code, md, mention } from '../core/text.js';
import { SECOND } from '../core/time.js';

const Args = z.object({
  id: z.string().min(3, { error: 'Expected an id of at least 3 characters.' }).max(100).optional(),
});

/** Whoever cancels is in a hurry. */
const DEPLOYMENTS_WAIT_MS = 5 * SECOND;

type Target =
  | { kind: 'change'; jobId: string; text: string; userId: string; running: boolean }
  | { kind: 'deployment'; id: string };

type Facts =
  | { target: Target; result: 'dropped' | 'asked' | 'unknown' }
  | { target: Target; result: 'rolled-back'; deploymentId: string | undefined }
  | { target: Target; result: 'over' };

export const cancel = defineCommand({
  name: 'cancel',
  usage: 'cancel [id]',
  summary: 'Stop a waiting or running change, or roll back a Marathon deployment.',
  examples: ['cancel', 'cancel 5cd987cd'],
  details: [
    'Without an id: the one thing that can be cancelled now; with several, it lists them.',
    'A change that has not written anything yet ends with nothing changed. A Marathon deployment is rolled back: Marathon starts another deployment to the state before.',
  ],
  syntax: { words: ['id'] },
  args: Args,
  effect: 'change',
  before: async ({ id }, ports) => JSON.parse(JSON.stringify(await choose(id, ports))),
  run: (_args, ports, asked, before) => stop(before as unknown as Target, ports, asked),
  view,
});

async function choose(id: string | undefined, ports: Ports): Promise<Target> {
  const { targets, gap } = await candidates(ports);
  const fitting = id === undefined ? targets : targets.filter((target) => idOf(target).startsWith(id));
  const [only] = fitting;
  if (only === undefined) throw nothing(id, targets, gap);
  if (fitting.length > 1)
    throw new UserError(`There are ${fitting.length} things to cancel.`, `Say which: ${list(fitting)}.`);
  return only;
}

/** Changes of ours can be cancelled whether Marathon answers or not. `gap`: what could not be seen. */
async function candidates({
  changes,
  marathon,
  settings,
  clock,
}: Ports): Promise<{ targets: Target[]; gap: string | undefined }> {
  const [running, waiting, deployments] = await Promise.all([
    changes.running(),
    changes.waiting(),
    told(clock, 'Marathon', () => marathon.deployments(), DEPLOYMENTS_WAIT_MS),
  ]);
  const asTarget = (change: ChangeInfo, isRunning: boolean): Target => ({
    kind: 'change',
    jobId: change.jobId,
    text: change.text,
    userId: change.userId,
    running: isRunning,
  });
  const ours = [
    ...(running === undefined ? [] : [asTarget(running, true)]),
    ...waiting.map((change) => asTarget(change, false)),
  ];
  if (!deployments.ok) return { targets: ours, gap: deployments.missing };
  // A running change of ours owns the deployment it started: cancelling the change cancels both.
  const owned = running !== undefined && ['applying', 'applied', 'following'].includes(running.step);
  const touching = owned
    ? []
    : deployments.value.filter((deployment) => deployment.affectedApps.includes(settings.appId));
  return {
    targets: [...ours, ...touching.map((deployment): Target => ({ kind: 'deployment', id: deployment.id }))],
    gap: undefined,
  };
}

const idOf = (target: Target): string => (target.kind === 'change' ? target.jobId : target.id);

const list = (targets: readonly Target[]): string =>
  targets
    .slice(0, 8)
    .map(
      (target) =>
        `\`cancel ${idOf(target)}\` (${target.kind === 'change' ? target.text.replaceAll('`', "'") : 'Marathon deployment'})`,
    )
    .join(', ');

function nothing(id: string | undefined, targets: readonly Target[], gap: string | undefined): UserError {
  const unseen = gap === undefined ? '' : ` Marathon's deployments could not be seen (${gap}).`;
  if (id === undefined)
    return new UserError(
      `Nothing waits or runs that could be cancelled.${unseen}`,
      '`status` shows what is under way.',
    );
  const others = targets.length === 0 ? 'Nothing else waits or runs now.' : `There is: ${list(targets)}.`;
  return new UserError(`Nothing with the id \`${id}\` waits or runs; it may have ended.${unseen}`, others);
}

async function stop(target: Target, { changes, marathon }: Ports, asked: Asked): Promise<Facts> {
  if (target.kind === 'change') return { target, result: await changes.stop(target.jobId, asked.actor.userId) };
  const done = await marathon.cancelDeployment(target.id, 'rollback');
  return done === undefined
    ? { target, result: 'over' }
    : { target, result: 'rolled-back', deploymentId: done.deploymentId };
}

function view(facts: Facts): { ok: boolean; message: Message } {
  const { target } = facts;
  const what =
    target.kind === 'change'
      ? md`${code(target.text)} by ${mention(target.userId)}`
      : md`Marathon deployment ${code(target.id)}`;
  switch (facts.result) {
    case 'dropped':
      return {
        ok: true,
        message: say(md`:no_entry_sign: ${what} is cancelled: it had not begun, so nothing was changed.`),
      };
    case 'asked':
      return {
        ok: true,
        message: say(
          md`:no_entry_sign: ${what} has been asked to stop; its own message says within seconds what that leaves behind.`,
        ),
      };
    case 'rolled-back': {
      const back = facts.deploymentId === undefined ? md`` : md` (deployment ${code(facts.deploymentId)})`;
      return {
        ok: true,
        message: say(
          md`:no_entry_sign: ${what} is being rolled back: Marathon goes to the state before${back}, and the controller may restart once more. \`status\` shows it.`,
        ),
      };
    }
    // After a worker's death the same cancel is asked for twice, and the second finds nothing.
    case 'unknown':
    case 'over':
      return {
        ok: false,
        message: say(
          md`:white_check_mark: ${what} is no longer under way, so there was nothing left to cancel. \`status\` shows what runs now.`,
        ),
      };
  }
}
