// Three hundred histories on the full path, against the world's own truth; ten thousand on the pure core are in
// `soak.test.ts`. The same seeds make the same things happen, but what falls into which gap is the machine's doing here.
import { expect, test } from 'vitest';
import { fullSoak } from './full.js';
import { SEEDS } from './seeds.js';

const INSTALLATIONS = 25;
const HISTORIES = 12;

test(`tells each end and each loss once, and nothing else, through Redis and Slack (seeds ${SEEDS.join(', ')})`, async () => {
  const lives = await fullSoak(SEEDS, INSTALLATIONS, HISTORIES);
  expect(lives.flatMap(({ faults }) => faults).join('\n')).toBe('');
  const sum = (what: 'due' | 'rang' | 'histories') => lives.reduce((all, life) => all + life[what], 0);
  expect(sum('histories')).toBe(INSTALLATIONS * HISTORIES);
  // Not a soak in which nothing happened.
  expect(sum('due')).toBeGreaterThan(100);
}, 600_000);
