// Says one change of an app in one line for people, secrets hidden and long values cut: the plan of `/ci deploy`.

import type { Json } from './cluster.js';
import type { Change } from './manifest-diff.js';
import { HIDDEN, maskJson, maskText } from './manifest-mask.js';
import { looksSecret } from './secret-words.js';

/** Two values and the path still fit one line of a Slack message on a wide screen. */
const LONGEST = 80;
/** Of what two long values have in common before and after the difference. */
const CONTEXT = 16;

/** `mem: 1024 → 1536`, `env.TZ: added UTC`, `env.API_TOKEN: ••• → •••`. */
export function readableChange(change: Change): string {
  const [from, to] = aroundDifference(shown(change, change.from), shown(change, change.to));
  if (from === undefined) return `${change.path}: added ${cutMiddle(to ?? '')}`;
  if (to === undefined) return `${change.path}: removed (was ${cutMiddle(from)})`;
  if (from === to && from !== HIDDEN) return `${change.path}: changed in a hidden part of ${cutMiddle(from)}`;
  return `${change.path}: ${cutMiddle(from)} → ${cutMiddle(to)}`;
}

function shown({ path }: Change, value: Json | undefined): string | undefined {
  if (value === undefined) return undefined;
  if (namesSecret(path)) return HIDDEN;
  const masked = maskJson(value);
  if (typeof masked === 'string') return masked === '' ? '""' : oneLine(masked);
  return maskText(JSON.stringify(masked));
}

/** Any part of the path: `env.API_TOKEN`, also when its value is an object that names a secret. */
function namesSecret(path: string): boolean {
  return path.split(/[.[\]"]+/).some(looksSecret);
}

const oneLine = (text: string) => text.replace(/\s+/g, ' ');

/** Two long commands that differ in one word are shown around that word. */
function aroundDifference(from: string | undefined, to: string | undefined): [string | undefined, string | undefined] {
  if (from === undefined || to === undefined || from === to) return [from, to];
  if (Math.max(from.length, to.length) <= LONGEST) return [from, to];
  const head = Math.max(0, commonHead(from, to) - CONTEXT);
  const [restFrom, restTo] = [from.slice(head), to.slice(head)];
  const tail = Math.max(0, commonTail(restFrom, restTo) - CONTEXT);
  const cut = (rest: string) => `${head > 0 ? '…' : ''}${rest.slice(0, rest.length - tail)}${tail > 0 ? '…' : ''}`;
  return [cut(restFrom), cut(restTo)];
}

function commonHead(a: string, b: string): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length += 1;
  return length;
}

function commonTail(a: string, b: string): number {
  const longest = Math.min(a.length, b.length);
  let length = 0;
  while (length < longest && a[a.length - 1 - length] === b[b.length - 1 - length]) length += 1;
  return length;
}

function cutMiddle(text: string): string {
  if (text.length <= LONGEST) return text;
  const half = Math.floor((LONGEST - 1) / 2);
  return `${text.slice(0, half)}…${text.slice(text.length - half)}`;
}
