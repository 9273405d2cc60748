// What a role consists of, started in this process: readiness while Redis and Slack come and go, and two installations on
// one Redis.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type PrivateRedis, startPrivateRedis } from '../src/adapters/redis/private-redis.js';
import { readConfig } from '../src/config.js';
import { SECOND } from '../src/core/time.js';
import { type SlackWorkspace, startSlack } from '../src/playground/slack/workspace.js';
import { type Running, type StartOptions, start } from '../src/start.js';
import { manualClock } from './support/manual-clock.js';

const quiet = { info() {}, warn() {}, error() {} };
let folder: string;
let redis: PrivateRedis;
const open: (() => Promise<unknown>)[] = [];

const privateRedis = () => startPrivateRedis({ dataDir: folder, log: quiet });

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bb-'));
  writeFileSync(join(folder, 'policy.yaml'), 'roles:\n  operators: [U0ANA]\n');
  redis = await privateRedis();
});
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
  await redis.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function workspace(): Promise<SlackWorkspace> {
  const slack = await startSlack();
  open.push(() => slack.close());
  return slack;
}

type Served = 'all' | 'bot' | 'worker';

async function started(
  slack: SlackWorkspace,
  role: Served,
  name = 'test',
  options: StartOptions = {},
  env: Record<string, string> = {},
): Promise<Running> {
  const { config } = readConfig(
    {
      BELLBOARD_NAME: name,
      SLACK_BOT_TOKEN: slack.botToken,
      SLACK_APP_TOKEN: slack.appToken,
      SLACK_API_URL: slack.slackApiUrl,
      REDIS_URL: redis.url,
      MARATHON_URL: 'http://127.0.0.1:1',
      MESOS_URL: 'http://127.0.0.1:1',
      POLICY_FILE: join(folder, 'policy.yaml'),
      ADMIN_PORT: '0',
      LOG_LEVEL: 'silent',
      ...env,
    },
    role,
  );
  const running = await start(config, role, { wall: manualClock(), ...options });
  open.push(() => running.stop());
  return running;
}

interface Readiness {
  status: number;
  redis: boolean;
  slack: boolean;
  detail: string;
}

async function readiness({ adminPort }: Running): Promise<Readiness> {
  const answer = await fetch(`http://127.0.0.1:${adminPort}/readyz`);
  const body = (await answer.json()) as Record<'redis' | 'slack', { ok: boolean; detail: string }>;
  return { status: answer.status, redis: body.redis.ok, slack: body.slack.ok, detail: body.slack.detail };
}

/** Asks until it is so. */
async function becomes(running: Running, wanted: Partial<Readiness>): Promise<void> {
  await expect.poll(() => readiness(running), { timeout: 10_000, interval: 20 }).toMatchObject(wanted);
}

describe.each<Served>(['all', 'bot', 'worker'])('the role %s', (role) => {
  it('is not ready while Redis is away, lives on, and is ready again when Redis is back', async () => {
    const running = await started(await workspace(), role);
    expect(await readiness(running)).toMatchObject({ status: 200, redis: true, slack: true });
    await redis.stop();
    await becomes(running, { status: 503, redis: false, slack: true });
    expect((await fetch(`http://127.0.0.1:${running.adminPort}/healthz`)).status).toBe(200);
    redis = await privateRedis();
    await becomes(running, { status: 200, redis: true });
  });

  it('is not ready when Slack no longer knows its token, and ready again when Slack does', async () => {
    const slack = await workspace();
    const wall = manualClock();
    const running = await started(slack, role, 'test', { wall });
    slack.fault('auth.test', { kind: 'error', code: 'token_revoked' });
    await wall.advance(30 * SECOND);
    await becomes(running, { status: 503, redis: true, slack: false, detail: 'Slack: auth.test: token_revoked' });
    await wall.advance(30 * SECOND);
    await becomes(running, { status: 200, slack: true });
  });
});

it('a Slack that asks to slow down is there all the same', async () => {
  const slack = await workspace();
  const wall = manualClock();
  const running = await started(slack, 'worker', 'test', { wall });
  slack.fault('auth.test', { kind: 'rate-limit', retryAfterSeconds: 30 });
  await wall.advance(30 * SECOND);
  await becomes(running, { status: 200, slack: true, detail: 'Slack: auth.test: ratelimited' });
});

it('nobody asks Slack any more once it is stopped', async () => {
  const slack = await workspace();
  const wall = manualClock();
  const running = await started(slack, 'worker', 'test', { wall });
  await running.stop();
  const before = slack.callsOf('auth.test').length;
  await wall.advance(300 * SECOND);
  expect(slack.callsOf('auth.test')).toHaveLength(before);
});

it('stopped, it lets go of its admin port', async () => {
  const running = await started(await workspace(), 'worker');
  await running.stop();
  await expect(fetch(`http://127.0.0.1:${running.adminPort}/healthz`)).rejects.toThrow();
});

it('started in vain, it keeps nothing open: the admin port is free for the next attempt', async () => {
  const slack = await workspace();
  const first = await started(slack, 'worker');
  const ADMIN_PORT = String(first.adminPort);
  await first.stop();
  slack.fault('auth.test', { kind: 'error', code: 'invalid_auth' });
  await expect(started(slack, 'worker', 'test', {}, { ADMIN_PORT })).rejects.toThrow(
    'Slack does not let us in: auth.test says invalid_auth.',
  );
  expect((await started(slack, 'worker', 'test', {}, { ADMIN_PORT })).adminPort).toBe(first.adminPort);
});

describe('two installations on one Redis', () => {
  const answerIn = (slack: SlackWorkspace) =>
    slack.messages.find((message) => message.authorId === 'U0BELL' && message.text.includes('What you may do here'));

  it('do not see each other: a command waits for a worker of its own installation', async () => {
    const [here, there] = [await workspace(), await workspace()];
    const ended: string[] = [];
    const onOutcome = (command: string, outcome: string) => void ended.push(`${command} ${outcome}`);
    await started(there, 'all', 'there', { onOutcome });
    const bot = await started(here, 'bot', 'here');

    await here.command({ user: '@ana', channel: '#ci', text: 'help' });
    // The other one is at work: its own command passes through the same Redis from end to end.
    await there.command({ user: '@ana', channel: '#ci', text: 'help' });
    await there.changed(() => answerIn(there));
    expect(await bot.busy()).toBe(true);
    expect(answerIn(here)).toBeUndefined();
    expect(ended).toEqual(['help succeeded']);

    await started(here, 'worker', 'here');
    await here.changed(() => answerIn(here));
    expect(ended).toEqual(['help succeeded']);
    expect(there.messages.filter((message) => message.authorId === 'U0BELL')).toHaveLength(1);
  });
});

it('a command is counted where Prometheus looks: what was said, how it ended, how long it took', async () => {
  const slack = await workspace();
  const running = await started(slack, 'all');
  await slack.command({ user: '@ana', channel: '#ci', text: 'help' });
  await slack.command({ user: '@ana', channel: '#ci', text: 'where' });
  await slack.changed(() => slack.messages.some((message) => /Marathon/.test(message.text)), 10_000);
  const metrics = async () => (await fetch(`http://127.0.0.1:${running.adminPort}/metrics`)).text();
  await expect.poll(metrics).toContain('bellboard_commands_total{command="help",outcome="succeeded"} 1');
  // What it could not find out is said in the answer; it is an answer.
  await expect.poll(metrics).toContain('bellboard_commands_total{command="where",outcome="succeeded"} 1');
  const text = await metrics();
  expect(text).toContain('bellboard_ack_seconds_count 2');
  expect(text).toMatch(/bellboard_job_run_seconds_count\{queue="reads"\} \d/);
  expect(text).toMatch(/bellboard_upstream_requests_total\{system="Marathon",status="none"\} \d/);
});
