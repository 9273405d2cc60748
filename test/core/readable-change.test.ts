import { describe, expect, test } from 'vitest';
import type { Json } from '../../src/core/cluster.js';
import { maskJson, maskText } from '../../src/core/manifest-mask.js';
import { readableChange } from '../../src/core/readable-change.js';

describe('readableChange', () => {
  test.each<[string, Json | undefined, Json | undefined, string]>([
    ['mem', 1024, 1536, 'mem: 1024 → 1536'],
    ['env.TZ', undefined, 'UTC', 'env.TZ: added UTC'],
    ['env.TZ', 'UTC', undefined, 'env.TZ: removed (was UTC)'],
    ['env.TZ', 'UTC', '', 'env.TZ: UTC → ""'],
    ['requirePorts', false, true, 'requirePorts: false → true'],
    ['cmd', 'a\nb', 'c', 'cmd: a b → c'],
    ['constraints', [['hostname', 'UNIQUE']], [], 'constraints: [["hostname","UNIQUE"]] → []'],
    [
      'unreachableStrategy',
      'disabled',
      { inactiveAfterSeconds: 0 },
      'unreachableStrategy: disabled → {"inactiveAfterSeconds":0}',
    ],
  ])('%s from %j to %j', (path, from, to, line) => {
    expect(readableChange({ path, from, to })).toBe(line);
  });

  test.each<[string, Json | undefined, Json | undefined, string]>([
    ['env.API_TOKEN', 'hunter2', 'hunter3', 'env.API_TOKEN: ••• → •••'],
    ['env.DB_PASSWORD', undefined, 'hunter2', 'env.DB_PASSWORD: added •••'],
    ['env.SSH_KEY.secret', '/hunter2', undefined, 'env.SSH_KEY.secret: removed (was •••)'],
    ['labels["my.token"]', 'hunter2', undefined, 'labels["my.token"]: removed (was •••)'],
    ['env.REPO', 'a', 'https://bot:hunter2@git/x', 'env.REPO: a → https://•••@git/x'],
    ['fetch', [], [{ uri: 'https://hunter2@host/a.tgz' }], 'fetch: [] → [{"uri":"https://•••@host/a.tgz"}]'],
    [
      'container.docker.parameters',
      [],
      [{ key: 'env', value: 'API_TOKEN=hunter2' }],
      'container.docker.parameters: [] → [{"key":"env","value":"API_TOKEN=•••"}]',
    ],
    [
      'cmd',
      'java -DtrustStorePassword=hunter2 -jar a',
      'java -DtrustStorePassword=hunter3 -jar a',
      'cmd: changed in a hidden part of java -DtrustStorePassword=••• -jar a',
    ],
  ])('hides what is secret in %s', (path, from, to, line) => {
    const said = readableChange({ path, from, to });
    expect(said).toBe(line);
    expect(said).not.toMatch(/hunter\d/);
  });

  test('shows two long commands around the word in which they differ', () => {
    const command = (heap: string) =>
      `cd master && ${'x'.repeat(200)} exec java ${heap} -jar jenkins.war ${'y'.repeat(200)}`;
    expect(readableChange({ path: 'cmd', from: command('-Xmx1g'), to: command('-Xmx2g') })).toBe(
      'cmd: …x exec java -Xmx1g -jar jenkins.w… → …x exec java -Xmx2g -jar jenkins.w…',
    );
  });

  test('cuts a long value in the middle', () => {
    const said = readableChange({ path: 'env.A', from: undefined, to: `${'a'.repeat(500)}${'z'.repeat(500)}` });
    expect(said).toMatch(/^env\.A: added a{39}…z{39}$/);
  });

  test('never grows beyond one line, however the values differ', () => {
    const said = readableChange({ path: 'cmd', from: 'a'.repeat(9_000), to: 'b'.repeat(9_000) });
    expect(said.length).toBeLessThan(180);
  });
});

describe('maskText', () => {
  test.each([
    ['git@host:path and ssh://git@host/x stay', 'git@host:path and ssh://git@host/x stay'],
    ['exec java $JAVA_OPTS -jar jenkins.war', 'exec java $JAVA_OPTS -jar jenkins.war'],
    ['-Xmx1g -Dbasic=configuration', '-Xmx1g -Dbasic=configuration'],
    ['ssh://u:pw@host/x', 'ssh://•••@host/x'],
    ['https://u:p@w@host/x', 'https://•••@host/x'],
    ['redis://:pw@host', 'redis://•••@host'],
    ['API_TOKEN="x y" run', 'API_TOKEN=••• run'],
    ['run --api-token abc --port 1', 'run --api-token ••• --port 1'],
    ['curl -H "Authorization: Bearer abcdefghij"', 'curl -H "Authorization: Bearer •••"'],
  ])('%s', (text, masked) => {
    expect(maskText(text)).toBe(masked);
  });

  test('in any shape, what stands under a secret name is hidden whole', () => {
    expect(maskJson({ password: ['x'], list: [{ name: 'API_TOKEN', value: 'x' }], port: 1, none: null })).toEqual({
      password: '•••',
      list: [{ name: 'API_TOKEN', value: '•••' }],
      port: 1,
      none: null,
    });
  });
});
