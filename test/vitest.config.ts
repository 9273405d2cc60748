// How the tests run: own processes, two at a time because each may start a Redis, and an unhandled error is a failure.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Plain data and fakes with a clock of their own: nothing they start outlives them, so one process bears many files. */
const PLAIN = ['alerts', 'commands', 'core', 'digests', 'journeys', 'manifests'].map(
  (folder) => `test/${folder}/**/*.test.ts`,
);

const HOW = {
  root: fileURLToPath(new URL('..', import.meta.url)),
  pool: 'forks',
  // The rigs run a world 25 times as fast as real time: on a shared machine a pause of a second is half a minute in it.
  retry: process.env['CI'] === undefined ? 0 : 1,
  testTimeout: 20_000,
  hookTimeout: 20_000,
} as const;

export default defineConfig({
  test: {
    root: HOW.root,
    maxWorkers: 2,
    teardownTimeout: 5_000,
    dangerouslyIgnoreUnhandledErrors: false,
    passWithNoTests: false,
    projects: [
      { test: { ...HOW, name: 'plain', include: PLAIN, isolate: false } },
      { test: { ...HOW, name: 'real', include: ['test/**/*.test.ts'], exclude: PLAIN } },
    ],
  },
});
