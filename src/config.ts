// The environment, read once by main.ts for a role: every setting in its final form, or every fault in one list.
import type { z } from 'zod';
import { redisPassword } from './adapters/redis/connect.js';
import { scrubber } from './adapters/secrets.js';
import { contradictions, type Given, missing } from './config-rules.js';
import { readSecretFile, Secret } from './config-secret.js';
import { unknownVariables } from './config-unknown.js';
import {
  environment,
  isSecretName,
  type Role,
  roles,
  type SecretName,
  secretNames,
  type VariableName,
  variableNames,
} from './config-variables.js';
import type { Schedule } from './core/schedule.js';

export { type Role, roles };
export type Environment = Record<string, string | undefined>;

/** How a system wants to be addressed; without any nothing is sent. */
export interface Credentials {
  username: string | undefined;
  /** Password, or Jenkins' API token. */
  password: Secret | undefined;
  /** `Authorization: token=…`, in place of the two. */
  token: Secret | undefined;
}

export interface Upstream {
  /** Without trailing slash; empty when it is learned at run time. */
  urls: readonly string[];
  publicUrl: string | undefined;
  credentials: Credentials;
}

export interface Config {
  role: Role;
  name: string;
  slack: {
    botToken: Secret;
    /** Socket Mode when set, else HTTP with `signingSecret`. */
    appToken: Secret | undefined;
    signingSecret: Secret | undefined;
    /** With trailing slash: web-api joins its method names to it. */
    apiUrl: string;
    command: string;
  };
  /** Ids, never names. Without a channel nothing is posted unasked. */
  alerts: { channelId: string | undefined; oncall: string | undefined };
  /** Without a channel none is posted. */
  digests: { channelId: string | undefined; schedule: Schedule };
  usageRetentionDays: number;
  /** Undefined: a private Redis in `dataDir`. */
  redisUrl: Secret | undefined;
  marathon: Upstream & { appId: string };
  mesos: Upstream;
  jenkins: Upstream;
  executorsAppId: string | undefined;
  manifestFile: string;
  /** What fills the manifest's placeholders. */
  manifestValues: { SCM_SYNC_GIT: string | undefined; APP_USER: string | undefined };
  policyFile: string;
  http: { host: string; port: number };
  admin: { host: string; port: number };
  logLevel: z.output<typeof environment>['LOG_LEVEL'];
  dataDir: string;
  /** Every configured secret as it is now, for the scrubber. */
  secrets(): string[];
}

/** The configuration is wrong. One fault a line, without secrets: variable, rule, value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(faults.join('\n'));
    this.faults = faults;
  }
}

type Secrets = Partial<Record<SecretName, Secret>>;

/**
 * Variables set to nothing count as not set, so that a copied `.env.example` works line by line.
 * @throws ConfigError with every fault found
 */
export function readConfig(env: Environment, role: Role): { config: Config; warnings: string[] } {
  const warnings = unknownVariables(Object.keys(env).filter((name) => env[name]));
  const faults: string[] = [];
  const { given, secrets } = gather(withoutOwnApp(env, warnings), faults);
  const unreadable = faults.map(variableOf);
  const values = parse(given, faults);
  faults.push(...missing(given, role).filter((fault) => !unreadable.includes(variableOf(fault))));
  faults.push(...contradictions(given, values, role));
  const botToken = secrets.SLACK_BOT_TOKEN;
  if (faults.length > 0 || botToken === undefined) throw new ConfigError(inOrder(faults));
  return { config: shape(values, secrets, botToken, role), warnings };
}

/** What lies in Redis and nothing else: for whoever only reads there. @throws ConfigError with every fault found */
export function readStoreConfig(env: Environment): { name: string; redisUrl: Secret; secrets(): string[] } {
  const faults: string[] = [];
  const { BELLBOARD_NAME, REDIS_URL, REDIS_URL_FILE } = env;
  const { given, secrets } = gather({ BELLBOARD_NAME, REDIS_URL, REDIS_URL_FILE }, faults);
  const values = parse(given, faults);
  const redisUrl = secrets.REDIS_URL;
  if (redisUrl === undefined && faults.every((fault) => variableOf(fault) !== 'REDIS_URL')) {
    faults.push(
      'REDIS_URL: required (that of bots and workers; of a private Redis, while it runs, unix:///DATA_DIR/redis.sock with the whole path), not set',
    );
  }
  if (faults.length > 0 || redisUrl === undefined) throw new ConfigError(inOrder(faults));
  return { name: values.BELLBOARD_NAME, redisUrl, secrets: () => spoken('REDIS_URL', redisUrl) };
}

/**
 * Marathon sets MARATHON_APP_ID for every task it starts, to the app of that task (mesosphere/marathon
 * docs/docs/task-environment-vars.md). Taken for ours, `deploy` would replace Bellboard by Jenkins.
 */
function withoutOwnApp(env: Environment, warnings: string[]): Environment {
  const appId = env['MARATHON_APP_ID'];
  // A task's id begins with its app's path, slashes replaced (contract marathon §3.1).
  const ownTask = env['MESOS_TASK_ID'] ?? '';
  if (!appId || !ownTask.startsWith(`${appId.replace(/^\//, '').replaceAll('/', '_')}.`)) return env;
  warnings.push(
    `MARATHON_APP_ID names Bellboard's own app ${appId}, so it is not used: set it in the app's "env" to the controller's app.`,
  );
  return { ...env, MARATHON_APP_ID: undefined };
}

/** The text of every variable that is set, secrets from their files included. */
function gather(env: Environment, faults: string[]) {
  const given: Given = {};
  const secrets: Secrets = {};
  for (const name of variableNames) {
    const file = isSecretName(name) ? env[`${name}_FILE`] : undefined;
    const text = file ? fromFile(name, file, env[name], faults) : env[name];
    if (!text) continue;
    given[name] = text;
    if (isSecretName(name)) secrets[name] = new Secret(text, file || undefined);
  }
  return { given, secrets };
}

function fromFile(name: string, file: string, direct: string | undefined, faults: string[]): string | undefined {
  if (direct) {
    faults.push(`${name}: set either ${name} or ${name}_FILE, not both`);
    return direct;
  }
  try {
    const text = readSecretFile(file);
    if (text === '') faults.push(`${name}_FILE: the file ${file} is empty`);
    return text;
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
    faults.push(`${name}_FILE: the file ${file} cannot be read (${why})`);
    return undefined;
  }
}

/** A fault for each variable that cannot be understood; it then counts as not set, so that the others are still checked. */
function parse(given: Given, faults: string[]): z.output<typeof environment> {
  const outcome = environment.safeParse(given);
  if (outcome.success) return outcome.data;
  const understood = { ...given };
  for (const issue of outcome.error.issues) {
    const name = variableNames.find((known) => known === issue.path[0]);
    if (name === undefined) continue;
    faults.push(`${name}: expected ${issue.message}, got ${shown(name, given[name] ?? '')}`);
    delete understood[name];
  }
  return environment.parse(understood);
}

function shown(name: VariableName, value: string): string {
  if (isSecretName(name)) return kindOfToken(value) ?? 'something else (not shown, it is a secret)';
  // By mistake a plain variable may hold a secret too: a login or a query inside an address.
  return JSON.stringify(scrubber([])(value.replace(/\/\/[^/]*@/g, '//•••@').replace(/\?.*/, '?•••')));
}

/** The beginning of a Slack token tells its kind and nothing else, and mixing them up is the usual mistake. */
function kindOfToken(value: string): string | undefined {
  const prefix = /^(xox[a-z]|xapp)-/.exec(value)?.[0];
  return prefix === undefined ? undefined : `a token that begins with ${prefix}`;
}

/** In the order of `.env.example`, the way people work through it. */
function inOrder(faults: readonly string[]): string[] {
  const place = (fault: string) => variableNames.indexOf(variableOf(fault));
  return [...faults].sort((a, b) => place(a) - place(b));
}

function variableOf(fault: string): VariableName {
  const name = fault.slice(0, fault.indexOf(':')).replace(/_FILE$/, '');
  return variableNames.find((known) => known === name) ?? 'BELLBOARD_NAME';
}

function shape(values: z.output<typeof environment>, secrets: Secrets, botToken: Secret, role: Role): Config {
  const upstream = (system: 'MARATHON' | 'MESOS'): Upstream => ({
    urls: values[`${system}_URL`] ?? [],
    publicUrl: values[`${system}_PUBLIC_URL`],
    credentials: {
      username: values[`${system}_USERNAME`],
      password: secrets[`${system}_PASSWORD`],
      token: secrets[`${system}_TOKEN`],
    },
  });
  return {
    role,
    name: values.BELLBOARD_NAME,
    slack: {
      botToken,
      appToken: secrets.SLACK_APP_TOKEN,
      signingSecret: secrets.SLACK_SIGNING_SECRET,
      apiUrl: values.SLACK_API_URL,
      command: values.SLACK_COMMAND,
    },
    alerts: { channelId: values.ALERT_CHANNEL, oncall: values.ONCALL_MENTION },
    digests: {
      channelId: values.DIGEST_CHANNEL ?? values.ALERT_CHANNEL,
      schedule: { cron: values.DIGEST_SCHEDULE, zone: values.TIME_ZONE },
    },
    usageRetentionDays: values.USAGE_RETENTION_DAYS,
    redisUrl: secrets.REDIS_URL,
    marathon: { ...upstream('MARATHON'), appId: values.MARATHON_APP_ID },
    mesos: upstream('MESOS'),
    jenkins: {
      urls: values.JENKINS_URL === undefined ? [] : [values.JENKINS_URL],
      publicUrl: values.JENKINS_PUBLIC_URL,
      credentials: { username: values.JENKINS_USERNAME, password: secrets.JENKINS_API_TOKEN, token: undefined },
    },
    executorsAppId: values.EXECUTORS_APP_ID,
    manifestFile: values.MANIFEST_FILE,
    manifestValues: { SCM_SYNC_GIT: values.SCM_SYNC_GIT, APP_USER: values.APP_USER },
    policyFile: values.POLICY_FILE,
    http: { host: values.HOST, port: values.PORT },
    admin: { host: values.ADMIN_HOST, port: values.ADMIN_PORT },
    logLevel: values.LOG_LEVEL,
    dataDir: values.DATA_DIR,
    secrets: () => secretNames.flatMap((name) => spoken(name, secrets[name])),
  };
}

/** Of REDIS_URL the password is the secret: hiding the whole address only would miss it where it stands alone. */
function spoken(name: SecretName, secret: Secret | undefined): string[] {
  if (secret === undefined) return [];
  if (name !== 'REDIS_URL') return [secret.value()];
  const password = redisPassword(secret.value());
  return password === undefined ? [] : [password];
}
