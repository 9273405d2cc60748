// Hides secrets in the values of an app before people see them: `manifest-diff.ts` shows what a deploy would change,
// `manifest.ts` quotes what it refuses. The scrubber in front of the renderer stays the last line of defence.

import type { Json } from './cluster.js';
import { looksSecret } from './secret-words.js';

export const HIDDEN = '•••';

/**
 * `scheme://user:password@`, and for http(s) any user at all: access tokens travel as the bare user there. The scheme's
 * bound keeps a long word from being read again from each of its letters.
 */
const URL_LOGIN = /([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/@:]*:[^\s/]*@|(https?:\/\/)[^\s/@]+@/gi;
const SECRET_WORD = /passw(?:or)?d|passphrase|token|secret|credential|api_?key|private_?key/i;
/** `-DtrustStorePassword=`, `API_TOKEN=`, `--token `: a name, and what says that its value follows. */
const NAME = /(?<![\w.-])(?:[\w.-]+=|--[\w.-]+\s+)/g;
const VALUE = /"[^"]*"|'[^']*'|[^\s"']+/y;
const AUTHORIZATION = /(\bbearer\s+|\bauthorization["']?\s*[:=]\s*["']?\w+\s+)[A-Za-z0-9+/=._~-]{8,}/gi;

/** The text with everything hidden in it that looks like a secret; equal to the text when nothing does. */
export function maskText(text: string): string {
  return withoutAssigned(text)
    .replace(URL_LOGIN, (_whole, any: string | undefined, http: string | undefined) => `${any ?? http}${HIDDEN}@`)
    .replace(AUTHORIZATION, (_whole, scheme: string) => `${scheme}${HIDDEN}`);
}

/** Name and value in two steps: in one pattern each word that looks secret would be a reason to read the rest again. */
function withoutAssigned(text: string): string {
  let masked = '';
  let done = 0;
  for (const { 0: name, index } of text.matchAll(NAME)) {
    const from = index + name.length;
    if (index < done || !SECRET_WORD.test(name)) continue;
    VALUE.lastIndex = from;
    if (!VALUE.test(text)) continue;
    masked += text.slice(done, from) + HIDDEN;
    done = VALUE.lastIndex;
  }
  return masked + text.slice(done);
}

/** The same for a value of any shape: what stands under a secret-looking name is hidden whole. */
export function maskJson(value: Json): Json {
  if (typeof value === 'string') return maskText(value);
  if (Array.isArray(value)) return value.map(maskJson);
  if (value === null || typeof value !== 'object') return value;
  // Docker parameters and Mesos labels say `{"key": "PASSWORD", "value": "x"}`: there `key` is a name, not a secret.
  const label = 'value' in value ? (value['key'] ?? value['name']) : undefined;
  const namesSecret = typeof label === 'string' && looksSecret(label);
  const isHidden = (name: string) => {
    if (label === undefined) return looksSecret(name);
    return name === 'value' ? namesSecret : name !== 'key' && looksSecret(name);
  };
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, isHidden(name) ? HIDDEN : maskJson(inner)]),
  );
}
