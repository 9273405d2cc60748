// Roles given to Slack's user groups, over the whole way: typed, asked of Slack by the worker, done or refused.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Rig, startRig } from '../support/rig.js';
import { actsIn, ask, change, shown } from '../support/talk.js';

const POLICY = `
roles:
  on-call: [S0CIOPS]
  gone: [S0GONE]
  leads: [U0LEE]
rules:
  - { command: usage, to: gone }
  - { command: cancel, to: gone }
  - { effect: read, to: everyone }
  - { command: scale, to: leads, max: { count: 8 } }
  - { effect: [change, disrupt], to: on-call }
`;

let folder: string;
let rig: Rig;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bb-'));
  writeFileSync(join(folder, 'policy.yaml'), POLICY);
  rig = await startRig({ env: { POLICY_FILE: join(folder, 'policy.yaml') } });
});
afterAll(async () => {
  await rig.close();
  rmSync(folder, { recursive: true, force: true });
});

it('a member of the group changes things', async () => {
  expect(shown(await change(rig, 'scale executors 12'))).toContain('*12 executors*');
});

it('somebody else is told who could, and the group is not called', async () => {
  const writes = actsIn(rig).length;
  const refusal = await ask(rig, 'scale executors 4', { user: '@dev' });
  expect(refusal.text).toMatch(
    /^You may not scale executors: that is for \S+ by rule \d of the policy \(.*\)\. Ask .*@ci-ops\.$/,
  );
  expect(shown(refusal)).not.toContain('<!subteam');
  const tooMuch = await ask(rig, 'scale executors 9', { user: '@lee' });
  expect(tooMuch.text).toMatch(
    /^You may scale executors up to count 8, not 9: rule 4 of the policy .* Choose at most 8\. Ask somebody of @ci-ops\.$/,
  );
  expect(actsIn(rig)).toHaveLength(writes);
});

it('help asks who is in it before it says what you may do', async () => {
  expect((await ask(rig, 'help')).text).toMatch(/deploy/);
  expect((await ask(rig, 'help', { user: '@dev' })).text).not.toMatch(/\bdeploy\b/);
  expect(shown(await ask(rig, 'help scale', { user: '@lee' }))).toContain('For you here: up to `count` 8.');
});

it('a group of which Slack does not tell is nobody, and that is said', async () => {
  for (const command of ['usage', 'cancel']) {
    const refusal = await ask(rig, command);
    expect(refusal.text).toMatch(
      new RegExp(
        `^You may not ${command} now: rule \\d of the policy .* names a group, and Slack does not tell who is in S0GONE since .* UTC \\(no_such_subteam\\)\\.`,
      ),
    );
  }
});

it('while Slack does not answer, what it told last lets people go on for a while', async () => {
  rig.slack.fault('usergroups.users.list', { kind: 'error', code: 'internal_error' }, 1_000);
  expect(shown(await change(rig, 'scale executors 13'))).toContain('*13 executors*');
  expect((await ask(rig, 'where')).text).toMatch(/controller runs on/);
});
