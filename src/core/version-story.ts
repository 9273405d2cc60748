// The versions of an app, what each changed against the one before it, and by whom it was made. Pure; `commands/versions.ts`
// gathers and shows.
import type { AuditEntry } from './audit.js';
import type { JsonObject } from './cluster.js';
import { BY_LABEL, JOB_LABEL } from './deploy.js';
import { diffDefinitions } from './manifest-diff.js';
import { isJsonObject } from './manifest-normal.js';
import { readableChange } from './readable-change.js';
import { makerOf } from './version-author.js';

export interface AppVersion {
  /** ISO text. */
  version: string;
  /** Undefined: Marathon did not give it. */
  definition: JsonObject | undefined;
}

export type Author =
  | { kind: 'change'; userId: string; text: string }
  /** From before the trail begins. */
  | { kind: 'label'; userId: string }
  | { kind: 'unknown' };

/** @param older the versions before it, newest first · @param makers newest first, of `versionMakers` */
export function authorOf(
  { version, definition }: AppVersion,
  older: readonly AppVersion[],
  makers: readonly AuditEntry[],
): Author {
  const entry = makerOf(version, makers);
  if (entry !== undefined) return { kind: 'change', userId: entry.userId, text: entry.text };
  const [job, by] = [labelIn(definition, JOB_LABEL), labelIn(definition, BY_LABEL)];
  // A label stays on every version after the deploy that wrote it, and comes back with a rollback: the first to have it
  // is the one it speaks of.
  const isFirst = older.every((one) => one.definition !== undefined && labelIn(one.definition, JOB_LABEL) !== job);
  return by !== undefined && job !== undefined && older.length > 0 && isFirst
    ? { kind: 'label', userId: by }
    : { kind: 'unknown' };
}

function labelIn(definition: JsonObject | undefined, name: string): string | undefined {
  const labels = definition?.['labels'];
  const value = isJsonObject(labels) && Object.hasOwn(labels, name) ? labels[name] : undefined;
  return typeof value === 'string' ? value : undefined;
}

/** Masked, one for each field that differs; undefined when one of the two is not known. */
export function changesSince(
  { definition }: AppVersion,
  before: AppVersion | undefined,
  marathonVersion: string | undefined,
): string[] | undefined {
  if (definition === undefined || before?.definition === undefined) return undefined;
  const options = { replaces: true, ignoreLabels: [JOB_LABEL, BY_LABEL], marathonVersion };
  return diffDefinitions(before.definition, definition, options).changes.map(readableChange);
}
