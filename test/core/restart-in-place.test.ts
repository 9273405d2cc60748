// `restart --jenkins`: what its plan warns of, how it is written, read back and followed.
import { describe, expect, test } from 'vitest';
import { restart } from '../../src/commands/restart.js';
import type { App, Jenkins, JenkinsPulse } from '../../src/core/cluster.js';
import type { Progress } from '../../src/core/command.js';
import { UpstreamError } from '../../src/core/errors.js';
import { MINUTE } from '../../src/core/time.js';
import { appWith, driven, refusalOf } from '../support/app-changes.js';
import { aController, aFramework, aLoadOf, anApp, aTask, NOW, refusal, SAVED, silence } from '../support/ci-service.js';
import { asked, type FakeCalls, fakePorts } from '../support/fakes.js';
import { linesOf } from '../support/read-command.js';

const { command, plan } = driven(restart);
const TEXT = 'restart --jenkins';
const planned = (calls: FakeCalls = {}, text = TEXT) => plan(calls, text);
const viewOf = async (calls: FakeCalls = {}, text = TEXT) =>
  linesOf(command.planView(await planned(calls, text), asked()));

type Calls<Key extends keyof FakeCalls> = NonNullable<FakeCalls[Key]>;

const check = (failures: number, intervalSeconds: number): Calls<'marathon'> => ({
  app: async () => appWith({ healthChecks: [{ path: '/login', intervalSeconds, maxConsecutiveFailures: failures }] }),
});

const HEADLINE =
  ':arrows_counterclockwise: Restart of Jenkins inside its task on 192.168.3.25:31052: the same task and sandbox, a new JVM. Marathon is not asked.';
const AWAY =
  'Jenkins is away while it starts. Jobs, build numbers and the queue stay; agents on Mesos end and are started anew when builds need them.';

describe('its plan', () => {
  test('says what stays and what goes', async () => {
    expect(await viewOf()).toEqual([HEADLINE, AWAY]);
  });

  test('warns where Marathon would not wait for a start, and of what that would lose', async () => {
    const jenkins = { scmSync: async () => ({ ...SAVED, unpushedCommits: 2 }) };
    expect(await viewOf({ marathon: check(3, 20), jenkins })).toEqual([
      HEADLINE,
      ":warning: Marathon's health check may not survive this: it gives up after 3 × 20 s = 60 s without Jenkins, and a start may take 120 s or more. Then it kills the task, and a new one starts elsewhere without what git does not have. Deploy a larger `maxConsecutiveFailures` first.",
      ':warning: Not everything is saved in git (commits: 2 not pushed); what is not saved is lost with it.',
      AWAY,
    ]);
    // With a patient check it stays on the disk of the task.
    expect(await viewOf({ jenkins })).toEqual([HEADLINE, AWAY]);
  });

  test.each<[string, Calls<'marathon'>]>([
    ['no check', { app: async () => appWith({ healthChecks: [] }) }],
    ['a check that never kills', check(0, 5)],
    ['six times 20 s', check(6, 20)],
  ])('does not warn of %s', async (_, marathon) => {
    expect((await viewOf({ marathon })).join()).not.toContain('health check');
  });

  test('names the builds it waits for, or ends', async () => {
    const jenkins = { executors: async () => aLoadOf(['app']) };
    expect((await viewOf({ jenkins }))[1]).toBe(
      '1 build running: app. Jenkins is told to quiet down, and the restart waits for them, at most 30 min.',
    );
    expect((await viewOf({ jenkins }, 'restart --jenkins --now'))[1]).toBe(':warning: 1 build will be lost: app.');
  });

  test('is made without Marathon, which is said', async () => {
    const lines = await viewOf({ marathon: { app: () => Promise.reject(silence('Marathon')) } });
    expect(lines.at(-1)).toMatch(/^\(Not known: Marathon \(health check\)/);
  });

  test('is refused while Jenkins does not answer', async () => {
    const pulse = async (): Promise<JenkinsPulse> => ({ ...UP, state: 'starting', detail: 'it is starting' });
    expect(await refusalOf(planned({ jenkins: { pulse } }))).toEqual([
      'Jenkins is starting (it is starting), so it cannot be asked to restart itself.',
      '`where` shows how it stands; `restart` has Marathon start a new task.',
    ]);
  });

  test('is void when Jenkins or the task is another by then', async () => {
    const bound = async (calls: FakeCalls = {}) => command.boundTo(await planned(calls));
    const first = await bound();
    expect(await bound({ jenkins: { executors: async () => aLoadOf(['app']) } })).toBe(first);
    expect(await bound({ jenkins: { pulse: async () => ({ ...UP, session: 'session-2' }) } })).not.toBe(first);
    expect(await bound({ marathon: check(3, 20) })).not.toBe(first);
  });
});

const UP: JenkinsPulse = { state: 'up', session: 'session-1', version: '1.596.2', detail: undefined };

describe('its write', () => {
  test.each<[string, string, boolean, string[], string]>([
    ['when no build runs', TEXT, true, [], 'safe'],
    ['when somebody gave up the builds that run', TEXT, true, ['app'], 'now'],
    ['when somebody took back the quiet-down meanwhile', TEXT, false, ['app'], 'safe'],
    ['that does not wait', 'restart --jenkins --now', false, ['app'], 'now'],
  ])('%s', async (_, text, quietingDown, builds, how) => {
    const acts: string[] = [];
    const calls: FakeCalls = {
      jenkins: {
        controller: async () => aController({ quietingDown }),
        executors: async () => aLoadOf(builds),
        restartJvm: async (way) => void acts.push(way),
      },
    };
    await command.apply(await planned(calls, text), fakePorts(calls), asked());
    expect(acts).toEqual([how]);
  });
});

const jenkinsAt = (pulse: Partial<JenkinsPulse>): Partial<Jenkins> => ({ pulse: async () => ({ ...UP, ...pulse }) });

describe('read back', () => {
  const seen = async (pulse: Partial<JenkinsPulse>) =>
    command.arrived(await planned(), fakePorts({ jenkins: jenkinsAt(pulse) }), asked());

  test.each<[Partial<JenkinsPulse>, 'yes' | 'no']>([
    [{ state: 'restarting', session: undefined }, 'yes'],
    [{ state: 'starting', session: undefined }, 'yes'],
    [{ session: 'session-2' }, 'yes'],
    [{}, 'no'],
  ])('%j', async (pulse, arrived) => {
    expect(await seen(pulse)).toBe(arrived);
  });

  test('nobody can tell of a Jenkins that does not answer', async () => {
    await expect(seen({ state: 'unreachable', session: undefined })).rejects.toThrow(UpstreamError);
  });
});

describe('followed', () => {
  const elsewhere = (tasks: App['tasks']): Calls<'marathon'> => ({ app: async () => anApp({ tasks }) });
  const followed = async (jenkins: Partial<Jenkins>, more: FakeCalls = {}): Promise<Progress> =>
    command.follow(
      await planned(),
      fakePorts({ mesos: { frameworks: async () => [aFramework({ id: 'new' })] }, ...more, jenkins }),
      asked(),
      NOW,
    );

  test.each<[string, Partial<JenkinsPulse>, FakeCalls, Partial<Progress>]>([
    [
      'before it ends',
      {},
      {},
      {
        state: 'going',
        line: 'the old Jenkins still answers',
        ifOver: {
          line: 'Jenkins never restarted: something keeps it from it; its log tells what.',
          left: '`where` shows how it stands.',
        },
      },
    ],
    [
      'while it is away',
      { state: 'unreachable', session: undefined },
      {},
      { state: 'going', line: 'Jenkins does not answer' },
    ],
    [
      'before Mesos has its framework',
      { session: 'session-2' },
      { mesos: { frameworks: async () => [] } },
      { state: 'going', line: 'Jenkins answers; its Mesos framework is not registered yet' },
    ],
    [
      'to its end',
      { session: 'session-2' },
      {},
      { state: 'done', line: 'The same task on 192.168.3.25:31052, a new JVM.' },
    ],
    [
      'without Marathon',
      { session: 'session-2' },
      { marathon: { app: () => Promise.reject(silence('Marathon')) } },
      { state: 'done', line: 'A new JVM; whether in the same task is not known (Marathon did not answer).' },
    ],
  ])('%s', async (_, pulse, more, progress) => {
    expect(await followed(jenkinsAt(pulse), more)).toMatchObject(progress);
  });

  test('without the task of before to compare with, whose token may have died with it', async () => {
    const calls: FakeCalls = {
      jenkins: {
        ...jenkinsAt({ session: 'session-2' }),
        controller: () => Promise.reject(refusal('Jenkins', 401, 'the API token is refused')),
      },
      mesos: { frameworks: async () => [aFramework({ id: 'new' })] },
    };
    const unseen = await planned({ marathon: { app: () => Promise.reject(silence('Marathon')) } });
    expect(await command.follow(unseen, fakePorts(calls), asked(), NOW)).toMatchObject({
      state: 'done',
      line: expect.stringMatching(
        /^A new JVM; whether in the same task is not known \(Marathon did not tell of the one before\)\. Jenkins refuses our credentials/,
      ),
    });
  });

  test('into a failover, when Marathon was not patient enough', async () => {
    const killed =
      'Marathon ended the task meanwhile (its health check was not patient enough, or somebody else did), so this became a failover: ';
    const away = jenkinsAt({ state: 'unreachable', session: undefined });
    expect(await followed(away, { marathon: elsewhere([]) })).toMatchObject({
      state: 'going',
      line: `${killed}a new one has not started yet, and what git did not have is lost. Jenkins does not answer`,
    });
    const back = {
      ...jenkinsAt({ session: 'session-2' }),
      controller: () => Promise.reject(refusal('Jenkins', 401, 'the API token is refused')),
    };
    const tasks = [aTask({ id: 'jenkins.new', host: '192.168.3.30' })];
    expect(await followed(back, { marathon: elsewhere(tasks) })).toMatchObject({
      state: 'done',
      line: expect.stringMatching(
        /a new one runs on 192\.168\.3\.30:31052, .* is lost\. Jenkins refuses our credentials since the restart/,
      ),
    });
  });
});

describe('cancelled', () => {
  const cancelled = async (pulse: Partial<JenkinsPulse>) => {
    const acts: string[] = [];
    const jenkins = { ...jenkinsAt(pulse), cancelQuietDown: async () => void acts.push('go on') };
    return [await command.cancel(await planned(), fakePorts({ jenkins }), asked()), acts];
  };

  test('before it ended goes on as before', async () => {
    expect(await cancelled({})).toEqual(['Jenkins had not begun to restart, and goes on as before.', ['go on']]);
  });

  test('too late is said', async () => {
    expect(await cancelled({ state: 'restarting', session: undefined })).toEqual([
      'Jenkins was restarting already; it comes back by itself.',
      [],
    ]);
  });
});

test('its write goes to Jenkins, within the time of a failover', async () => {
  expect(command.system?.(await planned())).toBe('Jenkins');
  expect(command.system?.(await planned({}, 'restart'))).toBe('Marathon');
  expect(command.deadlineMs(await planned())).toBe(13 * MINUTE);
});
