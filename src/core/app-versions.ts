// The versions of the controller's app that Marathon keeps: which one is meant, whose the newest is, and which one a
// rollback goes back to when none is named. Called by the commands that change the app, and by the alerts.
import type { App, JsonObject, Marathon } from './cluster.js';
import { BY_LABEL, JOB_LABEL } from './deploy.js';
import { NoSuchName } from './errors.js';
import { type Change, diffDefinitions } from './manifest-diff.js';
import { isJsonObject } from './manifest-normal.js';
import { shorten } from './text.js';

/** Each is asked for on its own, and who goes back further than this names the version. */
const MOST_LOOKED_AT = 20;
const MOST_NAMED = 5;

/** When what runs was last defined anew, ms since the epoch. Marathon tells from 0.11; before, each version counts (contract marathon §10). */
export const definedAt = ({ lastConfigChangeAt, version }: Pick<App, 'lastConfigChangeAt' | 'version'>): number =>
  lastConfigChangeAt ?? Date.parse(version);

/**
 * Whether the version that is there is what that deploy wrote. Other tools keep its label when they change the app, so of
 * the versions that carry it only the first is its own.
 */
export async function isWrittenBy(
  jobId: string,
  app: App,
  marathon: Pick<Marathon, 'versions' | 'appVersion'>,
): Promise<boolean> {
  if (app.labels[JOB_LABEL] !== jobId) return false;
  const before = (await marathon.versions(app.id)).find((version) => version < app.version);
  return before === undefined || labelIn(await marathon.appVersion(app.id, before), JOB_LABEL) !== jobId;
}

export function labelIn(definition: JsonObject | undefined, name: string): string | undefined {
  const labels = definition?.['labels'];
  const label = isJsonObject(labels) ? labels[name] : undefined;
  return typeof label === 'string' ? label : undefined;
}

/** What would change if this definition took the place of what runs; labels of ours are no difference. */
export const changesTo = (app: App, definition: JsonObject, marathonVersion: string): Change[] =>
  // Marathon puts the stored app in place whole, in every version.
  diffDefinitions(app.definition, definition, { replaces: true, ignoreLabels: [JOB_LABEL, BY_LABEL], marathonVersion })
    .changes;

/** @param versions newest first · @param typed any beginning that only one of them has */
export function versionNamed(typed: string, versions: readonly string[], appId: string): string {
  const wanted = typed.toUpperCase();
  const fitting = versions.filter((version) => version.toUpperCase().startsWith(wanted));
  const exact = fitting.find((version) => version.toUpperCase() === wanted);
  const [only] = fitting;
  if (exact !== undefined) return exact;
  if (only === undefined) {
    throw new NoSuchName(
      `Marathon keeps no version of \`${appId}\` that begins with \`${shorten(typed)}\`.`,
      `The newest: ${named(versions)}.`,
    );
  }
  if (fitting.length > 1) {
    throw new NoSuchName(
      `${fitting.length} versions begin with \`${shorten(typed)}\`.`,
      `Say which: ${named(fitting)}.`,
    );
  }
  return only;
}

const named = (versions: readonly string[]): string =>
  `${versions
    .slice(0, MOST_NAMED)
    .map((version) => `\`${version}\``)
    .join(', ')}${versions.length > MOST_NAMED ? ` and ${versions.length - MOST_NAMED} older ones` : ''}`;

export interface KeptVersion {
  version: string;
  definition: JsonObject;
}

/**
 * The newest version before the running one that differs from it and runs a controller: a restart makes versions that
 * differ in nothing, a suspension one with 0 instances.
 * @returns undefined when none of the latest 20 does
 */
export async function versionBefore(
  app: App,
  versions: readonly string[],
  marathonVersion: string,
  marathon: Pick<Marathon, 'appVersion'>,
): Promise<KeptVersion | undefined> {
  const earlier = versions.filter((version) => version < app.version).slice(0, MOST_LOOKED_AT);
  for (const version of earlier) {
    const definition = await marathon.appVersion(app.id, version);
    if (definition === undefined || instancesOf(definition) !== 1) continue;
    const differs = changesTo(app, definition, marathonVersion).some(({ path }) => path !== 'instances');
    if (differs) return { version, definition };
  }
  return undefined;
}

/** How many there were when the app was last wanted at all; undefined when no version that was looked at says. */
export async function instancesBefore(
  app: App,
  versions: readonly string[],
  marathon: Pick<Marathon, 'appVersion'>,
): Promise<number | undefined> {
  for (const version of versions.filter((one) => one < app.version).slice(0, MOST_LOOKED_AT)) {
    const definition = await marathon.appVersion(app.id, version);
    const instances = definition === undefined ? 0 : instancesOf(definition);
    if (instances > 0) return instances;
  }
  return undefined;
}

export function instancesOf({ instances }: JsonObject): number {
  return typeof instances === 'number' ? instances : 1;
}
