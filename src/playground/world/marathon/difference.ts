// Old definition against new: which plan a change asks for, and how what was sent is laid over what is stored.
// `changes.ts` asks before it makes a deployment.
import type { Json, JsonObject } from '../../../core/cluster.js';
import { READ_ONLY } from './definition.js';
import type { ActionName, AppState } from './model.js';

/** What differs decides: nothing, the number of instances, or the configuration (labels included). */
export function stepsBetween(before: JsonObject, after: JsonObject): ActionName[] {
  const bare = (app: JsonObject) => JSON.stringify(sorted({ ...withoutReadOnly(app), instances: 0 }));
  if (bare(before) !== bare(after)) return ['RestartApplication'];
  return before['instances'] === after['instances'] ? [] : ['ScaleApplication'];
}

export function withoutReadOnly(app: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(app).filter(([key]) => !READ_ONLY.some((name) => name === key)));
}

/** A new value in one spelling replaces the stored one in the other: `uris` for `fetch`, `ports` for `portDefinitions`. */
export function spellingsOf(given: JsonObject, base: JsonObject): JsonObject {
  const twins: [string, string][] = [
    ['uris', 'fetch'],
    ['fetch', 'uris'],
    ['ports', 'portDefinitions'],
    ['portDefinitions', 'ports'],
  ];
  for (const [one, other] of twins) if (given[one] !== undefined && given[other] === undefined) delete base[other];
  return given;
}

/** Service ports once assigned stay, so sending 0 again changes nothing. */
export function assignedPort(app: AppState | undefined, index: number): number | undefined {
  const definitions = app?.definition['portDefinitions'] ?? app?.definition['ports'];
  const entry = Array.isArray(definitions) ? definitions[index] : undefined;
  if (typeof entry === 'number') return entry;
  const port = typeof entry === 'object' && entry !== null && !Array.isArray(entry) ? entry['port'] : undefined;
  return typeof port === 'number' ? port : undefined;
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key] ?? null)]),
  );
}
