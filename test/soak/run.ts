// Many histories, one after the other: told by seed and number, and where one goes wrong, cut down to what it takes.
// `soak.test.ts` and `main.mjs` call it.
import { type History, inventHistory, seedOf } from './history.js';
import { live } from './pure.js';

export interface Failure {
  number: number;
  /** What the judge, or an exception, said of the history as it was told. */
  faults: string[];
  /** The same with everything left out that it does not take. */
  least: History;
}

export interface Summary {
  histories: number;
  /** Ends and losses that had to ring, and rings. */
  due: number;
  rang: number;
  failures: Failure[];
}

/** Histories `from` to `to`, the latter not included, of one run. */
export function soak(run: number, from: number, to: number, progress: (done: number) => void = () => {}): Summary {
  const summary: Summary = { histories: to - from, due: 0, rang: 0, failures: [] };
  for (let number = from; number < to; number += 1) {
    const history = inventHistory(seedOf(run, number));
    const { faults, due, rang } = told(history);
    summary.due += due;
    summary.rang += rang;
    if (faults.length > 0) summary.failures.push({ number, faults, least: cutDown(history) });
    progress(number - from + 1);
  }
  return summary;
}

function told(history: History): { faults: string[]; due: number; rang: number } {
  try {
    return live(history);
  } catch (error) {
    return { faults: [error instanceof Error ? (error.stack ?? error.message) : String(error)], due: 0, rang: 0 };
  }
}

/** Leaves out one thing after the other for as long as it still goes wrong. */
export function cutDown(history: History): History {
  const smaller = [...withOneActLess(history), ...plainer(history)].find((one) => told(one).faults.length > 0);
  return smaller === undefined ? history : cutDown(smaller);
}

const withOneActLess = (history: History): History[] =>
  history.acts.map((act) => ({ ...history, acts: history.acts.filter((other) => other !== act) }));

const PLAIN: Partial<History> = {
  lagMs: 0,
  tornMs: 0,
  skewMs: 0,
  copies: false,
  beginsDown: false,
  endsDown: false,
};

const plainer = (history: History): History[] =>
  Object.entries(PLAIN)
    .map(([name, value]) => ({ ...history, [name]: value }))
    .filter((one) => JSON.stringify(one) !== JSON.stringify(history));

/** For people: what happened, what was wrong, and how to see it again. */
export function report(run: number, { number, faults, least }: Failure): string {
  return [
    `History ${number} of seed ${run}:`,
    ...faults.map((fault) => `  ${fault}`),
    `  It takes: ${JSON.stringify(least)}`,
    `  See it happen: npm run soak -- --seed ${run} --only ${number}`,
  ].join('\n');
}

/** One history aloud. */
export function tellOne(run: number, number: number, say: (line: string) => void): Failure | undefined {
  const history = inventHistory(seedOf(run, number));
  say(JSON.stringify(history));
  const { faults } = live(history, say);
  return faults.length === 0 ? undefined : { number, faults, least: cutDown(history) };
}
