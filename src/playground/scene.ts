// Sets the scene: a world that has been at work for some hours, Slack beside it, and the real bot and worker in front.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../config.js';
import { fillManifest } from '../core/manifest.js';
import { HOUR, MINUTE } from '../core/time.js';
import { type Running, start } from '../start.js';
import type { PlaygroundOptions } from './options.js';
import { type SlackWorkspace, startSlack } from './slack/workspace.js';
import { buildWorld, type SimulatedWorld, startController } from './world.js';
import { type WorldClock, worldClock } from './world-clock.js';

export interface Scene {
  world: SimulatedWorld;
  slack: SlackWorkspace;
  bellboard: Running;
  clock: WorldClock;
  close(): Promise<void>;
}

const GIT = 'git@git.example.com:core/jenkins-on-mesos.git';
const VALUES = { SCM_SYNC_GIT: GIT, APP_USER: 'jenkins' };

/** @ana and @lee may change things here; everybody else reads. */
const POLICY = `roles:
  operators: [U0ANA, U0LEE]
  admins: [U0LEE]
`;

/** Long enough for the controller to have agents, builds and a saved configuration. */
const PAST_MS = 3 * HOUR;

export async function setScene(
  options: PlaygroundOptions,
  outcome: (command: string, outcome: string) => void,
): Promise<Scene> {
  const clock = worldClock(Date.now() - PAST_MS, options.speed);
  const [world, slack] = await Promise.all([
    buildWorld({ clock, marathon: options.marathon, jenkins: options.jenkins }),
    startSlack({ clock }),
  ]);
  await workedForHours(world, clock, options);
  const folder = mkdtempSync(join(tmpdir(), 'bellboard-'));
  writeFileSync(join(folder, 'policy.yaml'), POLICY);
  routeThroughWorld(world);
  const env = environmentFor(world, slack, folder, options);
  const { config } = readConfig(env, 'all');
  const bellboard = await start(config, 'all', { clock, onOutcome: outcome });
  return {
    world,
    slack,
    bellboard,
    clock,
    async close() {
      await bellboard.stop();
      await Promise.all([slack.close(), world.close()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function workedForHours(world: SimulatedWorld, clock: WorldClock, options: PlaygroundOptions): Promise<void> {
  const file = options.marathon === '0.8' ? 'manifests/jenkins-0.8.json' : 'manifests/jenkins.json';
  startController(world, fillManifest(await readFile(file, 'utf8'), VALUES));
  await clock.leap(PAST_MS - 4 * MINUTE);
  // The article's own experiment: four builds, of which two run and two wait.
  for (const job of ['app-build', 'team-a/api', 'team-a/web/main', 'app-build']) world.jenkins.startBuild(job);
  await clock.leap(4 * MINUTE);
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
  LOG_LEVEL: 'error',
});
