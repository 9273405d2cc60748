// A Slack, a cluster with the controller on it, and the settings with which Bellboard finds everything there.
import { readFileSync } from 'node:fs';
import { fillManifest } from '../../src/core/manifest.js';
import { runningClock } from '../../src/core/time.js';
import { type SlackWorkspace, startSlack } from '../../src/playground/slack/workspace.js';
import { buildWorld, type SimulatedWorld, startController } from '../../src/playground/world.js';
import { until } from './rig.js';

export interface HealthySetup {
  slack: SlackWorkspace;
  world: SimulatedWorld;
  env: Record<string, string>;
}

const SCM_SYNC_GIT = 'git@git.example.com:core/jenkins-on-mesos.git';

export async function healthySetup(given: { redisUrl: string; policyFile: string }): Promise<HealthySetup> {
  const [slack, world] = await Promise.all([startSlack(), buildWorld({ clock: runningClock(100), bootMs: 1_000 })]);
  const manifest = readFileSync('manifests/jenkins.json', 'utf8');
  startController(world, fillManifest(manifest, { SCM_SYNC_GIT, APP_USER: 'jenkins' }));
  await until(() => world.jenkins.current?.phase === 'up');
  const env = {
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_APP_TOKEN: slack.appToken,
    SLACK_API_URL: slack.slackApiUrl,
    REDIS_URL: given.redisUrl,
    APP_USER: 'jenkins',
    MARATHON_URL: world.servers.marathon.url,
    MESOS_URL: world.servers.mesos.url,
    JENKINS_URL: world.servers.jenkins.url,
    JENKINS_USERNAME: world.jenkins.accounts.user,
    JENKINS_API_TOKEN: world.jenkins.accounts.token,
    SCM_SYNC_GIT,
    POLICY_FILE: given.policyFile,
    ALERT_CHANNEL: 'C0CIALERTS',
    ONCALL_MENTION: 'S0CIOPS',
  };
  return { slack, world, env };
}
