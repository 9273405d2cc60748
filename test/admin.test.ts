import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Admin, startAdmin } from '../src/admin.js';
import { createHealth, type Health } from '../src/health.js';
import { createMetrics, type Metrics } from '../src/metrics.js';
import { type ManualClock, manualClock } from './support/manual-clock.js';

let clock: ManualClock;
let health: Health;
let metrics: Metrics;
let admin: Admin;
const said: [object, string][] = [];
const warned: [object, string][] = [];
const log = {
  info: (fields: object, message: string) => said.push([fields, message]),
  warn: (fields: object, message: string) => warned.push([fields, message]),
};

beforeEach(async () => {
  clock = manualClock();
  health = createHealth(clock, (text) => text.replaceAll('planted', '•••'));
  metrics = createMetrics();
  admin = await startAdmin({ host: '127.0.0.1', port: 0, health, metrics, log });
});
afterEach(() => admin.close());

const get = (path: string, method = 'GET') => fetch(`${admin.url}${path}`, { method });

test('any free port is taken for 0 and named in the log', () => {
  expect(admin.port).toBeGreaterThan(0);
  expect(said.at(-1)).toEqual([{ url: `http://127.0.0.1:${admin.port}` }, expect.stringContaining('/readyz')]);
});

test('an address that others reach is warned of, one of this machine is not', async () => {
  expect(warned).toEqual([]);
  for (const host of ['0.0.0.0', '::', '::1', 'localhost', '127.8.9.1']) {
    await (await startAdmin({ host, port: 0, health, metrics, log })).close();
  }
  expect(warned.map(([fields]) => (fields as { url: string }).url.replace(/:\d+$/, ''))).toEqual([
    'http://0.0.0.0',
    'http://[::]',
  ]);
});

test('a port that is in use is an error at start', async () => {
  await expect(startAdmin({ host: '127.0.0.1', port: admin.port, health, metrics, log })).rejects.toMatchObject({
    code: 'EADDRINUSE',
  });
});

test('/healthz is 200 while the process lives, whatever is wrong around it', async () => {
  health.report('redis', false, 'gone');
  const answer = await get('/healthz?probe=1');
  expect([answer.status, await answer.text()]).toEqual([200, 'ok\n']);
});

describe('/readyz', () => {
  test('is 503 until Redis and Slack are there, whether Marathon, Mesos or Jenkins are or not', async () => {
    expect((await get('/readyz')).status).toBe(503);
    health.report('redis', true);
    expect((await get('/readyz')).status).toBe(503);
    health.report('slack', true);
    health.report('marathon', false, 'did not answer');
    expect((await get('/readyz')).status).toBe(200);
    health.report('redis', false, 'refused the connection');
    expect((await get('/readyz')).status).toBe(503);
  });

  test('tells of each system since when and why, and no secret', async () => {
    health.report('redis', true);
    await clock.advance(60_000);
    health.report('redis', true, 'answered in 1 ms');
    health.report('jenkins', false, 'refused token planted');
    const answer = await get('/readyz');
    expect(answer.headers.get('content-type')).toBe('application/json');
    const unknown = { ok: false, since: '2015-05-28T10:00:00.000Z', detail: 'not heard of yet' };
    expect(await answer.json()).toEqual({
      redis: { ok: true, since: '2015-05-28T10:00:00.000Z', detail: 'answered in 1 ms' },
      slack: unknown,
      marathon: unknown,
      mesos: unknown,
      jenkins: { ok: false, since: '2015-05-28T10:01:00.000Z', detail: 'refused token •••' },
      alerts: unknown,
    });
  });
});

test('/metrics tells what was counted, all of it named bellboard_*', async () => {
  metrics.commands.inc({ command: 'deploy', outcome: 'done' });
  metrics.ackSeconds.observe(0.004);
  metrics.jobWaitSeconds.observe({ queue: 'reads' }, 0.2);
  metrics.jobRunSeconds.observe({ queue: 'changes' }, 70);
  metrics.upstreamRequests.inc({ system: 'Marathon', status: '409' });
  const answer = await get('/metrics');
  const text = await answer.text();
  expect(answer.headers.get('content-type')).toContain('text/plain');
  expect(text).toContain('bellboard_commands_total{command="deploy",outcome="done"} 1');
  expect(text).toContain('bellboard_ack_seconds_bucket{le="0.005"} 1');
  expect(text).toContain('bellboard_job_wait_seconds_count{queue="reads"} 1');
  expect(text).toContain('bellboard_job_run_seconds_sum{queue="changes"} 70');
  expect(text).toContain('bellboard_upstream_requests_total{system="Marathon",status="409"} 1');
  expect(text).toContain('bellboard_process_resident_memory_bytes');
  expect(text.split('\n').filter((line) => line !== '' && !/^(# (HELP|TYPE) )?bellboard_/.test(line))).toEqual([]);
});

test('HEAD answers like GET without the text', async () => {
  const answer = await get('/readyz', 'HEAD');
  expect([answer.status, await answer.text()]).toEqual([503, '']);
  expect(Number(answer.headers.get('content-length'))).toBeGreaterThan(0);
});

test.each([
  ['GET', '/'],
  ['GET', '/healthz/'],
  ['GET', '//healthz'],
  ['POST', '/healthz'],
  ['DELETE', '/metrics'],
])('%s %s is not found', async (method, path) => {
  expect((await get(path, method)).status).toBe(404);
});

test('closing ends connections that are kept open and frees the port', async () => {
  await (await get('/healthz')).text();
  await admin.close();
  const again = createServer();
  await new Promise<void>((resolve, reject) => again.once('error', reject).listen(admin.port, '127.0.0.1', resolve));
  again.close();
});
