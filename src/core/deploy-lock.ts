// A 409 explained: which deployment holds the app, since when, and whose it is.
import type { Ports } from './command.js';
import { UserError } from './errors.js';
import { duration } from './words.js';

/** Steps of a change in which a deployment may be its own. */
const WROTE: ReadonlySet<string> = new Set(['applying', 'applied', 'following']);

/**
 * @param deploymentIds as Marathon named them; may be empty (0.8)
 * @param asking id of the change that was refused: whose deployment it is, it is not that one's
 */
export async function lockedWords(deploymentIds: readonly string[], ports: Ports, asking: string): Promise<UserError> {
  const { marathon, settings, clock, changes } = ports;
  const [deployments, running] = await Promise.all([
    marathon.deployments().catch(() => []),
    changes.running().catch(() => undefined),
  ]);
  const holder =
    deployments.find((deployment) => deploymentIds.includes(deployment.id)) ??
    deployments.find((deployment) => deployment.affectedApps.includes(settings.appId));
  const id = holder?.id ?? deploymentIds[0];
  if (id === undefined) {
    return new UserError(
      `\`${settings.appId}\` is locked by a deployment that Marathon does not name. Nothing was changed.`,
      '`status` shows what is in progress; try again when it has ended.',
    );
  }
  const since = holder === undefined ? Number.NaN : Date.parse(holder.version);
  const age = Number.isNaN(since) ? '' : `, in progress for ${duration(clock.now() - since)}`;
  const step = holder === undefined ? '' : ` (step ${holder.currentStep} of ${holder.totalSteps})`;
  const whose =
    running === undefined || running.jobId === asking || !WROTE.has(running.step)
      ? 'It was not started through Bellboard.'
      : `It belongs to \`${running.text}\` of <@${running.userId}>.`;
  return new UserError(
    `\`${settings.appId}\` is locked by deployment \`${id}\`${step}${age}. ${whose} Nothing was changed.`,
    `Wait until it has ended, or \`cancel ${id}\` to roll it back; \`status\` shows it.`,
  );
}
