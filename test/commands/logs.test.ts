import { describe, expect, test } from 'vitest';
import { render } from '../../src/adapters/slack/render.js';
import { catalogueOf } from '../../src/commands/index.js';
import { logs } from '../../src/commands/logs.js';
import type { EndedMesosTask, Mesos } from '../../src/core/cluster.js';
import { parse } from '../../src/core/parse.js';
import { HOUR, MINUTE } from '../../src/core/time.js';
import { agents, anApp, aTask, NOW, silence } from '../support/ci-service.js';
import type { FakeCalls } from '../support/fakes.js';
import { linesOf, read } from '../support/read-command.js';

/** As it would be typed. */
const argsOf = (text: string) => parse(text, catalogueOf([logs])).args as object;
const answer = (text: string, calls: FakeCalls = {}) => read(logs, calls, argsOf(text));

const LOG = 'one\ntwo\nthree\n';
const writing = (text: string | undefined = LOG): Partial<Mesos> => ({ sandboxTail: async () => text });

/** What the agent was asked for. */
function asking(calls: FakeCalls = {}) {
  const asked: Parameters<Mesos['sandboxTail']>[] = [];
  const sandboxTail: Mesos['sandboxTail'] = async (...call) => {
    asked.push(call);
    return LOG;
  };
  return { asked, calls: { ...calls, mesos: { ...calls.mesos, sandboxTail } } };
}

const ended = (patch: Partial<EndedMesosTask> = {}): EndedMesosTask => ({
  id: 'jenkins.before',
  name: 'jenkins',
  state: 'TASK_KILLED',
  frameworkId: 'marathon-framework',
  mesosAgentId: 'agent-26',
  executorId: '',
  resources: { cpus: 1, memMiB: 2048 },
  endedAt: NOW - HOUR,
  ...patch,
});

const failure = {
  taskId: 'jenkins.failed',
  state: 'TASK_FAILED',
  message: 'Memory limit exceeded: Requested: 1032MB',
  host: '192.168.3.27',
  at: NOW - 3 * MINUTE,
  version: undefined,
};

test('the running controller: which task, which file, how many lines, how long it has run', async () => {
  const message = await answer('logs', { mesos: writing() });
  expect(message.text).toBe(
    'The last 3 lines of stderr of jenkins.old on 192.168.3.25, which has run for 2 h. The last one: three',
  );
  expect(linesOf(message)).toEqual([
    ':scroll: The last 3 lines of `stderr` of `jenkins.old` on 192.168.3.25, which has run for 2 h.',
    'one',
    'two',
    'three',
    '(<http://192.168.3.4:5050/#/agents/agent-25/frameworks/marathon-framework/executors/jenkins.old|The whole sandbox> on 192.168.3.25)',
    '[Show stdout]',
  ]);
});

describe('what is asked for', () => {
  test.each<[text: string, file: string, bytes: number, taskId: string]>([
    ['logs', 'stderr', 65_536, 'jenkins.old'],
    ['logs stdout', 'stdout', 65_536, 'jenkins.old'],
    ['logs STDERR --lines 2000', 'stderr', 512_000, 'jenkins.old'],
    ['logs --previous', 'stderr', 65_536, 'jenkins.before'],
    ['logs stdout --task jenkins.before', 'stdout', 65_536, 'jenkins.before'],
  ])('by `%s`', async (text, file, bytes, taskId) => {
    const { asked, calls } = asking({ mesos: { endedTasks: async () => [ended()] } });
    await answer(text, calls);
    const mesosAgentId = taskId === 'jenkins.old' ? 'agent-25' : 'agent-26';
    const place = { mesosAgentId, frameworkId: 'marathon-framework', executorId: '', taskId };
    expect(asked).toEqual([[place, file, bytes]]);
  });

  test.each([
    ['logs --lines 1', ['three']],
    ['logs --lines 2', ['two', 'three']],
  ])('shows no more than `%s`', async (text, lines) => {
    const { blocks } = await answer(text, { mesos: writing() });
    expect(blocks[1]).toEqual({ type: 'code', text: lines.join('\n'), keep: 'end' });
  });
});

describe('what cannot be asked for', () => {
  test.each([
    ['logs console', 'Expected `stdout` or `stderr`, got `console`.'],
    ['logs --lines 0', 'Expected `lines` to be a whole number from 1 to 2000 lines, got `0`.'],
    ['logs --lines 2001', 'Expected `lines` to be a whole number from 1 to 2000 lines, got `2001`.'],
    ['logs --lines many', 'Expected `lines` to be a whole number from 1 to 2000 lines, got `many`.'],
    ['logs --previous --task jenkins.a', '`--task` names the task already, so `--previous` says nothing more.'],
  ])('`%s`', (text, message) => {
    expect(() => argsOf(text)).toThrow(expect.objectContaining({ message, hint: 'Try `logs`.' }));
  });

  test.each(['grafana.abc', 'jenkins-test.abc', 'jenkins.abc/../../x'])('task `%s`, of another app', async (id) => {
    const { asked, calls } = asking();
    await expect(answer(`logs --task ${id}`, calls)).rejects.toThrow(`\`${id}\` is no task of \`/jenkins\`.`);
    expect(asked).toEqual([]);
  });
});

describe('the task before', () => {
  test('failed: when, and why', async () => {
    const calls = {
      marathon: { app: async () => anApp({ lastTaskFailure: failure }) },
      mesos: { ...writing(), endedTasks: async () => [ended()] },
    };
    expect(linesOf(await answer('logs --previous', calls))[0]).toBe(
      ':scroll: The last 3 lines of `stderr` of `jenkins.failed` on 192.168.3.27, which ended 3 min ago (out of memory).',
    );
  });

  test('was stopped', async () => {
    const calls = { mesos: { ...writing(), endedTasks: async () => [ended()] } };
    expect((await answer('logs --previous', calls)).text).toMatch(
      /^The last 3 lines of stderr of jenkins\.before on 192\.168\.3\.26, which ended 1 h ago \(stopped on request\)\./,
    );
  });

  test('is shown by itself, and called so, while none runs', async () => {
    const app = async () => anApp({ tasks: [], lastTaskFailure: failure });
    expect((await answer('logs', { marathon: { app }, mesos: writing() })).text).toMatch(
      /which ended 3 min ago \(out of memory\)\. No controller runs at the moment, so this is the last one\./,
    );
  });
});

describe('what is missing is named', () => {
  const nothing = async () => undefined;
  const fails = (system: 'Marathon' | 'Mesos') => () => Promise.reject(silence(system));
  test.each<[what: string, text: string, calls: FakeCalls, line: string | RegExp]>([
    [
      'Marathon',
      'logs',
      { marathon: { app: fails('Marathon') } },
      ':warning: The logs of /jenkins could not be read. Marathon: did not answer within 15 s.',
    ],
    [
      'the agent',
      'logs',
      { mesos: { sandboxTail: fails('Mesos') } },
      ':warning: The logs of /jenkins could not be read. Mesos: did not answer within 15 s.',
    ],
    ['the app', 'logs', { marathon: { app: nothing } }, /^:warning: Marathon has no app \/jenkins/],
    [
      'any task',
      'logs',
      { marathon: { app: async () => anApp({ tasks: [] }) } },
      /^:warning: \/jenkins has no running task, and neither Marathon nor Mesos remembers one that ended\./,
    ],
    ['one before', 'logs --previous', {}, /remembers a task of \/jenkins before the one that runs\.$/],
    ['the one named', 'logs --task jenkins.x', {}, /^:warning: Neither Marathon nor Mesos remembers `jenkins\.x`/],
    [
      'the machine',
      'logs',
      { mesos: { agents: async () => agents().slice(1) } },
      ':warning: The logs of `jenkins.old` on 192.168.3.25, which has run for 2 h, are out of reach: the Mesos agent on 192.168.3.25 is not registered with Mesos. They come back with it, unless the machine is gone for good.',
    ],
    [
      'the machine Marathon remembers',
      'logs --previous',
      { marathon: { app: async () => anApp({ lastTaskFailure: { ...failure, host: '192.168.3.99' } }) } },
      /are out of reach: the Mesos agent on 192\.168\.3\.99 is not registered/,
    ],
    [
      'the sandbox',
      'logs --previous',
      { mesos: { endedTasks: async () => [ended()] } },
      /^:warning: `stderr` of `jenkins\.before` on 192\.168\.3\.26, which ended 1 h ago \(stopped on request\), is not there/,
    ],
    ['any line', 'logs stdout', { mesos: writing('\n') }, /^:scroll: `stdout` of `jenkins\.old` .* 2 h, is empty\.$/],
  ])('%s', async (_what, text, calls, line) => {
    expect(linesOf(await answer(text, calls))[0]).toEqual(
      typeof line === 'string' ? line : expect.stringMatching(line),
    );
  });

  test('all of them hanging, it answers within half a minute', async () => {
    const hangs = () => new Promise<never>(() => undefined);
    expect((await answer('logs', { marathon: { info: hangs } })).text).toMatch(
      /Marathon did not answer within 12 s\.$/,
    );
    expect((await answer('logs', { mesos: { sandboxTail: hangs } })).text).toMatch(
      /Mesos did not answer within 25 s\.$/,
    );
  });
});

describe('a log that means harm', () => {
  test('is cleaned of colours, and neither breaks out of its block nor pages anybody', async () => {
    const text = '\u001b[31mred\u001b[0m\n```\n<!channel> *bold*\n';
    const { blocks } = render(await answer('logs', { mesos: writing(text) }));
    expect(blocks[1]).toEqual({
      type: 'rich_text',
      elements: [{ type: 'rich_text_preformatted', elements: [{ type: 'text', text: 'red\n```\n<!channel> *bold*' }] }],
    });
    expect(render(await answer('logs', { mesos: writing('x\n<!channel>') })).text).toContain('&lt;!channel&gt;');
  });

  test('and is too long shows its end; the file holds all of it', async () => {
    const text = Array.from({ length: 2_000 }, (_, at) => `line ${at}`).join('\n');
    const { blocks, rest } = render(await answer('logs --lines 2000', { mesos: writing(text) }));
    expect(JSON.stringify(blocks[1])).toMatch(/… cut here, [\d,]+ earlier characters in the thread.*line 1999"/);
    expect(rest).toBe(text);
  });
});

test('a task of an old Marathon, without its agent, is found by its host', async () => {
  const { asked, calls } = asking({
    marathon: { app: async () => anApp({ tasks: [aTask({ mesosAgentId: undefined, state: undefined })] }) },
  });
  await answer('logs', calls);
  expect(asked[0]?.[0].mesosAgentId).toBe('agent-25');
});
