// How high a panel of a chart reaches and where its marks stand, for `usage-chart.ts`: from 0, at round numbers.

export interface ValueScale {
  top: number;
  /** From 0 to the top, at most five. */
  marks: number[];
  /** Of the labels, in d3's language of formats. */
  format: string;
}

const MOST_STEPS = 4;

/** Less is noise, and would need labels with many digits. */
const SMALLEST_TOP = 0.1;

/** So many digits leave no room for the picture. */
const TOO_LONG = 10_000;

/** @param highest of all that is drawn; 0 when nothing is */
export function valueScale(highest: number): ValueScale {
  if (!(highest > 0)) return { top: 1, marks: [0, 1], format: '.0f' };
  const reached = Math.max(highest, SMALLEST_TOP);
  const step = roundStep(reached / MOST_STEPS);
  const steps = Math.ceil(reached / step - 1e-9);
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const top = rounded(steps * step, decimals);
  return {
    top,
    marks: Array.from({ length: steps + 1 }, (_, index) => rounded(index * step, decimals)),
    format: top >= TOO_LONG ? '~s' : `,.${decimals}f`,
  };
}

/** The least of 1, 2, 5, 10, 20, 50 … that is not below. */
function roundStep(least: number): number {
  const magnitude = 10 ** Math.floor(Math.log10(least));
  return magnitude * ([1, 2, 5].find((one) => one * magnitude >= least * (1 - 1e-9)) ?? 10);
}

const rounded = (value: number, decimals: number): number => Number(value.toFixed(decimals));
