// A 409 explained: which deployment holds the app, since when, and whose it is. Marathon's `force=true` is never used:
// it would cancel the other deployment unseen, so that is a step of its own that names it.
import { isWrittenBy } from './app-versions.js';
import type { AuditEntry } from './audit.js';
import { type ChangeInfo, hasWrittenApp, leavesLabel } from './changes.js';
import type { App, Deployment } from './cluster.js';
import type { Ports } from './command.js';
import { JOB_LABEL } from './deploy.js';
import { UpstreamError, UserError } from './errors.js';
import { SECOND } from './time.js';
import { versionMakers, wayBackOf } from './version-author.js';
import { duration } from './words.js';

/** Steps in which a change of ours may own a deployment. */
const WRITTEN: ReadonlySet<string> = new Set(['applying', 'applied', 'following']);

/** Theirs to mend, by looking, by trying again when it is over, or by ending what holds the app. */
export class LockedApp extends UserError {
  /** A command that shows it. */
  readonly show: string;
  /** A command that ends it, and what that does; undefined when nobody knows its id. */
  readonly cancel: { command: string; does: string } | undefined;

  constructor(what: string, hint: string, show: string, cancel?: LockedApp['cancel']) {
    super(what, hint);
    this.show = show;
    this.cancel = cancel;
  }
}

/**
 * @param deploymentIds as Marathon named them; may be empty (0.8)
 * @param asking id of the change that was refused: whose deployment it is, it is not that one's
 */
export async function lockedWords(
  deploymentIds: readonly string[],
  ports: Ports,
  asking: string,
  appId = ports.settings.appId,
): Promise<LockedApp> {
  const show = ports.catalogue.find('deployments') === undefined ? 'status' : 'deployments';
  const [deployments, app, running, past] = await Promise.all([
    ports.marathon.deployments().catch(silentAs([])),
    ports.marathon.app(appId).catch(silentAs(undefined)),
    ports.changes.running(),
    ports.audit.recent(LOOKED_AT),
  ]);
  const owner = await ownerOf(app, appId === ports.settings.appId, running, asking, ports.marathon);
  const holder =
    deployments.find((deployment) => deploymentIds.includes(deployment.id)) ??
    deployments.find((deployment) => deployment.affectedApps.includes(appId));
  const id = holder?.id ?? deploymentIds[0];
  if (id === undefined) {
    return new LockedApp(
      `\`${appId}\` is locked by a deployment that Marathon does not name. Nothing was changed.`,
      '`status` shows what is in progress; try again when it has ended.',
      show,
    );
  }
  const since = holder === undefined ? Number.NaN : Date.parse(holder.version);
  const age = Number.isNaN(since) ? '' : `, in progress for ${duration(ports.clock.now() - since)}`;
  const step = holder === undefined ? '' : ` (step ${holder.currentStep} of ${holder.totalSteps})`;
  const others = (holder?.affectedApps ?? []).filter((other) => other !== appId).map((other) => `\`${other}\``);
  const also =
    others.length === 0
      ? ''
      : ` It also changes ${others.slice(0, MOST_NAMED).join(', ')}${others.length > MOST_NAMED ? ' …' : ''}.`;
  const whose =
    owner === undefined
      ? startedBy(appId === ports.settings.appId ? past : [], id, app, holder)
      : `It belongs to \`${owner.text}\` of <@${owner.userId}>.`;
  // A change of ours ends with its deployment, so it is the change that has to be cancelled (`commands/cancel.ts`).
  const cancel = owner === undefined ? `\`cancel ${id}\` to roll it back` : `\`cancel ${owner.jobId}\``;
  return new LockedApp(
    `\`${appId}\` is locked by deployment \`${id}\`${step}${age}.${also} ${whose} Nothing was changed.`,
    `Wait until it has ended, or ${cancel}; \`${show}\` shows it.`,
    show,
    owner === undefined
      ? { command: `cancel ${id} --rollback`, does: `Marathon rolls deployment ${id} back to the state before it.` }
      : { command: `cancel ${owner.jobId}`, does: `This stops the change “${owner.text}” on its way.` },
  );
}

const MOST_NAMED = 5;
/** So many of the last changes may have left a deployment behind. */
const LOOKED_AT = 50;
/** Between Marathon's clock and ours. */
const SKEW_MS = 10 * SECOND;

/** A change of ours that is over may have left it: it said so, or it was at work when this began. */
function startedBy(
  past: readonly AuditEntry[],
  id: string,
  app: App | undefined,
  holder: Deployment | undefined,
): string {
  const since = Date.parse(holder?.version ?? '');
  const meantime = versionMakers(past).filter(
    ({ at, durationMs }) => since >= at - durationMs - SKEW_MS && since <= at + SKEW_MS,
  );
  const left =
    wayBackOf(id, past) ??
    // Other tools keep our label when they change the app, so it alone says nothing; a deploy without it is not ours.
    meantime.find(({ command, jobId }) => command !== 'deploy' || app?.labels[JOB_LABEL] === jobId);
  if (left === undefined) return 'No change under way in Bellboard owns it.';
  return `It was started by \`${left.text}\` of <@${left.userId}>, which is over by now.`;
}

/** The running change of ours that wrote what the app is; one that leaves no label has surely written it. */
async function ownerOf(
  app: App | undefined,
  isControllers: boolean,
  running: ChangeInfo | undefined,
  asking: string,
  marathon: Ports['marathon'],
): Promise<ChangeInfo | undefined> {
  if (running === undefined || running.jobId === asking || !WRITTEN.has(running.step)) return undefined;
  if (isControllers && !leavesLabel(running)) return hasWrittenApp(running) ? running : undefined;
  // The label is there when Marathon does not tell what was before.
  const isOurs = app !== undefined && (await isWrittenBy(running.jobId, app, marathon).catch(silentAs(true)));
  return isOurs ? running : undefined;
}

/** An explanation must not fail for lack of one of its parts. */
const silentAs =
  <T>(instead: T) =>
  (error: unknown): T => {
    if (error instanceof UpstreamError) return instead;
    throw error;
  };
