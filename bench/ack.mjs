// Signed slash command over HTTP → ack. Ours does one Redis write before its ack; the other only acks.
import { fork } from 'node:child_process';
import { createHmac, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPrivateRedis } from '../dist/adapters/redis/private-redis.js';
import { median, quantile } from './figures.mjs';

const SECRET = 'bench-signing-secret';
const AT_ONCE = 10;
const A_ROUND = 2_000;
const ROUNDS = 5;
/** A bot is up for weeks; until the compiler has seen a few thousand commands it measures the compiler. */
const WARM_UP = 6_000;
const quiet = { info() {}, warn() {}, error() {} };

export async function ackBench() {
  const redis = await startPrivateRedis({ dataDir: mkdtempSync(join(tmpdir(), 'bellboard-bench-')), log: quiet });
  const sides = await Promise.all(['ours', 'bare'].map((side) => startSide(side, redis.url)));
  try {
    for (const side of sides) await round(side.port, WARM_UP);
    const ratios = [];
    const p99s = [];
    for (let count = 0; count < ROUNDS; count += 1) {
      const ours = await round(sides[0].port, A_ROUND);
      const bare = await round(sides[1].port, A_ROUND);
      ratios.push(ours.perSecond / bare.perSecond);
      p99s.push(ours.p99);
    }
    const ratio = median(ratios);
    const p99 = median(p99s);
    return [
      {
        row: 'signed HTTP command → ack, one Redis write',
        target: '≥ 0.6 × bare Bolt, p99 ≤ 20 ms',
        figure: `${ratio.toFixed(2)} ×, p99 ${p99.toFixed(1)} ms at ${AT_ONCE} connections`,
        ok: ratio >= 0.6 && p99 <= 20,
      },
    ];
  } finally {
    for (const { child } of sides) child.kill();
    await redis.stop();
  }
}

async function startSide(side, redisUrl) {
  const child = fork(new URL('./ack-server.mjs', import.meta.url), [side, redisUrl, SECRET], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const [{ port }] = await once(child, 'message');
  return { child, port };
}

async function round(port, count) {
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const times = [];
  let left = count;
  const startedAt = performance.now();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (left-- > 0) times.push(await command(port, agent));
    }),
  );
  const seconds = (performance.now() - startedAt) / 1_000;
  agent.destroy();
  return { perSecond: count / seconds, p99: quantile(times, 0.99) };
}

function command(port, agent) {
  const body = new URLSearchParams({
    token: '',
    team_id: 'T0BENCH',
    team_domain: 'bench',
    channel_id: 'C0BENCH',
    channel_name: 'ci',
    user_id: 'U0ANA',
    user_name: 'ana',
    command: '/ci',
    text: 'where',
    response_url: 'http://127.0.0.1:1/',
    trigger_id: randomUUID(),
    api_app_id: 'A0BENCH',
    is_enterprise_install: 'false',
  }).toString();
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const signature = `v0=${createHmac('sha256', SECRET).update(`v0:${timestamp}:${body}`).digest('hex')}`;
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': Buffer.byteLength(body),
    'x-slack-request-timestamp': timestamp,
    'x-slack-signature': signature,
  };
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    const call = request(
      { host: '127.0.0.1', port, path: '/slack/events', method: 'POST', agent, headers },
      (answer) => {
        answer.resume();
        answer.on('end', () =>
          answer.statusCode === 200
            ? resolve(performance.now() - startedAt)
            : reject(new Error(`status ${answer.statusCode}`)),
        );
      },
    );
    call.on('error', reject);
    call.end(body);
  });
}
