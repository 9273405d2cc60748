// Three hundred histories on the full path, against the world's own truth. The pure core's are in `soak.test.ts`.
import { expect, test } from 'vitest';
import { fullSoak } from './full.js';

const INSTALLATIONS = 20;
const HISTORIES = 15;
const TODAY = Number(new Date().toISOString().slice(0, 10).replaceAll('-', ''));

test(`tells each end and each loss once, and nothing else, through Redis and Slack (seed ${TODAY})`, async () => {
  const lives = await fullSoak(TODAY, INSTALLATIONS, HISTORIES);
  expect(lives.flatMap(({ faults }) => faults).join('\n')).toBe('');
  const sum = (what: 'due' | 'rang' | 'histories') => lives.reduce((all, life) => all + life[what], 0);
  expect(sum('histories')).toBe(INSTALLATIONS * HISTORIES);
  expect(sum('due')).toBeGreaterThan(100);
  console.log('due', sum('due'), 'rang', sum('rang'));
}, 240_000);
