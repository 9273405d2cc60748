// How Jenkins turns an object into JSON (Stapler's @Exported): `tree=a,b[c]{0,20}` selects names and ranges, without it
// `depth` decides how far down whole objects go (contract jenkins §1, row "JSON"). The views build the objects.

export type Exported = string | number | boolean | null | readonly Exported[] | Bean;

/** An object with named properties; each is worked out only when it is asked for. */
export interface Bean {
  /** `_class`, which cores before 2.2 do not send. */
  className: string | undefined;
  properties: Record<string, () => Exported>;
  /** Properties shown where the object is only mentioned, below the depth asked for. */
  brief: readonly string[];
}

export interface Branch {
  /** Undefined: the name stood alone. */
  children: Tree | undefined;
  from: number;
  to: number;
}

export type Tree = ReadonlyMap<string, Branch>;

type Plain = string | number | boolean | null | Plain[] | { [name: string]: Plain };

/** @throws SyntaxError when brackets do not match, as Jenkins refuses such a query */
export function parseTree(text: string): Tree {
  const reader = { text, at: 0 };
  const tree = readList(reader);
  if (reader.at < text.length) throw new SyntaxError(`unexpected '${text[reader.at]}' at ${reader.at} in tree`);
  return tree;
}

interface Reader {
  text: string;
  at: number;
}

function readList(reader: Reader): Tree {
  const tree = new Map<string, Branch>();
  do {
    const name = take(reader, /[^,[\]{}]*/y).trim();
    let children: Tree | undefined;
    if (skip(reader, '[')) {
      children = readList(reader);
      if (!skip(reader, ']')) throw new SyntaxError(`']' is missing at ${reader.at} in tree`);
    }
    const range = readRange(take(reader, /\{[^}]*\}/y));
    if (name !== '') tree.set(name, { children, ...range });
  } while (skip(reader, ','));
  return tree;
}

function take(reader: Reader, pattern: RegExp): string {
  pattern.lastIndex = reader.at;
  const found = pattern.exec(reader.text)?.[0] ?? '';
  reader.at += found.length;
  return found;
}

function skip(reader: Reader, character: string): boolean {
  if (reader.text[reader.at] !== character) return false;
  reader.at += 1;
  return true;
}

/** `{M,N}` from M up to N, not included; `{M,}`, `{,N}`; `{N}` is the one at N. */
function readRange(text: string): { from: number; to: number } {
  if (text === '') return { from: 0, to: Number.POSITIVE_INFINITY };
  const [from = '', to] = text.slice(1, -1).split(',');
  const start = from === '' ? 0 : Number(from);
  if (to === undefined) return { from: start, to: start + 1 };
  return { from: start, to: to === '' ? Number.POSITIVE_INFINITY : Number(to) };
}

/** The answer to `…/api/json` with the given query. */
export function exportBean(bean: Bean, query: URLSearchParams): Plain {
  const tree = query.get('tree');
  if (tree !== null) return byTree(bean, parseTree(tree));
  return byDepth(bean, Number(query.get('depth') ?? 0));
}

function withClass(bean: Bean): { [name: string]: Plain } {
  return bean.className === undefined ? {} : { _class: bean.className };
}

function byTree(bean: Bean, tree: Tree): Plain {
  const out = withClass(bean);
  for (const [name, value] of Object.entries(bean.properties)) {
    const branch = tree.get(name) ?? tree.get('*');
    if (branch !== undefined) out[name] = pruned(value(), branch);
  }
  return out;
}

function pruned(value: Exported, branch: Branch): Plain {
  if (value === null || typeof value !== 'object') return value;
  if (isList(value)) return value.slice(branch.from, branch.to).map((item) => pruned(item, branch));
  return byTree(value, branch.children ?? new Map());
}

function byDepth(bean: Bean, depth: number): Plain {
  const out = withClass(bean);
  for (const [name, value] of Object.entries(bean.properties))
    if (depth >= 0 || bean.brief.includes(name)) out[name] = deeper(value(), depth - 1);
  return out;
}

function deeper(value: Exported, depth: number): Plain {
  if (value === null || typeof value !== 'object') return value;
  return isList(value) ? value.map((item) => deeper(item, depth)) : byDepth(value, depth);
}

const isList = (value: readonly Exported[] | Bean): value is readonly Exported[] => Array.isArray(value);

/** A bean, with `properties` that a line does not know left out. */
export function bean(
  className: string | undefined,
  properties: Record<string, (() => Exported) | undefined>,
  brief: readonly string[] = [],
): Bean {
  const known = Object.entries(properties).filter((entry): entry is [string, () => Exported] => entry[1] !== undefined);
  return { className, properties: Object.fromEntries(known), brief };
}

/** Values that are at hand, all of them shown where the object is mentioned. */
export function record(className: string | undefined, values: Record<string, Exported>): Bean {
  const properties = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, () => value]));
  return { className, properties, brief: Object.keys(values) };
}
