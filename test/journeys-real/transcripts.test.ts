// Every recorded transcript, served as bytes to real bots and workers, yields exactly what is written down for it.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AlertHouse, alertHouse, storyOf } from '../support/alert-house.js';
import { until } from '../support/rig.js';
import { playTranscript, type TranscriptMarathon } from '../support/transcript-marathon.js';

interface Expected {
  alerts: number;
  cause?: string;
  deadTasks?: number;
  recovered?: boolean;
  pair?: string;
  deployThread?: { cause: string; failedLaunches: number };
  followUps?: { cause: string; count: number };
}

const FOLDER = new URL('../fixtures/marathon/sequences/', import.meta.url);
const expected = JSON.parse(readFileSync(new URL('expected.json', FOLDER), 'utf8')) as Record<string, Expected>;

interface Case {
  name: string;
  files: string[];
  snapshots?: string[];
  expected: Expected;
}

const PAIRS: Record<string, { second: string; snapshots?: string[] }> = {
  'x-gap-1-before.1.5.txt': {
    second: 'x-gap-2-after.1.5.txt',
    snapshots: ['gap-1-before.1.5.app.json', 'gap-2-after.1.5.app.json'],
  },
  'x-duplicate-1-old-leader.1.5.txt': { second: 'x-duplicate-2-new-leader.1.5.txt' },
};
const SECONDS = new Set(Object.values(PAIRS).map(({ second }) => second));

const cases: Case[] = Object.entries(expected)
  .filter(([file]) => !SECONDS.has(file))
  .map(([file, wanted], index) => {
    const pair = PAIRS[file];
    return {
      name: `t${index}`,
      files: pair === undefined ? [file] : [file, pair.second],
      ...(pair?.snapshots === undefined ? {} : { snapshots: pair.snapshots }),
      expected: wanted,
    };
  });

const CAUSE: Record<string, RegExp> = {
  crash: /exit code \d+|command not found/,
  health_kill: /killed by its health check/,
  agent_lost: /its agent (?:was lost|is unreachable)|came back with its agent/,
  out_of_memory: /: out of memory/,
  probably_out_of_memory: /killed, probably out of memory/,
  killed_outside_deploy: /killed outside a deployment/,
  command_not_found: /command not found/,
  fetch_failed: /files could not be downloaded/,
};

let house: AlertHouse;
const marathons = new Map<string, TranscriptMarathon>();

beforeAll(async () => {
  house = await alertHouse();
  for (const one of cases) {
    const options = { files: one.files, ...(one.snapshots === undefined ? {} : { snapshots: one.snapshots }) };
    marathons.set(one.name, await playTranscript({ ...options, paceMs: 5 }));
  }
  const installations = cases.map(({ name }) => ({ name, marathonUrl: marathons.get(name)?.url ?? '' }));
  const t0 = Date.now();
  await house.open('worker', installations);
  console.log('workers', Date.now() - t0);
  await house.open('bot', installations);
  console.log('bots', Date.now() - t0);
  await Promise.all([...marathons.values()].map((one) => one.attached(1)));
  console.log('attached', Date.now() - t0);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  await Promise.all([...marathons.values()].map((one) => one.play()));
  console.log('played', Date.now() - t0);
}, 120_000);

afterAll(async () => {
  await Promise.all([...marathons.values()].map((one) => one.close()));
  await house.close();
});

describe('each transcript', () => {
  test.each(cases)(
    '$files',
    async ({ name, expected: wanted }) => {
      if (wanted.recovered === true) {
        await until(
          () => house.roots(name).length >= wanted.alerts && /is back after/.test(house.roots(name)[0]?.text ?? ''),
          20_000,
        );
      } else await until(() => house.roots(name).length >= wanted.alerts, 20_000);
      await new Promise((resolve) => setTimeout(resolve, 300));
      const roots = house.roots(name);
      const stories = roots.map((root) => storyOf(house, root));
      expect(roots.map((root) => root.text)).toHaveLength(wanted.alerts);
      if (wanted.cause !== undefined) expect(stories[0]).toMatch(CAUSE[wanted.cause] as RegExp);
      if (wanted.followUps !== undefined) expect(stories[0]).toMatch(CAUSE[wanted.followUps.cause] as RegExp);
    },
    30_000,
  );
});
