import { describe, expect, test } from 'vitest';
import { deployments } from '../../src/commands/deployments.js';
import type { AuditEntry } from '../../src/core/audit.js';
import type { ChangeInfo } from '../../src/core/changes.js';
import type { Message } from '../../src/core/conversation.js';
import { MINUTE } from '../../src/core/time.js';
import { versionsOf } from '../support/app-changes.js';
import { aDeployment, anApp, NOW, silence } from '../support/ci-service.js';
import type { FakeCalls } from '../support/fakes.js';
import { linesOf, read } from '../support/read-command.js';

/** `aDeployment` is made two minutes before. */
const SINCE = '<!date^1432807080^{date_short_pretty} {time}|2015-05-28 09:58 UTC>';

const change = (patch: Partial<ChangeInfo> = {}): ChangeInfo => ({
  jobId: 'd-lee-go',
  userId: 'U0LEE',
  text: 'deploy --mem 2048',
  step: 'following',
  since: NOW - 3 * MINUTE,
  ...patch,
});

const entry = (patch: Partial<AuditEntry> = {}): AuditEntry => ({
  v: 1,
  jobId: 'd-bob',
  userId: 'U0BOB',
  channelId: 'C0CI',
  command: 'cancel',
  text: 'cancel 77aa --rollback',
  outcome: 'succeeded',
  summary: 'Marathon goes to the state before (deployment 5cd987cd).',
  at: NOW - 2 * MINUTE,
  durationMs: 1_000,
  ...patch,
});

const ended = (patch: Partial<AuditEntry>): AuditEntry =>
  entry({ command: 'deploy', text: 'deploy', summary: 'It ended.', ...patch });

const oneOf = (more: FakeCalls = {}): FakeCalls => ({
  ...more,
  marathon: { deployments: async () => [aDeployment()], ...more.marathon },
});

const buttonsOf = (message: Message) =>
  message.blocks.flatMap((block) => (block.type === 'actions' ? block.buttons : []));

test('nothing is in progress', async () => {
  expect(linesOf(await read(deployments))).toEqual([':white_check_mark: Marathon deploys nothing now.']);
});

test('Marathon is silent', async () => {
  const marathon = { deployments: () => Promise.reject(silence('Marathon')) };
  expect((await read(deployments, { marathon })).text).toBe(
    'What Marathon deploys is not known. Marathon: did not answer within 15 s.',
  );
});

test('one of somebody else: how far, since when, and a button that asks before it cancels', async () => {
  const message = await read(deployments, oneOf());
  expect(linesOf(message)).toEqual([
    ':hourglass_flowing_sand: 1 deployment in progress.',
    `\`5cd987cd\` of /jenkins: step 1 of 2 (restart /jenkins), in progress for 2 min, since ${SINCE}; not from here, as far as is recorded.`,
    '[Cancel]',
  ]);
  expect(buttonsOf(message)).toEqual([{ label: 'Cancel', action: 'run', value: 'cancel 5cd987cd' }]);
});

describe('whose it is', () => {
  const LABELS = { labels: { BELLBOARD_JOB: 'd-lee-go' } };
  const labelled = { app: async () => anApp(LABELS) };
  const runs = (running: ChangeInfo) => ({ running: async () => running });
  test.each<[string, FakeCalls, string]>([
    [
      'of a change under way by its label',
      { changes: runs(change({ step: 'applying', since: NOW })), marathon: labelled },
      '`deploy --mem 2048` by Lee',
    ],
    ['of a change under way by its time', { changes: runs(change({ text: 'restart' })) }, '`restart` by Lee'],
    ['of a rollback that is over', { audit: [entry()] }, '`cancel 77aa --rollback` by Bob'],
    [
      'of a change that is over',
      { audit: [entry({ command: 'restart', text: 'restart', outcome: 'lost', summary: 'Lost sight of it.' })] },
      '`restart` by Bob',
    ],
  ])('%s', async (_what, calls, words) => {
    expect(linesOf(await read(deployments, oneOf(calls)))[1]).toMatch(new RegExp(`; ${words}\\.$`));
  });

  test.each<[string, FakeCalls]>([
    ['a change that has written nothing yet', { changes: runs(change({ step: 'quieting' })) }],
    ['a change that began after it', { changes: runs(change({ since: NOW + MINUTE })) }],
    ['a change that was refused', { audit: [ended({ outcome: 'refused' })] }],
    ['a change that was given up before its write', { audit: [ended({ outcome: 'cancelled', wrote: false })] }],
    ['a change that failed before its write', { audit: [ended({ outcome: 'failed', wrote: false })] }],
    ['a change of something else', { audit: [ended({ command: 'scale', text: 'scale executors 4' })] }],
    ['a restart of the JVM in place', { audit: [ended({ command: 'restart', text: 'restart --jenkins' })] }],
    ['a cancel that emptied the queue', { audit: [entry({ summary: 'deploy by @U0ANA is cancelled.' })] }],
    [
      'a deploy whose app was changed elsewhere since, with its labels kept',
      { changes: runs(change()), marathon: { ...labelled, ...versionsOf({ '2015-05-28T07:59:00.000Z': LABELS }) } },
    ],
  ])('not of %s', async (_what, calls) => {
    expect(linesOf(await read(deployments, oneOf(calls)))[1]).toContain('not from here, as far as is recorded');
  });

  test('a change under way is cancelled as a whole, and that is confirmed', async () => {
    const [button] = buttonsOf(await read(deployments, oneOf({ changes: runs(change()), marathon: labelled })));
    expect(button).toMatchObject({ value: 'cancel d-lee-go', style: 'danger', confirm: { title: 'Stop the change?' } });
  });
});

test('ours come first, of other apps there is nothing to press, and of many the number', async () => {
  const others = Array.from({ length: 12 }, (_, index) =>
    aDeployment({ id: `other-${index}`, affectedApps: ['/other'] }),
  );
  const message = await read(deployments, { marathon: { deployments: async () => [...others, aDeployment()] } });
  const lines = linesOf(message);
  expect(lines[0]).toBe(':hourglass_flowing_sand: 13 deployments in progress.');
  expect(lines[1]).toContain('`5cd987cd` of /jenkins');
  expect(lines.filter((line) => line.includes('of /other'))).toHaveLength(9);
  expect(buttonsOf(message)).toHaveLength(1);
  expect(lines.at(-1)).toBe('(3 more, of apps that are not ours.)');
});

test('of the app with the executors it is the one that scaled it', async () => {
  const calls: FakeCalls = {
    settings: { executorsAppId: '/agents' },
    marathon: { deployments: async () => [aDeployment({ affectedApps: ['/agents'], currentActions: [] })] },
    audit: [ended({ command: 'scale', text: 'scale executors 4' })],
  };
  const message = await read(deployments, calls);
  expect(linesOf(message)[1]).toBe(
    `\`5cd987cd\` of /agents: step 1 of 2, in progress for 2 min, since ${SINCE}; \`scale executors 4\` by Bob.`,
  );
  expect(buttonsOf(message)).toMatchObject([{ value: 'cancel 5cd987cd' }]);
});

test('an action nobody has a word for is shown as Marathon calls it', async () => {
  const odd = aDeployment({ version: 'no time', currentActions: [{ action: 'Dance', app: '/jenkins' }] });
  expect(linesOf(await read(deployments, { marathon: { deployments: async () => [odd] } }))[1]).toBe(
    '`5cd987cd` of /jenkins: step 1 of 2 (Dance /jenkins); not from here, as far as is recorded.',
  );
});
