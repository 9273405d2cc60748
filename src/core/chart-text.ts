// Text in a chart, for `usage-chart.ts`: what may stand in it, and how wide it will be. A picture neither wraps nor
// scrolls, and the drawing library can only guess widths, so what is too long is cut here.

/** Letters of Inter by their width in hundredths of the font size, rounded up from its semi-bold, the wider one in use. */
const WIDTHS: Readonly<Record<number, string>> = {
  30: ' ijlI',
  35: ",.:;!'·",
  40: 'frt()[]/\\|`',
  45: '1',
  50: '{}-–_^',
  55: 's"*?',
  60: 'acekvxyzFJL7',
  65: 'bdghnopquEP235689#ß',
  70: 'BRSTZ04$&+<=>~',
  75: 'ACDGHKUVXY',
  80: 'NOQ',
  85: 'w',
  95: 'mM',
  100: '@…',
};

const WIDTH_OF = new Map(
  Object.entries(WIDTHS).flatMap(([width, letters]) => [...letters].map((one) => [one, +width])),
);

/** `W` and `%`; and what Inter may not have becomes a box. */
const WIDEST = 105;

/** At least as wide as the text will be. @param size of the font */
export function widthOf(text: string, size: number): number {
  // Accents stand above or below their letter.
  const letters = [...text.normalize('NFD')].filter((letter) => !/\p{M}/u.test(letter));
  return (size * letters.reduce((sum, letter) => sum + (WIDTH_OF.get(letter) ?? WIDEST), 0)) / 100;
}

/** On one line, without what XML forbids or nobody sees (control characters, half characters), cut to the room there is. */
export function fitted(text: string, size: number, room: number): string {
  const line = text.replace(/[\p{C}\s]+/gu, ' ').trim();
  if (widthOf(line, size) <= room) return line;
  const letters = [...line];
  while (letters.length > 0 && widthOf(`${letters.join('').trimEnd()}…`, size) > room) letters.pop();
  return `${letters.join('').trimEnd()}…`;
}
