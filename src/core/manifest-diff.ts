// What a deploy would change: `/ci deploy` shows it before it asks, and writes nothing when there is nothing.

import type { Json, JsonObject } from './cluster.js';
import { defaultsOf } from './manifest-defaults.js';
import { fieldKnown } from './manifest-fields.js';
import {
  isBlank,
  isJsonObject,
  networkMode,
  normaliseDefinition,
  sameJson,
  withoutReadOnly,
} from './manifest-normal.js';

export interface Change {
  /** `env.JAVA_OPTS`, `healthChecks.0.path`, `labels["a.b"]`. */
  path: string;
  /** `undefined`: not there. Marathon's defaults are written out. */
  from: Json | undefined;
  to: Json | undefined;
}

export interface Difference {
  changes: Change[];
  /** Fields the running app has and the manifest has not, which a merging PUT leaves as they are (before 1.4). */
  keeps: string[];
}

export interface DiffOptions {
  /** True where a PUT replaces the whole app (1.4 and later); before, it merges field by field. */
  replaces: boolean;
  /** Labels that are the bot's own and no difference. */
  ignoreLabels: readonly string[];
  /** Of the Marathon that runs the app, because defaults changed over time; without it any version's default counts. */
  marathonVersion?: string | undefined;
}

/** @param running as Marathon answered it · @param wanted as `fillManifest` made it */
export function diffDefinitions(running: JsonObject, wanted: JsonObject, options: DiffOptions): Difference {
  const from = withoutLabels(normaliseDefinition(running), options.ignoreLabels);
  const heard = understood(wanted, options.marathonVersion);
  const to = adoptPorts(withoutLabels(normaliseDefinition(heard), options.ignoreLabels), from);
  const difference: Difference = { changes: [], keeps: [] };
  for (const field of [...new Set([...Object.keys(from), ...Object.keys(to)])].sort()) {
    const changes = compareField(field, from, to, options.marathonVersion);
    // Labels are always written (`prepareForWrite`), and a field that is written is replaced whole in every version.
    const stays = !options.replaces && !Object.hasOwn(to, field) && field !== 'labels';
    if (!stays) difference.changes.push(...changes);
    else if (changes.length > 0) difference.keeps.push(spelling(field, running));
  }
  return difference;
}

/** @returns the body to write: Marathon's read-only fields taken out, the given labels merged into the whole map */
export function prepareForWrite(wanted: JsonObject, labels: Readonly<Record<string, string>>): JsonObject {
  const own = wanted['labels'];
  return { ...withoutReadOnly(wanted), labels: { ...(isJsonObject(own) ? own : {}), ...labels } };
}

/** Marathon drops fields it does not know and never shows them: they would differ again after every deploy. */
function understood(wanted: JsonObject, version: string | undefined): JsonObject {
  if (version === undefined) return wanted;
  return Object.fromEntries(Object.entries(wanted).filter(([field]) => fieldKnown(field, version).known));
}

function withoutLabels(app: JsonObject, ignored: readonly string[]): JsonObject {
  const labels = app['labels'];
  if (!isJsonObject(labels)) return app;
  return { ...app, labels: Object.fromEntries(Object.entries(labels).filter(([name]) => !ignored.includes(name))) };
}

/** Port 0 asks Marathon for a service port; the one it gave is no difference. */
function adoptPorts(wanted: JsonObject, running: JsonObject): JsonObject {
  const adopted = { ...wanted };
  if (wanted['portDefinitions'] !== undefined) {
    adopted['portDefinitions'] = adopt(wanted['portDefinitions'], running['portDefinitions'], 'port');
  }
  const [container, other] = [wanted['container'], running['container']];
  if (isJsonObject(container) && isJsonObject(other) && container['portMappings'] !== undefined) {
    const portMappings = adopt(container['portMappings'], other['portMappings'], 'servicePort');
    adopted['container'] = { ...container, portMappings };
  }
  return adopted;
}

function adopt(wanted: Json, running: Json | undefined, field: string): Json {
  if (!Array.isArray(wanted) || !Array.isArray(running)) return wanted;
  return wanted.map((item, index) => {
    const given = running[index];
    if (!isJsonObject(item) || !isJsonObject(given) || item[field] !== 0) return item;
    return { ...item, [field]: given[field] ?? 0 };
  });
}

/** Marathon keeps these as sets, so their order tells nothing. */
const SETS = new Set(['constraints', 'dependencies', 'acceptedResourceRoles', 'healthChecks']);

function compareField(field: string, running: JsonObject, wanted: JsonObject, version: string | undefined): Change[] {
  const [has, wants] = [memberOf(running, field), memberOf(wanted, field)];
  const from = has ?? defaultFor(field, running, wants, version, 0);
  const to = wants ?? defaultFor(field, wanted, has, version, servicePort(running));
  if (SETS.has(field) && sameSet(from, to)) return [];
  // The one list whose emptiness says something: no port at all, where an absent list means one port.
  if (field === 'portDefinitions' && isBlank(from) !== isBlank(to)) return [{ path: field, from, to }];
  return compare(field, from, to);
}

/** What Marathon puts where nothing is said. Of several possible defaults the one the other side has, if it has one. */
function defaultFor(
  field: string,
  app: JsonObject,
  other: Json | undefined,
  version: string | undefined,
  port: Json,
): Json | undefined {
  // Marathon chooses the role of an app that names none, and keeps it.
  if (field === 'role') return other;
  const possible = defaultsOf(field, version, networkMode(app), port);
  return possible.find((value) => sameJson(value, other)) ?? possible[0];
}

function servicePort({ portDefinitions }: JsonObject): Json {
  const first = Array.isArray(portDefinitions) ? portDefinitions[0] : undefined;
  return (isJsonObject(first) ? first['port'] : undefined) ?? 0;
}

function sameSet(a: Json | undefined, b: Json | undefined): boolean {
  if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
  const rest = [...b];
  return a.every((item) => {
    const at = rest.findIndex((candidate) => sameJson(candidate, item));
    if (at >= 0) rest.splice(at, 1);
    return at >= 0;
  });
}

function compare(path: string, from: Json | undefined, to: Json | undefined): Change[] {
  if (sameJson(from, to) || (isBlank(from) && isBlank(to))) return [];
  if (isMembers(from) && isMembers(to)) return compareMembers(path, from ?? {}, to ?? {});
  if (Array.isArray(from) && Array.isArray(to) && from.length === to.length && [...from, ...to].every(isJsonObject)) {
    return from.flatMap((item, index) => compare(`${path}.${index}`, item, to[index]));
  }
  return [{ path, from, to }];
}

/** Absent counts as an object without members, so that an added `env` shows, and hides, each variable by its name. */
function isMembers(value: Json | undefined): value is JsonObject | undefined {
  return value === undefined || isJsonObject(value);
}

function compareMembers(path: string, from: JsonObject, to: JsonObject): Change[] {
  const names = [...new Set([...Object.keys(from), ...Object.keys(to)])].sort();
  return names.flatMap((name) => compare(joined(path, name), memberOf(from, name), memberOf(to, name)));
}

/** Own members only: a variable may be called `constructor`. */
function memberOf(object: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

function joined(path: string, name: string): string {
  return /^[\w-]+$/.test(name) ? `${path}.${name}` : `${path}[${JSON.stringify(name)}]`;
}

const OLD_SPELLING: Readonly<Record<string, string>> = { fetch: 'uris', portDefinitions: 'ports' };

/** The field's name as the running app has it. */
function spelling(field: string, running: JsonObject): string {
  const old = OLD_SPELLING[field];
  return old !== undefined && isBlank(running[field]) && !isBlank(running[old]) ? old : field;
}
