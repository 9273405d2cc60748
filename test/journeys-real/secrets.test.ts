// HTTP mode, with a secret planted wherever one can be: none of them in Slack, in Redis' file or in the log.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Rig, startRig, until } from '../support/rig.js';
import { actsIn, ask, change, deploy, markupSaid } from '../support/talk.js';

const SIGNING_SECRET = 'planted-signing-0a1b2c3d4e5f';
const PLANTED = {
  SLACK_SIGNING_SECRET: SIGNING_SECRET,
  MARATHON_PASSWORD: 'planted-marathon-pass-77',
  MESOS_TOKEN: 'planted-mesos-token-88',
};
const TYPED = { password: 'planted-typed-pass-99', set: 'planted-set-value-66' };

let rig: Rig;
const log: string[] = [];
beforeAll(async () => {
  rig = await startRig({
    env: { ...PLANTED, SLACK_APP_TOKEN: '', PORT: '0', MARATHON_USERNAME: 'bell' },
    logTo: (line) => log.push(line),
  });
  rig.slack.deliverHttp({ url: eventsUrl(), signingSecret: SIGNING_SECRET });
  await until(() => rig.world.marathon.deployments.length === 0);
});
afterAll(() => rig.close());

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
  it('planted in configuration, commands and answers are in no call to Slack, no key of Redis and no line of the log', async () => {
    const { token } = rig.world.jenkins.accounts;
    const configured = [...Object.values(PLANTED), token, rig.slack.botToken];
    const secrets = [...configured, ...Object.values(TYPED)];

    const refused = [
      await ask(rig, `deploy --git https://ana:${TYPED.password}@git.example.com/jenkins.git`),
      await ask(rig, `deploy --set ADMIN_PASSWORD=${TYPED.set}`),
    ];
    expect(refused[0]?.text).toMatch(/address with a password in it, so it was not stored or run/);
    expect(refused[1]?.text).toMatch(/server/);

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
    jenkins.faults.push({ match: ({ method }) => method === 'POST', how: { status: 403, body: echo } });
    await change(rig, 'scale executors 3');
    jenkins.faults.clear();

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
      for (const secret of [...secrets, basic]) expect(text.includes(secret), `${secret} in ${place}`).toBe(false);
    }
    // Whoever has a response_url can speak as the bot for half an hour.
    expect(places.redis).toMatch(/\/capability\d/);
    expect(places.log).not.toMatch(/\/capability\d/);
  });
});
