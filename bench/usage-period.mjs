// `/ci usage 30d` over a sample for each of 43,200 minutes: what it takes of a worker's time and memory, what the samples
// take in Redis, and what its chart costs.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPrivateRedis } from '../dist/adapters/redis/private-redis.js';

const quiet = { info() {}, warn() {}, error() {} };

export async function usagePeriodBench() {
  const dataDir = mkdtempSync(join(tmpdir(), 'bellboard-bench-'));
  const redis = await startPrivateRedis({ dataDir, log: quiet });
  try {
    return rowsOf(await measured(redis.url));
  } finally {
    await redis.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function measured(redisUrl) {
  const child = fork(new URL('./usage-period-worker.mjs', import.meta.url), [redisUrl], {
    execArgv: ['--expose-gc'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the worker ended with ${code}`);
  });
  const [figures] = await Promise.race([once(child, 'message'), ended]);
  return figures;
}

function rowsOf({ samples, answered, heldMb, heapMb, eachBytes, longestBytes, drawn, pngBytes }) {
  const kB = pngBytes / 1_000;
  return [
    {
      row: `/ci usage 30d, ${samples.toLocaleString('en')} samples`,
      target: 'p50 ≤ 400 ms',
      figure: `p50 ${timeWords(answered)}`,
      ok: answered.own <= 400,
    },
    {
      // Ten figures a sample and the waits are kept, in typed arrays that double: 8 MB. One page of samples comes on top,
      // and garbage: V8 lets up to 32 MB of it lie in its young generation, whatever is read.
      row: 'its memory, more than for 24h',
      target: 'held ≤ 12 MB, with garbage ≤ 50 MB',
      figure: `held ${heldMb.toFixed(1)} MB, with garbage ${heapMb.toFixed(1)} MB`,
      ok: heldMb <= 12 && heapMb <= 50,
    },
    {
      row: 'one sample in Redis',
      target: '≤ 250 bytes, the longest as well',
      figure: `${eachBytes.toFixed(0)} bytes with all that Redis adds, the longest ${longestBytes}`,
      ok: eachBytes <= 250 && longestBytes <= 250,
    },
    {
      row: 'its chart, drawn',
      target: 'p50 ≤ 250 ms, ≤ 200 kB',
      figure: `p50 ${timeWords(drawn)}, ${kB.toFixed(0)} kB`,
      ok: drawn.own <= 250 && kB <= 200,
    },
  ];
}

const timeWords = ({ own, wall }) => `${own.toFixed(0)} ms (${wall.toFixed(0)} on the clock)`;
