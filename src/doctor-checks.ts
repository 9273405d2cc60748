// What the doctor looks at: reach and rights of every system, and the two files an administrator writes.
import type { Ports } from './adapters/index.js';
import { untilReady, worker } from './adapters/redis/connect.js';
import { findRedisServer } from './adapters/redis/redis-server.js';
import { slackCall, slackClients } from './adapters/slack/client.js';
import { membership, whoAreWe } from './adapters/slack/people.js';
import { type Config, ConfigError } from './config.js';
import type { ScmSyncStatus } from './core/cluster.js';
import { addressOf, jenkinsFramework, runningTask } from './core/controller.js';
import { SlackError } from './core/delivery.js';
import { bad, type Checked, good, note } from './core/doctor.js';
import { UpstreamError, UserError } from './core/errors.js';
import { nextTime, scheduleWords } from './core/schedule.js';
import { scmWords } from './core/scm-words.js';
import { SECOND } from './core/time.js';
import { localTime } from './core/words.js';
import { checkManifest } from './doctor-manifest.js';
import { checkPolicy } from './doctor-policy.js';

type Check = (config: Config, systems: Ports, atWork: boolean) => Promise<Checked[]>;

/** @param atWork asked by somebody in Slack: what brought the question needs no check */
export async function examine(config: Config, systems: Ports, atWork: boolean): Promise<Checked[]> {
  return (await Promise.all(CHECKS.map((check) => guarded(() => check(config, systems, atWork))))).flat();
}

async function guarded(check: () => Promise<Checked[]>): Promise<Checked[]> {
  try {
    return await check();
  } catch (error) {
    if (error instanceof UpstreamError)
      return [bad(error.system, `${error.message.replace(`${error.system}: `, '')}. ${remedy(error)}`)];
    if (error instanceof SlackError) return [bad('Slack', `${error.method} says ${error.code}. ${slackRemedy(error)}`)];
    if (error instanceof UserError || error instanceof ConfigError) return [bad('setup', error.message)];
    throw error;
  }
}

function remedy({ system, status }: UpstreamError): string {
  const name = system.toUpperCase();
  if (status === 401)
    return system === 'Jenkins'
      ? 'Check JENKINS_USERNAME and JENKINS_API_TOKEN.'
      : `Check ${name}_USERNAME and ${name}_PASSWORD, or ${name}_TOKEN.`;
  if (status === 403) return `Give the account that right, or set ${name}_USERNAME to another one.`;
  return system === 'Redis'
    ? 'Check REDIS_URL and that the server runs.'
    : `Check ${name}_URL and that this machine reaches it.`;
}

const slackRemedy = ({ method }: SlackError): string =>
  method === APP_TOKEN_IS_GOOD_FOR
    ? 'Check SLACK_APP_TOKEN; its scope is connections:write.'
    : 'Check SLACK_BOT_TOKEN and SLACK_API_URL.';

const CHECKS: Check[] = [checkRedis, checkSlack, checkPolicy, checkManifest, checkMarathon, checkMesos, checkJenkins];

async function checkRedis(config: Config): Promise<Checked[]> {
  const url = config.redisUrl?.value();
  if (url === undefined) {
    const server = findRedisServer(process.env);
    return [
      server === undefined
        ? bad(
            'Redis',
            'no REDIS_URL, and no redis-server on this machine for a private one. `npm run setup` provides one.',
          )
        : good('Redis', 'no REDIS_URL: the role `all` starts a private one'),
    ];
  }
  const client = worker(url);
  try {
    await untilReady(client, 5 * SECOND);
    return redisFindings(await client.info().catch(() => ''));
  } finally {
    client.disconnect();
  }
}

/** BullMQ's own floor, and what keeps jobs (design §5.1). */
const OLDEST_REDIS = [6, 2] as const;

function redisFindings(info: string): Checked[] {
  const value = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1];
  const version = value('redis_version');
  if (version === undefined) return [note('Redis', 'answers, but tells nothing about itself to this account (INFO)')];
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const policy = value('maxmemory_policy');
  return [
    major < OLDEST_REDIS[0] || (major === OLDEST_REDIS[0] && minor < OLDEST_REDIS[1])
      ? bad('Redis', `version ${version} is too old. Use ${OLDEST_REDIS.join('.')} or newer.`)
      : good('Redis', `version ${version}`),
    ...(policy === undefined || policy === 'noeviction'
      ? []
      : [bad('Redis', `maxmemory-policy is ${policy}: Redis would drop jobs. Set it to noeviction.`)]),
    ...(value('aof_enabled') === '0'
      ? [note('Redis', 'its append-only file is off: what was said last is lost when the server dies')]
      : []),
  ];
}

/** As `manifests/slack-app.yaml` asks for them. */
const SCOPES = [
  'commands',
  'chat:write',
  'app_mentions:read',
  'im:history',
  'users:read',
  'usergroups:read',
  'files:write',
  'channels:read',
  'groups:read',
];
/** With both the bot sees what it sent in any channel it is in. */
const LOOKING_BACK = ['channels:history', 'groups:history'];

const APP_TOKEN_IS_GOOD_FOR = 'apps.connections.open';

async function checkSlack(config: Config, _systems: Ports, atWork: boolean): Promise<Checked[]> {
  const team = await whoAreWe(slackClients(config.slack.botToken.value(), config.slack.apiUrl).repeatable);
  const lacking = SCOPES.filter((scope) => !team.scopes.includes(scope));
  return [
    good('Slack', `connected as ${team.botName}`),
    ...(atWork ? [] : await guarded(() => checkSlackMode(config))),
    lacking.length === 0
      ? good('Slack', 'all scopes are granted')
      : bad(
          'Slack',
          `scopes are missing: ${lacking.join(', ')}. Add them under "OAuth & Permissions" (manifests/slack-app.yaml lists them) and install the app again.`,
        ),
    lookingBack(LOOKING_BACK.filter((scope) => !team.scopes.includes(scope))),
    ...(await guarded(() => checkAlerts(config))),
    ...(await guarded(() => checkDigests(config))),
  ];
}

const lookingBack = (lacking: readonly string[]): Checked =>
  note(
    'Slack',
    lacking.length === 0
      ? 'a message of unknown fate is looked for in its channel before it is sent again'
      : `without ${lacking.join(' and ')}, a message of unknown fate is sent again there and marked "may repeat"`,
  );

async function checkAlerts({ slack, alerts }: Config): Promise<Checked[]> {
  const { channelId, oncall } = alerts;
  if (channelId === undefined)
    return [note('alerts', 'ALERT_CHANNEL is not set: nobody is alerted when the controller restarts')];
  return [
    await checkChannel(slack, 'alerts', 'ALERT_CHANNEL', channelId, `posted in ${channelId}`),
    oncall === undefined
      ? note('alerts', 'ONCALL_MENTION is not set: when an alert is not over in time, nobody is mentioned')
      : good('alerts', `${oncall} is mentioned when an alert is not over in time`),
  ];
}

async function checkDigests({ slack, alerts, digests }: Config): Promise<Checked[]> {
  const { channelId, schedule } = digests;
  if (channelId === undefined)
    return [note('digests', 'neither DIGEST_CHANNEL nor ALERT_CHANNEL is set: no digest is posted')];
  const next = localTime(nextTime(schedule, Date.now()), schedule.zone);
  const well = `posted in ${channelId}. ${scheduleWords(schedule)}, the next ${next} (${schedule.zone})`;
  if (channelId === alerts.channelId) return [good('digests', well)];
  return [await checkChannel(slack, 'digests', 'DIGEST_CHANNEL', channelId, well)];
}

async function checkChannel(
  slack: Config['slack'],
  about: string,
  variable: string,
  channelId: string,
  well: string,
): Promise<Checked> {
  const client = slackClients(slack.botToken.value(), slack.apiUrl).repeatable;
  switch (await membership(client, channelId)) {
    case 'outside':
      return bad(about, `the bot is not in ${variable} ${channelId}. Invite it there with /invite.`);
    case 'archived':
      return bad(about, `${variable} ${channelId} is archived. Set another one.`);
    case 'unknown':
      return bad(
        about,
        `there is no channel ${channelId}, or it is private and the bot is not in it. Check ${variable}, then /invite the bot.`,
      );
    case 'member':
      return good(about, well);
  }
}

/** The address Slack answers with is not called: it would take deliveries that another process waits for. */
async function checkSlackMode({ slack: { appToken, apiUrl } }: Config): Promise<Checked[]> {
  if (appToken === undefined) return [good('Slack', 'HTTP mode')];
  const { repeatable } = slackClients(appToken.value(), apiUrl);
  await slackCall(APP_TOKEN_IS_GOOD_FOR, repeatable.apps.connections.open({}));
  return [good('Slack', 'Socket Mode')];
}

async function checkMarathon(config: Config, { marathon }: Ports): Promise<Checked[]> {
  const info = await marathon.info();
  const app = await marathon.app(config.marathon.appId);
  const task = app === undefined ? undefined : runningTask(app);
  return [
    good('Marathon', `version ${info.version}`),
    app === undefined
      ? bad(
          'Marathon',
          `there is no app ${config.marathon.appId}. Set MARATHON_APP_ID if it has another name; otherwise \`deploy\` creates it.`,
        )
      : task === undefined
        ? bad('Marathon', `${app.id} has no running task. \`status\` tells why.`)
        : good('Marathon', `${app.id} runs on ${addressOf(task)}`),
  ];
}

async function checkMesos(_config: Config, { mesos }: Ports): Promise<Checked[]> {
  const [agents, frameworks] = await Promise.all([mesos.agents(), mesos.frameworks()]);
  const framework = jenkinsFramework(frameworks);
  return [
    agents.length === 0
      ? bad('Mesos', 'answers, but shows no agent. Start some, or let MESOS_USERNAME see them.')
      : good('Mesos', `${agents.length} agents`),
    framework?.active === true
      ? good('Mesos', `Jenkins is registered as ${framework.name}`)
      : note('Mesos', 'Jenkins is not registered as a framework now'),
  ];
}

async function checkJenkins(config: Config, { jenkins }: Ports): Promise<Checked[]> {
  const pulse = await jenkins.pulse();
  if (pulse.state !== 'up')
    return [
      bad(
        'Jenkins',
        `${pulse.state}: ${pulse.detail ?? 'no answer'}. Set JENKINS_URL when it is behind a load balancer.`,
      ),
    ];
  const controller = await jenkins.controller();
  const settings = await jenkins.executorSettings();
  const scm = await jenkins.scmSync();
  return [
    good('Jenkins', `version ${controller.version ?? 'unknown'}, as ${await jenkins.whoAmI()}`),
    settings.templates.length > 0
      ? good('Jenkins', `script console allowed; ${settings.templates.length} agent templates`)
      : bad('Jenkins', 'there is no Mesos cloud with agent templates. Install the Mesos plugin and add one.'),
    scmFinding(scm, config),
  ];
}

/** Whoever names a repository counts on the plugin to save there; without it every restart forgets what was changed. */
function scmFinding(scm: ScmSyncStatus, { manifestValues }: Config): Checked {
  if (scm.plugin === 'active') return good('Jenkins', `SCM sync: ${scmWords(scm)}`);
  return manifestValues.SCM_SYNC_GIT === undefined
    ? note('Jenkins', scmWords(scm))
    : bad('Jenkins', `${scmWords(scm)}, so nothing is saved to SCM_SYNC_GIT. Install scm-sync-configuration.`);
}
