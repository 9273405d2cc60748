import { describe, expect, test } from 'vitest';
import { blind } from '../../src/alerts/blind.js';
import type { App, JenkinsPulse } from '../../src/core/cluster.js';
import type { UpstreamError } from '../../src/core/errors.js';
import { MINUTE } from '../../src/core/time.js';
import { aController, aFramework, anApp, aTask, NOW, refusal, silence } from '../support/ci-service.js';
import type { FakeCalls } from '../support/fakes.js';
import { polled } from '../support/rule-run.js';

interface World {
  marathon?: UpstreamError;
  mesos?: UpstreamError;
  jenkins?: UpstreamError;
  pulse?: JenkinsPulse['state'];
  app?: App;
}

const orThrow = async <T>(error: UpstreamError | undefined, value: T): Promise<T> => {
  if (error !== undefined) throw error;
  return value;
};

const world = ({ marathon, mesos, jenkins, pulse = 'up', app = anApp() }: World = {}): FakeCalls => ({
  marathon: { snapshot: () => orThrow(marathon, { app, deployments: [], marathonVersion: '1.5.15' }) },
  mesos: { frameworks: () => orThrow(mesos, [aFramework()]) },
  jenkins: {
    pulse: async () => ({ state: pulse, session: 's', version: undefined, detail: 'connection refused' }),
    controller: () => orThrow(jenkins, aController()),
  },
});

/** One look a minute; what was news at each. */
async function looks(...worlds: World[]): Promise<string[]> {
  const rule = polled(blind);
  const news: string[] = [];
  for (const [atMin, one] of worlds.entries()) news.push((await rule.look(atMin, world(one))).join() || '-');
  return news;
}

const marathon = silence('Marathon');
const mesos = silence('Mesos');
const unchecked = anApp({ hasHealthChecks: false, tasks: [aTask({ health: 'unknown' })] });
const unhealthy = anApp({ tasks: [aTask({ health: 'unhealthy' })] });

describe('rings', () => {
  test.each<[string, World[], string[]]>([
    [
      'after 2 min without Marathon, once',
      [{ marathon }, { marathon }, { marathon }, { marathon }],
      ['-', '-', 'rang', '-'],
    ],
    ['after 2 min without Mesos', [{}, { mesos }, { mesos }, { mesos }], ['-', '-', '-', 'rang']],
    [
      'for each system of its own',
      [
        { marathon, mesos },
        { marathon, mesos },
        { marathon, mesos },
      ],
      ['-', '-', 'rang,rang'],
    ],
    [
      'when Jenkins does not answer though Marathon calls it healthy',
      [{ pulse: 'unreachable' }, { pulse: 'broken' }, { pulse: 'unreachable' }],
      ['-', '-', 'rang'],
    ],
    [
      'when the credentials are refused',
      [0, 1, 2].map(() => ({ jenkins: refusal('Jenkins', 401, 'unauthorized') })),
      ['-', '-', 'rang'],
    ],
    [
      'after 10 min when nobody checks Jenkins',
      Array.from({ length: 11 }, (): World => ({ app: unchecked, pulse: 'unreachable' })),
      [...Array.from({ length: 10 }, () => '-'), 'rang'],
    ],
  ])('%s', async (_when, worlds, news) => {
    expect(await looks(...worlds)).toEqual(news);
  });
});

describe('says nothing', () => {
  const down: World = { pulse: 'unreachable' };
  test.each<[string, World[]]>([
    ['of two silent looks that are no 2 min', [{ marathon }, { marathon }, {}, { marathon }, { marathon }, {}]],
    ['of Jenkins while its task is not healthy', [1, 2, 3, 4].map(() => ({ ...down, app: unhealthy }))],
    ['of Jenkins while no task runs', [1, 2, 3, 4].map(() => ({ ...down, app: anApp({ tasks: [] }) }))],
    ['of Jenkins while it starts', [1, 2, 3, 4].map((): World => ({ pulse: 'starting' }))],
    ['of a Jenkins that was down between', [down, down, { ...down, app: unhealthy }, down, down]],
    ['of Mesos when it is Marathon that does not tell where it is', [1, 2, 3, 4].map(() => ({ mesos: marathon }))],
  ])('%s', async (_when, worlds) => {
    expect(await looks(...worlds)).toEqual(worlds.map(() => '-'));
  });

  test('of Jenkins when Marathon cannot say whether it should answer', async () => {
    const rule = polled(blind);
    for (const atMin of [0, 1, 2, 3]) await rule.look(atMin, world({ marathon, pulse: 'unreachable' }));
    expect(rule.incident().fingerprint).toBe('blind:Marathon');
    expect(() => rule.incident('blind:Jenkins')).toThrow();
  });
});

test('Jenkins is seen again only when it answers, whatever its task does meanwhile', async () => {
  const down: World = { pulse: 'unreachable' };
  expect(await looks(down, down, down, { marathon }, { ...down, app: unhealthy }, down, {})).toEqual([
    '-',
    '-',
    'rang',
    '-',
    '-',
    '-',
    'over',
  ]);
});

describe('the message', () => {
  const SINCE = 'Blind since: <!date^1432807200^{date_short_pretty} {time}|2015-05-28 10:00 UTC>';

  test('of Marathon says what it means, and afterwards how long it was', async () => {
    const rule = polled(blind);
    for (const atMin of [0, 1, 2]) await rule.look(atMin, world({ marathon }));
    expect(rule.said()).toEqual({
      headline: 'Bellboard cannot see Marathon',
      over: 'Bellboard sees Marathon again: it was blind for 0 s, and what happened meanwhile is being looked up',
      fields: [
        SINCE,
        'What was seen: did not answer within 15 s',
        'What it means: restarts of the controller and deployments are told late, when Marathon answers again; commands that ask it fail',
      ],
    });
    expect(await rule.look(3, world({ marathon: refusal('Marathon', 503, 'no leader') }))).toEqual(['updated']);
    await rule.look(6, world());
    expect(rule.said()).toEqual({
      headline: 'Bellboard cannot see Marathon',
      over: 'Bellboard sees Marathon again: it was blind for 6 min, and what happened meanwhile is being looked up',
      fields: [SINCE, 'What was seen: 503, no leader'],
    });
  });

  test.each<[keyof World, UpstreamError, note: string]>([
    [
      'marathon',
      refusal('Marathon', 401, 'unauthorized'),
      "Marathon says 401: it does not accept Bellboard's credentials. To mend it, renew `MARATHON_USERNAME` and `MARATHON_PASSWORD`, or `MARATHON_TOKEN`, then start Bellboard again.",
    ],
    [
      'mesos',
      refusal('Mesos', 403, 'forbidden'),
      'Mesos says 403: it knows these credentials or none at all, and allows them too little. Give their account the rights Bellboard needs, or renew `MESOS_USERNAME` and `MESOS_PASSWORD`, or `MESOS_TOKEN`, then start Bellboard again.',
    ],
    [
      'jenkins',
      refusal('Jenkins', 401, 'unauthorized'),
      "Jenkins says 401: it does not accept Bellboard's credentials. To mend it, renew `JENKINS_USERNAME` and `JENKINS_API_TOKEN`, then start Bellboard again. A token may have been lost with the old controller.",
    ],
  ])('of credentials that %s refuses names them', async (system, error, note) => {
    const rule = polled(blind);
    for (const atMin of [0, 1, 2]) await rule.look(atMin, world({ [system]: error }));
    expect(rule.words().headline.plain).toBe(`Bellboard cannot see ${error.system}: its credentials are refused`);
    expect(rule.words().notes?.map(({ mrkdwn }) => mrkdwn)).toEqual([note]);
  });
});

describe('Slack', () => {
  const since = NOW - MINUTE / 2;

  /** What was news at each look, one a minute, when Slack was silent since then. */
  async function slack(...silentSince: (number | undefined)[]): Promise<string[]> {
    const rule = polled(blind);
    const news: string[] = [];
    for (const [atMin, at] of silentSince.entries()) news.push((await rule.look(atMin, world(), at)).join() || '-');
    return news;
  }

  test.each<[string, (number | undefined)[], string[]]>([
    [
      'is told of when it is back, rung and over at once',
      [since, since, since, undefined, undefined],
      ['-', '-', '-', 'rang and over', '-'],
    ],
    ['is not told of when one look saw it silent', [since, undefined], ['-', '-']],
    ['is not told of when one look saw it silent for long', [NOW - 5 * MINUTE, undefined], ['-', '-']],
    [
      'is told of once when it falls silent again at once',
      [since, since, NOW + 2 * MINUTE, undefined],
      ['-', '-', 'rang and over', '-'],
    ],
  ])('%s', async (_when, silentSince, news) => {
    expect(await slack(...silentSince)).toEqual(news);
  });

  test('is told of with how long it was', async () => {
    const rule = polled(blind);
    for (const [atMin, at] of [
      [0, since],
      [1, since],
      [4, undefined],
    ] as const)
      await rule.look(atMin, world(), at);
    expect(rule.said()).toEqual({
      headline: 'Slack takes nothing from Bellboard',
      over: 'Slack took nothing from Bellboard for about 4 min 30 s; what there was to say is being posted now',
      fields: ['Silent since: <!date^1432807170^{date_short_pretty} {time}|2015-05-28 09:59 UTC>'],
    });
  });
});

test('a bug of ours is not blindness', async () => {
  const broken = { ...world(), mesos: { frameworks: async () => Promise.reject(new TypeError('oops')) } };
  await expect(polled(blind).look(0, broken)).rejects.toThrow('oops');
});
