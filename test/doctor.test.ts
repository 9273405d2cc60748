// `bellboard doctor` against the simulated world: all is well, then one thing broken at a time.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { producer, untilReady } from '../src/adapters/redis/connect.js';
import { type PrivateRedis, startPrivateRedis } from '../src/adapters/redis/private-redis.js';
import { ConfigError } from '../src/config.js';
import { doctor } from '../src/doctor.js';
import { readManifest, type SlackWorkspace, startSlack } from '../src/playground/slack/workspace.js';
import type { SimulatedWorld } from '../src/playground/world.js';
import { healthySetup } from './support/healthy-setup.js';

const POLICY = 'roles:\n  operators: [U0ANA]\n  admins: [U0LEE]\n';
const NOBODY_LISTENS = 'http://127.0.0.1:1';

let folder: string;
let redis: PrivateRedis;
let slack: SlackWorkspace;
let world: SimulatedWorld;
let env: Record<string, string>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bb-'));
  redis = await startPrivateRedis({ dataDir: folder, log: { info() {}, warn() {}, error() {} } });
});
afterAll(async () => {
  await redis.stop();
  rmSync(folder, { recursive: true, force: true });
});

beforeEach(async () => {
  policy(POLICY);
  ({ slack, world, env } = await healthySetup({ redisUrl: redis.url, policyFile: join(folder, 'policy.yaml') }));
});
afterEach(() => Promise.all([slack.close(), world.close()]));

const policy = (text: string) => writeFileSync(join(folder, 'policy.yaml'), text);

/** What it prints, and what it exits with. */
async function examine(patch: Record<string, string> = {}) {
  const lines: string[] = [];
  const code = await doctor({ ...env, ...patch }, (line) => lines.push(line));
  return { code, lines, toFix: lines.filter((line) => line.startsWith('FIX')) };
}

/** One thing is wrong, it is said on one line, and what to do stands at its end. */
async function expectOneFault(line: RegExp, patch: Record<string, string> = {}) {
  const { code, lines, toFix } = await examine(patch);
  expect(toFix).toEqual([expect.stringMatching(line)]);
  expect(lines.at(-1)).toBe('1 to fix.');
  expect(code).toBe(1);
}

it('finds everything there and exits 0', async () => {
  expect(await examine()).toEqual({
    code: 0,
    toFix: [],
    lines: [
      'ok    configuration: every variable is well-formed',
      expect.stringMatching(/^ok {4}Redis: version \d+\.\d+\.\d+$/),
      'ok    Slack: connected as bellboard',
      'ok    Slack: Socket Mode',
      'ok    Slack: all scopes are granted',
      'note  Slack: without channels:history and groups:history, a message of unknown fate is sent again there and marked "may repeat"',
      'ok    alerts: posted in C0CIALERTS',
      'ok    alerts: S0CIOPS is mentioned when an alert is not over in time',
      expect.stringMatching(/^ok {4}digests: posted in C0CIALERTS\. At 09:00, Monday through Friday, the next /),
      expect.stringMatching(/^ok {4}policy: .*policy\.yaml: no rules, so ours hold, 2 people$/),
      'note  policy: rule 1: everyone may use every command that only reads',
      'note  policy: rule 2: operators may use every command that changes something and every disruptive command',
      'note  policy: the file has no rule for `history`, so ours holds: operators and admins may use `history`; the rules about whole kinds of commands below do not open it to others',
      'ok    manifest manifests/jenkins.json: nothing stands against deploying it',
      'ok    Marathon: version 1.5.15',
      'ok    Marathon: /jenkins runs on 192.168.3.25:31052',
      'ok    Mesos: 39 agents',
      'ok    Mesos: Jenkins is registered as Jenkins Scheduler',
      expect.stringMatching(/^ok {4}Jenkins: version 1\.596\.2, as /),
      'ok    Jenkins: script console allowed; 1 agent templates',
      expect.stringMatching(/^ok {4}Jenkins: SCM sync: /),
      'Everything needed is there.',
    ],
  });
});

it('leaves everything as it was: it writes nowhere, and takes no delivery from a bot at work', async () => {
  await examine();
  expect(world.servers.marathon.writes).toEqual([]);
  expect(world.jenkins.accessLog.filter((entry) => entry.tookEffect)).toEqual([]);
  expect(slack.messages).toEqual([]);
  expect(slack.connections).toBe(0);
});

it('wrong configuration is thrown with every fault, for exit code 2', async () => {
  await expect(examine({ SLACK_BOT_TOKEN: 'x', MARATHON_URL: 'marathon' })).rejects.toThrow(ConfigError);
});

it('a variable that looks like ours is noted, which is nothing to fix', async () => {
  const { code, lines } = await examine({ MARATHON_ULR: 'http://127.0.0.1:1' });
  expect(lines[1]).toMatch(/^note {2}configuration: .*MARATHON_ULR.*MARATHON_URL/);
  expect(code).toBe(0);
});

it('says of every system that is not there which address to check, and no password of it', async () => {
  const { code, lines, toFix } = await examine({
    REDIS_URL: 'redis://bell:planted@127.0.0.1:1',
    SLACK_API_URL: `${NOBODY_LISTENS}/api/`,
    MARATHON_URL: NOBODY_LISTENS,
    MESOS_URL: NOBODY_LISTENS,
  });
  expect(toFix).toEqual([
    'FIX   Redis: connect: refused the connection. Check REDIS_URL and that the server runs.',
    expect.stringMatching(/^FIX {3}Slack: auth\.test says \w+\. Check SLACK_BOT_TOKEN and SLACK_API_URL\.$/),
    expect.stringMatching(
      /^FIX {3}Marathon: GET \/v2\/info: .*\. Check MARATHON_URL and that this machine reaches it\.$/,
    ),
    expect.stringMatching(/^FIX {3}Mesos: GET .*\. Check MESOS_URL and that this machine reaches it\.$/),
  ]);
  expect(lines.at(-1)).toBe('4 to fix.');
  expect(lines.join('\n')).not.toContain('planted');
  expect(code).toBe(1);
});

describe('Redis', () => {
  it('that drops keys when it is full', async () => {
    const client = producer(redis.url);
    await untilReady(client, 5_000);
    await client.config('SET', 'maxmemory-policy', 'allkeys-lru');
    await expectOneFault(/^FIX {3}Redis: maxmemory-policy is allkeys-lru: .* Set it to noeviction\.$/);
    await client.config('SET', 'maxmemory-policy', 'noeviction');
    client.disconnect();
  });

  it('of its own, where none is named', async () => {
    const own = 'ok    Redis: no REDIS_URL: the role `all` starts a private one';
    expect(await examine({ REDIS_URL: '' })).toMatchObject({ code: 0, lines: expect.arrayContaining([own]) });
  });
});

describe('Slack', () => {
  it.each<[string, Record<string, string>, RegExp]>([
    [
      'that refuses the bot token',
      { SLACK_BOT_TOKEN: 'xoxb-planted' },
      /^FIX {3}Slack: auth\.test says invalid_auth\. Check SLACK_BOT_TOKEN/,
    ],
    [
      'that refuses the app token',
      { SLACK_APP_TOKEN: 'xapp-planted' },
      /^FIX {3}Slack: apps\.connections\.open says invalid_auth\. Check SLACK_APP_TOKEN; its scope is connections:write\.$/,
    ],
  ])('%s', async (_what, patch, line) => {
    await expectOneFault(line, patch);
  });

  it('with a scope that was not granted', async () => {
    const manifest = readManifest(readFileSync('manifests/slack-app.yaml', 'utf8'));
    const { scopes } = manifest.oauth_config;
    const poorer = await startSlack({
      manifest: {
        ...manifest,
        oauth_config: { scopes: { bot: scopes.bot.filter((scope) => !/^(files:write|users:read)$/.test(scope)) } },
      },
    });
    await expectOneFault(
      /^FIX {3}Slack: scopes are missing: users:read, files:write\. Add them .*manifests\/slack-app\.yaml.* install the app again\.$/,
      { SLACK_BOT_TOKEN: poorer.botToken, SLACK_APP_TOKEN: poorer.appToken, SLACK_API_URL: poorer.slackApiUrl },
    );
    await poorer.close();
  });

  it('with the histories of channels looks for what may have been sent', async () => {
    const manifest = readManifest(readFileSync('manifests/slack-app.yaml', 'utf8'));
    const bot = [...manifest.oauth_config.scopes.bot, 'channels:history', 'groups:history'];
    const richer = await startSlack({ manifest: { ...manifest, oauth_config: { scopes: { bot } } } });
    const { lines } = await examine({
      SLACK_BOT_TOKEN: richer.botToken,
      SLACK_APP_TOKEN: richer.appToken,
      SLACK_API_URL: richer.slackApiUrl,
    });
    expect(lines).toContain(
      'note  Slack: a message of unknown fate is looked for in its channel before it is sent again',
    );
    await richer.close();
  });

  it('is asked for the scopes its manifest asks for', async () => {
    const { bot } = readManifest(readFileSync('manifests/slack-app.yaml', 'utf8')).oauth_config.scopes;
    const bare = await startSlack({
      manifest: {
        ...readManifest(readFileSync('manifests/slack-app.yaml', 'utf8')),
        oauth_config: { scopes: { bot: [] } },
      },
    });
    const { toFix } = await examine({
      SLACK_BOT_TOKEN: bare.botToken,
      SLACK_APP_TOKEN: bare.appToken,
      SLACK_API_URL: bare.slackApiUrl,
    });
    expect(toFix.join()).toContain(`scopes are missing: ${bot.join(', ')}.`);
    await bare.close();
  });

  it('in HTTP mode needs no app token', async () => {
    const http = { SLACK_APP_TOKEN: '', SLACK_SIGNING_SECRET: 'simulated-secret' };
    expect(await examine(http)).toMatchObject({ code: 0, lines: expect.arrayContaining(['ok    Slack: HTTP mode']) });
  });
});

describe('the manifest', () => {
  const manifest = (text: string) => {
    writeFileSync(join(folder, 'app.json'), text);
    return { MANIFEST_FILE: join(folder, 'app.json') };
  };

  it('that is not there', async () => {
    await expectOneFault(/^FIX {3}manifest \/nonexistent: cannot be read, .* Set MANIFEST_FILE\.$/, {
      MANIFEST_FILE: '/nonexistent',
    });
  });

  it('that is not JSON', async () => {
    await expectOneFault(/^FIX {3}manifest .*: The manifest is not JSON: line 1, column 2/, manifest('{'));
  });

  it('that would harm', async () => {
    await expectOneFault(/^FIX {3}manifest .*app\.json: `upgradeStrategy` is missing/, manifest('{"id": "/jenkins"}'));
  });

  it('whose placeholders nobody fills', async () => {
    const { lines, code } = await examine({ APP_USER: '' });
    expect(lines).toContain('note  manifest manifests/jenkins.json: APP_USER is not set, so each deploy needs --user');
    expect(code).toBe(0);
  });
});

describe('the policy', () => {
  it.each<[string, string, RegExp]>([
    [
      'with faults, each named',
      'roles:\n  operators: [ana]\nrules:\n  - to: admins\n',
      /^FIX {3}policy: .*policy\.yaml has faults: .*roles\.operators\.0: expected a Slack user id.*; .*rules\.0.*`command` or an `effect`/,
    ],
    [
      'in which nobody is listed',
      'roles:\n  operators: []\n  admins: []\n',
      /^FIX {3}policy: .*policy\.yaml lists nobody, so nobody may change anything\. Put Slack ids under `roles`\.$/,
    ],
    [
      'that uses a role it does not define',
      `${POLICY}rules:\n  - effect: change\n    to: developers\n`,
      /^FIX {3}policy: the role "developers" is used but not defined, so it means nobody\. Add it under `roles`\.$/,
    ],
  ])('%s', async (_what, text, line) => {
    policy(text);
    await expectOneFault(line);
  });

  const EXPLAINED = `
roles:
  operators: [U0ANA, S0CIOPS]
  developers: []
rules:
  - { command: scale executors, to: [developers, operators], max: { count: 8 }, in: [C0CI] }
  - { command: logs, to: operators }
  - { effect: read, to: everyone }
  - { effect: disrupt, to: operators, approvals: 1 }
  - { command: deploy, to: operators }
`;

  it('is explained, rule by rule, with what is odd and who is in its groups', async () => {
    policy(EXPLAINED);
    const { code, lines } = await examine();
    expect(lines.filter((line) => line.includes('policy: '))).toEqual([
      expect.stringMatching(/^ok {4}policy: .*policy\.yaml: 5 rules, 1 person, 1 user group$/),
      'note  policy: rule 1: developers and operators may use `scale executors`, up to `count` 8, only in C0CI',
      'note  policy: rule 2: operators may use `logs`; the rules about whole kinds of commands below do not open it to others',
      'note  policy: rule 3: everyone may use every command that only reads',
      'note  policy: rule 4: operators may use every disruptive command, when 1 other of them agrees',
      'note  policy: rule 5: operators may use `deploy`; the rules about whole kinds of commands below do not open it to others',
      'note  policy: the file has no rule for `history`, so ours holds: operators and admins may use `history`; the rules about whole kinds of commands below do not open it to others',
      'note  policy: rule 5 never matters: rule 4 decides all of it before',
      'ok    policy: the group S0CIOPS (@ci-ops) has 1 member',
    ]);
    expect(code).toBe(0);
  });

  it.each<[string, string, RegExp]>([
    [
      'with a misspelt bound',
      `${POLICY}rules:\n  - { command: scale, to: operators, max: { cuont: 8 } }\n`,
      /^FIX {3}policy: rule 1 bounds `cuont`, .*, so it allows nothing; did you mean `count`\?$/,
    ],
    [
      'with a group that is not there',
      'roles: { operators: [S0NOBODY] }',
      /^FIX {3}policy: who is in the group S0NOBODY is not known, so it means nobody: no_such_subteam\. There is no such group/,
    ],
  ])('%s', async (_what, text, line) => {
    policy(text);
    await expectOneFault(line);
  });

  it('with groups, on a free plan', async () => {
    policy(EXPLAINED);
    slack.onFreePlan(true);
    await expectOneFault(
      /^FIX {3}policy: who is in the group S0CIOPS is not known, .*: plan_upgrade_required\. User groups need a paid Slack plan: list the ids of the people/,
    );
  });

  it('that is not there', async () => {
    env['POLICY_FILE'] = join(folder, 'none.yaml');
    await expectOneFault(/^FIX {3}policy: no file .*none\.yaml, so nobody .*\. Write one, or set POLICY_FILE\.$/);
  });
});

describe('Marathon', () => {
  it('that wants other credentials', async () => {
    world.servers.marathon.faults.push({ match: () => true, how: { status: 401 } });
    await expectOneFault(
      /^FIX {3}Marathon: GET \/v2\/info: 401.*\. Check MARATHON_USERNAME and MARATHON_PASSWORD, or MARATHON_TOKEN\.$/,
    );
  });

  it('without the app', async () => {
    await expectOneFault(
      /^FIX {3}Marathon: there is no app \/ci\/jenkins\. Set MARATHON_APP_ID .*`deploy` creates it\.$/,
      {
        MARATHON_APP_ID: '/ci/jenkins',
      },
    );
  });

  it('whose app has no running task', async () => {
    world.marathon.changes.create({ id: '/idle', cmd: 'sleep 1000', cpus: 0.1, mem: 32, instances: 0 });
    await expectOneFault(/^FIX {3}Marathon: \/idle has no running task\. `status` tells why\.$/, {
      MARATHON_APP_ID: '/idle',
    });
  });
});

describe('Mesos', () => {
  it('that shows no agents', async () => {
    const empty = { status: 200, body: '{"slaves":[]}', headers: { 'content-type': 'application/json' } };
    world.servers.mesos.faults.push({ match: ({ path }) => path.endsWith('/slaves'), how: empty });
    await expectOneFault(/^FIX {3}Mesos: answers, but shows no agent\. .*MESOS_USERNAME/);
  });

  it('without Jenkins among its frameworks is noted: it registers with the first build', async () => {
    world.jenkins.abortScheduler();
    expect((await examine()).lines).toContain('note  Mesos: Jenkins is not registered as a framework now');
  });
});

describe('Jenkins', () => {
  const isScript = ({ path }: { path: string }) => path.endsWith('/scriptText');

  it('that is not there', async () => {
    await expectOneFault(/^FIX {3}Jenkins: .*Set JENKINS_URL when it is behind a load balancer\.$/, {
      JENKINS_URL: NOBODY_LISTENS,
    });
  });

  it('that refuses the API token', async () => {
    await expectOneFault(/^FIX {3}Jenkins: GET \/api\/json: 401.* Check JENKINS_USERNAME and JENKINS_API_TOKEN\.$/, {
      JENKINS_API_TOKEN: 'planted',
    });
  });

  it('without the SCM sync plugin is noted where no repository is named', async () => {
    world.jenkins.setScmSync('absent');
    const { code, lines } = await examine({ SCM_SYNC_GIT: '' });
    expect(lines).toContain('note  Jenkins: the SCM sync plugin is not installed');
    expect(code).toBe(0);
  });

  const noCloud = '@@CIBOT@@{"ok":true,"controller":{"numExecutors":2},"clouds":[]}@@END@@';
  it.each<[what: string, broken: () => void, line: RegExp]>([
    [
      'whose user may not run scripts',
      () => world.jenkins.withdrawScriptRight(),
      /: POST \/scriptText: 403.*lacks the right .*\. Give the account that right, or set JENKINS_USERNAME to another one\.$/,
    ],
    [
      'without the SCM sync plugin, though a repository is named to save to',
      () => world.jenkins.setScmSync('absent'),
      /: the SCM sync plugin is not installed, so .*SCM_SYNC_GIT\. Install scm-sync-configuration\.$/,
    ],
    [
      'without a Mesos cloud',
      () => world.servers.jenkins.faults.push({ match: isScript, times: 1, how: { status: 200, body: noCloud } }),
      /: there is no Mesos cloud with agent templates\. Install the Mesos plugin and add one\.$/,
    ],
  ])('%s', async (_what, broken, line) => {
    broken();
    await expectOneFault(new RegExp(`^FIX {3}Jenkins${line.source}`));
  });
});

it('says all faults at once, and none of the secrets, even where a system repeats what it was sent', async () => {
  const secrets = {
    SLACK_BOT_TOKEN: 'xoxb-planted-bot',
    SLACK_APP_TOKEN: 'xapp-planted-app',
    MARATHON_USERNAME: 'ana',
    MARATHON_PASSWORD: 'planted-marathon',
    MESOS_TOKEN: 'planted-mesos',
    JENKINS_API_TOKEN: 'planted-jenkins',
  };
  const echo = (body: string) => ({ match: () => true, how: { status: 500, body } });
  world.servers.marathon.faults.push(echo('{"message":"bad password planted-marathon"}'));
  world.servers.mesos.faults.push(echo('no such token=planted-mesos'));
  world.servers.jenkins.faults.push(echo('<title>planted-jenkins</title>'));
  const { code, lines, toFix } = await examine(secrets);
  for (const about of ['Slack', 'Marathon', 'Mesos', 'Jenkins'])
    expect(toFix.filter((line) => line.startsWith(`FIX   ${about}: `))).toHaveLength(1);
  expect(code).toBe(1);
  expect(lines.join('\n')).not.toContain('planted');
});

describe('the alert channel', () => {
  it.each([
    ['in which the bot is not', 'C0RANDOM', /^FIX {3}alerts: the bot is not in ALERT_CHANNEL C0RANDOM\. Invite it/],
    ['that is archived', 'C0OLD', /^FIX {3}alerts: ALERT_CHANNEL C0OLD is archived\. Set another one\.$/],
    ['that nobody knows', 'C0NOWHERE', /^FIX {3}alerts: there is no channel C0NOWHERE, .*\/invite the bot\.$/],
  ])('%s', (_what, channel, line) => expectOneFault(line, { ALERT_CHANNEL: channel }));

  it.each([
    ['in which the bot is not', 'C0RANDOM', /^FIX {3}digests: the bot is not in DIGEST_CHANNEL C0RANDOM\. Invite it/],
    ['that is archived', 'C0OLD', /^FIX {3}digests: DIGEST_CHANNEL C0OLD is archived\. Set another one\.$/],
  ])('of digests %s', (_what, channel, line) => expectOneFault(line, { DIGEST_CHANNEL: channel }));

  it('of digests is that of alerts unless another is set, and it says when the next one comes', async () => {
    const { lines } = await examine({ DIGEST_SCHEDULE: '0 9 * * 1-5', TIME_ZONE: 'Asia/Shanghai' });
    expect(lines.find((line) => line.includes('digests: '))).toMatch(
      /^ok {4}digests: posted in C0\w+\. At 09:00, Monday through Friday, the next \w{3} \d+ \w+ 09:00 \(Asia\/Shanghai\)$/,
    );
  });

  it('that is not set is noted, for some only want the commands', async () => {
    const { code, lines } = await examine({ ALERT_CHANNEL: '', ONCALL_MENTION: '' });
    expect(code).toBe(0);
    expect(lines).toContain('note  alerts: ALERT_CHANNEL is not set: nobody is alerted when the controller restarts');
  });
});
