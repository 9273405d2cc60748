// `bellboard doctor`: checks configuration, reach and rights of every system; each line says what to fix. Exit 0 or 1.
import { connect } from './adapters/index.js';
import { redisOptions, untilReady, worker } from './adapters/redis/connect.js';
import { findRedisServer } from './adapters/redis/redis-server.js';
import { scrubber } from './adapters/secrets.js';
import { slackClients } from './adapters/slack/client.js';
import { whoAreWe } from './adapters/slack/people.js';
import { type Config, ConfigError, type Environment, readConfig } from './config.js';
import { addressOf, jenkinsFramework, runningTask } from './core/controller.js';
import { SlackError } from './core/delivery.js';
import { UpstreamError, UserError } from './core/errors.js';
import { undefinedRoles } from './core/policy.js';
import { scmWords } from './core/scm-words.js';
import { runningClock, SECOND } from './core/time.js';
import { policyFile } from './policy-file.js';

interface Finding {
  ok: boolean | 'note';
  about: string;
  text: string;
}

type Check = (config: Config) => Promise<Finding[]>;

const good = (about: string, text: string): Finding => ({ ok: true, about, text });
const bad = (about: string, text: string): Finding => ({ ok: false, about, text });
const note = (about: string, text: string): Finding => ({ ok: 'note', about, text });

/** Exit code 2 stays with wrong configuration, as for every role. */
export async function doctor(
  env: Environment,
  print: (line: string) => void = (line) => process.stdout.write(`${line}\n`),
): Promise<number> {
  const { config, warnings } = readConfig(env, 'doctor');
  print('ok    configuration: every variable is well-formed');
  for (const warning of warnings) print(`note  configuration: ${warning}`);
  const findings = (await Promise.all(CHECKS.map((check) => guarded(check, config)))).flat();
  const scrub = scrubber(config.secrets());
  for (const { ok, about, text } of findings)
    print(scrub(`${ok === true ? 'ok  ' : ok === 'note' ? 'note' : 'FIX '}  ${about}: ${text}`));
  const faults = findings.filter((finding) => finding.ok === false).length;
  print(faults === 0 ? 'Everything needed is there.' : `${faults} to fix.`);
  return faults === 0 ? 0 : 1;
}

async function guarded(check: Check, config: Config): Promise<Finding[]> {
  try {
    return await check(config);
  } catch (error) {
    if (error instanceof UpstreamError)
      return [bad(error.system, `${error.request}: ${error.status ?? ''} ${error.seen}. ${remedy(error)}`)];
    if (error instanceof SlackError)
      return [bad('Slack', `${error.method} says ${error.code}. Check SLACK_BOT_TOKEN and SLACK_API_URL.`)];
    if (error instanceof UserError || error instanceof ConfigError) return [bad('setup', error.message)];
    throw error;
  }
}

function remedy({ system, status }: UpstreamError): string {
  const name = system.toUpperCase();
  if (status === 401) return `Check ${name}_USERNAME and its password or token.`;
  if (status === 403) return 'The account lacks that right; the message names it.';
  return system === 'Redis'
    ? 'Check REDIS_URL and that the server runs.'
    : `Check ${name}_URL and that this machine reaches it.`;
}

const CHECKS: Check[] = [checkRedis, checkSlack, checkPolicy, checkMarathon, checkMesos, checkJenkins];

async function checkRedis(config: Config): Promise<Finding[]> {
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
  redisOptions(url);
  const client = worker(url);
  try {
    await untilReady(client, 5 * SECOND);
    const policy = (await client.config('GET', 'maxmemory-policy').catch(() => ['', 'unknown'])) as string[];
    return policy[1] === 'noeviction' || policy[1] === 'unknown'
      ? [good('Redis', 'answers')]
      : [bad('Redis', `maxmemory-policy is ${policy[1]}: Redis would drop jobs. Set it to noeviction.`)];
  } finally {
    client.disconnect();
  }
}

/** What each part of this version needs; `manifests/slack-app.yaml` asks for them all. */
const SCOPES = ['commands', 'chat:write', 'users:read', 'channels:read', 'files:write', 'app_mentions:read'];

async function checkSlack(config: Config): Promise<Finding[]> {
  const team = await whoAreWe(slackClients(config.slack.botToken.value(), config.slack.apiUrl).repeatable);
  const lacking = SCOPES.filter((scope) => !team.scopes.includes(scope));
  const mode = config.slack.appToken === undefined ? 'HTTP mode' : 'Socket Mode';
  return [
    good('Slack', `connected as ${team.botName}, ${mode}`),
    lacking.length === 0
      ? good('Slack', 'all scopes are granted')
      : bad(
          'Slack',
          `scopes are missing: ${lacking.join(', ')}. Add them under "OAuth & Permissions" (manifests/slack-app.yaml lists them) and install the app again.`,
        ),
    team.scopes.some((scope) => scope.endsWith(':history'))
      ? note('Slack', 'with a history scope, a send of unknown fate is looked up before it is repeated')
      : note('Slack', 'without channels:history, a send of unknown fate is repeated and marked "may repeat"'),
  ];
}

async function checkPolicy(config: Config): Promise<Finding[]> {
  const file = policyFile(config.policyFile, { info: () => {}, warn: () => {} });
  const policy = file.current();
  const fault = file.fault();
  if (fault !== undefined) return [bad('policy', `${config.policyFile} has faults: ${fault.replaceAll('\n', '; ')}`)];
  if (!policy.configured)
    return [note('policy', `no file ${config.policyFile}: everyone reads, nobody changes anything`)];
  const nobody = undefinedRoles(policy);
  const people = Object.values(policy.roles).flat();
  return [
    people.length === 0
      ? note('policy', `${config.policyFile} lists nobody under \`roles\`, so nobody may change anything`)
      : good('policy', `${config.policyFile}: ${policy.rules.length} rules, ${people.length} people`),
    ...nobody.map((role) => bad('policy', `the role "${role}" is used but not defined, so it means nobody`)),
  ];
}

const systemsOf = (config: Config) =>
  connect(config, { clock: runningClock(), scrub: scrubber(config.secrets()), onResponse: () => {} }).ports;

async function checkMarathon(config: Config): Promise<Finding[]> {
  const { marathon } = systemsOf(config);
  const info = await marathon.info();
  const app = await marathon.app(config.marathon.appId);
  const task = app === undefined ? undefined : runningTask(app);
  return [
    good('Marathon', `version ${info.version}`),
    app === undefined
      ? note(
          'Marathon',
          `there is no app ${config.marathon.appId} yet; \`deploy\` would create it. If it has another name, set MARATHON_APP_ID`,
        )
      : task === undefined
        ? bad('Marathon', `${app.id} has no running task`)
        : good('Marathon', `${app.id} runs on ${addressOf(task)}`),
  ];
}

async function checkMesos(config: Config): Promise<Finding[]> {
  const { mesos } = systemsOf(config);
  const [agents, frameworks] = await Promise.all([mesos.agents(), mesos.frameworks()]);
  const framework = jenkinsFramework(frameworks);
  return [
    agents.length === 0
      ? bad('Mesos', 'answers, but shows no agent: the account may not be allowed to see them')
      : good('Mesos', `${agents.length} agents`),
    framework?.active === true
      ? good('Mesos', `Jenkins is registered as ${framework.name}`)
      : note('Mesos', 'Jenkins is not registered as a framework now'),
  ];
}

async function checkJenkins(config: Config): Promise<Finding[]> {
  const { jenkins } = systemsOf(config);
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
    good('Jenkins', `script console allowed; ${settings.templates.length} agent templates`),
    scm.plugin === 'active' ? good('Jenkins', `SCM sync: ${scmWords(scm)}`) : note('Jenkins', scmWords(scm)),
  ];
}
