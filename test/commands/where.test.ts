import { describe, expect, test } from 'vitest';
import { where } from '../../src/commands/where.js';
import type { AuditEntry } from '../../src/core/audit.js';
import { HOUR, MINUTE } from '../../src/core/time.js';
import { aDeployment, aFramework, anApp, aTask, NOW, silence } from '../support/ci-service.js';
import type { FakeCalls } from '../support/fakes.js';
import { linesOf, read } from '../support/read-command.js';

const deployed = (patch: Partial<AuditEntry> = {}): AuditEntry => ({
  v: 1,
  jobId: 'd-lee-go',
  userId: 'U0LEE',
  channelId: 'C0CI',
  command: 'deploy',
  text: 'deploy',
  outcome: 'succeeded',
  summary: 'Deployed /jenkins.',
  at: NOW - 2 * HOUR + 2 * MINUTE,
  durationMs: 4 * MINUTE,
  ...patch,
});

test('a controller that runs: where, since when, and who deployed it', async () => {
  const message = await read(where, { audit: [deployed()] });
  expect(message.text).toBe(
    'The Jenkins controller runs on 192.168.3.25:31052, since 2015-05-28 08:00 UTC (2 h); it is healthy and Jenkins answers.',
  );
  expect(linesOf(message)).toEqual([
    ':round_pushpin: The Jenkins controller runs on <http://ci.example.org/|192.168.3.25:31052>, since <!date^1432800000^{date_short_pretty} {time}|2015-05-28 08:00 UTC> (2 h); it is healthy and Jenkins answers.',
    'App: `/jenkins`',
    'Task: `jenkins.old`',
    'Version: 2015-05-28T08:00:00.000Z, by <@U0LEE>',
    'Mesos agent: 192.168.3.25 (agent-25)',
    'Sandbox: <http://192.168.3.4:5050/#/agents/agent-25/frameworks/marathon-framework/executors/jenkins.old|stdout, stderr>',
    'Mesos framework: registered as Jenkins Scheduler',
  ]);
});

describe('who made the version', () => {
  const versionOf = async (calls: FakeCalls) =>
    linesOf(await read(where, calls)).find((line) => line.startsWith('Version'));
  const labelled = { app: async () => anApp({ labels: { BELLBOARD_BY: 'U0BOB' } }) };
  test.each<[string, FakeCalls, RegExp]>([
    ['the deploy during which it was made', { audit: [deployed()], marathon: labelled }, /, by <@U0LEE>$/],
    [
      'the restart during which it was made',
      { audit: [deployed({ command: 'restart' })] },
      /, by <@U0LEE> \(restart\)$/,
    ],
    ['a deploy that failed after its write', { audit: [deployed({ outcome: 'failed' })] }, /, by <@U0LEE>$/],
    [
      'nobody here, when the last deploy was before it',
      { audit: [deployed({ at: NOW - 5 * HOUR })], marathon: labelled },
      /, not by a change from here; the last of those was by <@U0LEE>, <!date/,
    ],
    [
      'nobody here, when it is older than the last deploy (a rollback brings an old label back)',
      { audit: [deployed({ at: NOW - HOUR })], marathon: labelled },
      /, not by a change from here/,
    ],
    ['whoever the label names, where the trail is empty', { marathon: labelled }, /, by <@U0BOB> as its label says$/],
    ['nobody known', {}, /, by whom is not known$/],
    ['no change of ours that was refused', { audit: [deployed({ outcome: 'refused' })] }, /, by whom is not known$/],
    [
      'no other change of ours',
      { audit: [deployed({ command: 'scale', text: 'scale executors 4' })] },
      /, by whom is not known$/,
    ],
  ])('%s', async (_what, calls, line) => {
    expect(await versionOf(calls)).toMatch(line);
  });
});

describe('a controller that does not run', () => {
  test.each<[string, FakeCalls, string[]]>([
    [
      'because the app is suspended',
      { marathon: { app: async () => anApp({ tasks: [], instances: 0 }) } },
      [':double_vertical_bar: /jenkins is suspended: 0 instances, so no controller runs. `resume` starts it.'],
    ],
    [
      'because it is being deployed',
      { marathon: { app: async () => anApp({ tasks: [], deploymentIds: ['5cd9'] }) } },
      [':hourglass_flowing_sand: /jenkins is being deployed; no controller runs at the moment.'],
    ],
    [
      'because it died, with why',
      {
        marathon: {
          app: async () =>
            anApp({
              tasks: [],
              lastTaskFailure: {
                taskId: 'jenkins.old',
                state: 'TASK_FAILED',
                message: 'Command terminated with signal Killed',
                host: '192.168.3.25',
                at: NOW - 3 * MINUTE,
                version: undefined,
              },
            }),
        },
      },
      [
        ':red_circle: /jenkins has no running task. `status` says what Marathon waits for.',
        '(Last failure Marathon remembers: killed, probably out of memory, 3 min ago, on 192.168.3.25)',
      ],
    ],
    [
      'because there is no app',
      { marathon: { app: async () => undefined } },
      [':warning: Marathon has no app /jenkins. `deploy` would create it.'],
    ],
  ])('%s', async (_what, calls, lines) => {
    expect(linesOf(await read(where, calls))).toEqual(lines);
  });
});

describe('with one system silent', () => {
  test('Marathon: what Jenkins says is still told, with its link', async () => {
    const fails = () => Promise.reject(silence('Marathon'));
    const message = await read(where, { marathon: { app: fails, info: fails, deployments: fails } });
    expect(linesOf(message)).toEqual([
      ':warning: Where /jenkins runs is not known. Marathon: did not answer within 15 s. Jenkins itself answers at <http://ci.example.org/|http://ci.example.org/>.',
    ]);
  });

  test('Mesos: the framework is not known, and that is not "not registered"', async () => {
    const lines = linesOf(await read(where, { mesos: { frameworks: () => Promise.reject(silence('Mesos')) } }));
    expect(lines).toContain('Mesos framework: not known');
    expect(lines.at(-1)).toBe('(Not known: Mesos: did not answer within 15 s.)');
  });

  test('Jenkins: the task runs all the same', async () => {
    const pulse = async () => ({ state: 'starting' as const, session: undefined, version: undefined, detail: '503' });
    expect((await read(where, { jenkins: { pulse, publicUrl: () => Promise.reject(silence('Jenkins')) } })).text).toBe(
      'The Jenkins controller runs on 192.168.3.25:31052, since 2015-05-28 08:00 UTC (2 h); it is healthy and Jenkins is starting (503).',
    );
  });

  test('all of them hanging, it answers within half a minute', async () => {
    const hangs = () => new Promise<never>(() => undefined);
    const message = await read(where, {
      marathon: { app: hangs, info: hangs, deployments: hangs },
      mesos: { frameworks: hangs },
      jenkins: { pulse: hangs, publicUrl: hangs },
    });
    expect(linesOf(message)).toEqual([
      ':warning: Where /jenkins runs is not known. Marathon did not answer within 25 s. Jenkins itself does not answer (nothing was heard for 12 s).',
      '(Not known: Mesos did not answer within 25 s.)',
    ]);
  });
});

test.each([
  [[], 'Mesos framework: Jenkins is not registered: no agent can start, unless it registers on demand'],
  [[aFramework({ active: false })], 'Mesos framework: Jenkins Scheduler is away'],
])('a framework that is not active', async (frameworks, line) => {
  expect(linesOf(await read(where, { mesos: { frameworks: async () => frameworks } }))).toContain(line);
});

test('a deployment in progress is named, one of another app is not', async () => {
  const deployments = async () => [aDeployment(), aDeployment({ id: 'other', affectedApps: ['/other'] })];
  const lines = linesOf(await read(where, { marathon: { deployments } }));
  expect(lines).toContain('(Deployment in progress: `5cd987cd`)');
});

test('a task of an old Marathon, without agent or start, leaves gaps, not guesses', async () => {
  const task = aTask({ mesosAgentId: undefined, state: undefined, health: 'unknown' });
  const lines = linesOf(await read(where, { marathon: { app: async () => anApp({ tasks: [task] }) } }));
  expect(lines).toContain('Mesos agent: 192.168.3.25');
  expect(lines).toContain('Sandbox: not known');
  expect(lines[0]).toContain('it is not checked yet');
});
