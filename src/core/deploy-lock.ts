// A 409 explained: which deployment holds the app, since when, and whose it is.
import type { Ports } from './command.js';
import { UserError } from './errors.js';
import { duration } from './words.js';

/** @param deploymentIds as Marathon named them; may be empty (0.8) */
export async function lockedWords(deploymentIds: readonly string[], ports: Ports): Promise<UserError> {
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
    running === undefined || running.step === 'waiting'
      ? 'It was not started through Bellboard.'
      : `It belongs to \`${running.text}\` of <@${running.userId}>.`;
  return new UserError(
    `\`${settings.appId}\` is locked by deployment \`${id}\`${step}${age}. ${whose} Nothing was changed.`,
    `Wait until it has ended, or \`cancel ${id}\` to roll it back; \`status\` shows it.`,
  );
}
