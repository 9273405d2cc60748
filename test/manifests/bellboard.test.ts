import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { readConfig } from '../../src/config.js';
import { unknownVariables } from '../../src/config-unknown.js';
import { parsePolicy, undefinedRoles } from '../../src/core/policy.js';
import { faultsAgainst } from '../support/marathon-schema.js';

const read = (name: string) => readFileSync(fileURLToPath(new URL(`../../manifests/${name}`, import.meta.url)), 'utf8');
const app: { cmd: string; env: Record<string, string>; healthChecks: { path: string; portIndex: number }[] } =
  JSON.parse(read('bellboard.json'));

test('bellboard.json fits the schema that Marathon 1.5 publishes', () => {
  expect(faultsAgainst('1.5.15', app)).toEqual([]);
});

test('bellboard.json is a configuration that Bellboard accepts inside a task, with its secrets in files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bellboard-app-'));
  const secrets = {
    SLACK_BOT_TOKEN: 'xoxb-1',
    SLACK_APP_TOKEN: 'xapp-1',
    REDIS_URL: 'redis://redis.example.org',
    JENKINS_API_TOKEN: 'a-token',
  };
  const files = Object.entries(secrets).map(([name, text]) => {
    writeFileSync(join(folder, name), text);
    return [`${name}_FILE`, join(folder, name)];
  });
  // As Marathon sets them; the app's own environment comes after and wins.
  const task = {
    HOST: 'agent-7',
    PORT: '31000',
    PORT0: '31000',
    PORT1: '31001',
    MARATHON_APP_ID: '/bellboard',
    MESOS_TASK_ID: 'bellboard.1f',
  };
  const env = { ...task, ...app.env, ...Object.fromEntries(files), PORT: '31000', ADMIN_PORT: '31001' };
  expect(Object.keys(app.env).filter((name) => name.endsWith('_FILE'))).toEqual(
    expect.arrayContaining(Object.keys(secrets).map((name) => `${name}_FILE`)),
  );
  const { config, warnings } = readConfig(env, 'all');
  expect(warnings).toEqual([]);
  expect(unknownVariables(Object.keys(app.env))).toEqual([]);
  expect(config).toMatchObject({
    marathon: { appId: '/jenkins' },
    http: { host: '0.0.0.0', port: 31_000 },
    admin: { host: '0.0.0.0', port: 31_001 },
  });
  rmSync(folder, { recursive: true });
});

test('its start command gives Bellboard the two ports, and the health check asks the second', () => {
  const sandbox = mkdtempSync(join(tmpdir(), 'bellboard-app-'));
  mkdirSync(join(sandbox, 'bellboard'));
  writeFileSync(join(sandbox, 'node'), '#!/bin/sh\necho "$PORT $ADMIN_PORT $*"\n', { mode: 0o755 });
  const env = { PATH: `${sandbox}:${process.env['PATH']}`, PORT0: '31000', PORT1: '31001' };
  expect(spawnSync('sh', ['-c', app.cmd], { cwd: sandbox, env, encoding: 'utf8' }).stdout).toBe(
    '31000 31001 dist/main.js\n',
  );
  expect(app.healthChecks).toMatchObject([{ path: '/healthz', portIndex: 1 }]);
  rmSync(sandbox, { recursive: true });
});

test('policy.yaml as shipped lets everyone read and names nobody who may change', () => {
  const policy = parsePolicy(read('policy.yaml'));
  expect(undefinedRoles(policy)).toEqual([]);
  expect(Object.values(policy.roles).flat()).toEqual([]);
  expect(policy.rules.map((rule) => [rule.effect ?? rule.command, rule.to].flat())).toEqual([
    ['history', 'admins'],
    ['read', 'everyone'],
    ['change', 'operators'],
    ['disrupt', 'operators'],
  ]);
});
