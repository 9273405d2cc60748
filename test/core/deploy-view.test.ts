import { describe, expect, test } from 'vitest';
import type { Message } from '../../src/core/conversation.js';
import type { DeployArgs, DeployPlan } from '../../src/core/deploy.js';
import { planDeploy } from '../../src/core/deploy-plan.js';
import { planView } from '../../src/core/deploy-view.js';
import { MINUTE } from '../../src/core/time.js';
import { asked, fakePorts } from '../support/fakes.js';

async function viewOf(patch: Partial<DeployPlan> = {}, args: Partial<DeployArgs> = {}): Promise<Message> {
  const given = { set: {}, waitMs: 30 * MINUTE, dryRun: false, ...args };
  const plan = await planDeploy(given, fakePorts(), asked());
  return planView({ ...plan, changes: ['mem: 2048 → 3072'], findings: [], ...patch } as DeployPlan);
}

/** What people read, one line a block. */
const linesOf = ({ blocks }: Message): string[] =>
  blocks.map((block) =>
    block.type === 'section' || block.type === 'context' ? block.text.mrkdwn : JSON.stringify(block),
  );

const AWAY =
  'Jenkins is away while it restarts; builds, build numbers and the queue of the old controller are gone afterwards.';

test('a redeploy says what changes and what that costs', async () => {
  const view = await viewOf();
  expect(view).toEqual({
    text: `Deploy of /jenkins: 1 change, and the Jenkins controller restarts. ${AWAY}`,
    blocks: [
      {
        type: 'section',
        text: {
          mrkdwn: ':memo: Deploy of /jenkins: 1 change, and the Jenkins controller restarts.',
          plain: 'Deploy of /jenkins: 1 change, and the Jenkins controller restarts.',
        },
      },
      { type: 'code', text: 'mem: 2048 → 3072' },
      { type: 'section', text: { mrkdwn: AWAY, plain: AWAY } },
    ],
  });
});

test.each<[string, Partial<DeployPlan>, Partial<DeployArgs>, string]>([
  ['a first deploy', { exists: false, changes: [] }, {}, 'Deploy creates /jenkins: Marathon has no such app yet.'],
  [
    'a dry run of a first deploy',
    { exists: false, changes: [] },
    { dryRun: true },
    'Deploy creates /jenkins: Marathon has no such app yet. Dry run: nothing will be done.',
  ],
  [
    'a deploy of a suspended app',
    { suspended: true },
    {},
    'Deploy of /jenkins: 1 change, and a Jenkins controller is started, for none runs now.',
  ],
  [
    'a dry run',
    {},
    { dryRun: true },
    `Deploy of /jenkins: 1 change, and the Jenkins controller restarts. Dry run: nothing will be done. ${AWAY}`,
  ],
  ['nothing to deploy', { changes: [] }, {}, '/jenkins already runs exactly this; there is nothing to deploy.'],
  [
    'nothing to deploy but what cannot be removed',
    { changes: [], keeps: ['uris'] },
    {},
    '/jenkins already runs this, but for what cannot be removed; there is nothing to deploy.',
  ],
])('%s', async (_what, patch, args, words) => {
  expect((await viewOf(patch, args)).text).toBe(words);
});

describe('what it costs', () => {
  test.each<[string, Partial<DeployPlan>, Partial<DeployArgs>, string]>([
    [
      'builds it waits for',
      { builds: ['app', 'lib'] },
      {},
      '2 builds running: app, lib. Jenkins is told to quiet down, and the deploy waits for them, at most 30 min.',
    ],
    ['builds it ends', { builds: ['app'] }, { waitMs: 0 }, ':warning: 1 build will be lost: app.'],
    [
      'many builds',
      { builds: ['a', 'b', 'c', 'd', 'e', 'f'] },
      { waitMs: 0 },
      ':warning: 6 builds will be lost: a, b, c, d, e and 1 more.',
    ],
    [
      'unsaved changes',
      { unsaved: 'commits: 2 not pushed' },
      {},
      ':warning: Not everything is saved in git (commits: 2 not pushed); what is not saved is lost with the restart.',
    ],
    ['another repository', { gitNote: 'It reads `a` and writes `b`.' }, {}, ':warning: It reads `a` and writes `b`.'],
  ])('%s', async (_what, patch, args, words) => {
    expect(linesOf(await viewOf(patch, args))).toContain(`${words}\n${AWAY}`);
  });

  test('the spoken form has no emoji codes', async () => {
    const view = await viewOf({ gitNote: 'It reads `a` and writes `b`.', unsaved: 'commits: 1 queued' });
    expect(view.text).not.toMatch(/:[a-z_]+:/);
    expect(view.text).toContain('It reads a and writes b.');
  });

  test('what this Marathon cannot remove stays, by name', async () => {
    expect(linesOf(await viewOf({ keeps: ['uris', 'env'], marathonVersion: '0.8.2' }))).toContain(
      ':warning: This Marathon (0.8.2) cannot remove these by a deploy, so they stay: uris, env.',
    );
  });

  test('what nobody could read is named', async () => {
    expect(linesOf(await viewOf({ missing: ['Mesos: did not answer within 15 s'] }))).toContain(
      'Not known: Mesos: did not answer within 15 s.',
    );
  });
});

test('findings are shown with their weight, eight at most', async () => {
  const finding = (level: 'warn' | 'hint', text: string) => ({ level, text });
  const findings = [finding('warn', 'one'), ...Array.from({ length: 9 }, (_, at) => finding('hint', `hint ${at}`))];
  const shown = linesOf(await viewOf({ findings })).find((line) => line.startsWith(':warning: one'));
  expect(shown?.split('\n')).toEqual([
    ':warning: one',
    ...Array.from({ length: 7 }, (_, at) => `:bulb: hint ${at}`),
    'and 2 more',
  ]);
});
