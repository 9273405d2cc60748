// From an event on Marathon's stream to Slack's post request: the whole way over HTTP and Redis, while Marathon is quiet
// and while it tells of a thousand other things a second. Slack's own pace of a message a second and channel is not
// measured: the board and the pace are wiped between two events.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { untilReady, worker } from '../dist/adapters/redis/connect.js';
import { startPrivateRedis } from '../dist/adapters/redis/private-redis.js';
import { startSlack } from '../dist/playground/slack/workspace.js';
import { quantile } from './figures.mjs';

const APP = '/ci/jenkins';
const ALERTS = 60;
const APART_MS = 300;
const NOISE_EVERY_MS = 10;
const NOISE_AT_ONCE = 10;
const CHANNEL = 'C0CIALERTS';
const quiet = { info() {}, warn() {}, error() {} };

export async function alertBench() {
  const folder = mkdtempSync(join(tmpdir(), 'bellboard-bench-'));
  const [redis, slack, marathon] = await Promise.all([
    startPrivateRedis({ dataDir: folder, log: quiet }),
    startSlack({ burst: 10_000 }),
    serveMarathon(),
  ]);
  const env = {
    BELLBOARD_NAME: 'bench',
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_APP_TOKEN: slack.appToken,
    SLACK_API_URL: slack.slackApiUrl,
    REDIS_URL: redis.url,
    MARATHON_URL: marathon.url,
    MARATHON_APP_ID: APP,
    MESOS_URL: 'http://127.0.0.1:1',
    JENKINS_URL: 'http://127.0.0.1:1',
    ALERT_CHANNEL: CHANNEL,
    ADMIN_PORT: '0',
    LOG_LEVEL: 'silent',
  };
  const child = fork(new URL('./alert-server.mjs', import.meta.url), [JSON.stringify(env)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const wiper = worker(redis.url);
  try {
    await Promise.all([once(child, 'message'), untilReady(wiper, 5_000), marathon.attached]);
    await sleep(1_000);
    await measure(slack, marathon, wiper, 10);
    const calm = await measure(slack, marathon, wiper, ALERTS);
    const stopNoise = marathon.noise();
    const busy = await measure(slack, marathon, wiper, ALERTS);
    stopNoise();
    const p99 = (times) => quantile(times, 0.99);
    const shown = (times) => `p50 ${quantile(times, 0.5).toFixed(0)} ms, p99 ${p99(times).toFixed(0)} ms`;
    return [
      {
        row: 'event → Slack post request',
        target: 'p99 ≤ 250 ms, also during 1,000 unrelated events/s',
        figure: `${shown(calm)}; busy: ${shown(busy)}`,
        ok: p99(calm) <= 250 && p99(busy) <= 250,
      },
    ];
  } finally {
    child.kill('SIGKILL');
    wiper.disconnect();
    await Promise.all([slack.close(), marathon.close(), redis.stop()]);
  }
}

let serial = 0;

async function measure(slack, marathon, redis, count) {
  const times = [];
  for (let index = 0; index < count; index += 1) {
    await wipe(redis);
    const from = slack.messages.length;
    const taskId = `ci_jenkins.${String(++serial).padStart(8, '0')}-0a4e-11e8-94e1-be5b2935a987`;
    const startedAt = performance.now();
    marathon.send(failureOf(taskId));
    await slack.changed(() => slack.messages.slice(from).find((message) => message.threadTs === undefined), 5_000);
    times.push(performance.now() - startedAt);
    await sleep(APART_MS);
  }
  return times;
}

/** What the alerts remember, and Slack's pace; the queues stay. */
async function wipe(redis) {
  const kinds = ['seen', 'incident', 'ledger', 'message', 'pace', 'silence'];
  const keys = (await Promise.all(kinds.map((kind) => redis.keys(`{bellboard:bench}:${kind}*`)))).flat();
  if (keys.length > 0) await redis.del(...keys);
}

const status = (appId, taskId, taskStatus, message) => ({
  slaveId: 'S3',
  taskId,
  taskStatus,
  message,
  appId,
  host: 'agent-03.example.org',
  ipAddresses: [],
  ports: [31_512],
  version: '2018-02-02T09:00:00.000Z',
  eventType: 'status_update_event',
  timestamp: new Date().toISOString(),
});
const frame = (event) => `event: ${event.eventType}\r\ndata: ${JSON.stringify(event)}\r\n\r\n`;
const failureOf = (taskId) => frame(status(APP, taskId, 'TASK_FAILED', 'Command exited with status 1'));

/** A Marathon with an app that has no task, and a stream that says what it is told to. */
async function serveMarathon() {
  const streams = new Set();
  let onAttach = () => {};
  const attached = new Promise((resolve) => {
    onAttach = resolve;
  });
  const answers = {
    '/v2/info': { version: '1.5.15', frameworkId: 'F', leader: '127.0.0.1', marathon_config: {} },
    [`/v2/apps${APP}`]: {
      app: { id: APP, version: '2018-02-02T09:00:00.000Z', instances: 0, cpus: 1, mem: 1, tasks: [] },
    },
    '/v2/deployments': [],
  };
  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0];
    if (path === '/v2/events') {
      response.writeHead(200, { 'content-type': 'text/event-stream', connection: 'close' });
      response.flushHeaders();
      streams.add(response);
      response.once('close', () => streams.delete(response));
      return onAttach();
    }
    const answer = answers[path];
    response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer ?? { message: 'not here' }));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const send = (text) => {
    for (const stream of streams) stream.write(text);
  };
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    attached,
    send,
    /** @returns how to stop it */
    noise() {
      const other = frame(status('/shop/web', 'shop_web.1', 'TASK_RUNNING', ''));
      const timer = setInterval(() => send(other.repeat(NOISE_AT_ONCE)), NOISE_EVERY_MS);
      return () => clearInterval(timer);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
