// Marathon ill in every way it has been seen ill: what people are told, how soon, and what the systems' own logs say.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { SECOND } from '../../src/core/time.js';
import type { Fault, FaultHow } from '../../src/playground/servers/faults.js';
import { pressables } from '../../src/playground/slack/workspace.js';
import { isPut } from '../support/killing.js';
import { type Rig, type RigOptions, startRig, until } from '../support/rig.js';
import { ask, audit, deploy, ending, plan, press, putsThatTook, settle, shown } from '../support/talk.js';

let rig: Rig;

function withRig(options: RigOptions = {}): void {
  beforeAll(async () => {
    rig = await startRig(options);
    await until(() => rig.world.marathon.deployments.length === 0);
  });
  afterAll(() => rig.close());
}

const faults = () => rig.world.servers.marathon.faults;

async function suffering<T>(fault: Fault, act: () => Promise<T>): Promise<T> {
  faults().push(fault);
  try {
    return await act();
  } finally {
    faults().clear();
    faults().hooks = {};
  }
}

const notQuiet = () => rig.world.jenkins.current?.farm.quietingDown !== true;

/** A fault of every request, and what people read of it. */
const ILLNESSES: [string, FaultHow, RegExp][] = [
  ['closes every connection', 'close', /closed|connection/i],
  ['is slow by 30 s', { slowMs: 30 * SECOND }, /within|slow|after 25 s/],
  ['says nothing at all', 'hang', /within|slow|after 25 s/],
  ['shows a login page', 'html', /HTML|web page|sign in/i],
  ['answers half', 'truncate', /in the middle of its answer/],
  ['sends in circles', 'redirect-loop', /redirect/i],
  [
    'stands behind a gateway that knows no such path (404)',
    { status: 404, headers: { 'content-type': 'text/html' }, body: '<html><h1>Not Found</h1></html>' },
    /404.*is the URL right/,
  ],
  ...[401, 403, 500, 502, 503].map((status): [string, FaultHow, RegExp] => [
    `answers ${status}`,
    { status, body: `<!channel> status ${status}` },
    new RegExp(`${status}`),
  ]),
];

describe('while Marathon', () => {
  // Slower than elsewhere: the machine's own pauses must not look like seconds of ours.
  withRig({ speed: 5 });
  for (const [name, how, seen] of ILLNESSES) {
    it(`${name}, where, status and deploy answer within 30 s, say so, and change nothing`, async () => {
      const puts = putsThatTook(rig);
      const startedAt = rig.clock.now();
      const answers = await suffering({ match: () => true, how }, () =>
        Promise.all(['where', 'status', 'deploy --mem 2345'].map((text) => askAs(text))),
      );
      for (const { text, took } of answers) {
        expect(text).toMatch(/Marathon/);
        expect(text).toMatch(seen);
        expect(text).not.toMatch(/bug in the bot/);
        expect(text).not.toContain('<!channel>');
        expect(took - startedAt, text).toBeLessThan(30 * SECOND);
      }
      expect(answers[2]?.text).toMatch(/Nothing was changed/);
      expect(putsThatTook(rig)).toBe(puts);
      expect(notQuiet()).toBe(true);
    });
  }

  /** Each as its own delivery; three people could have typed them. */
  const askAs = async (text: string) => {
    const user = { where: '@lee', status: '@dev' }[text] ?? '@ana';
    const message = await ask(rig, text, { user });
    return { text: shown(message), took: rig.clock.now() };
  };
});

function answering(status: number): [string, FaultHow, RegExp] {
  return [`answers ${status}`, { status, body: `<!channel> status ${status}` }, new RegExp(`${status}`)];
}

/** Only the PUT meets it: the plan was made while all was well. */
const REFUSALS: [string, FaultHow, RegExp][] = [
  answering(401),
  answering(403),
  [
    'finds the app invalid (422)',
    {
      status: 422,
      headers: { 'content-type': 'application/json' },
      body: '{"message":"Object is not valid","details":[{"path":"/cpus","errors":["must be <!here> greater than 0"]}]}',
    },
    /422.*Object is not valid.*cpus: must be/s,
  ],
];

/** It did not take it, and nobody can tell that it will not. */
const UNTOLD: [string, FaultHow, RegExp][] = [
  answering(503),
  ['closes the connection', 'close', /closed the connection/],
  ['shows a login page', 'html', /HTML/],
];

describe('with a Marathon that is well until then,', () => {
  withRig();
  afterEach(() => rig.world.jenkins.setBoot(4_000));

  describe('a deploy whose PUT it does not take', () => {
    for (const [name, how, seen] of REFUSALS) {
      it(`fails and says so when Marathon ${name}; Jenkins builds on`, async () => {
        const puts = putsThatTook(rig);
        const message = await suffering({ match: isPut, how }, () => deploy(rig, 'deploy --mem 2346'));
        expect(message.text).toMatch(/Failed: Marathon did not do it/);
        expect(message.text).toMatch(seen);
        expect(message.text).toMatch(/Nothing was changed/);
        await settle(100);
        expect(putsThatTook(rig)).toBe(puts);
        expect(notQuiet()).toBe(true);
        expect((await audit(rig))[0]).toMatchObject({ outcome: 'failed', text: 'deploy --mem 2346', userId: 'U0ANA' });
      });
    }

    for (const [name, how, seen] of UNTOLD) {
      it(`is looked for and not called undone when Marathon ${name}; Jenkins builds on`, async () => {
        const puts = putsThatTook(rig);
        const message = await suffering({ match: isPut, how }, () => deploy(rig, 'deploy --mem 2349'));
        expect(message.text).toMatch(/Marathon did not say whether it took the change .* It may still take it/);
        expect(message.text).toMatch(seen);
        await settle(100);
        expect(putsThatTook(rig)).toBe(puts);
        expect(notQuiet()).toBe(true);
        expect((await audit(rig))[0]).toMatchObject({ outcome: 'lost', text: 'deploy --mem 2349', userId: 'U0ANA' });
      });
    }

    it('names the deployment made elsewhere that holds the app, and since when', async () => {
      const puts = putsThatTook(rig);
      const message = await plan(rig, 'deploy --mem 2347');
      faults().hooks.before = async (request) => {
        if (isPut(request) && rig.world.marathon.deployments.length === 0) {
          rig.world.jenkins.setBoot(60_000);
          rig.world.marathon.changes.restart('/jenkins');
          await rig.clock.sleep(3_000);
        }
      };
      await press(rig, message, 'Deploy');
      await rig.slack.changed(() => /is locked by/.test(message.text), 12_000);
      faults().hooks = {};
      expect(pressables(message).map(({ label }) => label)).toEqual(['Show', 'Try again', 'Cancel that one']);
      const [elsewhere] = rig.world.marathon.deployments;
      expect(message.text).toContain(`locked by deployment ${elsewhere?.id}`);
      expect(message.text).toMatch(/in progress for \d+ s/);
      expect(message.text).toMatch(/(not started through Bellboard|No change under way in Bellboard owns it)/);
      expect(message.text).toMatch(/Nothing was changed/);
      expect(putsThatTook(rig)).toBe(puts);

      const refused = await ask(rig, 'deploy --mem 2348');
      expect(refused.text).toContain(`locked by deployment ${elsewhere?.id}`);
      expect(refused.text).toMatch(/(not started through Bellboard|No change under way in Bellboard owns it)/);
      expect(shown(await ask(rig, 'status'))).toContain(elsewhere?.id);
      rig.world.jenkins.setBoot(4_000);
      await until(() => rig.world.marathon.deployments.length === 0 && rig.world.jenkins.current?.phase === 'up');
    });
  });

  const UNHEARD: [string, FaultHow][] = [
    ['answers 502 after it took it', 'apply-then-502'],
    ['closes the connection after it took it', 'apply-then-close'],
    ['answers half after it took it', 'truncate'],
    ['takes 30 s for it', { slowMs: 30 * SECOND }],
    ['takes it and never answers', 'apply-then-hang'],
  ];

  describe('a deploy whose PUT it takes without saying so', () => {
    for (const [index, [name, how]] of UNHEARD.entries()) {
      it(`is deployed, once, when Marathon ${name}`, { timeout: 40_000 }, async () => {
        const puts = putsThatTook(rig);
        const text = `deploy --mem ${2400 + index}`;
        const planned = await plan(rig, text);
        await suffering({ match: isPut, how, times: 1 }, async () => {
          await press(rig, planned, 'Deploy');
          // The HTTP client gives up after 15 s of real time.
          await ending(rig, planned, 30_000);
        });
        expect(planned.text).toMatch(/^Deployed \/jenkins in/);
        expect(putsThatTook(rig)).toBe(puts + 1);
        expect(rig.world.marathon.app('/jenkins').definition['mem']).toBe(2400 + index);
        expect(notQuiet()).toBe(true);
        const entries = (await audit(rig)).filter((entry) => entry.text === text);
        expect(entries).toMatchObject([{ outcome: 'succeeded', userId: 'U0ANA', channelId: 'C0CI' }]);
      });
    }
  });

  describe('and then is gone altogether', () => {
    it('says so for every question, and that a deploy changed nothing', async () => {
      await rig.world.servers.marathon.close();
      for (const text of ['where', 'status', 'deploy --mem 2999']) {
        const answer = await ask(rig, text);
        expect(shown(answer)).toMatch(/Marathon.*refused the connection/);
      }
      expect((await ask(rig, 'deploy')).text).toMatch(/Nothing was changed/);
      expect(notQuiet()).toBe(true);
    });
  });
});
