// Every variable Bellboard reads, one zod object: config.ts parses with it, `.env.example` is made from it, and
// config-unknown.ts knows from it which names are ours. Each message is the rule, said so that it completes
// "expected …"; each description says what the variable is for, its unit and why one would set it.
import { z } from 'zod';
import { redisOptions } from './adapters/redis/connect.js';
import { cronFault, isZone } from './core/schedule.js';

export const roles = ['all', 'bot', 'worker', 'playground', 'doctor'] as const;
export type Role = (typeof roles)[number];

const CHARACTERS_OF_AN_APP_ID = '[a-z0-9]([a-z0-9.-]*[a-z0-9])?';

/** Slack's words begin with a slash and have at most 32 characters (docs.slack.dev/interactivity/implementing-slash-commands). */
const SLACK_COMMAND = /^\/[a-z0-9_-]{1,31}$/;

const text = (rule: string, pattern: RegExp) => z.string().regex(pattern, { error: rule });

const path = () => text('a path without control characters', /^\P{Cc}+$/u);

const port = () =>
  z
    .string()
    .refine((value) => /^\d{1,5}$/.test(value) && Number(value) <= 65_535, {
      error: 'a whole number from 0 to 65535 (a TCP port; 0 is any free one)',
    })
    .transform(Number);

const host = () => text('a host name or an IP address', /^[A-Za-z0-9_.:-]+$/);

const appId = () =>
  text(
    'a Marathon app id such as /jenkins: lower-case letters, digits, dots, dashes and slashes',
    new RegExp(`^/?${CHARACTERS_OF_AN_APP_ID}(/${CHARACTERS_OF_AN_APP_ID})*$`),
  ).transform((id) => (id.startsWith('/') ? id : `/${id}`));

const RULE_URL = 'an address that begins with http:// or https://, without query';
const RULE_NO_LOGIN = 'an address without user name and password in it';

const url = (instead: string) =>
  z
    .string()
    .refine(isWebAddress, { error: RULE_URL, abort: true })
    .refine((value) => !hasLogin(value), { error: `${RULE_NO_LOGIN} (${instead})` })
    .transform(withoutEndingSlash);

const urls = (instead: string) =>
  z
    .string()
    .transform((value) => value.split(',').map((one) => one.trim()))
    .refine((all) => all.every(isWebAddress), {
      error: `${RULE_URL}, or several with commas between them`,
      abort: true,
    })
    .refine((all) => !all.some(hasLogin), { error: `${RULE_NO_LOGIN} (${instead})` })
    .transform((all) => all.map(withoutEndingSlash));

const token = (name: string, prefix: string) =>
  text(`${name}: it begins with ${prefix}`, new RegExp(`^${prefix}[A-Za-z0-9-]+$`));

const word = () => text('printable characters without line breaks', /^\P{Cc}+$/u);

const userName = () => text('a user name without colons and line breaks', /^[^:\p{Cc}]+$/u);

export const environment = z.object({
  BELLBOARD_NAME: text('1 to 32 lower-case letters, digits and dashes', /^[a-z0-9][a-z0-9-]{0,31}$/)
    .prefault('bellboard')
    .describe('Name of this installation. Part of every Redis key, so that two can share a Redis.'),

  SLACK_BOT_TOKEN: token('a bot token', 'xoxb-').optional().describe('Bot token of the Slack app, xoxb-…. Required.'),
  SLACK_APP_TOKEN: token('an app-level token', 'xapp-')
    .optional()
    .describe(
      'App-level token, xapp-…, with the scope connections:write. When set, Slack is reached by Socket Mode: no public address is needed. The recommended way.',
    ),
  SLACK_SIGNING_SECRET: text('at least 8 characters without blanks', /^\S{8,}$/)
    .optional()
    .describe(
      'Signing secret of the Slack app. Required without SLACK_APP_TOKEN: Slack then calls POST /slack/events on HOST:PORT, and this proves that it is Slack.',
    ),
  SLACK_API_URL: url('Slack takes SLACK_BOT_TOKEN')
    .transform((value) => `${value}/`)
    .prefault('https://slack.com/api/')
    .describe("Where Slack's Web API is. For tests, the playground and proxies."),
  SLACK_COMMAND: text('a slash and 1 to 31 lower-case letters, digits, dashes and underscores', SLACK_COMMAND)
    .prefault('/ci')
    .describe('The slash command as people type it; the Slack app must define the same.'),
  ALERT_CHANNEL: text('the id of a channel such as C024BE91L, not its name', /^[CG][A-Z0-9]{2,}$/)
    .optional()
    .describe(
      'Id of the channel alerts are posted in, C… or G… (in Slack: channel name, About, at the bottom). Invite the bot to it. Without it nobody is alerted.',
    ),
  DIGEST_CHANNEL: text('the id of a channel such as C024BE91L, not its name', /^[CG][A-Z0-9]{2,}$/)
    .optional()
    .describe('Id of the channel usage digests are posted in. Without it ALERT_CHANNEL.'),
  ONCALL_MENTION: text(
    'the id of a person or a user group such as U024BE7LH or S0614TZR7, not its name',
    /^[UWS][A-Z0-9]{2,}$/,
  )
    .optional()
    .describe(
      'Id of who is on call, a user group (S…) or a person (U…, W…): mentioned once when an alert is not over in time. Without it nobody is mentioned.',
    ),

  REDIS_URL: z
    .string()
    .refine(isRedisAddress, {
      error: 'redis://host:6379, rediss://host:6379 (TLS), unix:///path/to.sock or redis+sentinel://host1,host2/name',
    })
    .optional()
    .describe(
      'The Redis that bots and workers share: redis://, rediss://, unix:///path or redis+sentinel://host1,host2/name; 6.2 or newer, maxmemory-policy noeviction, append-only file on. Without it the role all starts a private Redis in DATA_DIR; the roles bot and worker require it. The playground has one of its own.',
    ),

  MARATHON_URL: urls('use MARATHON_USERNAME and MARATHON_PASSWORD')
    .optional()
    .describe(
      'Address of Marathon, or of several of one cluster with commas between them; a path prefix is allowed. Required.',
    ),
  MARATHON_APP_ID: appId().prefault('/jenkins').describe('Marathon app of the Jenkins controller.'),
  MARATHON_USERNAME: userName().optional().describe('User name for Marathon (HTTP Basic), with MARATHON_PASSWORD.'),
  MARATHON_PASSWORD: word().optional().describe('Password for Marathon (HTTP Basic).'),
  MARATHON_TOKEN: word()
    .optional()
    .describe('Token for Marathon, sent as "Authorization: token=…" (DC/OS). Instead of user name and password.'),

  MESOS_URL: urls('use MESOS_USERNAME and MESOS_PASSWORD')
    .optional()
    .describe(
      'Address of the Mesos master, or of several of one cluster with commas between them. Without it Marathon is asked (/v2/info).',
    ),
  MESOS_USERNAME: userName().optional().describe('User name for Mesos (HTTP Basic), with MESOS_PASSWORD.'),
  MESOS_PASSWORD: word().optional().describe('Password for Mesos (HTTP Basic).'),
  MESOS_TOKEN: word()
    .optional()
    .describe('Token for Mesos, sent as "Authorization: token=…" (DC/OS). Instead of user name and password.'),

  JENKINS_URL: url('use JENKINS_USERNAME and JENKINS_API_TOKEN')
    .optional()
    .describe(
      "Address of Jenkins, path prefix included. Without it the running task's host:port is used; set it when Jenkins sits behind a load balancer.",
    ),
  JENKINS_USERNAME: userName()
    .optional()
    .describe(
      'Jenkins user Bellboard acts as, with JENKINS_API_TOKEN; it needs Overall/Administer to read and set agent templates and SCM sync. Without both no credentials are sent.',
    ),
  JENKINS_API_TOKEN: word().optional().describe('API token of that user (not the password).'),

  MARATHON_PUBLIC_URL: url('people log in themselves')
    .optional()
    .describe('Address of Marathon in the links people get. Without it MARATHON_URL.'),
  MESOS_PUBLIC_URL: url('people log in themselves')
    .optional()
    .describe('Address of Mesos in the links people get. Without it MESOS_URL.'),
  JENKINS_PUBLIC_URL: url('people log in themselves')
    .optional()
    .describe('Address of Jenkins in the links people get. Without it JENKINS_URL.'),

  EXECUTORS_APP_ID: appId()
    .optional()
    .describe(
      'Marathon app of static Jenkins agents. When set, "scale executors N" sets its instances instead of Jenkins\' own settings.',
    ),
  MANIFEST_FILE: path()
    .prefault('manifests/jenkins.json')
    .describe(
      'Marathon app that "deploy" deploys (JSON), with placeholders for SCM_SYNC_GIT and APP_USER. For Marathon 0.8: manifests/jenkins-0.8.json.',
    ),
  SCM_SYNC_GIT: z
    .string()
    .regex(/^(https?|ssh|git|file):\/\/[^\s'"`$;&|<>\\]+$|^[\w.-]+@[\w.-]+:[^\s'"`$;&|<>\\]+$/, {
      error: 'a git address such as https://git.example.org/ci.git or git@git.example.org:ci.git',
      abort: true,
    })
    .refine((value) => !/^https?:/.test(value) || !hasLogin(value), {
      error: `${RULE_NO_LOGIN} (give the machine a deploy key or a git credential helper)`,
    })
    .optional()
    .describe("Git repository that holds Jenkins' configuration; fills its placeholder in MANIFEST_FILE."),
  APP_USER: text('the name of a Unix user', /^[a-z_][a-z0-9_-]{0,31}$/)
    .optional()
    .describe('Unix user the controller runs as; fills its placeholder in MANIFEST_FILE.'),
  POLICY_FILE: path().prefault('manifests/policy.yaml').describe('Who may do what (YAML). Read again when it changes.'),

  DIGEST_SCHEDULE: z
    .string()
    .superRefine((cron, context) => {
      const fault = cronFault(cron);
      if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
    })
    .prefault('0 9 * * 1-5')
    .describe(
      'When usage digests are posted: five cron fields, minute hour day month weekday, in TIME_ZONE. The first of a week tells of the week, the others of the time since the one before.',
    ),
  TIME_ZONE: z
    .string()
    .refine(isZone, { error: 'an IANA time zone such as Europe/Berlin, Asia/Shanghai or UTC' })
    .prefault('UTC')
    .describe('Zone of DIGEST_SCHEDULE and of the times in digests and charts.'),
  USAGE_RETENTION_DAYS: z
    .string()
    .refine((value) => /^\d{1,3}$/.test(value) && Number(value) >= 1 && Number(value) <= 366, {
      error: 'a whole number from 1 to 366 days',
    })
    .transform(Number)
    .prefault('35')
    .describe(
      'For how many days usage samples, one a minute, are kept in Redis (about 0.3 MB a day). Digests compare with the week before: 14 is the least that is of use to them.',
    ),

  HOST: host().prefault('127.0.0.1').describe("Address Slack's requests are taken on, without SLACK_APP_TOKEN only."),
  PORT: port().prefault('3000').describe('TCP port for it. 0 is any free one.'),
  ADMIN_HOST: host()
    .prefault('127.0.0.1')
    .describe('Address of /healthz, /readyz and /metrics. They tell no secrets, but nobody is asked to log in.'),
  ADMIN_PORT: port().prefault('3001').describe('TCP port for it. 0 is any free one, named in the log.'),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
      error: 'trace, debug, info, warn, error, fatal or silent',
    })
    .prefault('info')
    .describe(
      'From which level on the log (JSON lines on stderr) is written: trace, debug, info, warn, error, fatal or silent.',
    ),
  DATA_DIR: path().prefault('.data').describe('Folder for the private Redis. Keep it on a local disk.'),
});

export type VariableName = keyof typeof environment.shape;

/** Never shown, not even when wrong; each may be given as a file, by NAME_FILE. */
export const secretNames = [
  'SLACK_BOT_TOKEN',
  'SLACK_APP_TOKEN',
  'SLACK_SIGNING_SECRET',
  'REDIS_URL',
  'MARATHON_PASSWORD',
  'MARATHON_TOKEN',
  'MESOS_PASSWORD',
  'MESOS_TOKEN',
  'JENKINS_API_TOKEN',
] as const satisfies readonly VariableName[];

export type SecretName = (typeof secretNames)[number];

export const isSecretName = (name: string): name is SecretName => secretNames.some((secret) => secret === name);

export const variableNames = Object.keys(environment.shape) as VariableName[];

function isWebAddress(value: string): boolean {
  return /^https?:\/\/[^\s?#]+$/.test(value) && URL.canParse(value);
}

function hasLogin(value: string): boolean {
  return /^[a-z]+:\/\/[^/]*@/.test(value);
}

function withoutEndingSlash(value: string): string {
  return value.replace(/(?<!\/)\/+$/, '');
}

function isRedisAddress(value: string): boolean {
  try {
    redisOptions(value);
    return true;
  } catch {
    return false;
  }
}
