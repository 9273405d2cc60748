// The end of a sandbox file, read from agents of several ages.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type MesosOptions, mesosClient } from '../../../src/adapters/mesos/client.js';
import { scrubber } from '../../../src/adapters/secrets.js';
import { failureOf, fixture, hastyClock } from '../failing.js';
import { closeServersAfterEach, type Handler, json, type LocalServer, localServer } from '../local-server.js';

closeServersAfterEach();

const TASK = { mesosAgentId: 'S1', frameworkId: 'F', executorId: '', taskId: 'jenkins.1' };
const VIRTUAL = '/frameworks/F/executors/jenkins.1/runs/latest';
const REAL = '/var/lib/mesos/slaves/S1/frameworks/F/executors/jenkins.1/runs/c-1';

/** Answers a read as an agent does: by bytes, at most 65,536, a cut character as it is. */
function readOf(content: Buffer, url: URL): Buffer {
  const offset = Number(url.searchParams.get('offset') ?? -1);
  if (offset === -1) return Buffer.from(JSON.stringify({ data: '', offset: content.length }));
  const length = Math.min(Number(url.searchParams.get('length') ?? 65_536), 65_536);
  const data = JSON.stringify(content.subarray(offset, offset + length).toString('latin1'));
  return Buffer.from(`{"data":${data},"offset":${offset}}`, 'latin1');
}

const without: Handler = (_asked, response) => void response.writeHead(404).end();

/** One server is master and agent; `files` by path, below `call`. */
async function cluster(
  files: Record<string, Buffer | string>,
  options: Partial<MesosOptions> & { call?: string } = {},
) {
  const { call = '/files/read', ...more } = options;
  const server: LocalServer = await localServer((asked, response, request) => {
    const url = new URL(asked.url, 'http://x');
    if (url.pathname === '/slaves') {
      const [hostname, port] = server.host.split(':');
      return json(response, {
        slaves: [
          { id: 'S0', hostname: 'h', port: 1 },
          { id: 'S1', hostname, port: Number(port) },
        ],
      });
    }
    if (url.pathname === '/state') {
      const executor = { id: TASK.taskId, directory: REAL, tasks: [{ id: TASK.taskId }] };
      const other = { id: TASK.taskId, directory: REAL.replace('/F/', '/G/') };
      return json(response, {
        frameworks: [{ id: 'G', executors: [other], completed_executors: [] }],
        completed_frameworks: [{ id: 'F', executors: [], completed_executors: [executor] }],
      });
    }
    const content = files[url.searchParams.get('path') ?? ''];
    if (url.pathname !== call || content === undefined) return without(asked, response, request);
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(readOf(Buffer.from(content), url));
  });
  const client = mesosClient({
    credentials: undefined,
    clock: hastyClock(),
    scrub: (text) => text,
    publicUrl: undefined,
    urls: () => [server.url],
    ...more,
  });
  const paths = () => server.asked.map(({ url }) => url.split('?', 1)[0]);
  return { server, client, paths };
}

const reading = async (content: Buffer | string, bytes: number) => {
  const { client } = await cluster({ [`${VIRTUAL}/stderr`]: content });
  return client.sandboxTail(TASK, 'stderr', bytes);
};

describe('the end of a file', () => {
  it.each<[string, string, number, string]>([
    ['is all of a short one', 'one\ntwo\n', 100, 'one\ntwo\n'],
    ['is nothing of an empty one', '', 100, ''],
    ['begins with a whole line', 'one\ntwo\nthree\n', 12, 'two\nthree\n'],
    ['keeps a line that begins just there', 'one\ntwo\nthree\n', 10, 'two\nthree\n'],
    ['is the end of a line that is longer than all that is read', `${'x'.repeat(99)}end\n`, 5, 'xend\n'],
    ['has not the one byte that is read to see where a line begins', 'abcdef', 5, 'bcdef'],
    ['has no half character in front', 'ü'.repeat(9), 5, 'üü'],
    ['loses colours', '\u001b[31mred\u001b[0m\n', 100, 'red\n'],
  ])('%s', async (_what, content, bytes, text) => {
    expect(await reading(content, bytes)).toBe(text);
  });

  it('has no half character at its end, where one is still being written', async () => {
    expect(await reading(Buffer.from('one\nzwölf').subarray(0, 7), 100)).toBe('one\nzw');
  });

  it('takes bytes that are no characters for what they are', async () => {
    expect(await reading(Buffer.from([0x61, 0xff, 0x62, 0x0a]), 100)).toBe('a\ufffdb\n');
  });

  it('is put together of as many answers as it takes, wherever they cut a character', async () => {
    const content = Array.from({ length: 9_000 }, (_, at) => `line ${at}: ✓ wörld 🔔`).join('\n');
    const { client, server } = await cluster({ [`${VIRTUAL}/stderr`]: content });
    expect(await client.sandboxTail(TASK, 'stderr', 400_000)).toBe(content);
    expect(server.asked).toHaveLength(2 + Math.ceil(Buffer.byteLength(content) / 65_536));
  });

  it('is the end of the file, and no more than was asked for, whatever is in it', async () => {
    const line = fc.string({ unit: 'grapheme' }).map((text) => text.replace(/\p{C}/gu, ''));
    const files: Record<string, string> = {};
    const { client } = await cluster(files);
    await fc.assert(
      fc.asyncProperty(fc.array(line, { minLength: 1 }), fc.nat(80), async (lines, bytes) => {
        const whole = lines.join('\n');
        files[`${VIRTUAL}/stderr`] = whole;
        const text = (await client.sandboxTail(TASK, 'stderr', bytes)) ?? 'missing';
        expect(whole.endsWith(text)).toBe(true);
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(bytes);
      }),
      { numRuns: 40 },
    );
  });

  it('hides secrets before anybody can cut them in two', async () => {
    const secret = 'hunter2-hunter2';
    const content = `${'x'.repeat(290)} ${secret}\nlogin with \u001b[1mhunter2\u001b[0m-hunter2\n`;
    const { client } = await cluster({ [`${VIRTUAL}/stderr`]: content }, { scrub: scrubber([secret]) });
    expect(await client.sandboxTail(TASK, 'stderr', 65_536)).toBe(`${'x'.repeat(290)} •••\nlogin with •••\n`);
  });
});

describe('where it is', () => {
  it('is told by the virtual path, with no other question', async () => {
    const { client, paths, server } = await cluster({ [`${VIRTUAL}/stdout`]: 'hello\n' });
    expect(await client.sandboxTail(TASK, 'stdout', 100)).toBe('hello\n');
    expect(paths()).toEqual(['/slaves', '/files/read', '/files/read']);
    expect(server.asked[0]?.url).toBe('/slaves?slave_id=S1');
  });

  it.each([
    ['knows no virtual path', '/files/read'],
    ['knows the call by its old name only', '/files/read.json'],
  ])('is the directory that an agent names which %s', async (_what, call) => {
    const { client } = await cluster({ [`${REAL}/stderr`]: 'old\n' }, { call });
    expect(await client.sandboxTail(TASK, 'stderr', 100)).toBe('old\n');
  });

  it('is the executor of the task, where it has one of its own', async () => {
    const { client } = await cluster({ '/frameworks/F/executors/own/runs/latest/stderr': 'own\n' });
    expect(await client.sandboxTail({ ...TASK, executorId: 'own' }, 'stderr', 100)).toBe('own\n');
  });

  it('is nowhere when the file was cleared away, the task unknown or the agent gone', async () => {
    const { client } = await cluster({ [`${VIRTUAL}/stdout`]: '' });
    expect(await client.sandboxTail(TASK, 'stderr', 100)).toBeUndefined();
    expect(await client.sandboxTail({ ...TASK, taskId: 'jenkins.2' }, 'stdout', 100)).toBeUndefined();
    expect(await client.sandboxTail({ ...TASK, mesosAgentId: 'S9' }, 'stdout', 100)).toBeUndefined();
  });
});

describe('an agent that does not do', () => {
  const agent = async (handler: Handler, more: Partial<MesosOptions> = {}) => {
    const far = await localServer(handler);
    const [hostname, port] = far.host.split(':');
    const master = await localServer((_asked, response) =>
      json(response, { slaves: [{ id: 'S1', hostname, port: Number(port) }] }),
    );
    const credentials = { header: () => 'Basic c2VjcmV0', refresh: () => false };
    const common = { credentials, clock: hastyClock(), scrub: (text: string) => text, publicUrl: undefined };
    const client = mesosClient({ ...common, urls: () => [master.url], ...more });
    return { far, tail: client.sandboxTail(TASK, 'stderr', 100) };
  };

  it('answers is given up soon, and not asked again', async () => {
    const { far, tail } = await agent(() => {}, { timeouts: { readMs: 40 } });
    expect(await failureOf(tail)).toMatchObject({ request: 'GET /files/read', seen: 'did not answer within 0.04 s' });
    expect(far.asked).toHaveLength(1);
  });

  it('want our credentials says so; it was sent them', async () => {
    const { far, tail } = await agent((_asked, response) => response.writeHead(403).end('403 Forbidden.'));
    expect(await failureOf(tail)).toMatchObject({ status: 403, seen: '403 Forbidden.' });
    expect(far.asked[0]?.headers.authorization).toBe('Basic c2VjcmV0');
  });

  it.each([
    ['{"data":"a secret of the log', 'answered something else than a part of a file'],
    ['{"data":7}', 'answered something else than a part of a file'],
    ['x'.repeat(600_000), 'answered more than was asked for'],
  ])('send a part of a file is no empty file', async (body, seen) => {
    const { tail } = await agent((_asked, response) => response.end(body));
    const error = await failureOf(tail);
    expect(error).toMatchObject({ seen, retryable: false });
    expect(String(error.cause)).not.toContain('secret');
  });
});

interface Recorded {
  response: { status: number; text?: string; body: { data: string; offset: number } };
}
const recorded = (file: string): Recorded => JSON.parse(fixture(`mesos/${file}.json`));

describe('as recorded', () => {
  it.each(['stderr', 'stdout-tail'])(
    'the %s of a controller that was killed ends with what it said last',
    async (name) => {
      const { data } = recorded(`03-jenkins-failed/agent-1-files-read-completed-${name}`).response.body;
      const last = data.trimEnd().split('\n').at(-1);
      expect(await reading(data, 120)).toBe(`${last}\n`);
    },
  );

  it('a missing file, the size, and an offset behind the end are what the agent above answers', () => {
    const { status, text } = recorded('02-ci-cluster/agent-1-files-read-missing-404').response;
    expect([status, text]).toEqual([404, '']);
    expect(recorded('02-ci-cluster/agent-1-files-read-offset-minus-1').response.body).toEqual({
      data: '',
      offset: 1841,
    });
    expect(recorded('02-ci-cluster/agent-1-files-read-past-end').response.body.data).toBe('');
  });
});
