// HTTP mode, with a secret planted wherever one can be: none of them in Slack, in Redis' file or any key, in the log, in
// what is told to Prometheus and on the audit trail.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Rig, startRig, until } from '../support/rig.js';
import { actsIn, ask, audit, change, deploy, markupSaid, shown } from '../support/talk.js';

const SIGNING_SECRET = 'planted-signing-0a1b2c3d4e5f';
const PLANTED = {
  SLACK_SIGNING_SECRET: SIGNING_SECRET,
  MARATHON_PASSWORD: 'planted-marathon-pass-77',
  // Slack escapes `&` and `<` on the way.
  MESOS_TOKEN: 'planted&mesos<token-88',
};
const TYPED = { password: 'planted-typed-pass-99', set: 'planted-set-value-66', token: 'xoxb-9876-planted' };

/** Nobody configured these: they are known by where they stand, or by what they look like. */
const FOREIGN = {
  env: 'planted-env-value-11',
  envNext: 'planted-env-next-12',
  option: 'planted-option-13',
  address: 'planted-address-14',
  stderr: 'planted-stderr-15',
  bearer: 'planted-bearer-16',
  ended: 'planted-ended-17',
  push: 'planted-push-18',
  groovy: 'planted-groovy-19',
  location: 'planted-location-20',
  query: 'planted-query-21',
  killed: 'planted-killed-22',
  build: 'planted-build-23',
  parameter: 'planted-parameter-24',
  repository: 'planted-repository-25',
};
/** Typed, and seen to be a password only when Jenkins says so. */
const CODE = 'planted-launch-code-24';

let rig: Rig;
const folder = mkdtempSync(join(tmpdir(), 'bb-secrets-'));
const manifestFile = join(folder, 'jenkins.json');
const writeManifest = (env: Record<string, string>) => {
  const manifest = JSON.parse(readFileSync('manifests/jenkins.json', 'utf8')) as { env: object };
  writeFileSync(manifestFile, JSON.stringify({ ...manifest, env: { ...manifest.env, ...env } }));
};
const log: string[] = [];
beforeAll(async () => {
  writeManifest({});
  rig = await startRig({
    env: {
      ...PLANTED,
      SLACK_APP_TOKEN: '',
      PORT: '0',
      MARATHON_USERNAME: 'bell',
      ALERT_CHANNEL: 'C0CIALERTS',
      MANIFEST_FILE: manifestFile,
    },
    logTo: (line) => log.push(line),
  });
  rig.slack.deliverHttp({ url: eventsUrl(), signingSecret: SIGNING_SECRET });
  await until(() => rig.world.marathon.deployments.length === 0);
});
afterAll(async () => {
  await rig.close();
  rmSync(folder, { recursive: true });
});

const eventsUrl = () => `http://127.0.0.1:${rig.running.port}/slack/events`;

/** The append-only file holds every value Redis was ever given. */
function everythingInRedis(): string {
  const folder = join(rig.env['DATA_DIR'] ?? '', 'appendonlydir');
  return readdirSync(folder)
    .map((file) => readFileSync(join(folder, file), 'latin1'))
    .join('\n');
}

describe('HTTP mode', () => {
  it('serves signed deliveries', async () => {
    expect((await ask(rig, 'where')).text).toMatch(/controller runs on/);
  });

  it('refuses what Slack did not sign, with 401 and without doing it', async () => {
    const acts = actsIn(rig).length;
    const body = new URLSearchParams({
      command: '/ci',
      text: 'scale executors 9',
      trigger_id: '1.2.x',
      user_id: 'U0ANA',
    });
    const now = String(Math.floor(Date.now() / 1_000));
    const forged = { 'x-slack-request-timestamp': now, 'x-slack-signature': `v0=${'0'.repeat(64)}` };
    for (const headers of [forged, {}]) {
      const answer = await fetch(eventsUrl(), { method: 'POST', body, headers });
      expect(answer.status).toBe(401);
    }
    expect(actsIn(rig)).toHaveLength(acts);
  });
});

describe('secrets', () => {
  it('planted in configuration, commands and answers are in no call to Slack, no key of Redis and no line of the log', {
    timeout: 60_000,
  }, async () => {
    const { token } = rig.world.jenkins.accounts;
    const configured = [...Object.values(PLANTED), token, rig.slack.botToken];
    const secrets = [...configured, ...Object.values(TYPED)];

    const refused = [
      await ask(rig, `deploy --git https://ana:${TYPED.password}@git.example.com/jenkins.git`),
      await ask(rig, `deploy --set ADMIN_PASSWORD=${TYPED.set}`),
    ];
    expect(refused[0]?.text).toMatch(/address with a password in it, so it was not stored or run/);
    expect(refused[1]?.text).toMatch(/server/);
    for (const text of [
      `lock ${PLANTED.MESOS_TOKEN}`,
      `deplyo --set X=${TYPED.token}`,
      `scale executors ${TYPED.token}`,
    ]) {
      expect((await ask(rig, text)).text).toMatch(/looks like a secret, so it was not stored or run/);
    }

    // Upstream bodies that repeat what they were sent, in full and as Basic credentials.
    const basic = Buffer.from(`bell:${PLANTED.MARATHON_PASSWORD}`).toString('base64');
    const echo = `bad credentials Basic ${basic} ${configured.join(' ')} for ${rig.slack.url}`;
    const { marathon, jenkins } = rig.world.servers;
    for (const status of [401, 500]) {
      marathon.faults.push({ match: () => true, how: { status, body: echo } });
      await ask(rig, 'where');
      await ask(rig, 'status');
      await ask(rig, 'deploy --mem 2500');
      marathon.faults.clear();
    }
    // Where a long answer is cut, half a secret would stand at its end.
    const halfHidden = JSON.stringify({ message: `${'x'.repeat(280)} ${PLANTED.MARATHON_PASSWORD}` });
    marathon.faults.push({ match: () => true, how: { status: 500, body: halfHidden } });
    expect((await ask(rig, 'where')).text).toContain('xxx •••');
    marathon.faults.clear();
    jenkins.faults.push({ match: ({ method }) => method === 'POST', how: { status: 403, body: echo } });
    await change(rig, 'scale executors 3');
    jenkins.faults.clear();

    const template = rig.world.jenkins.current?.home.config.templates[0];
    if (template !== undefined) template.jvmArgs = `-Xms16m -DtrustStorePassword=${TYPED.set}`;
    expect((await ask(rig, 'templates')).text).toContain('mesos');
    await ask(rig, 'agents');
    await change(rig, 'template mesos mem=600');
    expect(markupSaid(rig).join('\n')).toContain('-DtrustStorePassword=•••');

    expect((await deploy(rig, 'deploy --now --mem 2501')).text).toMatch(/^Deployed \/jenkins in/);
    await change(rig, 'scale executors 3');

    const places = {
      slack: `${JSON.stringify(rig.slack.calls.map(({ args }) => args))}${markupSaid(rig).join('\n')}${JSON.stringify(rig.slack.messages)}`,
      redis: everythingInRedis(),
      log: log.join('\n'),
    };
    expect(places.redis).toContain('deploy --now --mem 2501');
    expect(places.log).toContain('Bellboard is ready');
    for (const [place, text] of Object.entries(places)) {
      const half = PLANTED.MARATHON_PASSWORD.slice(0, 12);
      for (const secret of [...secrets, basic, half])
        expect(text.includes(secret), `${secret} in ${place}`).toBe(false);
    }
    // Whoever has a response_url can speak as the bot for half an hour.
    expect(places.redis).toMatch(/\/capability\d/);
    expect(places.log).not.toMatch(/\/capability\d/);
  });
});

/** Every key there is, with all that is in it. */
async function everyKey(): Promise<string> {
  const redis = new Redis(rig.redis.url.replace(/^unix:\/\//, ''));
  const readers: Record<string, (key: string) => Promise<unknown>> = {
    string: (key) => redis.get(key),
    hash: (key) => redis.hgetall(key),
    list: (key) => redis.lrange(key, 0, -1),
    set: (key) => redis.smembers(key),
    zset: (key) => redis.zrange(key, '0', '-1'),
    stream: (key) => redis.xrange(key, '-', '+'),
  };
  try {
    const all: string[] = [];
    for await (const keys of redis.scanStream({ count: 500 })) {
      for (const key of keys as string[]) {
        const type = await redis.type(key);
        const read = readers[type];
        if (read === undefined && type !== 'none') throw new Error(`nobody reads a ${type}`);
        all.push(`${key} ${JSON.stringify(await read?.(key))}`);
      }
    }
    return all.join('\n');
  } finally {
    redis.disconnect();
  }
}

describe('a password that only Jenkins knows to be one', () => {
  it('is refused, and nobody is told it or keeps it', async () => {
    const release = rig.world.jenkins.current?.home.job('release');
    release?.parameters.push({ name: 'LAUNCH', type: 'password', description: null, defaultValue: 'x' });
    const end = await change(rig, `build release LAUNCH=${CODE}`);
    expect(end.text).toMatch(/LAUNCH of release is a password/);
    const slack = JSON.stringify([rig.slack.calls.map(({ args }) => args), rig.slack.messages]);
    expect(slack).toContain('build release LAUNCH=•••');
    expect(await audit(rig)).toContainEqual(expect.objectContaining({ text: 'build release LAUNCH=•••' }));
    for (const text of [slack, await everyKey(), log.join('\n')]) expect(text).not.toContain(CODE);
  });
});

describe('secrets of others', () => {
  it('in manifests, logs, errors, redirects and the words of Mesos, Marathon, git and Groovy stay where they are', {
    timeout: 90_000,
  }, async () => {
    const { marathon, jenkins } = rig.world.servers;
    const shownPlans: string[] = [];
    for (const [value, option] of [
      [FOREIGN.env, FOREIGN.option],
      [FOREIGN.envNext, 'other'],
    ]) {
      const from = rig.slack.calls.length;
      writeManifest({
        DB_PASSWORD: value ?? '',
        JAVA_OPTS: `-Xmx1g -Ddb.password=${option}`,
        REPOSITORY: `https://ana:${FOREIGN.address}@git.example.com/x.git`,
      });
      const ended = await deploy(rig, 'deploy --now');
      expect(ended.text).toMatch(/^Deployed/);
      shownPlans.push(JSON.stringify(rig.slack.calls.slice(from).map(({ args }) => args)));
    }
    // Masked, and shown as changed all the same.
    expect(shownPlans[0]).toMatch(/env\.DB_PASSWORD: added •••/);
    expect(shownPlans[1]).toMatch(/env\.DB_PASSWORD: ••• → •••/);

    const current = () => {
      const task = rig.world.cluster.task(rig.world.jenkins.current?.taskId ?? '');
      if (task === undefined) throw new Error('no controller runs');
      return task;
    };
    current().sandbox.stderr += [
      `WARNING: login with password=${FOREIGN.stderr} failed`,
      `Authorization: Bearer ${FOREIGN.bearer}`,
      `${Object.values(PLANTED).join(' ')} ${rig.world.jenkins.accounts.token}`,
      '',
    ].join('\n');
    await ask(rig, 'logs');
    rig.world.cluster.crashTask(current().id, {
      message: `Container exited: docker run -e DB_PASSWORD=${FOREIGN.ended} https://ana:${FOREIGN.killed}@x/ ${PLANTED.MESOS_TOKEN}`,
    });
    await until(
      () => rig.slack.messages.some((one) => one.channelId === 'C0CIALERTS' && /is back after/.test(one.text)),
      30_000,
    );
    await ask(rig, 'logs --previous');

    rig.world.jenkins.failGitPush(
      true,
      `fatal: unable to access 'https://ana:${FOREIGN.push}@git.example.com/x.git/': 403 token=${FOREIGN.push}`,
    );
    rig.world.jenkins.changeConfig();
    await until(
      () => rig.slack.messages.some((one) => one.channelId === 'C0CIALERTS' && /does not save/.test(one.text)),
      30_000,
    );
    await ask(rig, 'status');
    await ask(rig, 'alerts');

    const trace = `groovy.lang.MissingPropertyException: No such property: x\n password=${FOREIGN.groovy} at Script1.run(${PLANTED.MESOS_TOKEN})`;
    jenkins.faults.push({
      match: ({ path }) => path.includes('scriptText'),
      how: { status: 200, body: `password=${FOREIGN.groovy} ${trace}` },
    });
    await ask(rig, 'status');
    await change(rig, 'scale executors 6');
    jenkins.faults.clear();
    const buildLog = `docker login -p ${PLANTED.MESOS_TOKEN} password=${FOREIGN.build}\nAuthorization: Bearer ${FOREIGN.bearer}\n`;
    jenkins.faults.push({
      match: ({ path }) => path.includes('progressiveText'),
      how: {
        status: 200,
        headers: { 'content-type': 'text/plain', 'x-text-size': String(buildLog.length) },
        body: buildLog,
      },
    });
    const told = JSON.stringify({
      ...{ number: 1, timestamp: 1, building: false, duration: 1, result: 'FAILURE' },
      actions: [{ causes: [{ shortDescription: `Started by remote host with note: token=${FOREIGN.build}` }] }],
      changeSet: { items: [{ msg: `${'x'.repeat(60)} password=${FOREIGN.build}`, author: { fullName: 'Ana' } }] },
    });
    jenkins.faults.push({
      match: ({ path }) => path.includes('/job/app-build/1/api'),
      how: { status: 200, headers: { 'content-type': 'application/json' }, body: told },
    });
    jenkins.faults.push({
      match: ({ path, query }) =>
        path.includes('/job/app-build/api') && (query.get('tree') ?? '').startsWith('builds['),
      how: { status: 200, headers: { 'content-type': 'application/json' }, body: `{"builds":[${told}]}` },
    });
    expect((await ask(rig, 'console app-build#1')).text).toMatch(/The last 2 lines of the log of app-build #1/);
    expect((await ask(rig, 'builds app-build')).text).toMatch(/started by remote host with note: token=•••/);
    jenkins.faults.clear();
    marathon.faults.push({
      match: () => true,
      how: {
        status: 302,
        headers: { location: `http://ana:${FOREIGN.location}@127.0.0.1:1/v2?token=${FOREIGN.query}` },
      },
    });
    await ask(rig, 'where');
    await ask(rig, 'status');
    marathon.faults.clear();
    await until(() => rig.slack.messages.length > 0);

    const admin = `http://127.0.0.1:${rig.running.adminPort}`;
    const places = {
      slack: `${JSON.stringify(rig.slack.calls.map(({ args }) => args))}${markupSaid(rig).join('\n')}${JSON.stringify(rig.slack.messages)}${rig.slack.files.map((file) => file.bytes?.toString() ?? '').join('')}`,
      "Redis' file": everythingInRedis(),
      'a key of Redis': await everyKey(),
      'the log': log.join('\n'),
      'the metrics': await (await fetch(`${admin}/metrics`)).text(),
      readyz: await (await fetch(`${admin}/readyz`)).text(),
      'the audit trail': JSON.stringify(await audit(rig)),
    };
    expect(places['a key of Redis']).toContain('deploy --now');
    const leaks: string[] = [];
    for (const [place, text] of Object.entries(places)) {
      for (const secret of [
        ...Object.values(FOREIGN),
        ...Object.values(PLANTED),
        rig.world.jenkins.accounts.token,
        rig.slack.botToken,
      ]) {
        const at = text.indexOf(secret);
        if (at >= 0) leaks.push(`${place}: …${text.slice(Math.max(0, at - 200), at + 60)}…`);
      }
    }
    expect(leaks).toEqual([]);
  });

  it('in the parameters of a job are in no answer, no form and no key of Redis, and left to Jenkins', {
    timeout: 60_000,
  }, async () => {
    const job = rig.world.jenkins.current?.home.job('app-build');
    if (job === undefined) throw new Error('no job');
    const address = `https://ana:${FOREIGN.repository}@git.example.com/x.git`;
    const texts = { type: 'string', description: `as in ${address}` } as const;
    job.parameters = [
      { ...texts, name: 'DB_PASSWORD', defaultValue: FOREIGN.parameter },
      { ...texts, name: 'API_KEY', defaultValue: FOREIGN.parameter },
      { ...texts, name: 'REPO', defaultValue: address },
      { ...texts, name: 'MIRROR', type: 'choice', defaultValue: address, choices: [address, 'none'] },
    ];
    expect((await change(rig, 'build app-build TYPO=1')).text).toContain('It takes DB_PASSWORD, API_KEY, REPO, MIRROR');
    const asked = rig.slack.messages.length;
    await rig.type('build');
    const wrong = await rig.slack.changed(() =>
      rig.slack.messages.slice(asked).find(({ text }) => /name of a/.test(text)),
    );
    await rig.slack.press({ user: '@ana', channel: '#ci', messageTs: wrong.ts, label: 'Choose …' });
    const form = await rig.slack.changed(() => rig.slack.views.find(({ open, kind }) => open && kind === 'modal'));
    await rig.slack.screens.fill({ user: '@ana', viewId: form.id, field: 'Job', value: 'app-build' });
    await rig.slack.changed(() => JSON.stringify(rig.slack.views.map(({ view }) => view)).includes('MIRROR'), 15_000);
    await rig.type('build app-build');
    await rig.slack.changed(
      () => rig.slack.messages.find((one) => shown(one).includes('REPO as kept in Jenkins')),
      15_000,
    );
    for (const text of [JSON.stringify(rig.slack.calls.map(({ args }) => args)), everythingInRedis(), log.join('\n')]) {
      expect(text).not.toContain(FOREIGN.parameter);
      expect(text).not.toContain(FOREIGN.repository);
    }
  });
});
