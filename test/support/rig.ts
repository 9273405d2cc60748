// The whole of Bellboard against the simulated world: real Bolt, real Redis, real HTTP, on a clock that runs fast.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PrivateRedis, startPrivateRedis } from '../../src/adapters/redis/private-redis.js';
import type { LockTimes } from '../../src/adapters/redis/worker.js';
import { type Config, readConfig } from '../../src/config.js';
import { fillManifest } from '../../src/core/manifest.js';
import type { Clock } from '../../src/core/time.js';
import { runningClock } from '../../src/core/time.js';
import { createLogger } from '../../src/logger.js';
import { type SlackOptions, type SlackWorkspace, startSlack } from '../../src/playground/slack/workspace.js';
import type { JenkinsGeneration, MarathonGeneration } from '../../src/playground/world/types.js';
import { buildWorld, type SimulatedWorld, startController } from '../../src/playground/world.js';
import { type Running, start } from '../../src/start.js';

export interface RigOptions {
  speed?: number;
  marathon?: MarathonGeneration;
  jenkins?: JenkinsGeneration;
  bootMs?: number;
  /** In this process: all of it (the default), or one half, with the other started by the test. */
  inProcess?: 'all' | 'bot' | 'worker';
  env?: Record<string, string> | ((world: SimulatedWorld) => Record<string, string>);
  /** Whether a controller runs before the test begins. */
  controller?: boolean;
  /** What the bot's own timers go by; real time unless said. */
  wall?: Clock;
  /** Slack's time (its patience with an ack, lives of response_urls); the rig's clock unless said. */
  slackClock?: Clock;
  /** What Bellboard itself takes for the time, where that is not the world's. */
  ownClock?: (clock: Clock) => Clock;
  /** The Redis it uses, whose files are in that folder; a private one unless said. */
  redis?: (folder: string) => Promise<PrivateRedis>;
  /** How Slack is set up besides. */
  slack?: Pick<SlackOptions, 'manifest' | 'burst'>;
  /** How long a dead worker's job lies still. */
  lockTimes?: LockTimes;
  /** Gets each line of the log, at level debug. */
  logTo?: (line: string) => void;
}

export interface Rig {
  clock: Clock;
  /** Where `clock` agreed with the wall; another process makes the same one of it. */
  origin: number;
  world: SimulatedWorld;
  slack: SlackWorkspace;
  redis: PrivateRedis;
  running: Running;
  env: Record<string, string>;
  /** A worker of its own process; resolves when it takes jobs. */
  spawnWorker(): Promise<ChildProcess>;
  /** Types `/ci text` in #ci and resolves when Slack has its ack. */
  type(text: string, user?: string): Promise<void>;
  close(): Promise<void>;
}

export const SCM_SYNC_GIT = 'git@git.example.com:core/jenkins-on-mesos.git';
const POLICY = 'roles:\n  operators: [U0ANA]\n  admins: [U0LEE]\n';
/** A dead worker's job lies still for at most so long. */
const LOCK_TIMES: LockTimes = { lockMs: 1_000, stalledMs: 400 };

export async function startRig(options: RigOptions = {}): Promise<Rig> {
  const speed = options.speed ?? 25;
  const origin = Date.now();
  const clock = runningClock(speed, origin);
  const folder = mkdtempSync(join(tmpdir(), 'bb-'));
  writeFileSync(join(folder, 'policy.yaml'), POLICY);
  const [world, slack, redis] = await Promise.all([
    buildWorld({ clock, bootMs: options.bootMs ?? 4_000, ...pick(options, 'marathon'), ...pick(options, 'jenkins') }),
    startSlack({ clock: options.slackClock ?? clock, ...options.slack }),
    options.redis?.(folder) ?? startPrivateRedis({ dataDir: folder, log: { info() {}, warn() {}, error() {} } }),
  ]);
  process.env['http_proxy'] = world.proxyUrl;
  process.env['no_proxy'] = '127.0.0.1,localhost';
  const manifest = options.marathon === '0.8' ? 'manifests/jenkins-0.8.json' : 'manifests/jenkins.json';
  const env: Record<string, string> = {
    BELLBOARD_NAME: 'test',
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_APP_TOKEN: slack.appToken,
    SLACK_API_URL: slack.slackApiUrl,
    REDIS_URL: redis.url,
    MARATHON_URL: world.servers.marathon.url,
    MESOS_URL: world.servers.mesos.url,
    JENKINS_USERNAME: world.jenkins.accounts.user,
    JENKINS_API_TOKEN: world.jenkins.accounts.token,
    MANIFEST_FILE: manifest,
    SCM_SYNC_GIT,
    APP_USER: 'jenkins',
    POLICY_FILE: join(folder, 'policy.yaml'),
    DATA_DIR: folder,
    ADMIN_PORT: '0',
    LOG_LEVEL: 'silent',
    ...(typeof options.env === 'function' ? options.env(world) : options.env),
  };
  if (options.controller !== false) {
    startController(world, fillManifest(readFileSync(manifest, 'utf8'), { SCM_SYNC_GIT, APP_USER: 'jenkins' }));
    await until(() => world.jenkins.current?.phase === 'up');
  }
  const role = options.inProcess ?? 'all';
  const { config } = readConfig(env, role);
  const running = await start(config, role, {
    clock: options.ownClock?.(clock) ?? clock,
    lockTimes: options.lockTimes ?? LOCK_TIMES,
    // A test is one person with many commands.
    perMinute: 60_000,
    ...(options.wall === undefined ? {} : { wall: options.wall }),
    ...(options.logTo === undefined ? {} : { log: logOf(config, options.logTo) }),
  });
  const children: ChildProcess[] = [];
  return {
    clock,
    origin,
    world,
    slack,
    redis,
    running,
    env,
    async spawnWorker() {
      const given = JSON.stringify({ env, speed, origin, lockTimes: options.lockTimes ?? LOCK_TIMES });
      const child = fork(new URL('./worker-process.mjs', import.meta.url), [given], {
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      });
      children.push(child);
      await once(child, 'message');
      return child;
    },
    async type(text, user = '@ana') {
      await slack.command({ user, channel: '#ci', text });
    },
    async close() {
      for (const child of children) child.kill('SIGKILL');
      await running.stop();
      await Promise.all([slack.close(), world.close(), redis.stop()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const logOf = (config: Config, write: (line: string) => void) =>
  createLogger({ level: 'debug', secrets: config.secrets, destination: { write } });

/** Waits, in small real steps, for the fast world to get somewhere. */
export async function until(look: () => boolean | undefined, realMs = 15_000): Promise<void> {
  const end = Date.now() + realMs;
  while (!look()) {
    if (Date.now() > end) throw new Error(`it did not come to pass within ${realMs} ms: ${look}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const pick = <K extends keyof RigOptions>(options: RigOptions, key: K): Pick<RigOptions, K> | object =>
  options[key] === undefined ? {} : { [key]: options[key] };

/** Starts a build on the controller itself and waits until it runs: one that is still queued holds nothing up. */
export async function startLongBuild(rig: Rig, durationMs: number): Promise<void> {
  rig.world.jenkins.startBuild('housekeeping', { quietMs: 0, plan: { durationMs } });
  await until(() => {
    const home = rig.world.jenkins.current?.home;
    const job = home?.job('housekeeping');
    return home !== undefined && job !== undefined && home.builds(job).some((build) => build.endedAt === undefined);
  });
}
