// Many installations side by side, each with a Marathon and an alert channel of its own: bots in one process, workers in
// another, one Redis, one simulated Slack whose own log is what counts.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PrivateRedis, startPrivateRedis } from '../../src/adapters/redis/private-redis.js';
import { fillManifest } from '../../src/core/manifest.js';
import { runningClock } from '../../src/core/time.js';
import { type SlackMessage, type SlackWorkspace, startSlack } from '../../src/playground/slack/workspace.js';
import { buildWorld, type SimulatedWorld, startController } from '../../src/playground/world.js';
import { SCM_SYNC_GIT, until } from './rig.js';
import { shown } from './talk.js';

export interface Installation {
  name: string;
  marathonUrl: string;
  appId?: string;
  env?: Record<string, string>;
}

export interface AlertHouse {
  slack: SlackWorkspace;
  redis: PrivateRedis;
  /** Starts bots (or workers) for these installations in one new process; resolves when all are ready. */
  open(role: 'bot' | 'worker', installations: readonly Installation[]): Promise<ChildProcess>;
  /** Root messages of an installation's alerts, oldest first. */
  roots(name: string): SlackMessage[];
  thread(root: SlackMessage): SlackMessage[];
  close(): Promise<void>;
}

const SECRET = 'a-signing-secret';
const LOCK_TIMES = { lockMs: 1_000, stalledMs: 400 };
const LEASE_MS = 1_500;

export const channelOf = (name: string): string => `C0${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '')}`;

export async function alertHouse(speed = 25): Promise<AlertHouse> {
  const origin = Date.now();
  const clock = runningClock(speed, origin);
  const folder = mkdtempSync(join(tmpdir(), 'bb-house-'));
  writeFileSync(join(folder, 'policy.yaml'), 'roles:\n  operators: [U0ANA]\n');
  const [slack, redis, world] = await Promise.all([
    startSlack({ clock, burst: 1_000 }),
    startPrivateRedis({ dataDir: folder, log: { info() {}, warn() {}, error() {} } }),
    // Mesos and Jenkins that are well, for whoever asks.
    buildWorld({ clock, bootMs: 1_000 }),
  ]);
  startController(
    world,
    fillManifest(readFileSync('manifests/jenkins.json', 'utf8'), { SCM_SYNC_GIT, APP_USER: 'jenkins' }),
  );
  await until(() => world.jenkins.current?.phase === 'up');
  const children: ChildProcess[] = [];
  return {
    slack,
    redis,
    async open(role, installations) {
      const envs = installations.map((one) => environmentOf(one, { slack, redis, world, folder }));
      for (const { name } of installations) addChannel(slack, channelOf(name));
      const given = JSON.stringify({ role, envs, speed, origin, lockTimes: LOCK_TIMES, leaseMs: LEASE_MS });
      const child = fork(new URL('./house-process.mjs', import.meta.url), [given], {
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
        env: { ...process.env, no_proxy: '127.0.0.1,localhost' },
      });
      children.push(child);
      const [first] = await Promise.race([once(child, 'message'), once(child, 'exit')]);
      if (first !== 'ready') throw new Error(`the ${role}s did not start: exit ${first}`);
      return child;
    },
    roots: (name) =>
      slack.messages.filter(
        (message) => message.channelId === channelOf(name) && message.threadTs === undefined && !message.deleted,
      ),
    thread: (root) => slack.messages.filter((message) => message.threadTs === root.ts),
    async close() {
      for (const child of children) child.kill('SIGKILL');
      await Promise.all([slack.close(), world.close(), redis.stop()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface Around {
  slack: SlackWorkspace;
  redis: PrivateRedis;
  world: SimulatedWorld;
  folder: string;
}

const environmentOf = ({ name, marathonUrl, appId = '/ci/jenkins', env }: Installation, around: Around) => ({
  BELLBOARD_NAME: name,
  SLACK_BOT_TOKEN: around.slack.botToken,
  SLACK_SIGNING_SECRET: SECRET,
  SLACK_API_URL: around.slack.slackApiUrl,
  REDIS_URL: around.redis.url,
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
  slack.directory.channels.set(id, {
    id,
    name: id.toLowerCase(),
    kind: 'public',
    members: new Set(['U0ANA', slack.directory.bot.id]),
    isArchived: false,
    isExtShared: false,
  });
}

/** What people can read of an incident: its root and what stands in its thread. */
export const storyOf = (house: AlertHouse, root: SlackMessage): string =>
  [root, ...house.thread(root)].map(shown).join('\n');
