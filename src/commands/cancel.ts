// `/ci cancel [ID]`: stops what waits or runs: a change of ours, or a Marathon deployment, saying first which, and
// afterwards what that leaves behind. For a deployment there are two ways, and it asks which.
import { z } from 'zod';
import { holderWords } from '../core/app-lock.js';
import { given } from '../core/arguments.js';
import { cancellable } from '../core/cancellable.js';
import type { ChangeInfo } from '../core/changes.js';
import type { Deployment } from '../core/cluster.js';
import { type Asked, defineCommand, type Ports } from '../core/command.js';
import { type Message, say } from '../core/conversation.js';
import { stepWords } from '../core/deployment-words.js';
import { NoSuchName, UserError } from '../core/errors.js';
import { known } from '../core/gather.js';
import { Offer } from '../core/offer.js';
import { code, md, mention } from '../core/text.js';

/** `rollback`: back to the state before · `leave`: Marathon forgets the plan where it stands. */
type How = 'rollback' | 'leave';

interface Args {
  id: string | undefined;
  how: How | undefined;
}

const args = z
  .object({
    id: z.string().min(3, { error: 'Expected an id of at least 3 characters.' }).max(100).optional(),
    rollback: given,
    leave: given,
  })
  .refine(({ rollback, leave }) => !(rollback && leave), { error: 'Either `--rollback` or `--leave`, not both.' })
  .transform(({ id, rollback, leave }): Args => ({ id, how: leave ? 'leave' : rollback ? 'rollback' : undefined }));

type ChangeTarget = { kind: 'change'; jobId: string; text: string; userId: string };
type Found = ChangeTarget | { kind: 'deployment'; deployment: Deployment };
/** What was chosen; kept with the job. */
type Target = ChangeTarget | { kind: 'deployment'; id: string; how: How; restarts: boolean };

type Facts =
  | { target: Target; result: 'dropped' | 'asked' | 'unknown' }
  | { target: Target; result: 'rolled-back'; deploymentId: string | undefined; restarts: boolean }
  | { target: Target; result: 'left' }
  | { target: Target; result: 'over' };

export const cancel = defineCommand({
  name: 'cancel',
  usage: 'cancel [id] [--rollback|--leave]',
  summary: 'Stop a waiting or running change, or a Marathon deployment.',
  examples: ['cancel', 'cancel 5cd987cd', 'cancel 5cd987cd --rollback'],
  details: [
    'Without an id: the one thing that can be cancelled now; with several, it lists them.',
    'A change that has not written anything yet ends with nothing changed. A Marathon deployment is shown first, with a button for each way.',
    'With its id, `--rollback`: Marathon starts another deployment to the state before. `--leave`: Marathon forgets the plan where it stands and frees the app, which may stay half changed.',
  ],
  syntax: { words: ['id'], options: { rollback: 'switch', leave: 'switch' } },
  picks: { id: { label: 'What to cancel', from: 'cancellable', optional: true } },
  args,
  effect: 'change',
  before: async (wanted: Args, ports) => JSON.parse(JSON.stringify(await choose(wanted, ports))),
  run: (_args, ports, asked, before) => stop(before as unknown as Target, ports, asked),
  view,
});

async function choose({ id, how }: Args, ports: Ports): Promise<Target> {
  const { running, waiting, deployments, beyond } = await cancellable(ports);
  const found: Found[] = [
    ...(running === undefined ? [] : [asTarget(running)]),
    ...waiting.map(asTarget),
    ...(known(deployments) ?? []).map((deployment): Found => ({ kind: 'deployment', deployment })),
  ];
  const fitting = id === undefined ? found : found.filter((one) => idOf(one).startsWith(id));
  const [only] = fitting;
  if (only === undefined) {
    if (beyond?.jobId.startsWith(id ?? '')) throw tooLate(beyond);
    throw nothing(id, found, deployments.ok ? undefined : deployments.missing);
  }
  if (fitting.length > 1)
    throw new NoSuchName(`There are ${fitting.length} things to cancel.`, `Say which: ${list(fitting)}.`);
  if (only.kind === 'deployment') {
    const { deployment } = only;
    // Without its id the same words, said again, would mean the deployment that the first of them started.
    if (how === undefined || id === undefined) throw await question(deployment, ports);
    return { kind: 'deployment', id: deployment.id, how, restarts: touchesController(deployment, ports) };
  }
  if (how === 'leave') {
    throw new UserError(
      '`--leave` is for a Marathon deployment, and this is a change of ours, which says by itself what it leaves. Nothing was cancelled.',
      `\`cancel ${only.jobId}\` stops it.`,
    );
  }
  return only;
}

const asTarget = ({ jobId, text, userId }: ChangeInfo): ChangeTarget => ({ kind: 'change', jobId, text, userId });

const touchesController = ({ affectedApps }: Deployment, { settings }: Ports): boolean =>
  affectedApps.includes(settings.appId);

/** What it is, and what each way does to it, before anything is done. */
async function question(deployment: Deployment, ports: Ports): Promise<Offer> {
  const { settings, clock, locks } = ports;
  const lock = await locks.standing();
  const { id } = deployment;
  const restarts = touchesController(deployment, ports) ? '; the controller may restart once more' : '';
  const locked =
    lock === undefined ? '' : ` \`${settings.appId}\` is ${holderWords(lock, settings.timeZone, clock.now())}.`;
  const apps = deployment.affectedApps.join(', ');
  return new Offer(
    `Marathon deployment \`${id}\` of \`${apps}\`: ${stepWords(deployment, clock.now())}. Nothing was cancelled yet.${locked}`,
    `Roll back: Marathon starts another deployment to the state before this one${restarts}. Leave as is: Marathon forgets the plan where it stands and frees the app; nothing is undone, so it may stay half changed.`,
    {
      label: 'Roll back',
      action: 'run',
      value: `cancel ${id} --rollback`,
      style: 'danger',
      confirm: {
        title: 'Roll the deployment back?',
        text: `Marathon starts another deployment that takes ${apps} back to the state before this one${restarts}.`,
        yes: 'Roll back',
        no: 'Do nothing',
      },
    },
    {
      label: 'Leave as is',
      action: 'run',
      value: `cancel ${id} --leave`,
      confirm: {
        title: 'Leave it where it stands?',
        text: `Marathon forgets the plan (force=true) and undoes nothing: ${apps} may stay half changed, until somebody deploys again.`,
        yes: 'Leave as is',
        no: 'Do nothing',
      },
    },
  );
}

const idOf = (found: Found): string => (found.kind === 'change' ? found.jobId : found.deployment.id);

const quoted = (text: string): string => text.replaceAll('`', "'");

const list = (targets: readonly Found[]): string =>
  targets
    .slice(0, 8)
    .map(
      (target) =>
        `\`cancel ${idOf(target)}\` (${target.kind === 'change' ? quoted(target.text) : 'Marathon deployment'})`,
    )
    .join(', ');

function nothing(id: string | undefined, targets: readonly Found[], gap: string | undefined): UserError {
  const unseen = gap === undefined ? '' : ` Marathon's deployments could not be seen (${gap}).`;
  if (id === undefined)
    return new UserError(
      `Nothing waits or runs that could be cancelled.${unseen}`,
      '`status` shows what is under way.',
    );
  const others = targets.length === 0 ? 'Nothing else waits or runs now.' : `There is: ${list(targets)}.`;
  return new NoSuchName(`Nothing with the id \`${id}\` waits or runs; it may have ended.${unseen}`, others);
}

const tooLate = ({ text, userId }: ChangeInfo): UserError =>
  new UserError(
    `\`${quoted(text)}\` by <@${userId}> cannot be stopped any more: what it changes has been sent. Its own message says how it ends.`,
    'When it has ended, change it back.',
  );

async function stop(target: Target, { changes, marathon }: Ports, asked: Asked): Promise<Facts> {
  if (target.kind === 'change') return { target, result: await changes.stop(target.jobId, asked.actor.userId) };
  const done = await marathon.cancelDeployment(target.id, target.how);
  if (done === undefined) return { target, result: 'over' };
  if (target.how === 'leave') return { target, result: 'left' };
  return { target, result: 'rolled-back', deploymentId: done.deploymentId, restarts: target.restarts };
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
          md`:no_entry_sign: ${what} is being rolled back: Marathon goes to the state before${back}${facts.restarts ? ', and the controller may restart once more' : ''}. \`deployments\` shows it.`,
        ),
      };
    }
    case 'left':
      return {
        ok: true,
        message: say(
          md`:no_entry_sign: ${what} is forgotten where it stood: nothing was undone, and other changes are possible again. \`where\` shows what runs now, \`deploy\` makes it whole.`,
        ),
      };
    // After a worker's death the same cancel is asked for twice, and the second finds nothing.
    case 'unknown':
    case 'over':
      return {
        ok: false,
        message: say(
          md`:white_check_mark: ${what} is no longer under way: it had ended, or a first try of this very command, which was interrupted, ended it. \`${target.kind === 'change' ? 'status' : 'deployments'}\` shows what goes on now.`,
        ),
      };
  }
}
