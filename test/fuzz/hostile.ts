// What nobody sends on purpose, as arbitraries: words, texts with a little wrong, JSON with a little wrong.
import fc from 'fast-check';

/** Each has been trouble somewhere: to Slack, to JSON, to JavaScript, to Redis, or to somebody's eyes. */
export const WORDS: readonly string[] = [
  ...['', ' ', '\n', '\t', '\u0000', '\u0007', '\u001b[31m', '\u200b', '\u202e', '\ud83d', '🔔', 'ß', '　', 'ｄ'],
  ...[
    '<!channel>',
    '<!here|x>',
    '<!everyone>',
    '<!date^1^{date}|x>',
    '<@U0ANA>',
    '<#C0CI|ci>',
    '<http://x|y>',
    '&lt;!channel&gt;',
  ],
  ...[
    '`',
    '```',
    '*',
    '_',
    '~',
    '|',
    '"',
    "'",
    '“',
    '”',
    '—',
    '--',
    '-',
    '=',
    ':',
    '/',
    '\\',
    '%',
    '%00',
    '#{x}',
    '$&',
    '$1',
  ],
  ...[
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'undefined',
    'null',
    'NaN',
    'true',
    '[]',
    '{}',
    '[object Object]',
  ],
  ...['0', '-1', '1e9', '1e309', '0x10', '９', '4', '64', '65', '007', '1.5', '9007199254740993', '30m', '1h', '7d'],
  ...[
    'https://a:b@c/d',
    'git@github.com:a/b.git',
    'javascript:alert(1)',
    '../../etc/passwd',
    'x'.repeat(300),
    '🔔'.repeat(100),
  ],
  ...['/jenkins', 'jenkins', 'A1', 'A17', 'executors', 'linux', 'A=1', 'PASSWORD=x', 'JAVA_OPTS=-Xmx1g'],
];

export const word = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...WORDS) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 200 }) },
);

const HOW = ['replace', 'replace', 'replace', 'delete', 'rename', 'double', 'wrap', 'empty'] as const;

/** Something wrong at one place of a JSON value. */
export interface Fault {
  at: number;
  how: (typeof HOW)[number];
  value: unknown;
  name: string;
}

const scalar = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, 0, -0, -1, 1.5, 1e308, 2 ** 53, 1e-320, '', [], {}, [[]], [null], {
    a: null,
  }),
  fc.constantFrom<unknown>('x'.repeat(5_000), Array(300).fill({}), Array(300).fill('<!channel>')),
  word,
  fc.double(),
  fc.jsonValue({ maxDepth: 3 }),
);

export const fault: fc.Arbitrary<Fault> = fc.record({
  at: fc.nat(),
  how: fc.constantFrom(...HOW),
  value: scalar,
  name: word,
});

/** The value with the fault in it; the one that is given stays as it is. */
export function withFault(given: unknown, { at, how, value, name }: Fault): unknown {
  const places: { holder: Record<string, unknown>; key: string }[] = [];
  const root = { root: structuredClone(given) };
  const walk = (holder: Record<string, unknown>) => {
    for (const key of Object.keys(holder)) {
      places.push({ holder, key });
      const inner = holder[key];
      if (typeof inner === 'object' && inner !== null) walk(inner as Record<string, unknown>);
    }
  };
  walk(root);
  const { holder, key } = places[at % places.length] as (typeof places)[number];
  const old = holder[key];
  if (how === 'replace') holder[key] = value;
  else if (how === 'wrap') holder[key] = [old];
  else if (how === 'empty') holder[key] = Array.isArray(old) ? [] : typeof old === 'object' ? {} : '';
  else if (how === 'double') holder[key] = Array.isArray(old) ? [...old, ...old] : `${String(old)}${String(old)}`;
  else {
    delete holder[key];
    if (how === 'rename')
      Object.defineProperty(holder, name, { value: old, enumerable: true, configurable: true, writable: true });
  }
  return root.root;
}

/** Something wrong at one place of a text or of bytes. */
export interface Slip {
  at: number;
  less: number;
  more: string;
}

export const slip: fc.Arbitrary<Slip> = fc.record({
  at: fc.nat(),
  less: fc.oneof(fc.nat({ max: 3 }), fc.nat({ max: 2_000 })),
  more: word,
});

export const withSlip = (text: string, { at, less, more }: Slip): string => {
  const from = at % (text.length + 1);
  return text.slice(0, from) + more + text.slice(from + less);
};

/** Mostly none: what is spoilt as a text is seldom JSON. */
export const fewSlips: fc.Arbitrary<Slip[]> = fc.oneof(
  { weight: 5, arbitrary: fc.constant<Slip[]>([]) },
  { weight: 1, arbitrary: fc.array(slip, { maxLength: 2 }) },
);
export const slips = (most: number): fc.Arbitrary<Slip[]> => fc.array(slip, { maxLength: most });
export const faults = (most: number): fc.Arbitrary<Fault[]> => fc.array(fault, { maxLength: most });
