// `npm run soak -- --faults N`: vitest runs the whole table, because the rigs of the tests run under it.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: fileURLToPath(new URL('../..', import.meta.url)),
    include: ['test/soak/faults.ts'],
    pool: 'forks',
    testTimeout: 0,
    hookTimeout: 0,
    disableConsoleIntercept: true,
    reporters: [['default', { summary: false }]],
  },
});
