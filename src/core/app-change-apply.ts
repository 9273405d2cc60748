// The write of a change of the controller's app: whether it can be made now, whether it arrived, and the way back. Nothing
// but a deploy's PUT carries a label of ours, for a change of labels restarts all tasks; of the others the app's version
// before the write tells: unchanged and no deployment → send, changed → never send again (design §4.1).
import type { AppChange } from './app-change.js';
import type { App, Json } from './cluster.js';
import type { Asked, Ports, Progress } from './command.js';
import { lockedWords } from './deploy-lock.js';
import { UpstreamError, UserError } from './errors.js';

/** The app as it is now, when nothing holds it. */
export async function appToChange(ports: Ports, asked: Asked): Promise<App> {
  const { appId } = ports.settings;
  const app = await ports.marathon.app(appId);
  if (app === undefined) throw new UserError(`Marathon has no app \`${appId}\`.`, '`deploy` would create it.');
  if (app.deploymentIds.length > 0) throw await lockedWords(app.deploymentIds, ports, asked.id);
  return app;
}

interface Written {
  deploymentId: string | undefined;
  version?: string | undefined;
}

/**
 * What Marathon answered; its 409 becomes the words for whose deployment holds the app. Looked at once more before: a worker
 * that lay still for a while must not send what the one that took over has sent, nor write over what others did meanwhile.
 */
export async function writeOnce(
  { appId, appVersion }: AppChange,
  ports: Ports,
  asked: Asked,
  write: () => Promise<Written>,
): Promise<Json> {
  const app = await ports.marathon.app(appId);
  if (app?.version !== appVersion) {
    throw new UserError(
      `\`${appId}\` was changed or deleted at this very moment. Nothing was sent.`,
      'Ask again, for a plan of what runs now.',
    );
  }
  try {
    const { deploymentId, version } = await write();
    return { deploymentId: deploymentId ?? null, version: version ?? null };
  } catch (error) {
    if (!(error instanceof UpstreamError) || error.status !== 409) throw error;
    throw await lockedWords(error.deploymentIds, ports, asked.id);
  }
}

/**
 * Read back after a write that leaves no label.
 * @param isOurs whether the app, changed since the plan, is what the write makes of it
 * @throws UpstreamError while nobody can tell: a deployment holds the app and its version is still the old one
 */
export async function arrivedChange(
  { appId, appVersion }: AppChange,
  { marathon }: Ports,
  isOurs: (app: App) => boolean,
): Promise<'yes' | 'no' | 'overtaken'> {
  const app = await marathon.app(appId);
  if (app === undefined) return 'overtaken';
  if (app.version !== appVersion) return isOurs(app) ? 'yes' : 'overtaken';
  if (app.deploymentIds.length === 0) return 'no';
  throw new UpstreamError({
    system: 'Marathon',
    request: `GET /v2/apps${appId}`,
    seen: 'a deployment holds the app, and its version is still the one before',
    retryable: true,
    mayHaveArrived: false,
  });
}

/** Why there is nothing left to follow; undefined while the app is as the change left it. */
export function lostToOthers(app: App, isOurs: boolean): Progress | undefined {
  if (isOurs) return undefined;
  return {
    state: 'failed',
    line: 'somebody else changed or rolled back the app meanwhile.',
    left: `Version ${app.version} is there now.`,
  };
}

export const DELETED: Progress = {
  state: 'failed',
  line: 'the app has been deleted meanwhile.',
  left: 'Nothing runs; `deploy` would create it.',
};

/** How going back ends. @param suspended the app was, before the change */
export const backWords = (suspended: boolean): string =>
  suspended ? 'no controller runs then.' : 'the controller restarts once more.';

interface WayBack {
  /** Whether the app is still as the change left it: an earlier attempt to cancel may have arrived without an answer. */
  isOurs(app: App): boolean | Promise<boolean>;
  /** Continues "Its deployment had already ended, so ": `the new version stays.` */
  stays: string;
  /** @param deployment ` (deployment \`77aa\`)`, or nothing */
  goesBack(deployment: string): string;
}

/** @returns what state that leaves */
export async function cancelChange(appId: string, { marathon }: Ports, way: WayBack): Promise<string> {
  const app = await marathon.app(appId);
  if (app === undefined) return 'The app had already been deleted.';
  if (!(await way.isOurs(app))) {
    return `The app had already been rolled back or changed again; that was left alone, and version ${app.version} is there now.`;
  }
  const [id] = app.deploymentIds;
  if (id === undefined) return `Its deployment had already ended, so ${way.stays}`;
  const rolledBack = await marathon.cancelDeployment(id, 'rollback');
  if (rolledBack === undefined) return `Its deployment ended at that moment, so ${way.stays}`;
  return way.goesBack(rolledBack.deploymentId === undefined ? '' : ` (deployment \`${rolledBack.deploymentId}\`)`);
}
