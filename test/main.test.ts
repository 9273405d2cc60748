// The compiled program as people and Marathon start it: its exit codes, its last words, its signals, what it leaves behind.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { auditStore } from '../src/adapters/redis/audit-store.js';
import { type Redis, worker as redisAt, untilReady } from '../src/adapters/redis/connect.js';
import { keysOf } from '../src/adapters/redis/keys.js';
import { type PrivateRedis, startPrivateRedis } from '../src/adapters/redis/private-redis.js';
import type { AuditEntry } from '../src/core/audit.js';
import { MINUTE } from '../src/core/time.js';
import { type SlackWorkspace, startSlack } from '../src/playground/slack/workspace.js';
import { closedPort, listening } from './support/port.js';
import { childrenOf, type Program, runPiped, runProgram, startProgram, stillRunning } from './support/program.js';
import { until } from './support/rig.js';
import { stoppedAtWork } from './support/stopped-at-work.js';

const TIMEOUT = { timeout: 30_000 };

let slack: SlackWorkspace;
let shared: PrivateRedis;
let sharedFolder: string;
let folder: string;
let settings: Record<string, string>;
const programs: Program[] = [];

const newFolder = () => mkdtempSync(join(tmpdir(), 'bb-'));
function started(role: string, env: Record<string, string> = {}): Program {
  const program = startProgram([role], { ...settings, ...env });
  programs.push(program);
  return program;
}

beforeAll(async () => {
  slack = await startSlack();
  sharedFolder = newFolder();
  shared = await startPrivateRedis({ dataDir: sharedFolder, log: { info() {}, warn() {}, error() {} } });
});
afterAll(async () => {
  await slack.close();
  await shared.stop();
  rmSync(sharedFolder, { recursive: true, force: true });
});
beforeEach(async () => {
  folder = newFolder();
  settings = {
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_APP_TOKEN: slack.appToken,
    SLACK_API_URL: slack.slackApiUrl,
    MARATHON_URL: `http://127.0.0.1:${await closedPort()}`,
    MESOS_URL: 'http://127.0.0.1:5050',
    POLICY_FILE: join(folder, 'policy.yaml'),
    DATA_DIR: join(folder, 'data'),
    ADMIN_PORT: '0',
  };
});
afterEach(async () => {
  for (const { child } of programs) child.kill('SIGKILL');
  await Promise.all(programs.splice(0).map(({ ended }) => ended));
  rmSync(folder, { recursive: true, force: true });
});

/** What a role needs beside the common settings: `all` brings its own Redis. */
const redisFor = (role: string): Record<string, string> => (role === 'all' ? {} : { REDIS_URL: shared.url });

describe('exit code 2', () => {
  it('is for an unknown role, with the nearest one and the usage', TIMEOUT, async () => {
    const { code, out, err } = await runProgram(['wroker']);
    expect(err).toMatch(/^No role "wroker"\. Did you mean "worker"\?\nUsage: bellboard \[role\]\n/);
    expect({ code, out }).toEqual({ code: 2, out: '' });
  });

  it.each([
    [['worker', '--fast'], "Unknown option '--fast'"],
    [['doctor', 'jenkins'], "Unexpected argument 'jenkins'"],
  ])('is for %j, with the usage', TIMEOUT, async (args, words) => {
    const { code, err } = await runProgram(args, settings);
    expect(err).toMatch(new RegExp(`^${words}.*\nUsage: bellboard`));
    expect(code).toBe(2);
  });

  it('is for a wrong configuration: every fault on a line of its own, no secret among them', TIMEOUT, async () => {
    const { code, out, err } = await runProgram(['worker'], {
      ...settings,
      SLACK_BOT_TOKEN: 'planted-bot',
      SLACK_APP_TOKEN: 'xoxp-planted-app',
      MARATHON_URL: 'http://ana:planted-login@marathon.example.com/?token=planted-query',
      MARATHON_TOKEN_FILE: join(folder, 'nowhere'),
      ADMIN_PORT: '70000',
    });
    expect(err.trimEnd().split('\n')).toEqual([
      'The configuration is wrong:',
      expect.stringMatching(
        /^ {2}SLACK_BOT_TOKEN: expected .*xoxb-.*, got something else \(not shown, it is a secret\)$/,
      ),
      expect.stringMatching(/^ {2}SLACK_APP_TOKEN: expected .*xapp-.*, got a token that begins with xoxp-$/),
      expect.stringMatching(/^ {2}REDIS_URL: required for the role worker/),
      expect.stringMatching(/^ {2}MARATHON_URL: expected .*, got "http:\/\/•••@marathon\.example\.com\/\?•••"$/),
      expect.stringMatching(/^ {2}MARATHON_TOKEN_FILE: the file .*nowhere cannot be read \(ENOENT\)$/),
      expect.stringMatching(/^ {2}ADMIN_PORT: expected a whole number from 0 to 65535 .*, got "70000"$/),
    ]);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).not.toContain('planted');
  });
});

it('asked for help it prints the usage, with no configuration at all, and exits 0', TIMEOUT, async () => {
  const asked = [['--help'], ['help'], ['-h'], ['worker', '--help']];
  for (const { code, out, err } of await Promise.all(asked.map((args) => runProgram(args)))) {
    expect(out).toMatch(/^Usage: bellboard \[role\]/);
    for (const role of ['all', 'bot', 'worker', 'playground', 'doctor', 'audit']) expect(out).toContain(`\n  ${role} `);
    expect({ code, err }).toEqual({ code: 0, err: '' });
  }
});

describe('exit code 1', () => {
  /** What it says to people, beside the log. */
  const lastWords = (err: string) => err.split('\n').filter((line) => line !== '' && !line.startsWith('{'));

  it.each<[variable: string, env: Record<string, string>]>([
    ['ADMIN_PORT', {}],
    ['PORT', { SLACK_APP_TOKEN: '', SLACK_SIGNING_SECRET: 'simulated-secret' }],
  ])('is for a port that another program has: %s is named', TIMEOUT, async (variable, env) => {
    const { server, port } = await listening();
    const program = started('all', { ...env, [variable]: String(port) });
    const { code, err } = await program.ended;
    server.close();
    expect(lastWords(err)).toEqual([
      `Port ${port} of 127.0.0.1 cannot be had: another program has it. Set ${variable} to another one.`,
    ]);
    expect(code).toBe(1);
  });

  it.each<[what: string, env: Record<string, string>, words: RegExp]>([
    [
      'a bot token that Slack refuses',
      { SLACK_BOT_TOKEN: 'xoxb-planted' },
      /^Slack does not let us in: auth\.test says invalid_auth\. Check SLACK_BOT_TOKEN/,
    ],
    [
      'an app token that Slack refuses',
      { SLACK_APP_TOKEN: 'xapp-planted' },
      /^Slack opens no Socket Mode connection: apps\.connections\.open says invalid_auth\. Check SLACK_APP_TOKEN/,
    ],
  ])('is for %s: one line says which', TIMEOUT, async (_what, env, words) => {
    const program = started('all', env);
    const { code, err } = await program.ended;
    expect(lastWords(err)).toEqual([expect.stringMatching(words)]);
    expect(code).toBe(1);
    expect(err).not.toContain('planted');
  });

  it('is for a Slack that is not there', TIMEOUT, async () => {
    const { code, err } = await started('bot', {
      REDIS_URL: shared.url,
      SLACK_API_URL: `http://127.0.0.1:${await closedPort()}/api/`,
    }).ended;
    expect(lastWords(err)).toEqual([expect.stringMatching(/^Slack does not let us in: auth\.test says unreachable\./)]);
    expect(code).toBe(1);
  });
});

describe.each(['all', 'bot', 'worker'])('the role %s', (role) => {
  async function endsQuietly(program: Program, signal: NodeJS.Signals) {
    const children = childrenOf(program);
    if (role === 'all')
      expect(children.map(({ command }) => command)).toEqual([expect.stringContaining('redis-server')]);
    program.child.kill(signal);
    expect(await program.ended).toMatchObject({ code: 0, signal: null, out: '' });
    expect(stillRunning(children)).toEqual([]);
  }

  it('ends with 0 on SIGTERM and leaves nothing running', TIMEOUT, async () => {
    const startedAt = performance.now();
    const program = started(role, redisFor(role));
    await program.ready();
    console.info(`${role}: ready ${Math.round(performance.now() - startedAt)} ms after its start`);
    await endsQuietly(program, 'SIGTERM');
  });

  it(
    'tells on its admin surface that it lives, is ready, and what it counts; and ends on SIGINT too',
    TIMEOUT,
    async () => {
      const program = started(role, redisFor(role));
      const admin = await program.ready();
      const get = async (path: string) => {
        const answer = await fetch(`${admin}${path}`);
        return { status: answer.status, text: await answer.text() };
      };
      expect(await get('/healthz')).toEqual({ status: 200, text: 'ok\n' });
      const ready = await get('/readyz');
      expect(ready.status).toBe(200);
      expect(JSON.parse(ready.text)).toMatchObject({ redis: { ok: true }, slack: { ok: true } });
      const { text } = await get('/metrics');
      const names = ['commands_total', 'ack_seconds', 'job_wait_seconds', 'job_run_seconds', 'upstream_requests_total'];
      for (const name of names) expect(text).toContain(`\n# TYPE bellboard_${name} `);
      for (const path of ['/', '/slack/events', '/healthz/more', '/metricsz'])
        expect(await get(path)).toEqual({ status: 404, text: 'not found\n' });
      await endsQuietly(program, 'SIGINT');
    },
  );
});

it('ends with 0 also when it is asked to while it still starts', TIMEOUT, async () => {
  const program = started('all');
  await until(() => program.err().includes('admin surface is up'));
  program.child.kill('SIGTERM');
  expect(await program.ended).toMatchObject({ code: 0, signal: null });
});

it('killed with SIGKILL, it takes its private Redis along, and the next start finds the data', TIMEOUT, async () => {
  const insideRedis = async <T>(act: (client: Redis) => Promise<T>): Promise<T> => {
    const client = redisAt(`unix://${folder}/data/redis.sock`);
    await untilReady(client, 5_000);
    return act(client).finally(() => client.disconnect());
  };
  const first = started('all');
  await first.ready();
  await insideRedis((client) => client.set('kept', 'yes'));
  const children = childrenOf(first);
  expect(children).toHaveLength(1);
  first.child.kill('SIGKILL');
  expect(await first.ended).toMatchObject({ signal: 'SIGKILL' });
  await until(() => stillRunning(children).length === 0);
  await started('all').ready();
  expect(await insideRedis((client) => client.get('kept'))).toBe('yes');
});

describe('settings in a file `.env` where it is started', () => {
  it('are read; what the environment says goes first', TIMEOUT, async () => {
    writeFileSync(join(folder, '.env'), 'SLACK_COMMAND=build\nADMIN_PORT="many"\nBELLBOARD_NAME=From-File\n');
    const { code, err } = await runProgram(
      ['worker'],
      { ...settings, REDIS_URL: shared.url, BELLBOARD_NAME: 'mine' },
      folder,
    );
    expect(err).toContain('  SLACK_COMMAND: expected');
    expect(err).toContain('got "build"');
    // Both speak of these two: the environment's words are well-formed, the file's are not.
    expect(err).not.toContain('ADMIN_PORT');
    expect(err).not.toContain('BELLBOARD_NAME');
    expect(code).toBe(2);
  });
});

describe('audit', () => {
  const entry = (number: number, patch: Partial<AuditEntry> = {}): AuditEntry => ({
    v: 1,
    jobId: `d-${number}`,
    userId: 'U0ANA',
    channelId: 'C0CI',
    command: 'scale',
    text: `scale executors ${number}`,
    understood: { count: number },
    outcome: 'succeeded',
    summary: `${number - 1} → ${number}`,
    at: Date.now() - (3_000 - number) * MINUTE,
    durationMs: 1_200,
    ...patch,
  });
  /** Needs nothing of all the other settings. */
  const needed = { BELLBOARD_NAME: 'audited', REDIS_URL: '' };

  beforeAll(async () => {
    needed.REDIS_URL = shared.url;
    const redis = redisAt(shared.url);
    await untilReady(redis, 5_000);
    const store = auditStore(redis, keysOf('audited'), (text) => text);
    for (let number = 1; number <= 2_000; number += 1) await store.record(entry(number));
    // As an older version may have left it.
    await store.record(entry(2_001, { summary: 'git said: https://ana:planted@git.example.org refused' }));
    redis.disconnect();
  });

  const rows = (out: string) =>
    out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as AuditEntry);

  it('prints every entry as a line of JSON, oldest first, and no secret', TIMEOUT, async () => {
    const { code, out, err } = await runProgram(['audit'], needed);
    expect(rows(out).map(({ jobId }) => jobId)).toEqual(Array.from({ length: 2_001 }, (_, index) => `d-${index + 1}`));
    expect(rows(out)[6]).toEqual({ ...entry(7), at: expect.any(Number) });
    expect(out).not.toContain('planted');
    expect({ code, err }).toEqual({ code: 0, err: '' });
  });

  it('prints what ended in the time asked for', TIMEOUT, async () => {
    const { code, out } = await runProgram(['audit', '--since', '1000m'], needed);
    expect(rows(out).map(({ jobId }) => jobId)).toEqual(['d-2001']);
    expect(code).toBe(0);
  });

  it('ends in peace when whoever reads it has enough', TIMEOUT, async () => {
    const { code, out, err } = await runPiped(['audit'], needed, 'head -n 2');
    expect(rows(out).map(({ jobId }) => jobId)).toEqual(['d-1', 'd-2']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
  });

  it('of an installation that has none prints nothing', TIMEOUT, async () => {
    expect(await runProgram(['audit'], { ...needed, BELLBOARD_NAME: 'new' })).toMatchObject({
      code: 0,
      out: '',
      err: '',
    });
  });

  it.each<[string[], Record<string, string>, RegExp]>([
    [['audit'], { REDIS_URL: '' }, /^The configuration is wrong:\n {2}REDIS_URL: required \(that of bots and workers;/],
    [['audit'], { REDIS_URL: 'http://planted' }, /^The configuration is wrong:\n {2}REDIS_URL: expected redis:/],
    [['audit'], { BELLBOARD_NAME: 'No!' }, /^The configuration is wrong:\n {2}BELLBOARD_NAME: expected /],
    [['audit', '--since', '3'], {}, /^Expected `--since` to be a duration from 1m to 400d.*\nUsage: bellboard audit/],
    [['audit', '--fast'], {}, /^Unknown option '--fast'.*\nUsage: bellboard audit/],
  ])('%j with %j is wrong: exit code 2', TIMEOUT, async (args, env, words) => {
    const { code, out, err } = await runProgram(args, { ...needed, ...env });
    expect(err).toMatch(words);
    expect(err).not.toContain('planted');
    expect({ code, out }).toEqual({ code: 2, out: '' });
  });

  it('without its Redis says so: exit code 1', TIMEOUT, async () => {
    const REDIS_URL = `redis://:planted@127.0.0.1:${await closedPort()}`;
    const { code, err } = await runProgram(['audit'], { REDIS_URL });
    expect(err).toBe('Redis is not there: it refused the connection. Check REDIS_URL and that the server runs.\n');
    expect(code).toBe(1);
  });

  it('asked for help it tells its option, with no configuration at all', TIMEOUT, async () => {
    const { code, out, err } = await runProgram(['audit', '--help']);
    expect(out).toMatch(/^Usage: bellboard audit \[--since 30d\]/);
    expect({ code, err }).toEqual({ code: 0, err: '' });
  });
});

describe.concurrent('what takes its time', () => {
  it(
    'in the middle of a command that a system does not answer, it ends with 0 all the same',
    TIMEOUT,
    async ({ expect }) => {
      expect(await stoppedAtWork('SIGTERM')).toEqual({ code: 0, signal: null });
    },
  );

  it.each<[NodeJS.Signals, NodeJS.Signals]>([
    ['SIGTERM', 'SIGTERM'],
    ['SIGINT', 'SIGTERM'],
  ])('%s and then %s end it at once, whatever it still does', TIMEOUT, async (first, second) => {
    // Of its own accord it would end with 0.
    expect(await stoppedAtWork(first, second)).toEqual({ code: 1, signal: null });
  });

  it('Redis is not there: exit code 1, and one line that says what to check', TIMEOUT, async ({ expect }) => {
    const port = await closedPort();
    const { code, err } = await runProgram(['worker'], {
      SLACK_BOT_TOKEN: slack.botToken,
      SLACK_API_URL: slack.slackApiUrl,
      MARATHON_URL: 'http://127.0.0.1:8080',
      REDIS_URL: `redis://:planted@127.0.0.1:${port}`,
      ADMIN_PORT: '0',
      LOG_LEVEL: 'silent',
    });
    expect(err).toBe('Redis is not there: it refused the connection. Check REDIS_URL and that the server runs.\n');
    expect(code).toBe(1);
  });
});

describe('the last words of a crash', () => {
  it.each(['throw', 'reject'])('after a %s say what happened, and no secret', TIMEOUT, async (how) => {
    const bomb = join(folder, 'bomb.mjs');
    writeFileSync(
      bomb,
      `process.on('SIGUSR2', () => {
        const { SLACK_BOT_TOKEN, MARATHON_PASSWORD, MESOS_TOKEN } = process.env;
        const basic = Buffer.from('bell:' + MARATHON_PASSWORD).toString('base64');
        const text = [SLACK_BOT_TOKEN, MARATHON_PASSWORD, MESOS_TOKEN, 'Basic ' + basic].join(' ');
        const error = new Error('lost its head: ' + text, { cause: new Error('because of ' + text) });
        if ('${how}' === 'throw') setImmediate(() => { throw error; });
        else void Promise.reject(error);
      });`,
    );
    const secrets = { MARATHON_PASSWORD: 'planted-marathon-31', MESOS_TOKEN: 'planted-mesos-32' };
    const program = started('all', { ...secrets, MARATHON_USERNAME: 'bell', NODE_OPTIONS: `--import=file://${bomb}` });
    await program.ready();
    program.child.kill('SIGUSR2');
    const { code, out, err } = await program.ended;
    expect(code).toBe(1);
    expect(err).toMatch(/Bellboard crashed: Error: lost its head: ••• ••• ••• Basic YmVsbDp•••/);
    const basic = Buffer.from(`bell:${secrets.MARATHON_PASSWORD}`).toString('base64');
    for (const secret of [...Object.values(secrets), slack.botToken, slack.appToken, basic])
      expect(`${out}${err}`).not.toContain(secret);
  });
});
