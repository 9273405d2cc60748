// Sets the scene: a world that has a week of work behind it, Slack beside it, and the real bot and worker in front.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPrivateRedis } from '../adapters/redis/private-redis.js';
import { readConfig } from '../config.js';
import { fillManifest } from '../core/manifest.js';
import { MINUTE, SECOND } from '../core/time.js';
import { createLogger } from '../logger.js';
import { type Running, start } from '../start.js';
import type { PlaygroundOptions } from './options.js';
import { calendarOf } from './past/calendar.js';
import { livePast } from './past/past.js';
import { type SlackWorkspace, startSlack } from './slack/workspace.js';
import { buildWorld, type SimulatedWorld } from './world.js';
import { type WorldClock, worldClock } from './world-clock.js';

export interface Scene {
  world: SimulatedWorld;
  slack: SlackWorkspace;
  bellboard: Running;
  clock: WorldClock;
  /** Of Bellboard's own Redis. */
  redisUrl: string;
  /** From now on so many others must agree to what interrupts Jenkins. */
  needApprovals(count: number): void;
  close(): Promise<void>;
}

const GIT = 'git@git.example.com:core/jenkins-on-mesos.git';
const LOG_LEVEL = 'error';
const VALUES = { SCM_SYNC_GIT: GIT, APP_USER: 'jenkins' };

/** @ana and @lee may change things here; everybody else reads. */
const policyOf = (approvals: number): string => `roles:
  operators: [U0ANA, U0LEE]
  admins: [U0LEE]
rules:
  - { effect: read, to: everyone }
  - { effect: change, to: operators }
  - { effect: disrupt, to: operators, approvals: ${approvals} }
`;

/** The article's own experiment, before the present: four builds, of which two run and two wait. */
const BUILDS = ['app-build', 'team-a/api', 'team-a/web/main', 'app-build'];
const BUILDS_AGO_MS = 4 * MINUTE;
/** Of real time: so long a minute lasts where time is made to pass quickly. */
const HURRIED_MINUTE_MS = SECOND;

export async function setScene(
  options: PlaygroundOptions,
  outcome: (command: string, outcome: string) => void,
): Promise<Scene> {
  const calendar = calendarOf(Date.now());
  const clock = worldClock(calendar.from, 0);
  const folder = mkdtempSync(join(tmpdir(), 'bellboard-'));
  const log = createLogger({ level: LOG_LEVEL });
  const [world, slack, redis] = await Promise.all([
    buildWorld({ clock, marathon: options.marathon, jenkins: options.jenkins }),
    startSlack({ clock }),
    startPrivateRedis({ dataDir: folder, log }),
  ]);
  const close = async () => {
    await Promise.all([slack.close(), world.close(), redis.stop()]);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const needApprovals = (count: number) => writeFileSync(join(folder, 'policy.yaml'), policyOf(count));
    needApprovals(options.approvals);
    routeThroughWorld(world);
    const { config } = readConfig({ ...environmentFor(world, slack, folder, options), REDIS_URL: redis.url }, 'all');
    const manifest = fillManifest(await readFile(config.manifestFile, 'utf8'), VALUES);
    const past = await livePast({ world, clock, calendar, manifest, config, redisUrl: redis.url, log });
    await beginPresent(world, clock, calendar.until);
    await past.end();
    clock.setSpeed(options.speed);
    const bellboard = await start(config, 'all', { clock, onOutcome: outcome, sampleEveryMs: HURRIED_MINUTE_MS });
    return {
      world,
      slack,
      bellboard,
      clock,
      redisUrl: redis.url,
      needApprovals,
      async close() {
        await bellboard.stop();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function beginPresent(world: SimulatedWorld, clock: WorldClock, now: number): Promise<void> {
  await clock.leap(now - BUILDS_AGO_MS - clock.now());
  for (const job of BUILDS) world.jenkins.startBuild(job);
  await clock.leap(now - clock.now());
}

/** Simulated addresses (192.168.3.*) are reached through the simulator, as behind any HTTP proxy; loopback directly. */
function routeThroughWorld(world: SimulatedWorld): void {
  process.env['http_proxy'] = world.proxyUrl;
  process.env['no_proxy'] = '127.0.0.1,localhost';
}

const environmentFor = (
  world: SimulatedWorld,
  slack: SlackWorkspace,
  folder: string,
  options: PlaygroundOptions,
): Record<string, string> => ({
  BELLBOARD_NAME: 'playground',
  SLACK_BOT_TOKEN: slack.botToken,
  SLACK_APP_TOKEN: slack.appToken,
  SLACK_API_URL: slack.slackApiUrl,
  ALERT_CHANNEL: slack.channelId('#ci-alerts'),
  ONCALL_MENTION: 'S0CIOPS',
  MARATHON_URL: world.servers.marathon.url,
  MESOS_URL: world.servers.mesos.url,
  JENKINS_USERNAME: world.jenkins.accounts.user,
  JENKINS_API_TOKEN: world.jenkins.accounts.token,
  MARATHON_PUBLIC_URL: 'http://192.168.3.4:8080',
  MESOS_PUBLIC_URL: 'http://192.168.3.4:5050',
  MANIFEST_FILE: options.marathon === '0.8' ? 'manifests/jenkins-0.8.json' : 'manifests/jenkins.json',
  ...VALUES,
  POLICY_FILE: join(folder, 'policy.yaml'),
  DATA_DIR: folder,
  ADMIN_PORT: '0',
  LOG_LEVEL,
});
