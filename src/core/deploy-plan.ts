// Makes a deploy's plan: reads what runs, fills the manifest, lints and compares. Writes nothing.
import { createHash } from 'node:crypto';
import { lookBefore } from './app-change.js';
import type { Json, JsonObject, ScmSyncStatus } from './cluster.js';
import { graceOf } from './coming-up.js';
import type { Asked, Ports } from './command.js';
import { BY_LABEL, type DeployArgs, type DeployPlan, JOB_LABEL } from './deploy.js';
import { lockedWords } from './deploy-lock.js';
import { UserError } from './errors.js';
import { fillManifest } from './manifest.js';
import { diffDefinitions } from './manifest-diff.js';
import { lintManifest } from './manifest-lint.js';
import { maskText } from './manifest-mask.js';
import { canonical, isJsonObject } from './manifest-normal.js';
import { readableChange } from './readable-change.js';
import { SECOND } from './time.js';
import { atLeast } from './version.js';

export async function planDeploy(args: DeployArgs, ports: Ports, asked: Asked): Promise<DeployPlan> {
  const { marathon, jenkins, settings } = ports;
  const [definition, app, info, pulse] = await Promise.all([
    desiredDefinition(args, ports),
    marathon.app(settings.appId),
    marathon.info(),
    jenkins.pulse(),
  ]);
  if (app !== undefined && app.deploymentIds.length > 0) throw await lockedWords(app.deploymentIds, ports, asked.id);

  const findings = lintManifest(definition, info.version);
  const refused = findings.filter((finding) => finding.level === 'refuse');
  if (refused.length > 0) {
    throw new UserError(
      `The manifest would harm: ${refused.map((finding) => finding.text).join(' ')}`,
      'Mend the manifest, then deploy again. Nothing was changed.',
    );
  }
  const difference =
    app === undefined
      ? { changes: [], keeps: [] }
      : diffDefinitions(app.definition, definition, {
          replaces: atLeast(info.version, '1.4'),
          ignoreLabels: [JOB_LABEL, BY_LABEL],
          marathonVersion: info.version,
        });

  const { before, scm } = await lookBefore(app, pulse, ports);
  return {
    appId: settings.appId,
    exists: app !== undefined,
    appVersion: app?.version ?? null,
    suspended: app?.instances === 0,
    marathonVersion: info.version,
    definition: fingerprint(definition),
    args: JSON.parse(JSON.stringify(args)),
    changes: difference.changes.map(readableChange),
    keeps: difference.keeps,
    findings: findings.map((finding) => ({ ...finding })),
    ...before,
    gitNote: gitNote(args, scm, ports),
    graceMs: longestGrace(definition) ?? graceOf(app),
  };
}

/** The manifest as it is on disk now, filled with the options of this deploy. */
export async function desiredDefinition(args: DeployArgs, { manifest, settings }: Ports): Promise<JsonObject> {
  const values = { SCM_SYNC_GIT: args.git ?? settings.scmSyncGit, APP_USER: args.user ?? settings.appUser };
  const definition = fillManifest(await manifest.read(), values, { cpus: args.cpus, memMiB: args.mem, set: args.set });
  const id = definition['id'];
  if (typeof id === 'string' && `/${id.replace(/^\//, '')}` !== settings.appId) {
    throw new UserError(
      `The manifest is for \`${id}\`, but the controller's app is \`${settings.appId}\`.`,
      'Set `MARATHON_APP_ID` or the `id` of the manifest so that both name one app.',
    );
  }
  return { ...definition, id: settings.appId };
}

export const fingerprint = (definition: JsonObject): string =>
  createHash('sha256').update(canonical(definition)).digest('hex').slice(0, 24);

/** Changing the repository changes where the next controller reads from, not where the plugin writes to (contract jenkins §5.4). */
function gitNote(args: DeployArgs, status: ScmSyncStatus | undefined, { settings }: Ports): string | null {
  const reads = args.git ?? settings.scmSyncGit;
  const writes = status?.url;
  if (reads === undefined || writes === undefined || writes === '' || sameRepository(reads, writes)) return null;
  return (
    `The new controller reads its configuration from \`${maskText(reads)}\` and goes on writing to \`${maskText(writes)}\`: ` +
    'the address inside the saved `scm-sync-configuration.xml` has to be changed too.'
  );
}

const sameRepository = (a: string, b: string): boolean => bare(a) === bare(b);
const bare = (url: string): string =>
  url
    .replace(/\/\/[^/@]*@/, '//')
    .replace(/\.git\/?$/, '')
    .toLowerCase();

/** In ms; undefined when no check of the manifest names one. */
function longestGrace(definition: JsonObject): number | undefined {
  const checks: Json = definition['healthChecks'] ?? [];
  const seconds = (Array.isArray(checks) ? checks : []).flatMap((check) =>
    isJsonObject(check) && typeof check['gracePeriodSeconds'] === 'number' ? [check['gracePeriodSeconds']] : [],
  );
  return seconds.length > 0 ? Math.max(...seconds) * SECOND : undefined;
}
