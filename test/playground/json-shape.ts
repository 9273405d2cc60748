// Whether one JSON answer has the keys and types of recorded ones: what real answers always have must be there, what
// they never have must not.
/** Keys whose content is the cluster's own business. */
const OPEN = new Set(['flags', 'attributes']);

type Shape = { types: Set<string>; keys: Map<string, { shape: Shape; always: boolean }>; items: Shape | undefined };

/** The lists of completed and unreachable things hold the same kind of thing as the plain list, so they are told as one. */
function together(value: Record<string, unknown>): Record<string, unknown> {
  const merged: Record<string, unknown> = {};
  for (const [key, one] of Object.entries(value)) {
    const plain = key.replace(/^(completed|unreachable)_(?=frameworks|tasks|executors)/, '');
    const known = merged[plain];
    merged[plain] = Array.isArray(known) && Array.isArray(one) ? [...known, ...one] : one;
  }
  return merged;
}

/** What all the values have in common, and what some have. */
export function shapeOf(values: unknown[]): Shape {
  const objects = values
    .filter(
      (value): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value),
    )
    .map(together);
  const lists = values.filter((value): value is unknown[] => Array.isArray(value));
  const keys = new Map<string, { shape: Shape; always: boolean }>();
  for (const key of new Set(objects.flatMap(Object.keys))) {
    const having = objects.filter((one) => key in one);
    const inner = OPEN.has(key) ? [{}] : having.map((one) => one[key]);
    keys.set(key, { shape: shapeOf(inner), always: !OPEN.has(key) && having.length === objects.length });
  }
  const types = new Set(
    values.map((value) => (Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value)),
  );
  const flat = lists.flat();
  return { types, keys, items: flat.length === 0 ? undefined : shapeOf(flat) };
}

/** Every key that the real answers always have, no key they never have, the same types. */
export function differences(real: Shape, ours: Shape, path = ''): string[] {
  const found: string[] = [];
  for (const type of ours.types)
    if (!real.types.has(type)) found.push(`${path}: ${type} instead of ${[...real.types]}`);
  for (const [key, { shape, always }] of real.keys) {
    const mine = ours.keys.get(key);
    if (always && mine?.always !== true && ours.types.has('object')) found.push(`${path}.${key}: missing`);
    if (mine !== undefined) found.push(...differences(shape, mine.shape, `${path}.${key}`));
  }
  for (const key of ours.keys.keys()) if (!real.keys.has(key)) found.push(`${path}.${key}: unknown to a real Mesos`);
  if (real.items !== undefined && ours.items !== undefined)
    found.push(...differences(real.items, ours.items, `${path}[]`));
  return found;
}
