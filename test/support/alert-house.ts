// Many installations side by side, each with a Marathon and an alert channel of its own: bots in one process, workers in
// another, one Redis, one simulated Slack whose own log is what counts. Redis is read only to know when nothing more will
// come (`house-state.ts`).
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { worker as patientRedis, type Redis } from '../../src/adapters/redis/connect.js';
import { type PrivateRedis, startPrivateRedis } from '../../src/adapters/redis/private-redis.js';
import { fillManifest } from '../../src/core/manifest.js';
import { type Clock, runningClock } from '../../src/core/time.js';
import {
  type AppManifest,
  readManifest,
  type SlackMessage,
  type SlackWorkspace,
  startSlack,
} from '../../src/playground/slack/workspace.js';
import { buildWorld, type SimulatedWorld, startController } from '../../src/playground/world.js';
import { kill } from './killing.js';
import { SCM_SYNC_GIT, until } from './rig.js';

export interface Installation {
  name: string;
  marathonUrl: string;
  appId?: string;
  env?: Record<string, string>;
}

/** `ear`: one more listener to Marathon, which asks no other for leave. */
export type HouseRole = 'bot' | 'worker' | 'ear';

export interface HouseOptions {
  /** Of the world. Ten leaves a busy machine time to answer within what the world calls 12 s. */
  speed?: number;
  /** What the bots wait in before they connect anew, and in which they miss heartbeats; real time unless said. */
  wallSpeed?: number;
  /** How long a bot that died keeps another from listening. */
  leaseMs?: number;
  /** The app has the optional scopes with which it looks for a message whose answer was lost; yes unless said. */
  history?: boolean;
  /** Messages a channel takes at once before Slack holds it to one a second. */
  burst?: number;
}

export interface AlertHouse {
  clock: Clock;
  slack: SlackWorkspace;
  redisUrl: string;
  redis: Redis;
  /**
   * Starts these installations' bots (or workers) in one new process; resolves when all are ready.
   * @param born told of the process at once: it may be killed before it is ready
   */
  open(role: HouseRole, installations: readonly Installation[], born?: (child: ChildProcess) => void): Promise<Opened>;
  /** Root messages of an installation's alerts, oldest first. */
  roots(name: string): SlackMessage[];
  thread(root: SlackMessage): SlackMessage[];
  close(): Promise<void>;
}

export interface Opened {
  child: ChildProcess;
  /** Where Slack's deliveries arrive at each bot. */
  ports: (number | undefined)[];
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
}

export const SIGNING_SECRET = 'a-signing-secret';
const LOCK_TIMES = { lockMs: 1_000, stalledMs: 400 };

export const channelOf = (name: string): string => `C0${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '')}`;

export async function alertHouse(options: HouseOptions = {}): Promise<AlertHouse> {
  const { speed = 10, wallSpeed = 1, leaseMs = 1_500, burst = 1_000, history = true } = options;
  const origin = Date.now();
  const clock = runningClock(speed, origin);
  const folder = mkdtempSync(join(tmpdir(), 'bb-house-'));
  writeFileSync(join(folder, 'policy.yaml'), 'roles:\n  operators: [U0ANA]\n');
  const [slack, server, world] = await Promise.all([
    startSlack({ clock, burst, manifest: manifestWith(history ? ['channels:history', 'groups:history'] : []) }),
    startPrivateRedis({ dataDir: folder, log: { info() {}, warn() {}, error() {} } }),
    // Mesos and Jenkins that are well, for whoever asks.
    buildWorld({ clock, bootMs: 1_000 }),
  ]);
  startController(
    world,
    fillManifest(readFileSync('manifests/jenkins.json', 'utf8'), { SCM_SYNC_GIT, APP_USER: 'jenkins' }),
  );
  await until(() => world.jenkins.current?.phase === 'up');
  const redis = patientRedis(server.url);
  const children: ChildProcess[] = [];
  return {
    clock,
    slack,
    redisUrl: server.url,
    redis,
    async open(role, installations, born) {
      const envs = installations.map((one) => environmentOf(one, { slack, server, world, folder }));
      for (const { name } of installations) addChannel(slack, channelOf(name));
      const given = { role, envs, speed, wallSpeed, origin, lockTimes: LOCK_TIMES, leaseMs };
      const child = fork(new URL('./house-process.mjs', import.meta.url), [JSON.stringify(given)], {
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
        env: { ...process.env, no_proxy: '127.0.0.1,localhost' },
      });
      children.push(child);
      born?.(child);
      const [first] = await Promise.race([once(child, 'message'), once(child, 'exit')]);
      if (first?.ports === undefined) throw new Error(`the ${role}s did not start: exit ${first}`);
      return { child, ports: first.ports, kill: () => kill(child) };
    },
    roots: (name) =>
      slack.messages.filter(
        (message) => message.channelId === channelOf(name) && message.threadTs === undefined && !message.deleted,
      ),
    thread: (root) => slack.messages.filter((message) => message.threadTs === root.ts),
    async close() {
      await Promise.all(children.map(kill));
      redis.disconnect();
      await Promise.all([slack.close(), world.close(), server.stop()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function manifestWith(scopes: readonly string[]): AppManifest {
  const manifest = readManifest(readFileSync('manifests/slack-app.yaml', 'utf8'));
  manifest.oauth_config.scopes.bot.push(...scopes);
  return manifest;
}

interface Around {
  slack: SlackWorkspace;
  server: PrivateRedis;
  world: SimulatedWorld;
  folder: string;
}

const environmentOf = ({ name, marathonUrl, appId = '/ci/jenkins', env }: Installation, around: Around) => ({
  BELLBOARD_NAME: name,
  SLACK_BOT_TOKEN: around.slack.botToken,
  SLACK_SIGNING_SECRET: SIGNING_SECRET,
  SLACK_API_URL: around.slack.slackApiUrl,
  REDIS_URL: around.server.url,
  MARATHON_URL: marathonUrl,
  MARATHON_APP_ID: appId,
  MESOS_URL: around.world.servers.mesos.url,
  JENKINS_URL: around.world.servers.jenkins.url,
  JENKINS_USERNAME: around.world.jenkins.accounts.user,
  JENKINS_API_TOKEN: around.world.jenkins.accounts.token,
  ALERT_CHANNEL: channelOf(name),
  ONCALL_MENTION: 'S0CIOPS',
  POLICY_FILE: join(around.folder, 'policy.yaml'),
  DATA_DIR: around.folder,
  LOG_LEVEL: process.env['SHOW_LOG'] ?? 'silent',
  ...env,
});

function addChannel(slack: SlackWorkspace, id: string): void {
  if (slack.directory.channels.has(id)) return;
  slack.directory.channels.set(id, {
    id,
    name: id.toLowerCase(),
    kind: 'public',
    members: new Set(['U0ANA', slack.directory.bot.id]),
    isArchived: false,
    isExtShared: false,
  });
}
