// The policies that the README offers to be copied: what each means for people by name, typed as they would type it.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { catalogueOf, commands } from '../src/commands/index.js';
import { authorise } from '../src/core/authorise.js';
import { parse } from '../src/core/parse.js';
import { parsePolicy, undefinedRoles } from '../src/core/policy.js';
import { odditiesOf } from '../src/core/policy-check.js';

const README = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const SECTION = /\n## Who may do what\n([\s\S]*?)\n## /.exec(README)?.[1] ?? '';
const EXAMPLES = [...SECTION.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, yaml = '']) => yaml);

const NOW = Date.UTC(2026, 10, 26, 12);
const groups = new Map(
  Object.entries({ S0CIOPS: ['U0ANA'], S0CITEAM: ['U0DEV', 'U0ANA'] }).map(([id, members]) => [
    id,
    { id, told: { members, at: NOW } },
  ]),
);
const catalogue = catalogueOf(commands);

function may(yaml: string, userId: string, text: string, channelId = 'C0CI'): 'yes' | 'no' | number {
  const { command, policyWords, args } = parse(text, catalogue);
  const teamId = 'T0HOME';
  const permission = authorise({
    policy: parsePolicy(yaml),
    actor: { userId, teamId },
    place: { channelId, teamId },
    person: {},
    channel: {},
    homeTeamId: teamId,
    command,
    policyWords,
    args,
    groups,
    now: NOW,
  });
  return permission.allowed ? (permission.approvals ?? 'yes') : 'no';
}

/** Who types what, where (#ci unless said): yes, no, or after how many approvals. */
type Case = [userId: string, text: string, expected: 'yes' | 'no' | number, channelId?: string];
const MEANINGS: [what: string, cases: Case[]][] = [
  [
    'a few people do everything',
    [
      ['U0ANA', 'deploy', 'yes'],
      ['U0LEE', 'scale executors 64', 'yes'],
      ['U0DEV', 'where', 'yes'],
      ['U0DEV', 'logs', 'yes'],
      ['U0DEV', 'scale executors 1', 'no'],
      ['U0DEV', 'deploy --dry-run', 'no'],
    ],
  ],
  [
    'developers scale up to 8',
    [
      ['U0DEV', 'scale executors 8', 'yes'],
      ['U0KIM', 'scale executors 9', 'no'],
      ['U0DEV', 'scale executors 8', 'no', 'C0OTHER'],
      ['U0DEV', 'ack A1', 'no'],
      ['U0ANA', 'scale executors 64', 'yes'],
      ['U0ANA', 'scale executors 64', 'yes', 'C0OTHER'],
      ['U0ANA', 'deploy', 'yes'],
      ['U0BOB', 'scale executors 1', 'no'],
      ['U0BOB', 'usage 7d', 'yes'],
    ],
  ],
  [
    'who is on call is kept in Slack',
    [
      ['U0ANA', 'deploy', 'yes'],
      ['U0LEE', 'cancel', 'yes'],
      ['U0DEV', 'cancel', 'no'],
      ['U0DEV', 'status', 'yes'],
    ],
  ],
  [
    'nobody deploys alone',
    [
      ['U0LEE', 'deploy', 'yes'],
      ['U0LEE', 'deploy --mem 8192', 'yes'],
      ['U0ANA', 'deploy', 1],
      ['U0ANA', 'deploy --mem 4096', 1],
      ['U0BOB', 'deploy --mem 4097', 2],
      ['U0BOB', 'scale executors 8', 'yes'],
      ['U0DEV', 'deploy', 'no'],
      ['U0DEV', 'where', 'yes'],
    ],
  ],
  [
    'a closed house',
    [
      ['U0STRAY', 'help', 'yes'],
      ['U0STRAY', 'where', 'no'],
      ['U0DEV', 'where', 'yes'],
      ['U0DEV', 'logs', 'no'],
      ['U0LEE', 'logs', 'yes'],
      ['U0LEE', 'logs', 'yes', 'C0OTHER'],
      ['U0LEE', 'ack A1', 'yes'],
      ['U0LEE', 'ack A1', 'no', 'C0OTHER'],
      ['U0LEE', 'deploy', 1],
      ['U0DEV', 'deploy', 'no'],
    ],
  ],
];

it('there are as many as are examined here', () => {
  expect(EXAMPLES).toHaveLength(MEANINGS.length);
});

describe.each(MEANINGS.map(([what, cases], index) => ({ what, cases, yaml: EXAMPLES[index] ?? '' })))(
  '$what',
  ({ cases, yaml }) => {
    it.each(cases)('%s, `%s`: %s', (userId, text, expected, channelId) => {
      expect(may(yaml, userId, text, channelId)).toBe(expected);
    });

    it('has nothing odd about it', () => {
      expect(undefinedRoles(parsePolicy(yaml))).toEqual([]);
      expect(odditiesOf(parsePolicy(yaml), commands)).toEqual([]);
    });
  },
);

it('names the numbers that can be bounded', () => {
  const bounded = commands.flatMap(({ name, numbers = [] }) => numbers.map((number) => [number, name]));
  for (const [number, name] of bounded)
    expect(SECTION).toMatch(new RegExp(`^- \`max\` bounds.*\`${number}\`.*\`${name}\``, 'm'));
});
