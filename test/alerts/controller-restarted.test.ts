// The decision table of contract marathon §9, row by row: a history of what was seen, and what was news at each step.
import { describe, expect, test } from 'vitest';
import { controllerRestarted } from '../../src/alerts/controller-restarted.js';
import type { MarathonEvent } from '../../src/core/marathon-event.js';
import { HOUR, MINUTE } from '../../src/core/time.js';
import {
  deployment,
  failedCheck,
  health,
  NEW,
  OLD,
  seenSnapshot,
  sickKill,
  status,
  V2,
} from '../support/alert-scene.js';
import { anApp, NOW } from '../support/ci-service.js';
import { follow, HEALTHY, none, type Seen } from '../support/restart-history.js';

const staged = status('STAGING', { taskId: NEW, version: V2 });

describe('the decision table', () => {
  const table: [row: number, what: string, history: Seen[], news: string, kind: string | undefined][] = [
    [1, 'the same end is heard twice', [HEALTHY, [1, status('FAILED')], [2, status('FAILED')]], '- rang -', 'unknown'],
    [
      1,
      'the echo of an expunge comes after a crash',
      [HEALTHY, [1, status('FAILED')], [2, status('UNREACHABLE')]],
      '- rang -',
      'unknown',
    ],
    [
      2,
      'a lost task is given up',
      [HEALTHY, [1, status('UNREACHABLE')], [2, status('KILLED')]],
      '- rang updated',
      'agent-lost',
    ],
    [
      3,
      'the original came back and the replacement is stopped',
      [
        HEALTHY,
        [1, status('UNREACHABLE')],
        [2, status('RUNNING', { taskId: NEW })],
        [3, status('RUNNING')],
        [4, status('KILLED', { taskId: NEW })],
      ],
      '- rang updated updated updated',
      'agent-lost',
    ],
    [4, 'its agent becomes unreachable', [HEALTHY, [1, status('UNREACHABLE')]], '- rang', 'agent-lost'],
    [4, 'its agent is lost, before 1.4', [HEALTHY, [1, status('LOST')]], '- rang', 'agent-lost'],
    [
      4,
      'its agent is lost while it is deployed',
      [HEALTHY, [1, deployment('begins')], [1.1, status('UNREACHABLE')]],
      '- - rang',
      'agent-lost',
    ],
    [
      4,
      'it is lost, comes back, and is lost again',
      [HEALTHY, [1, status('UNREACHABLE')], [2, status('RUNNING')], [3, status('UNREACHABLE')]],
      '- rang updated rang',
      'agent-lost',
    ],
    [5, 'a deployment stops it', [HEALTHY, [1, deployment('begins')], [1.1, status('KILLED')]], '- - -', undefined],
    [
      5,
      'a deployment stops it and it does not exit cleanly',
      [HEALTHY, [1, deployment('begins')], [1.1, status('FAILED')]],
      '- - -',
      undefined,
    ],
    [
      5,
      'it is scaled to nothing',
      [HEALTHY, [1, deployment('begins', { action: 'ScaleApplication' })], [1.1, status('KILLED')]],
      '- - -',
      undefined,
    ],
    [
      5,
      'the stop is told 29 s after its deployment',
      [HEALTHY, [1, deployment('begins')], [2, deployment('succeeded')], [2.48, status('KILLED')]],
      '- - - -',
      undefined,
    ],
    [
      6,
      'a deployment stops one that is about to be killed',
      [HEALTHY, [1, sickKill()], [1.1, deployment('begins')], [1.2, status('KILLED')]],
      '- - - -',
      undefined,
    ],
    [
      7,
      'what a deployment started does not stay',
      [HEALTHY, [1, deployment('begins')], [1.1, staged], [1.2, status('FAILED', { taskId: NEW, version: V2 })]],
      '- - - -',
      undefined,
    ],
    [
      8,
      'it crashes',
      [HEALTHY, [1, status('FAILED', { message: 'Command exited with status 1' })]],
      '- rang',
      'exit-code',
    ],
    [
      8,
      'it crashes after a deployment, within the half minute in which a stop may be told late',
      [HEALTHY, [1, deployment('begins')], [2, deployment('succeeded')], [2.2, status('FAILED')]],
      '- - - rang',
      'unknown',
    ],
    [
      10,
      'Marathon kills it for its health',
      [HEALTHY, [1, sickKill()], [1.1, status('KILLED')]],
      '- - rang',
      'health-check',
    ],
    [
      11,
      'a launch times out',
      [HEALTHY, [1, status('STAGING', { taskId: NEW })], [6, status('KILLED', { taskId: NEW })]],
      '- - rang',
      'launch-timeout',
    ],
    [13, 'a launch fails', [HEALTHY, [1, status('FAILED', { taskId: NEW })]], '- rang', 'unknown'],
    [13, 'a launch is lost with its agent', [HEALTHY, [1, status('DROPPED', { taskId: NEW })]], '- rang', 'agent-lost'],
  ];
  test.each(table)('row %i: %s', (_row, _what, history, news, kind) => {
    const seen = follow(...history);
    expect(seen.news).toBe(news);
    if (kind === undefined) expect(seen.kinds()).toEqual(['settle']);
    else expect(seen.rule.incident().facts['kind']).toBe(kind);
  });

  test.each<[string, Seen[]]>([
    ['that a deployment asked for', [HEALTHY, [1, deployment('begins')], [1.1, status('KILLED')]]],
    [
      'of what a deployment started',
      [HEALTHY, [1, deployment('begins')], [1.1, staged], [1.2, status('FAILED', { taskId: NEW })]],
    ],
  ])('an end %s is put into the ledger, and nobody hears of it', (_which, history) => {
    const { rule } = follow(...history);
    expect(rule.signals()).toEqual([
      { kind: 'settle', identity: expect.stringMatching(/^\/jenkins\|jenkins\.\w+\|ended$/) },
    ]);
  });

  test('a loss during a deployment says which', () => {
    const { rule } = follow(HEALTHY, [1, deployment('begins')], [1.1, status('UNREACHABLE')]);
    expect(rule.incident().facts['planId']).toBe('5cd987cd');
  });

  test('a kill for health quotes what Marathon gave as its reason', () => {
    const { rule } = follow(HEALTHY, [1, sickKill('503 for /login')], [1.1, status('KILLED')]);
    expect(rule.incident().facts).toMatchObject({
      words: 'killed by its health check',
      certain: true,
      quote: '503 for /login',
    });
  });
});

describe('what never rings', () => {
  test.each<[string, MarathonEvent]>([
    ['a task is staged', status('STAGING', { taskId: NEW })],
    ['a task starts', status('STARTING', { taskId: NEW })],
    ['a task is being killed', status('KILLING')],
    ['a task runs', status('RUNNING', { taskId: NEW })],
    ['an instance changes', { kind: 'instance', at: NOW, appId: '/jenkins', instanceId: OLD, condition: 'Killed' }],
    ['a check fails', failedCheck()],
    ['it turns unhealthy', health(false)],
    ['Marathon is about to kill it', sickKill()],
    ['a stray task ends', { kind: 'stray-ended', at: NOW, appId: '/jenkins', taskId: 'jenkins.stray' }],
    ['the app is deleted', { kind: 'app-deleted', at: NOW, appId: '/jenkins' }],
    ['a deployment fails', deployment('failed')],
  ])('%s', (_what, event) => {
    const { news } = follow(HEALTHY, [1, event]);
    expect(news).toBe('- -');
  });

  test('the first look, whatever it finds', () => {
    expect(follow([0, none()]).news).toBe('-');
  });
});

test('the count of today forgets what is older than a day', () => {
  const again = (atMin: number, taskId: string): Seen[] => [
    [atMin, status('RUNNING', { taskId })],
    [atMin + 1, status('FAILED', { taskId })],
  ];
  const day = (24 * HOUR) / MINUTE;
  const { rule } = follow(HEALTHY, ...again(1, 'jenkins.a'), ...again(60, 'jenkins.b'), ...again(day + 5, 'jenkins.c'));
  expect(rule.incident().latest?.['today']).toBe(2);
});

test('is escalated after the usual grace period where the checks name none', () => {
  const { rule } = follow([0, seenSnapshot(anApp({ healthGraceMs: undefined }))], [1, status('FAILED')]);
  expect(controllerRestarted.escalateAfterMs?.(rule.incident())).toBe(10 * MINUTE);
});

test('is escalated after its grace period and five minutes to boot', () => {
  const { rule } = follow([0, seenSnapshot(anApp({ healthGraceMs: 2 * MINUTE }))], [1, status('FAILED')]);
  expect(controllerRestarted.escalateAfterMs?.(rule.incident())).toBe(7 * MINUTE);
});
