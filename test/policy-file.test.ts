// The policy file while people edit it: what is in force, what is said, and when it is looked at.

import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NO_POLICY, parsePolicy, rulesAbout } from '../src/core/policy.js';
import { policyFile } from '../src/policy-file.js';

let folder: string;
let path: string;
let now: number;
let edits: number;
let said: { level: string; fields: object; text: string }[];

const log = {
  info: (fields: object, text: string) => void said.push({ level: 'info', fields, text }),
  warn: (fields: object, text: string) => void said.push({ level: 'warn', fields, text }),
};
const open = () => policyFile(path, log, () => now);
const warnings = () => said.filter(({ level }) => level === 'warn').map(({ text }) => text);

/** Each edit has a time of its own, however fast the test writes. */
function write(text: string): void {
  edits += 1;
  writeFileSync(path, text);
  utimesSync(path, edits, edits);
}
const operators = (...people: string[]) => `roles:\n  operators: [${people.join(', ')}]\n`;
const FAULTY = 'roles:\n  operators: [ana]\nrule: []\n';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bb-'));
  path = join(folder, 'policy.yaml');
  now = 5_000_000;
  edits = 1_000_000;
  said = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('is in force from the start, and the log says so before anybody asks', () => {
  write(operators('U0ANA'));
  const file = open();
  expect(said).toEqual([{ level: 'info', fields: { file: path, rules: 2 }, text: 'policy read' }]);
  expect(file.current().roles).toEqual({ operators: ['U0ANA'] });
  expect(file.fault()).toBeUndefined();
});

it('a change is in force within a second, and not looked for more often', () => {
  write(operators('U0ANA'));
  const file = open();
  write(operators('U0LEE'));
  now += 999;
  expect(file.current().roles).toEqual({ operators: ['U0ANA'] });
  now += 1;
  expect(file.current().roles).toEqual({ operators: ['U0LEE'] });
});

it('a file that did not change is not read again', () => {
  write(operators('U0ANA'));
  const file = open();
  const first = file.current();
  now += 60_000;
  expect(file.current()).toBe(first);
  expect(said).toHaveLength(1);
});

it('a file put in its place by renaming counts as changed, even with the same time and size', () => {
  write(operators('U0ANA'));
  const file = open();
  const other = join(folder, 'other.yaml');
  writeFileSync(other, operators('U0LEE'));
  utimesSync(other, edits, edits);
  renameSync(other, path);
  now += 1_000;
  expect(file.current().roles).toEqual({ operators: ['U0LEE'] });
});

it('with faults, the last good one stays in force and every fault is said once', () => {
  write(operators('U0ANA'));
  const file = open();
  const good = file.current();
  write(FAULTY);
  for (let second = 0; second < 3; second += 1) {
    now += 1_000;
    expect(file.current()).toBe(good);
  }
  expect(file.fault()).toContain(
    'roles.operators.0: expected a Slack user id (U…, W…) or user group id (S…), got "ana"',
  );
  expect(file.fault()).toContain('rule');
  expect(warnings()).toEqual(['the policy file has faults; the last good one stays in force']);
  expect(said.at(-1)?.fields).toEqual({ file: path, fault: file.fault() });
});

it.each([
  ['that is no YAML', 'roles: [\n'],
  ['that stops in the middle of a word', 'roles:\n  operators: [U0'],
  ['that is a list', '- U0ANA\n'],
])('text %s is a fault, not an end', (_what, text) => {
  write(operators('U0ANA'));
  const file = open();
  write(text);
  now += 1_000;
  expect(file.current().roles).toEqual({ operators: ['U0ANA'] });
  expect(file.fault()).toEqual(expect.stringMatching(/./));
});

it.each<[what: string, bytes: Buffer, fault: RegExp]>([
  [
    'that is a megabyte of anything',
    Buffer.alloc(1_000_000, '{['),
    /^it has 1,000,000 bytes; at most 65,536 are read$/,
  ],
  ['that is as long as may be and opens brackets only', Buffer.alloc(65_536, '['), /^line 1, column/],
  ['that is not UTF-8', Buffer.from([0x72, 0x6f, 0xff, 0xfe]), /^it is not UTF-8 text$/],
  ['in UTF-16', Buffer.from('\ufeffroles: {}', 'utf16le'), /^it is not UTF-8 text$/],
  ['made of a bomb of aliases', Buffer.from(bomb()), /^file: Excessive alias count/],
  ['with nothing but NULs', Buffer.alloc(4_096), /./],
])('a file %s leaves the last good one in force', (_what, bytes, fault) => {
  write(operators('U0ANA'));
  const file = open();
  writeFileSync(path, bytes);
  utimesSync(path, 1, 1);
  now += 1_000;
  expect(file.current().roles).toEqual({ operators: ['U0ANA'] });
  expect(file.fault()).toMatch(fault);
});

function bomb(): string {
  const levels = 'bcdefghi'.split('').map((name, index) => {
    const before = `*${'abcdefgh'[index]}`;
    return `${name}: &${name} [${Array(9).fill(before).join(', ')}]`;
  });
  return ['a: &a [x]', ...levels].join('\n');
}

it('a pipe in its place is a fault, and nobody waits for it', () => {
  write(operators('U0ANA'));
  const file = open();
  rmSync(path);
  execFileSync('mkfifo', [path]);
  utimesSync(path, 1, 1);
  now += 1_000;
  expect(file.current().roles).toEqual({ operators: ['U0ANA'] });
  expect(file.fault()).toBe('it is no regular file');
});

it('while it is being written the last good one stays in force: half a policy may allow more than the whole', () => {
  write(operators('U0ANA'));
  const file = open();
  writeFileSync(path, operators('U0EVE'));
  now += 1_000;
  expect(file.current().roles).toEqual({ operators: ['U0ANA'] });
  write(`${operators('U0EVE')}rules: []\n`);
  now += 1_000;
  expect(file.current()).toMatchObject({ roles: { operators: ['U0EVE'] }, rules: [] });
});

it('taken away and put back, it is in force again', () => {
  write(operators('U0ANA'));
  const file = open();
  rmSync(path);
  now += 1_000;
  expect(file.current()).toMatchObject({ configured: false });
  write(operators('U0ANA'));
  now += 1_000;
  expect(file.current()).toEqual(parsePolicy(operators('U0ANA')));
  expect(file.fault()).toBeUndefined();
});

it('mended, it is in force again and nothing is held against it', () => {
  write(FAULTY);
  const file = open();
  write(operators('U0LEE'));
  now += 1_000;
  expect(file.current().roles).toEqual({ operators: ['U0LEE'] });
  expect(file.fault()).toBeUndefined();
});

it('faulty from the start, nobody changes anything, and the log does not speak of a last good one', () => {
  write(FAULTY);
  const file = open();
  expect(file.current()).toEqual(NO_POLICY);
  expect(file.fault()).toContain('roles.operators.0');
  expect(warnings()).toEqual([
    'the policy file has faults; until it is mended everyone reads, nobody changes anything',
  ]);
});

it('without a file everyone reads and nobody changes, which is said once; when it appears, it is in force', () => {
  const file = open();
  now += 1_000;
  expect(file.current()).toEqual(NO_POLICY);
  expect(file.fault()).toBeUndefined();
  expect(warnings()).toEqual(['there is no policy file: everyone reads, nobody changes anything']);
  write(operators('U0ANA'));
  now += 1_000;
  expect(file.current()).toMatchObject({ configured: true, roles: { operators: ['U0ANA'] } });
});

const CLOSED = `${operators('U0ANA')}rules:
  - { command: logs, to: operators }
  - { effect: [read, change], to: operators }
`;

it('taken away, its permissions go with it, but it opens nothing that it kept', () => {
  write(CLOSED);
  const file = open();
  rmSync(path);
  now += 1_000;
  const policy = file.current();
  expect(rulesAbout(policy, 'scale executors', 'change')).toEqual([]);
  expect(rulesAbout(policy, 'deploy', 'disrupt')).toEqual([]);
  expect(rulesAbout(policy, 'where', 'read')).toEqual([{ effect: ['read', 'change'], to: ['operators'] }]);
  expect(rulesAbout(policy, 'logs', 'read')).toEqual([{ command: 'logs', to: ['operators'] }]);
  expect(file.fault()).toBe('the file is gone');
  expect(warnings()).toEqual(['the policy file is gone: its rules about reads still hold, nobody changes anything']);
});

it('come back with faults, it still opens nothing that it kept', () => {
  write(CLOSED);
  const file = open();
  rmSync(path);
  now += 1_000;
  const without = file.current();
  write(FAULTY);
  now += 1_000;
  expect(file.current()).toBe(without);
  expect(warnings().at(-1)).toBe(
    'the policy file has faults; until it is mended the rules about reads of the last good one hold, nobody changes anything',
  );
});

it('an empty file is a policy in which no role has members', () => {
  write('');
  const file = open();
  expect(file.current()).toMatchObject({ configured: true, roles: {} });
  expect(warnings()).toEqual(['the policy names roles that it does not define; they mean nobody']);
  expect(said[0]?.fields).toEqual({ file: path, roles: ['operators'] });
});

it('a folder in its place is a fault, not an end', () => {
  path = folder;
  const file = open();
  expect(file.current()).toEqual(NO_POLICY);
  expect(file.fault()).toContain('EISDIR');
});

describe('a file that may not be read', () => {
  const NOBODY = 65_534;
  const isRoot = process.getuid?.() === 0;
  /** Root may read everything. */
  const humbly = <T>(act: () => T): T => {
    if (!isRoot) return act();
    process.seteuid?.(NOBODY);
    try {
      return act();
    } finally {
      process.seteuid?.(0);
    }
  };
  beforeEach(() => chmodSync(folder, 0o755));

  it('leaves the last good one in force', () => {
    write(operators('U0ANA'));
    const file = open();
    chmodSync(folder, 0);
    now += 1_000;
    expect(humbly(file.current).roles).toEqual({ operators: ['U0ANA'] });
    expect(file.fault()).toContain('EACCES');
    chmodSync(folder, 0o700);
  });

  it('is in force once its mode is mended, and the fault was said once', () => {
    write(operators('U0ANA'));
    chmodSync(path, 0);
    const file = humbly(open);
    now += 1_000;
    expect(humbly(file.current)).toEqual(NO_POLICY);
    expect(file.fault()).toContain('EACCES');
    expect(warnings()).toHaveLength(1);
    chmodSync(path, 0o644);
    now += 1_000;
    expect(humbly(file.current).roles).toEqual({ operators: ['U0ANA'] });
    expect(file.fault()).toBeUndefined();
  });

  it.skipIf(!isRoot)('is in force once it may be, although nothing of the file has changed', () => {
    write(operators('U0ANA'));
    chmodSync(path, 0o600);
    const file = humbly(open);
    now += 1_000;
    expect(file.current().roles).toEqual({ operators: ['U0ANA'] });
  });
});
