import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { UpstreamError } from '../src/core/errors.js';
import { boltLogger, createLogger } from '../src/logger.js';

function recording(level = 'trace', secrets: () => readonly string[] = () => ['planted-secret']) {
  const lines: string[] = [];
  const log = createLogger({
    level,
    secrets,
    fields: { role: 'bot' },
    destination: { write: (line) => lines.push(line) },
  });
  return { log, lines, last: () => JSON.parse(lines.at(-1) ?? '{}') };
}

describe('a line of the log', () => {
  test('is JSON with time, level by name, role and text', () => {
    const { log, last } = recording();
    log.info({ app: '/jenkins' }, 'deploying');
    expect(last()).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      pid: process.pid,
      role: 'bot',
      app: '/jenkins',
      msg: 'deploying',
    });
  });

  test('is not written below the level', () => {
    const { log, lines } = recording('warn');
    log.info('quiet');
    log.warn('loud');
    expect(lines).toHaveLength(1);
  });

  test('of an error has its kind, text, stack, causes and what of an upstream failed', () => {
    const { log, last } = recording();
    const cause = new TypeError('socket closed');
    const request = 'GET /v2/apps';
    log.warn(
      {
        err: new UpstreamError({
          system: 'Marathon',
          request,
          status: 502,
          seen: 'bad gateway',
          retryable: true,
          mayHaveArrived: true,
          cause,
        }),
      },
      'asking Marathon failed',
    );
    expect(last().err).toMatchObject({
      type: 'UpstreamError',
      message: 'Marathon: GET /v2/apps: 502, bad gateway',
      stack: expect.stringContaining('logger.test.ts'),
      system: 'Marathon',
      request,
      status: 502,
      cause: { type: 'TypeError', message: 'socket closed' },
    });
    log.error(new Error('alone'));
    expect(last()).toMatchObject({ err: { message: 'alone' } });
  });
});

describe('a secret', () => {
  class Carrier extends Error {
    config = { headers: { Authorization: 'Basic cGxhbnRlZA==', x: 'planted-secret' } };
    'planted-secret' = 1;
  }
  const cyclic: Record<string, unknown> = { text: 'planted-secret' };
  cyclic['self'] = cyclic;

  test.each<[string, (log: ReturnType<typeof recording>['log']) => void]>([
    ['the text', (log) => log.info('token planted-secret was refused')],
    ['an argument of the text', (log) => log.info('said %s and %j', 'planted-secret', { deep: 'planted-secret' })],
    ['a field', (log) => log.info({ a: { b: ['planted-secret'] } }, 'x')],
    ['the name of a field', (log) => log.info({ 'planted-secret': 1 }, 'x')],
    ['an error', (log) => log.error({ err: new Error('planted-secret', { cause: new Error('planted-secret') }) }, 'x')],
    ['what hangs on an error', (log) => log.error(new Carrier('x'))],
    ['a cause that is no error', (log) => log.error({ err: new Error('x', { cause: { at: 'planted-secret' } }) }, 'x')],
    ['fields of a child', (log) => log.child({ job: 'planted-secret' }).info('x')],
    ['fields of a grandchild', (log) => log.child({ a: 1 }).child({ job: 'planted-secret' }).info('x')],
    ['a map', (log) => log.info({ map: new Map([['k', 'planted-secret']]) }, 'x')],
    ['something circular', (log) => log.info(cyclic, 'x')],
    ['something with toJSON', (log) => log.info({ at: { toJSON: () => ({ url: 'planted-secret' }) } }, 'x')],
    ['what looks like one', (log) => log.info({ note: 'xoxb-planted-secret and http://a:planted-secret@h' }, 'x')],
    [
      'a telling field',
      (log) => log.info({ response_url: 'https://hooks/planted-1', apiToken: 'planted-2', password: 'planted-3' }, 'x'),
    ],
    [
      'what Bolt says',
      (log) => boltLogger(log, 'info').error('bad', { token: 'planted-secret' }, new Carrier('planted-secret')),
    ],
  ])('in %s is not in the log', (_, write) => {
    const { log, lines } = recording();
    write(log);
    expect(lines).toHaveLength(1);
    expect(lines.join()).not.toContain('planted');
    expect(() => JSON.parse(lines[0] ?? '')).not.toThrow();
  });

  test('that changes while we run is hidden as it is now', () => {
    let secrets = ['first-planted'];
    const { log, lines } = recording('info', () => secrets);
    log.info('with first-planted');
    secrets = ['second-planted'];
    log.info('with second-planted');
    expect(lines.join()).not.toContain('planted');
  });

  test('is really in what is logged, or these tests could not fail', () => {
    expect(inspect(new Carrier('x'))).toContain('planted-secret');
  });
});

describe('what Bolt says', () => {
  test('becomes one line of ours with its source', () => {
    const { log, last } = recording();
    const bolt = boltLogger(log, 'warn');
    bolt.setName('socket-mode');
    bolt.setLevel('warn');
    expect(bolt.getLevel()).toBe('warn');
    bolt.warn('Connection lost', { attempt: 2 }, new Error('reset'));
    expect(last()).toMatchObject({
      level: 'warn',
      source: 'socket-mode',
      msg: 'Connection lost {"attempt":2}',
      err: { message: 'reset' },
    });
    // Its debug lines carry whole deliveries with their response_url.
    bolt.debug('bye');
    bolt.info('bye');
    expect(last()).toMatchObject({ msg: 'Connection lost {"attempt":2}' });
  });
});
