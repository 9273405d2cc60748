import { describe, expect, test } from 'vitest';
import { deploymentStuck } from '../../src/alerts/deployment-stuck.js';
import type { App, AppSnapshot } from '../../src/core/cluster.js';
import type { What } from '../../src/core/decide.js';
import type { MarathonEvent } from '../../src/core/marathon-event.js';
import { MINUTE } from '../../src/core/time.js';
import { aDeployment, anApp, aTask, NOW, silence } from '../support/ci-service.js';
import { alertPorts, watched } from '../support/rule-run.js';

const at = (atMin: number): number => NOW + atMin * MINUTE;
const iso = (atMin: number): string => new Date(at(atMin)).toISOString();

const ID = '5cd987cd';
const begun = aDeployment({ id: ID, version: iso(0) });

/** The app as somebody else's deploy at minute 0 left it. */
const changed = (patch: Partial<App> = {}): App => anApp({ version: iso(0), tasks: [], deploymentIds: [ID], ...patch });

const snapshot = (patch: Partial<AppSnapshot> = {}): What => ({
  kind: 'snapshot',
  snapshot: { app: changed(), deployments: [begun], marathonVersion: '1.5.15', ...patch },
});
const event = (one: MarathonEvent): What => ({ kind: 'event', event: one });

const restart = { action: 'RestartApplication', appId: '/jenkins' };
const deployment = (atMin: number, phase: Extract<MarathonEvent, { kind: 'deployment' }>['phase']): What =>
  event({
    kind: 'deployment',
    at: at(atMin),
    phase,
    planId: ID,
    version: iso(0),
    steps: [restart],
    current: [restart],
    reason: undefined,
  });
const failure = (atMin: number, number: number): What =>
  event({
    kind: 'task',
    at: at(atMin),
    appId: '/jenkins',
    taskId: `jenkins.new-${number}`,
    status: 'TASK_FAILED',
    message: 'Command exited with status 1',
    host: '192.168.3.26',
    mesosAgentId: 'agent-26',
    version: iso(0),
  });
const failures = (count: number, untilMin: number): Seen[] =>
  Array.from({ length: count }, (_, number) => [untilMin, failure(untilMin, number + 1)]);

type Seen = [atMin: number, what: What];

function news(...all: Seen[]): string[] {
  const rule = watched(deploymentStuck);
  return all.map(([atMin, what]) => rule.see(atMin, what).join() || '-');
}

const label = (job: string): Partial<App> => ({ labels: { BELLBOARD_JOB: job } });
const before = snapshot({ app: anApp(), deployments: [] });

describe('rings', () => {
  test.each<[string, Seen[], string]>([
    [
      'when it is older than the grace period and 10 min, by our looks',
      [
        [0, before],
        [0.1, snapshot()],
        [15.2, snapshot()],
      ],
      '- - rang',
    ],
    [
      'and by the time Marathon tells',
      [
        [0, before],
        [20, deployment(0, 'begins')],
        [20, deployment(16, 'step-failed')],
      ],
      '- - rang',
    ],
    [
      'at the first look at an old one',
      [
        [20, snapshot()],
        [35.1, snapshot()],
      ],
      '- rang',
    ],
    [
      'with the longest grace period of the app',
      [
        [0, snapshot({ app: changed({ healthGraceMs: 20 * MINUTE }) })],
        [16, snapshot({ app: changed({ healthGraceMs: 20 * MINUTE }) })],
        [30.1, snapshot({ app: changed({ healthGraceMs: 20 * MINUTE }) })],
      ],
      '- - rang',
    ],
    [
      'after 5 failed starts and 5 min',
      [[0, before], [0.1, deployment(0, 'begins')], ...failures(4, 5.2), [5.3, failure(5.3, 5)]],
      '- - - - - - rang',
    ],
    [
      'once, and tells of each further failure',
      [[0, before], [0.1, deployment(0, 'begins')], ...failures(5, 6), [7, snapshot()], [8, failure(8, 6)]],
      '- - - - - - rang - updated',
    ],
    [
      'for a restart elsewhere of an app that we deployed before',
      [
        [0, snapshot({ app: anApp(label('d-1')), deployments: [] })],
        [0.1, snapshot({ app: changed(label('d-1')) })],
        [16, snapshot({ app: changed(label('d-1')) })],
      ],
      '- - rang',
    ],
    [
      'again when it is back after Marathon did not list it for a while',
      [
        [0, snapshot()],
        [16, snapshot()],
        [17, snapshot({ deployments: [] })],
        [18, snapshot()],
        [34, snapshot()],
      ],
      '- rang over rang -',
    ],
  ])('%s', (_when, all, said) => {
    expect(news(...all).join(' ')).toBe(said);
  });
});

describe('says nothing', () => {
  test.each<[string, Seen[]]>([
    [
      'of a deployment that ends in time',
      [
        [0, snapshot()],
        [14, snapshot()],
        [14.5, deployment(14.5, 'succeeded')],
        [30, snapshot({ app: changed({ deploymentIds: [] }), deployments: [] })],
      ],
    ],
    ['of 5 failed starts within 5 min', [[0, before], [0.1, deployment(0, 'begins')], ...failures(6, 4)]],
    [
      'of a deployment of another app',
      [
        [0, snapshot({ deployments: [aDeployment({ affectedApps: ['/web'] })] })],
        [60, snapshot({ deployments: [aDeployment({ affectedApps: ['/web'] })] })],
      ],
    ],
    [
      'of a deploy that was asked for here',
      [
        [0, before],
        [0.1, snapshot({ app: changed(label('d-2')) })],
        [30, snapshot({ app: changed(label('d-2')) })],
      ],
    ],
    [
      'of a restart that was asked for here, which leaves the label of the deploy before; also when that is over',
      [
        [0, snapshot({ app: anApp(label('d-1')), deployments: [] })],
        [0.1, snapshot({ app: changed(label('d-1')), ours: 'd-2' })],
        [14, snapshot({ app: changed(label('d-1')) })],
        [30, snapshot({ app: changed(label('d-1')) })],
      ],
    ],
    [
      'of an app that is gone',
      [
        [0, snapshot()],
        [30, snapshot({ app: undefined, deployments: [] })],
      ],
    ],
  ])('%s', (_when, all) => {
    expect(news(...all)).toEqual(all.map(() => '-'));
  });
});

describe('is over, and says how', () => {
  const done = changed({
    deploymentIds: [],
    tasks: [aTask({ id: 'jenkins.new', startedAt: at(15), lastSuccessAt: at(16) })],
  });
  const IS_OVER = 'The deployment of /jenkins is over after 18 min';
  test.each<[string, What, over: string]>([
    ['when Marathon says that it succeeded', deployment(18, 'succeeded'), `${IS_OVER}: it is done`],
    ['when its last step is done', deployment(18, 'step-done'), `${IS_OVER}: it is done`],
    ['when it was cancelled', deployment(18, 'failed'), `${IS_OVER}: it was cancelled, or another one took its place`],
    ['when it is gone and its version runs', snapshot({ app: done, deployments: [] }), `${IS_OVER}: it is done`],
    [
      'when it is gone and nothing runs',
      snapshot({ app: changed({ deploymentIds: [] }), deployments: [] }),
      `${IS_OVER}: how it ended is not known`,
    ],
    [
      'when it is gone and the app has another version',
      snapshot({ app: { ...done, version: iso(17) }, deployments: [] }),
      `${IS_OVER}: the app has another version by now`,
    ],
    ['when the app was deleted', snapshot({ app: undefined, deployments: [] }), `${IS_OVER}: the app was deleted`],
  ])('%s', (_when, what, words) => {
    const rule = watched(deploymentStuck);
    rule.see(0, snapshot());
    rule.see(16, snapshot());
    expect(rule.see(18, what)).toEqual(['over']);
    expect(rule.words().over.plain).toBe(words);
  });

  test('never before it began, when Marathon told no time meanwhile', () => {
    const rule = watched(deploymentStuck);
    for (const atMin of [0, 16]) rule.see(atMin, snapshot());
    rule.see(18, snapshot({ app: done, deployments: [] }));
    const { happenedAt, overAt } = rule.incident();
    expect([happenedAt, overAt]).toEqual([NOW, NOW]);
  });
});

test('the message says what failed, and offers to roll it back', () => {
  const rule = watched(deploymentStuck);
  rule.see(0, before);
  for (const [atMin, what] of [[0.1, deployment(0, 'begins')] as Seen, ...failures(5, 6)]) rule.see(atMin, what);
  const headline = 'A deployment of /jenkins keeps failing: 5 starts failed';
  const fields = [
    'Deployment: `5cd987cd`',
    'Action: RestartApplication',
    'Since: <!date^1432807200^{date_short_pretty} {time}|2015-05-28 10:00 UTC>',
    'Failed starts: 5',
    'Last cause: exit code 1',
  ];
  expect(rule.said()).toEqual({
    headline,
    over: 'The deployment of /jenkins is over: how it ended is not known',
    fields,
    notes: ['No deploy from here started it. Until it ends Marathon refuses other changes of the app.'],
    remedy: {
      label: 'Roll the deployment back',
      action: 'run',
      value: 'cancel 5cd987cd --rollback',
      style: 'danger',
      confirm: {
        title: 'Roll the deployment back?',
        text: 'Marathon starts another deployment that takes /jenkins back to the state before this one; the controller may restart once more.',
        yes: 'Roll back',
        no: 'Leave it',
      },
    },
  });
  rule.see(7, failure(7, 6));
  expect(rule.incident().timeline.at(-1)).toEqual({ at: at(7), text: 'Start 6 failed: exit code 1.' });
  rule.see(9, deployment(9, 'failed'));
  expect(rule.said()).toEqual({
    headline: 'A deployment of /jenkins keeps failing: 6 starts failed',
    over: 'The deployment of /jenkins is over after 9 min: it was cancelled, or another one took its place',
    fields: fields.map((field) => field.replace('starts: 5', 'starts: 6')),
  });
});

test('one that hangs without a failure says so, and the escalation asks what Marathon waits for', async () => {
  const rule = watched(deploymentStuck);
  for (const atMin of [0, 16]) rule.see(atMin, snapshot());
  expect(rule.words().headline.plain).toBe('A deployment of /jenkins does not end');
  expect(rule.words().fields.map(({ label }) => label)).toEqual(['Deployment', 'Action', 'Since', 'Failed starts']);
  expect(deploymentStuck.escalateAfterMs?.(rule.incident())).toBe(10 * MINUTE);
  const quiet = { app: async () => changed(), launchQueue: async () => Promise.reject(silence('Marathon')) };
  expect(await deploymentStuck.whyNotOver?.(rule.incident(), alertPorts({ marathon: quiet }))).toBe(
    'What Marathon waits for is not known: Marathon: did not answer within 15 s.',
  );
});
