// A 409 explained: which deployment holds the app, since when, and whose it is.
import { type ChangeInfo, hasWrittenApp } from './changes.js';
import type { Ports } from './command.js';
import { JOB_LABEL } from './deploy.js';
import { UpstreamError, UserError } from './errors.js';
import { duration } from './words.js';

/** Steps in which a change of ours may own a deployment. */
const WRITTEN: ReadonlySet<string> = new Set(['applying', 'applied', 'following']);

/**
 * @param deploymentIds as Marathon named them; may be empty (0.8)
 * @param asking id of the change that was refused: whose deployment it is, it is not that one's
 */
export async function lockedWords(
  deploymentIds: readonly string[],
  ports: Ports,
  asking: string,
  appId = ports.settings.appId,
): Promise<UserError> {
  const [deployments, owner] = await Promise.all([
    ports.marathon.deployments().catch(silentAs([])),
    ownerOf(appId, ports, asking).catch(silentAs(undefined)),
  ]);
  const holder =
    deployments.find((deployment) => deploymentIds.includes(deployment.id)) ??
    deployments.find((deployment) => deployment.affectedApps.includes(appId));
  const id = holder?.id ?? deploymentIds[0];
  if (id === undefined) {
    return new UserError(
      `\`${appId}\` is locked by a deployment that Marathon does not name. Nothing was changed.`,
      '`status` shows what is in progress; try again when it has ended.',
    );
  }
  const since = holder === undefined ? Number.NaN : Date.parse(holder.version);
  const age = Number.isNaN(since) ? '' : `, in progress for ${duration(ports.clock.now() - since)}`;
  const step = holder === undefined ? '' : ` (step ${holder.currentStep} of ${holder.totalSteps})`;
  const whose =
    owner === undefined
      ? 'No change under way in Bellboard owns it.'
      : `It belongs to \`${owner.text}\` of <@${owner.userId}>.`;
  // A change of ours ends with its deployment, so it is the change that has to be cancelled (`commands/cancel.ts`).
  const cancel = owner === undefined ? `\`cancel ${id}\` to roll it back` : `\`cancel ${owner.jobId}\``;
  return new UserError(
    `\`${appId}\` is locked by deployment \`${id}\`${step}${age}. ${whose} Nothing was changed.`,
    `Wait until it has ended, or ${cancel}; \`status\` shows it.`,
  );
}

/** The running change of ours whose label the app carries; one that leaves no label has surely written it. */
async function ownerOf(
  appId: string,
  { changes, marathon, settings }: Ports,
  asking: string,
): Promise<ChangeInfo | undefined> {
  const running = await changes.running();
  if (running === undefined || running.jobId === asking || !WRITTEN.has(running.step)) return undefined;
  if (appId === settings.appId && !/^deploy/i.test(running.text)) return hasWrittenApp(running) ? running : undefined;
  const app = await marathon.app(appId);
  return app?.labels[JOB_LABEL] === running.jobId ? running : undefined;
}

/** An explanation must not fail for lack of one of its parts. */
const silentAs =
  <T>(instead: T) =>
  (error: unknown): T => {
    if (error instanceof UpstreamError) return instead;
    throw error;
  };
