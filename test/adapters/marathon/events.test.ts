// The ear at Marathon over real sockets: what it asks, what it hears, and how it comes back.
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { basicHeader } from '../../../src/adapters/http-credentials.js';
import { EVENT_TYPES } from '../../../src/core/marathon-event.js';
import { runningClock, SECOND } from '../../../src/core/time.js';
import { running } from '../../playground/marathon-http.js';
import { closeServersAfterEach, deadHost, type Handler } from '../local-server.js';
import {
  count,
  crashed,
  heardOn,
  kinds,
  listening,
  marathon,
  openStream,
  stopListeningAfterEach,
  telling,
  waitingClock,
  watcher,
} from './ear.js';
import { APP, TRANSCRIPTS, toBeHeard, transcript } from './transcripts.js';

closeServersAfterEach();
stopListeningAfterEach();

const login = { header: () => basicHeader('ci', 'stream-pass'), refresh: () => false };
const LOGIN = login.header();

/** Never comes back by itself within a test. */
const patient = () => ({ ...waitingClock(), sleep: runningClock().sleep });

describe('the question', () => {
  it('is put so that every version answers it', async () => {
    const server = await marathon();
    const ear = listening([server.url]);
    await ear.until((news) => count(news, 'connected') === 1);
    expect(server.asked.map(({ url }) => url.split('?')[0])).toEqual(['/v2/info', '/v2/events']);
    const [asked] = server.streams();
    expect(asked?.headers).toMatchObject({ accept: 'text/event-stream', 'accept-encoding': 'identity' });
    const query = new URL(asked?.url ?? '', server.url).searchParams;
    expect(query.get('plan-format')).toBe('light');
    expect(query.getAll('event_type')).toEqual([...EVENT_TYPES]);
  });

  it('goes below the path prefix of a gateway, with credentials', async () => {
    const server = await marathon({
      before: (asked, response) => {
        asked.url = asked.url.replace('/service/marathon', '');
        return asked.headers.authorization !== LOGIN && response.writeHead(401).end() !== undefined;
      },
    });
    const ear = listening([`${server.url}/service/marathon`], { credentials: login });
    await ear.until((news) => count(news, 'connected') === 1);
    expect(ear.news).toEqual([{ kind: 'connected' }]);
  });
});

describe('the simulated Marathon', () => {
  it.each(['0.11', '1.3', '1.5', '1.11'] as const)('of %s is heard', async (generation) => {
    const { server, cluster, task } = await running(generation, {
      credentials: { username: 'ci', password: 'pass-1' },
    });
    const credentials = { header: () => basicHeader('ci', 'pass-1'), refresh: () => false };
    const ear = listening([server.url], { credentials });
    await ear.until((news) => count(news, 'connected') === 1);
    cluster.crashTask(task().taskId, { status: 1 });
    await ear.until((news) => count(news, 'event') > 0);
    expect(ear.news.find(({ kind }) => kind === 'event')).toMatchObject({
      event: { kind: 'task', appId: APP, status: 'TASK_FAILED', message: 'Command exited with status 1' },
    });
  });

  it('refuses a listener who accepts anything else', async () => {
    const { call } = await running('1.5');
    const answers = ['*/*', 'text/event-stream, */*', 'text/event-stream;q=1'].map((accept) =>
      call('GET', '/v2/events', undefined, { accept }),
    );
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([405, 405, 405]);
  });

  it('of 0.8 has no stream, so that there is a look every ten seconds', async () => {
    const { server } = await running('0.8');
    const wall = waitingClock();
    const ear = listening([server.url], { wall });
    await ear.until((news) => news.length >= 3);
    await ear.stop();
    expect(new Set(kinds(ear.news))).toEqual(new Set(['look']));
    expect(new Set(wall.slept)).toEqual(new Set([10 * SECOND]));
  });
});

it.each(['0.8.2', '0.8.2-SNAPSHOT'])('numbers decide: %s has no stream, 0.10 and 0.15 have one', async (version) => {
  const without = listening([(await marathon({ version })).url], { wall: patient() });
  await without.until((news) => news.length > 0);
  expect(without.news).toEqual([{ kind: 'look' }]);
  for (const later of ['0.9.0', '0.10.1', '0.15.6']) {
    const ear = listening([(await marathon({ version: later })).url]);
    await ear.until((news) => news.length > 0);
    expect(ear.news).toEqual([{ kind: 'connected' }]);
  }
});

describe('a recorded stream', () => {
  /** Pieces a socket may deliver one by one: the fold of each write is where a packet would end. */
  const pieces = (bytes: Buffer, size: number) =>
    Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size));

  it.each(TRANSCRIPTS)('%s is heard in one piece and in many', async (name) => {
    const bytes = transcript(name);
    let times = 0;
    const server = await marathon({
      version: '1.5.15',
      events: async (_asked, response) => {
        times += 1;
        response.socket?.setNoDelay(true);
        openStream(response);
        for (const piece of pieces(bytes, times === 1 ? bytes.length : 257)) {
          response.write(piece);
          await turn();
        }
        response.end();
      },
    });
    const ear = listening([server.url], { wall: waitingClock() });
    await ear.until((news) => count(news, 'lost') >= 2);
    await ear.stop();
    const [first, second] = heardOn(ear.news);
    expect(first?.map(({ at }) => at)).toEqual(toBeHeard(bytes).map(({ at }) => at));
    expect(second).toEqual(first);
  });

  it('of 5 MB in one frame is heard', async () => {
    const apps = Array.from({ length: 5_000 }, (_, at) => ({ id: `/app/${at}`, cmd: 'x'.repeat(1_000) }));
    const steps = [{ actions: [{ action: 'RestartApplication', app: APP }] }];
    const plan = { id: 'p1', original: { id: '/', apps }, steps };
    const data = JSON.stringify({ eventType: 'deployment_info', timestamp: '2018-02-05T09:00:16.036Z', plan });
    const server = await marathon({ version: '0.11.0', events: telling(`data: ${data}\r\n\r\n`, crashed()) });
    const ear = listening([server.url]);
    await ear.until((news) => count(news, 'event') === 2);
    expect(ear.news[1]).toMatchObject({ event: { kind: 'deployment', planId: 'p1', steps: [{ appId: APP }] } });
  });

  it('with a frame nobody understands goes on, and the log says so once', async () => {
    const broken = `data: {"appId":"${APP}", "password":"s3cret"\r\n\r\n`;
    const server = await marathon({ events: telling(broken.repeat(5), crashed()) });
    const ear = listening([server.url]);
    await ear.until((news) => count(news, 'event') === 1);
    expect(ear.warnings).toEqual([{ skipped: 1, why: 'an event is not JSON' }]);
  });
});

describe('the end', () => {
  it('leaves no socket and no alarm, and is heard by nobody', async () => {
    const sockets = new Map<unknown, Promise<unknown>>();
    const before = (...[, , { socket }]: Parameters<Handler>) => {
      if (!sockets.has(socket)) sockets.set(socket, new Promise((gone) => socket.once('close', gone)));
      return false;
    };
    const leader = await marathon({ before, events: telling(crashed()) });
    // Asked one question, and kept alive since.
    const server = await marathon({ before, proxied: true, leader: () => leader.url });
    const wall = waitingClock();
    const ear = listening([server.url], { wall });
    await ear.until((news) => count(news, 'event') === 1);
    await ear.stop();
    expect(sockets.size).toBe(2);
    await Promise.all(sockets.values());
    expect(wall.pending.size).toBe(0);
    expect(wall.slept).toHaveLength(0);
    expect(kinds(ear.news)).toEqual(['connected', 'event']);
    await ear.stop();
  });

  it.each<[when: string, urls: () => Promise<string[]>]>([
    ['nobody answers', async () => [(await marathon({ before: () => true })).url]],
    ['the head of the stream does not come', async () => [(await marathon({ events: () => undefined })).url]],
    ['it waits for the next try', async () => [`http://${await deadHost()}`]],
    ['no address is configured', async () => []],
  ])('comes at once when %s', async (_when, urls) => {
    const ear = listening(await urls());
    for (let turns = 0; turns < 50; turns += 1) await turn();
    await ear.stop();
    expect(ear.news.length).toBeLessThanOrEqual(1);
  });

  it('does not come because a listener failed', async () => {
    const server = await marathon({ events: telling(crashed('ci_jenkins.t1'), crashed('ci_jenkins.t2')) });
    const heard: string[] = [];
    const watch = watcher();
    const ear = listening([server.url], {
      hear: ({ kind }) => {
        heard.push(kind);
        watch.look();
        throw new Error('no ear for this');
      },
    });
    await watch.until(() => heard.length === 3);
    expect(heard).toEqual(['connected', 'event', 'event']);
    expect(ear.warnings).toHaveLength(3);
  });
});
