// Hides secrets in text. Sits in the logger, at the edge of `http.ts` and in front of the renderer; every text that may
// hold foreign or configured secrets passes through it before anybody can read it.

export type Scrub = (text: string) => string;

const HIDDEN = '•••';

/** Shorter values ("ci", "dev") are words of everyday text, and hiding them would make answers unreadable. */
const SHORTEST_SECRET = 4;

/** A base64 piece shorter than this occurs by chance in ids and hashes. */
const SHORTEST_BASE64_PIECE = 5;

/** What looks like a secret, whoever configured it. The kept group is the label in front of it. */
const PATTERNS: readonly [RegExp, string][] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, HIDDEN],
  [/\b(?:xox[a-z]|xapp)-[A-Za-z0-9-]+/gi, HIDDEN],
  [/(authorization["']?\s*[:=]\s*["']?(?:(?:basic|bearer)\s+)?)[^\s"',;}]+/gi, `$1${HIDDEN}`],
  [/\b(bearer\s+)[\w.~+/=-]+/gi, `$1${HIDDEN}`],
  [/((?:token|password|passwd|secret)=)[^\s&"'`<>,;)}\]]+/gi, `$1${HIDDEN}`],
  [/(:\/\/)[^\s/"'<>:@]*:[^\s/"'<>]*@/g, `$1${HIDDEN}@`],
  [/(https?:\/\/)[^\s/"'<>:@]+@/gi, `$1${HIDDEN}@`],
];

/**
 * @param secrets configured secrets, as they are; their URL-encoded, JSON-escaped and base64 forms are hidden too
 * @returns a function that replaces every secret it finds by `•••`; scrubbing twice equals scrubbing once
 */
export function scrubber(secrets: Iterable<string>): Scrub {
  const kept = [...new Set(secrets)].filter((secret) => secret.length >= SHORTEST_SECRET);
  const literals = [...new Set(kept.flatMap(spellings))].sort((a, b) => b.length - a.length);
  const pieces = [...new Set(kept.flatMap(base64Pieces))];
  const sources = [
    ...literals.map(escapeForPattern),
    // A header's base64 runs on behind the part that the secret alone decides.
    ...pieces.map((piece) => `${escapeForPattern(piece)}[\\w+/=-]*`),
  ];
  const configured = sources.length === 0 ? undefined : new RegExp(sources.join('|'), 'g');
  return (text) => {
    const plain = configured === undefined ? text : text.replace(configured, HIDDEN);
    return PATTERNS.reduce((seen, [pattern, instead]) => seen.replace(pattern, instead), plain);
  };
}

/** A scrubber is made from a list; this one is made again when the list is another, since secrets in files change. */
export function scrubberOf(secrets: () => readonly string[]): Scrub {
  let known = '';
  let current = scrubber([]);
  return (text) => {
    const now = secrets();
    const key = now.join('\n');
    if (key !== known) {
      known = key;
      current = scrubber(now);
    }
    return current(text);
  };
}

function spellings(secret: string): string[] {
  const encoded = urlEncoded(secret);
  return [
    secret,
    encoded,
    encoded.replace(/%[0-9A-F]{2}/g, (byte) => byte.toLowerCase()),
    encoded.replaceAll('%20', '+'),
    new URLSearchParams({ s: secret }).toString().slice('s='.length),
    JSON.stringify(secret).slice(1, -1),
  ];
}

/** A lone surrogate cannot be URL-encoded; such a secret has no URL form. */
function urlEncoded(secret: string): string {
  try {
    return encodeURIComponent(secret);
  } catch {
    return secret;
  }
}

/**
 * The base64 of `user:secret` depends on the length of `user` modulo 3, so there are three ways a secret can look
 * inside; of each we take the characters that no neighbouring byte has a say in.
 */
function base64Pieces(secret: string): string[] {
  const bytes = Buffer.from(secret, 'utf8');
  return [0, 1, 2]
    .map((before) => {
      const whole = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
      const from = Math.ceil((before * 8) / 6);
      const to = Math.floor(((before + bytes.length) * 8) / 6);
      return whole.slice(from, to);
    })
    .filter((piece) => piece.length >= SHORTEST_BASE64_PIECE)
    .flatMap((piece) => [piece, piece.replaceAll('+', '-').replaceAll('/', '_')]);
}

function escapeForPattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
