import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ConfigError, type Environment, type Role, readConfig } from '../src/config.js';
import type { secretNames } from '../src/config-variables.js';

const enough = {
  SLACK_BOT_TOKEN: 'xoxb-1-bot',
  SLACK_APP_TOKEN: 'xapp-1-app',
  MARATHON_URL: 'http://marathon.example:8080',
};

function faultsOf(env: Environment, role: Role = 'all'): readonly string[] {
  try {
    readConfig(env, role);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

const configOf = (env: Environment, role: Role = 'all') => readConfig({ ...enough, ...env }, role).config;

describe('with as little as possible', () => {
  test('everything else has its default', () => {
    const { config, warnings } = readConfig(enough, 'all');
    expect(warnings).toEqual([]);
    expect(JSON.parse(JSON.stringify(config))).toEqual({
      role: 'all',
      name: 'bellboard',
      slack: { botToken: '•••', appToken: '•••', apiUrl: 'https://slack.com/api/', command: '/ci' },
      alerts: {},
      digests: { schedule: { cron: '0 9 * * 1-5', zone: 'UTC' } },
      usageRetentionDays: 35,
      marathon: { urls: ['http://marathon.example:8080'], appId: '/jenkins', credentials: {} },
      mesos: { urls: [], credentials: {} },
      jenkins: { urls: [], credentials: {} },
      manifestFile: 'manifests/jenkins.json',
      manifestValues: {},
      policyFile: 'manifests/policy.yaml',
      http: { host: '127.0.0.1', port: 3000 },
      admin: { host: '127.0.0.1', port: 3001 },
      logLevel: 'info',
      dataDir: '.data',
    });
  });

  test('a variable set to nothing counts as not set', () => {
    expect(configOf({ LOG_LEVEL: '', MESOS_URL: '', SLACK_BOT_TOKEN_FILE: '' }).logLevel).toBe('info');
  });
});

describe('a value', () => {
  test.each<[Environment, object]>([
    [
      { MARATHON_URL: 'http://m1:8080/, https://m2/marathon/' },
      { marathon: { urls: ['http://m1:8080', 'https://m2/marathon'] } },
    ],
    [{ MARATHON_APP_ID: 'ci/jenkins' }, { marathon: { appId: '/ci/jenkins' } }],
    [{ SLACK_API_URL: 'http://127.0.0.1:9/api' }, { slack: { apiUrl: 'http://127.0.0.1:9/api/' } }],
    [{ JENKINS_URL: 'https://ci.example/prefix/' }, { jenkins: { urls: ['https://ci.example/prefix'] } }],
    [
      { ALERT_CHANNEL: 'C0CIALERTS', ONCALL_MENTION: 'S0CIOPS' },
      { alerts: { channelId: 'C0CIALERTS', oncall: 'S0CIOPS' } },
    ],
    [{ ALERT_CHANNEL: 'C0CIALERTS' }, { digests: { channelId: 'C0CIALERTS' } }],
    [
      {
        ALERT_CHANNEL: 'C0CIALERTS',
        DIGEST_CHANNEL: 'C0TEAM',
        DIGEST_SCHEDULE: '30 8 * * 1',
        TIME_ZONE: 'Asia/Shanghai',
        USAGE_RETENTION_DAYS: '90',
      },
      {
        digests: { channelId: 'C0TEAM', schedule: { cron: '30 8 * * 1', zone: 'Asia/Shanghai' } },
        usageRetentionDays: 90,
      },
    ],
    [{ ALERT_CHANNEL: 'G024BE91L', ONCALL_MENTION: 'U024BE7LH' }, { alerts: { oncall: 'U024BE7LH' } }],
    [
      { PORT: '0', ADMIN_PORT: '9100' },
      { http: { port: 0 }, admin: { port: 9100 } },
    ],
    [{ SCM_SYNC_GIT: 'git@git.example:ci.git' }, { manifestValues: { SCM_SYNC_GIT: 'git@git.example:ci.git' } }],
    [
      { SCM_SYNC_GIT: 'ssh://git@git.example/ci.git' },
      { manifestValues: { SCM_SYNC_GIT: 'ssh://git@git.example/ci.git' } },
    ],
  ])('%o is brought into its final form', (env, form) => {
    expect(configOf(env)).toMatchObject(form);
  });

  test.each<[Environment, string]>([
    [{ PORT: '80a' }, 'PORT: expected a whole number from 0 to 65535 (a TCP port; 0 is any free one), got "80a"'],
    [
      { ADMIN_PORT: '65536' },
      'ADMIN_PORT: expected a whole number from 0 to 65535 (a TCP port; 0 is any free one), got "65536"',
    ],
    [
      { BELLBOARD_NAME: 'Bell:Board' },
      'BELLBOARD_NAME: expected 1 to 32 lower-case letters, digits and dashes, got "Bell:Board"',
    ],
    [
      { SLACK_COMMAND: 'ci' },
      'SLACK_COMMAND: expected a slash and 1 to 31 lower-case letters, digits, dashes and underscores, got "ci"',
    ],
    [
      { ALERT_CHANNEL: '#ci-alerts' },
      'ALERT_CHANNEL: expected the id of a channel such as C024BE91L, not its name, got "#ci-alerts"',
    ],
    [
      { ALERT_CHANNEL: 'D024BE91L' },
      'ALERT_CHANNEL: expected the id of a channel such as C024BE91L, not its name, got "D024BE91L"',
    ],
    [
      { ONCALL_MENTION: '@ci-ops' },
      'ONCALL_MENTION: expected the id of a person or a user group such as U024BE7LH or S0614TZR7, not its name, got "@ci-ops"',
    ],
    [
      { DIGEST_SCHEDULE: '0 0 9 * * 1-5' },
      'DIGEST_SCHEDULE: expected five cron fields (minute hour day month weekday) such as 0 9 * * 1-5, without a field for seconds, got "0 0 9 * * 1-5"',
    ],
    [
      { DIGEST_SCHEDULE: 'every morning' },
      'DIGEST_SCHEDULE: expected five cron fields (minute hour day month weekday) such as 0 9 * * 1-5, got "every morning"',
    ],
    [
      { DIGEST_SCHEDULE: '61 9 * * *' },
      'DIGEST_SCHEDULE: expected five cron fields (minute hour day month weekday) such as 0 9 * * 1-5 (Constraint error, got value 61 expected range 0-59), got "61 9 * * *"',
    ],
    [
      { DIGEST_SCHEDULE: '* * * * *' },
      'DIGEST_SCHEDULE: expected five cron fields (minute hour day month weekday) such as 0 9 * * 1-5, at most once an hour, got "* * * * *"',
    ],
    [
      { TIME_ZONE: 'Mars/Olympus' },
      'TIME_ZONE: expected an IANA time zone such as Europe/Berlin, Asia/Shanghai or UTC, got "Mars/Olympus"',
    ],
    [{ USAGE_RETENTION_DAYS: '0' }, 'USAGE_RETENTION_DAYS: expected a whole number from 1 to 366 days, got "0"'],
    [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL: expected trace, debug, info, warn, error, fatal or silent, got "loud"'],
    [
      { MARATHON_URL: 'marathon:8080' },
      'MARATHON_URL: expected an address that begins with http:// or https://, without query, or several with commas between them, got "marathon:8080"',
    ],
    [
      { MARATHON_APP_ID: '/Jenkins' },
      'MARATHON_APP_ID: expected a Marathon app id such as /jenkins: lower-case letters, digits, dots, dashes and slashes, got "/Jenkins"',
    ],
    [
      { JENKINS_URL: 'https://ci.example/?x=1' },
      'JENKINS_URL: expected an address that begins with http:// or https://, without query, got "https://ci.example/?•••"',
    ],
    [{ APP_USER: 'root; rm' }, 'APP_USER: expected the name of a Unix user, got "root; rm"'],
    [
      { SCM_SYNC_GIT: 'https://x/$(reboot)' },
      'SCM_SYNC_GIT: expected a git address such as https://git.example.org/ci.git or git@git.example.org:ci.git, got "https://x/$(reboot)"',
    ],
    [
      { EXECUTORS_APP_ID: '/jenkins' },
      'EXECUTORS_APP_ID: expected another app than MARATHON_APP_ID, got /jenkins; scaling it would start a second controller',
    ],
    [
      { SLACK_BOT_TOKEN: 'xapp-1-planted' },
      'SLACK_BOT_TOKEN: expected a bot token: it begins with xoxb-, got a token that begins with xapp-',
    ],
    [
      { SLACK_APP_TOKEN: 'planted' },
      'SLACK_APP_TOKEN: expected an app-level token: it begins with xapp-, got something else (not shown, it is a secret)',
    ],
    [
      { REDIS_URL: 'http://:planted@redis' },
      'REDIS_URL: expected redis://host:6379, rediss://host:6379 (TLS), unix:///path/to.sock or redis+sentinel://host1,host2/name, got something else (not shown, it is a secret)',
    ],
  ])('%o is refused with the rule', (env, fault) => {
    expect(faultsOf({ ...enough, ...env })).toEqual([fault]);
  });

  test.each([
    'MARATHON_URL',
    'MESOS_URL',
    'JENKINS_URL',
    'MARATHON_PUBLIC_URL',
    'MESOS_PUBLIC_URL',
    'JENKINS_PUBLIC_URL',
    'SCM_SYNC_GIT',
  ])('an address with a login in it is refused in %s, with advice and without the login', (name) => {
    for (const login of ['ana:planted', 'planted']) {
      const [fault, ...others] = faultsOf({ ...enough, [name]: `https://${login}@host.example/x` });
      expect(others).toEqual([]);
      expect(fault).toMatch(
        new RegExp(`^${name}: expected an address without user name and password in it \\(.+\\), got`),
      );
      expect(fault).not.toContain('planted');
    }
  });
});

describe('a role', () => {
  test('lists every fault at once, in the order of .env.example', () => {
    const faults = faultsOf(
      { SLACK_COMMAND: 'ci', PORT: 'x', MARATHON_USERNAME: 'ana', JENKINS_API_TOKEN: 'planted' },
      'bot',
    );
    expect(faults.map((fault) => fault.slice(0, fault.indexOf(':')))).toEqual([
      'SLACK_BOT_TOKEN',
      'SLACK_SIGNING_SECRET',
      'SLACK_COMMAND',
      'REDIS_URL',
      'MARATHON_URL',
      'MARATHON_PASSWORD',
      'JENKINS_USERNAME',
      'PORT',
    ]);
    expect(new ConfigError(faults).message.split('\n')).toEqual(faults);
  });

  test.each<[Role, string[]]>([
    ['all', []],
    ['doctor', []],
    ['bot', ['REDIS_URL: required for the role bot (bots and workers meet in one Redis), not set']],
    ['worker', ['REDIS_URL: required for the role worker (bots and workers meet in one Redis), not set']],
  ])('%s knows whether it needs a shared Redis', (role, faults) => {
    expect(faultsOf(enough, role)).toEqual(faults);
  });

  test('worker hears nothing from Slack and needs neither an app token nor a signing secret', () => {
    const { SLACK_APP_TOKEN: _, ...silent } = { ...enough, REDIS_URL: 'redis://db' };
    expect(faultsOf(silent, 'worker')).toEqual([]);
    expect(faultsOf(silent, 'bot')).toEqual([
      expect.stringMatching(/^SLACK_SIGNING_SECRET: required without SLACK_APP_TOKEN/),
    ]);
    expect(faultsOf({ ...silent, SLACK_SIGNING_SECRET: 'signing-secret' }, 'bot')).toEqual([]);
  });

  test('takes Slack and the admin surface on two ports', () => {
    const overHttp = { ...enough, SLACK_APP_TOKEN: '', SLACK_SIGNING_SECRET: 'signing-secret', ADMIN_PORT: '3000' };
    expect(faultsOf(overHttp)).toEqual(['ADMIN_PORT: expected another port than PORT, got 3000']);
    expect(faultsOf({ ...overHttp, HOST: '0.0.0.0' })).toHaveLength(1);
    expect(faultsOf({ ...overHttp, HOST: '10.0.0.1' })).toEqual([]);
    expect(faultsOf({ ...overHttp, PORT: '0', ADMIN_PORT: '0' })).toEqual([]);
    expect(faultsOf({ ...enough, ADMIN_PORT: '3000' })).toEqual([]);
  });
});

describe('credentials', () => {
  test.each<[Environment, string[]]>([
    [{ MARATHON_USERNAME: 'ana', MARATHON_PASSWORD: 'planted' }, []],
    [{ MARATHON_TOKEN: 'planted' }, []],
    [{ MARATHON_USERNAME: 'ana' }, ['MARATHON_PASSWORD: required with MARATHON_USERNAME, not set']],
    [{ MESOS_PASSWORD: 'planted' }, ['MESOS_USERNAME: required with MESOS_PASSWORD, not set']],
    [
      { MESOS_USERNAME: 'ana', MESOS_PASSWORD: 'planted', MESOS_TOKEN: 'planted' },
      ['MESOS_TOKEN: set either the token or user name and password, not both'],
    ],
    [{ JENKINS_USERNAME: 'ana' }, ['JENKINS_API_TOKEN: required with JENKINS_USERNAME, not set']],
  ])('%o come whole and of one kind', (env, faults) => {
    expect(faultsOf({ ...enough, ...env })).toEqual(faults);
  });
});

describe('inside a Marathon task', () => {
  const inTask = { MARATHON_APP_ID: '/ci/bellboard', MESOS_TASK_ID: 'ci_bellboard.3c5f0a', HOST: '0.0.0.0' };

  test('the app id that Marathon sets for Bellboard itself is not taken for the controller', () => {
    const { config, warnings } = readConfig({ ...enough, ...inTask }, 'all');
    expect(config.marathon.appId).toBe('/jenkins');
    expect(warnings).toEqual([expect.stringContaining("MARATHON_APP_ID names Bellboard's own app /ci/bellboard")]);
  });

  test('an app id that the operator set is', () => {
    const { config, warnings } = readConfig({ ...enough, ...inTask, MARATHON_APP_ID: '/ci/jenkins' }, 'all');
    expect(config.marathon.appId).toBe('/ci/jenkins');
    expect(warnings).toEqual([]);
  });
});

describe('a secret', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'bellboard-config-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };

  test('may lie in a file, which is read again when asked', () => {
    const path = file('token', 'first-token\r\n');
    const config = configOf({ MARATHON_TOKEN_FILE: path });
    const token = config.marathon.credentials.token;
    expect(token?.value()).toBe('first-token');
    expect(token?.refresh()).toBe(false);
    file('token', 'second-token\n');
    expect(token?.refresh()).toBe(true);
    expect(token?.value()).toBe('second-token');
    expect(config.secrets()).toContain('second-token');
    file('token', '');
    expect(token?.refresh()).toBe(false);
    rmSync(path);
    expect(token?.refresh()).toBe(false);
    expect(token?.value()).toBe('second-token');
  });

  test('given directly stays what it is', () => {
    const { botToken } = configOf({}).slack;
    expect(botToken.refresh()).toBe(false);
    expect(botToken.value()).toBe('xoxb-1-bot');
  });

  test('given twice, unreadable, empty or wrong in its file is a fault', () => {
    const { SLACK_BOT_TOKEN: _, ...rest } = enough;
    const path = file('bot', 'xoxb-2-bot');
    expect(faultsOf({ ...enough, SLACK_BOT_TOKEN_FILE: path })).toEqual([
      'SLACK_BOT_TOKEN: set either SLACK_BOT_TOKEN or SLACK_BOT_TOKEN_FILE, not both',
    ]);
    expect(faultsOf({ ...rest, SLACK_BOT_TOKEN_FILE: join(folder, 'none') })).toEqual([
      `SLACK_BOT_TOKEN_FILE: the file ${join(folder, 'none')} cannot be read (ENOENT)`,
    ]);
    expect(faultsOf({ ...rest, SLACK_BOT_TOKEN_FILE: file('empty', '\n') })).toEqual([
      `SLACK_BOT_TOKEN_FILE: the file ${join(folder, 'empty')} is empty`,
    ]);
    expect(faultsOf({ ...rest, SLACK_BOT_TOKEN_FILE: file('user', 'xoxp-planted') })).toEqual([
      'SLACK_BOT_TOKEN: expected a bot token: it begins with xoxb-, got a token that begins with xoxp-',
    ]);
  });

  const planted = {
    SLACK_BOT_TOKEN: 'xoxb-planted-1',
    SLACK_APP_TOKEN: 'xapp-planted-2',
    SLACK_SIGNING_SECRET: 'planted-3',
    REDIS_URL: 'redis://bell:planted%2F4@db',
    MARATHON_PASSWORD: 'planted-5',
    MARATHON_TOKEN: 'planted-6',
    MESOS_PASSWORD: 'planted-7',
    MESOS_TOKEN: 'planted-8',
    JENKINS_API_TOKEN: 'planted-9',
  } satisfies Record<(typeof secretNames)[number], string>;

  test('is told to the scrubber, and to nobody who prints the configuration', () => {
    const { MARATHON_TOKEN: _, MESOS_TOKEN: __, ...logins } = planted;
    const users = { MARATHON_USERNAME: 'a', MESOS_USERNAME: 'a', JENKINS_USERNAME: 'a' };
    const config = configOf({ ...logins, ...users });
    expect(config.secrets().sort()).toEqual(
      ['planted-3', 'planted-5', 'planted-7', 'planted-9', 'planted/4', 'xapp-planted-2', 'xoxb-planted-1'].sort(),
    );
    const printed = [
      JSON.stringify(config),
      inspect(config, { depth: 9, showHidden: true }),
      `${config.slack.botToken}`,
    ].join();
    expect(printed).not.toContain('planted');
    expect(printed).toContain('•••');
  });

  test.each(Object.keys(planted))('%s is in no fault, however wrong it is', (name) => {
    for (const wrong of [
      'planted',
      'planted line\nbreak',
      'xoxp-planted',
      'xapp-planted\n',
      'https://planted@planted/?token=planted',
    ]) {
      const faults = faultsOf({ [name]: wrong, MARATHON_USERNAME: 'ana', PORT: 'x' }, 'bot');
      expect(faults.length).toBeGreaterThan(1);
      expect(faults.join('\n')).not.toContain('planted');
    }
  });
});
