import { describe, expect, test } from 'vitest';
import { deploy } from '../../src/commands/deploy.js';
import { catalogueOf } from '../../src/commands/index.js';
import type { DeployPlan } from '../../src/core/deploy.js';
import { UserError } from '../../src/core/errors.js';
import { parse } from '../../src/core/parse.js';
import { HOUR, MINUTE } from '../../src/core/time.js';

const typed = (text: string) => parse(text, catalogueOf([deploy])).args;
const PLAIN = {
  git: undefined,
  user: undefined,
  cpus: undefined,
  mem: undefined,
  set: {},
  waitMs: 30 * MINUTE,
  dryRun: false,
};

describe('what is typed', () => {
  test.each<[string, object]>([
    ['deploy', {}],
    ['deploy --git git@git.example.org:ci/x.git --user ci', { git: 'git@git.example.org:ci/x.git', user: 'ci' }],
    ['deploy --cpus 1.5 --mem 3072', { cpus: 1.5, mem: 3072 }],
    ['deploy --set TZ=UTC --set "OPTS=-a -b=c"', { set: { TZ: 'UTC', OPTS: '-a -b=c' } }],
    ['deploy --wait 90s', { waitMs: 90_000 }],
    ['deploy --wait 12h', { waitMs: 12 * HOUR }],
    ['deploy --now', { waitMs: 0 }],
    ['deploy --dry-run', { dryRun: true }],
    ['deploy —wait 10m', { waitMs: 10 * MINUTE }],
  ])('%s', (text, args) => {
    expect(typed(text)).toEqual({ ...PLAIN, ...args });
  });

  test.each([
    ['deploy --cpus 0', 'Expected `--cpus` to be a number from 0.1 to 64 cpus, got `0`.'],
    ['deploy --mem 2g', 'Expected `--mem` to be a whole number from 256 to 262144 MiB, got `2g`.'],
    ['deploy --wait 30', 'Expected `--wait` to be a duration from 1m to 12h, with its unit, got `30`.'],
    ['deploy --wait 10s', 'Expected `--wait` to be a duration from 1m to 12h, with its unit, got `10s`.'],
    ['deploy --wait 13h', 'Expected `--wait` to be a duration from 1m to 12h, with its unit, got `13h`.'],
    ['deploy --wait soon', 'Expected `--wait` to be a duration from 1m to 12h, with its unit, got `soon`.'],
    ['deploy --wait -5m', 'Expected `--wait` to be a duration from 1m to 12h, with its unit, got `-5m`.'],
    ['deploy --now --wait 5m', '`--now` and `--wait` exclude each other.'],
    ['deploy --set TZ', 'Expected `--set` to be followed by NAME=value. Try `--set TZ=UTC`.'],
    ['deploy --set A=1 --set A=2', '`--set A` was given twice. Give each name once.'],
    [
      'deploy --set DB_PASSWORD=hunter2',
      "`--set DB_PASSWORD` looks like a secret, and what is typed in Slack stays in Slack. Put it in the manifest's environment on the server.",
    ],
    ['deploy --here', '`deploy` has no option `--here`.'],
  ])('%s is a mistake', (text, words) => {
    const mistake = (() => {
      try {
        return typed(text);
      } catch (error) {
        return error;
      }
    })();
    expect(mistake).toBeInstanceOf(UserError);
    expect((mistake as UserError).message).toBe(words);
    expect(JSON.stringify(mistake)).not.toContain('hunter2');
  });
});

describe('what the journey asks of it', () => {
  const plan = { appId: '/jenkins', graceMs: 5 * MINUTE } as DeployPlan;
  if (deploy.effect !== 'disrupt') throw new Error('deploy is disruptive');
  const { title, deadlineMs, waitMs, verb, exclusive } = deploy;

  test('its titles say the app and how it stands', () => {
    const outcomes = ['going', 'done', 'failed', 'cancelled', 'lost'] as const;
    expect(outcomes.map((outcome) => title(plan, outcome))).toEqual([
      'Deploying /jenkins',
      'Deployed /jenkins',
      'Deploy of /jenkins failed',
      'Deploy of /jenkins cancelled',
      'Lost sight of the deploy of /jenkins',
    ]);
  });

  test('its deadline leaves room for the boot that the check allows', () => {
    expect(deadlineMs(plan)).toBe(13 * MINUTE);
  });

  test('it waits as long as was typed, one change at a time', () => {
    expect([waitMs(typed('deploy --wait 5m')), waitMs(typed('deploy --now')), verb, exclusive]).toEqual([
      5 * MINUTE,
      0,
      'Deploy',
      true,
    ]);
  });
});
