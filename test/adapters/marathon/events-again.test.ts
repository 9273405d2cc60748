// How the ear at Marathon notices that it hears nothing, and how it comes back.
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { pauses } from '../../../src/adapters/marathon/event-pauses.js';
import { runningClock, SECOND } from '../../../src/core/time.js';
import { closeServersAfterEach, deadHost, html } from '../local-server.js';
import {
  count,
  crashed,
  kinds,
  listening,
  marathon,
  openStream,
  reasons,
  stopListeningAfterEach,
  telling,
  waitingClock,
  watcher,
} from './ear.js';

closeServersAfterEach();
stopListeningAfterEach();

describe('a connection is tried again', () => {
  it('after pauses that double from half a second to half a minute', async () => {
    const wall = waitingClock();
    const ear = listening([`http://${await deadHost()}`], { wall });
    await ear.until((news) => count(news, 'lost') === 9);
    await ear.stop();
    const seconds = [0.5, 1, 2, 4, 8, 16, 30, 30];
    expect(wall.slept.slice(0, 8)).toEqual(seconds.map((one) => one * SECOND));
    expect(reasons(ear.news)[0]).toMatch(/^Marathon: GET \/v2\/info: .* refused the connection$/);
  });

  it('after short pauses once more when it had lived for a minute', async () => {
    const wall = waitingClock();
    let times = 0;
    const server = await marathon({
      before: (_asked, response) => {
        times += 1;
        if (times <= 2) html(response, 503, 'Service Unavailable');
        return times <= 2;
      },
      events: (_asked, response) => void openStream(response).end('\r\n'),
    });
    const watch = watcher();
    const ear = listening([server.url], {
      wall,
      hear: ({ kind }) => {
        if (kind === 'connected') wall.pass(60 * SECOND);
        watch.look();
      },
    });
    await watch.until(() => wall.slept.length >= 3);
    await ear.stop();
    expect(wall.slept.slice(0, 3)).toEqual([500, 1000, 500]);
  });

  it('after pauses that are never all the same, and never longer than planned', () => {
    const drawn = [0, 0.5, 1];
    const pauseAfter = pauses(() => drawn.shift() ?? 0);
    const ended = { kind: 'ended', why: 'it ended', livedMs: 59_999 } as const;
    expect([pauseAfter(ended), pauseAfter(ended), pauseAfter(ended)]).toEqual([500, 875, 1500]);
    expect(pauseAfter({ ...ended, livedMs: 60_000 })).toBe(500);
    expect(pauseAfter(ended)).toBe(1000);
    expect(pauseAfter({ kind: 'not-yet', why: 'not yet' })).toBe(1000);
    expect(pauseAfter(ended)).toBe(2000);
    expect(pauseAfter({ kind: 'no-stream' })).toBe(10_000);
    expect(pauseAfter(ended)).toBe(500);
  });

  it('after a second when the leader is not active yet', async () => {
    let times = 0;
    const server = await marathon({
      events: (_asked, response) => {
        times += 1;
        if (times <= 3) openStream(response).end();
        else telling(crashed())(_asked, response, response.req);
      },
    });
    const wall = waitingClock();
    const ear = listening([server.url], { wall });
    await ear.until((news) => count(news, 'event') === 1);
    expect(wall.slept).toEqual([1000, 1000, 1000]);
    expect(kinds(ear.news)).toEqual([...Array(3).fill(['connected', 'lost']).flat(), 'connected', 'event']);
  });

  it.each([401, 403, 405, 500, 502, 503, 504])('for ever when Marathon answers %i in HTML', async (status) => {
    let times = 0;
    const server = await marathon({
      before: (_asked, response) => {
        times += 1;
        if (times > 12) return false;
        html(response, status, `Error ${status}`);
        return true;
      },
      events: telling(crashed()),
    });
    const ear = listening([server.url], { wall: waitingClock() });
    await ear.until((news) => count(news, 'event') === 1);
    expect(kinds(ear.news)).toEqual([...Array(12).fill('lost'), 'connected', 'event']);
    expect(new Set(reasons(ear.news))).toEqual(new Set([`Marathon: GET /v2/info: ${status}, Error ${status}`]));
  });

  it('with other credentials when those we had are refused', async () => {
    let current = 'old-token-1';
    const server = await marathon({
      before: (asked, response) =>
        asked.headers.authorization !== 'token=new-token-2' && response.writeHead(401).end() !== undefined,
      events: telling(crashed()),
    });
    const refresh = () => {
      const news = current !== 'new-token-2';
      current = 'new-token-2';
      return news;
    };
    const ear = listening([server.url], { credentials: { header: () => `token=${current}`, refresh } });
    await ear.until((news) => count(news, 'event') === 1);
    expect(kinds(ear.news)).toEqual(['connected', 'event']);
  });

  it('once at a time, by the pauses above and no others', async () => {
    let times = 0;
    const server = await marathon({
      events: (asked, response) => {
        times += 1;
        if (times === 1) html(response, 503, 'Too many concurrent requests');
        else telling(crashed())(asked, response, response.req);
      },
    });
    const ear = listening([server.url], { wall: waitingClock() });
    await ear.until((news) => count(news, 'event') === 1);
    expect(kinds(ear.news)).toEqual(['lost', 'connected', 'event']);
    expect(reasons(ear.news)).toEqual(['Marathon: GET /v2/events: 503, Too many concurrent requests']);
  });

  it('when something else than events is sent without end, which is let go', async () => {
    const closed: Promise<unknown>[] = [];
    const server = await marathon({
      events: (_asked, response) => {
        closed.push(once(response, 'close'));
        response.writeHead(200, { 'Content-Type': 'application/json' }).flushHeaders();
      },
    });
    const ear = listening([server.url], { wall: { ...waitingClock(), sleep: runningClock().sleep } });
    await ear.until((news) => count(news, 'lost') === 1);
    expect(reasons(ear.news)[0]).toContain('200, answered application/json instead of events');
    await closed[0];
  });

  it('when a gateway shows its login page instead', async () => {
    const server = await marathon({ events: (_asked, response) => html(response, 200, 'Login') });
    const ear = listening([server.url], { wall: waitingClock() });
    await ear.until((news) => count(news, 'lost') === 2);
    expect(ear.news[0]).toEqual({
      kind: 'lost',
      why: 'Marathon: GET /v2/events: 200, answered text/html;charset=utf-8 instead of events: a login page or a proxy?',
    });
  });

  it('at the next address when one accepts connections and stays silent', async () => {
    const mute = await marathon({ before: () => true });
    const good = await marathon({ events: telling(crashed()) });
    const timeouts = { readMs: 50 };
    const ear = listening([mute.url, good.url], { wall: waitingClock(), timeouts });
    await ear.until((news) => count(news, 'event') === 1);
    expect(kinds(ear.news)[0]).toBe('lost');
    expect(mute.streams()).toEqual([]);
  });

  it('when it is broken off in the middle of a frame', async () => {
    let times = 0;
    const server = await marathon({
      events: (_asked, response) => {
        times += 1;
        openStream(response).write(crashed(`ci_jenkins.t${times}`));
        response.write('event: status_update_event\r\ndata: {"cut', () => times === 1 && response.destroy());
      },
    });
    const ear = listening([server.url], { wall: waitingClock() });
    await ear.until((news) => count(news, 'event') === 2);
    expect(kinds(ear.news)).toEqual(['connected', 'event', 'lost', 'connected', 'event']);
    expect(ear.warnings).toEqual([]);
  });
});

describe('the heartbeat', () => {
  it('is watched: 25 s without a byte end the connection', async () => {
    const server = await marathon({ events: telling(crashed()) });
    const wall = waitingClock();
    const ear = listening([server.url], { wall });
    await ear.until((news) => count(news, 'event') === 1);
    expect([...wall.pending].map(({ ms }) => ms)).toEqual([25 * SECOND]);
    wall.ring();
    await ear.until((news) => count(news, 'event') === 2);
    expect(kinds(ear.news)).toEqual(['connected', 'event', 'lost', 'connected', 'event']);
    expect(reasons(ear.news)).toEqual(["Marathon's event stream was silent for 25 s"]);
  });

  it('counts by the byte: CR and LF each begin the wait anew', async () => {
    let stream: ServerResponse | undefined;
    const server = await marathon({
      events: (_asked, response) => {
        stream = openStream(response);
      },
    });
    const watch = watcher();
    const wall = waitingClock();
    const watched = {
      ...wall,
      after: (...given: Parameters<typeof wall.after>) => {
        setImmediate(watch.look);
        return wall.after(...given);
      },
    };
    const ear = listening([server.url], { wall: watched });
    await ear.until((news) => count(news, 'connected') === 1);
    for (const byte of ['\r', '\n', '\r', '\n']) {
      const before = wall.armed();
      stream?.write(byte);
      await watch.until(() => wall.armed() === before + 1);
      expect(wall.pending.size).toBe(1);
    }
    expect(ear.news).toEqual([{ kind: 'connected' }]);
  });

  it('is expected from the first moment, also of an address that does not even answer', async () => {
    const server = await marathon({ events: () => undefined });
    const wall = waitingClock();
    const ear = listening([server.url], { wall });
    await until(() => server.streams().length === 1);
    wall.ring();
    await ear.until((news) => count(news, 'lost') === 1);
    expect(ear.news).toEqual([{ kind: 'lost', why: "Marathon's event stream was silent for 25 s" }]);
  });

  it('keeps time by the clock it was given', async () => {
    const server = await marathon();
    const ear = listening([server.url], { wall: runningClock(100) });
    await ear.until((news) => count(news, 'connected') === 2);
    expect(reasons(ear.news)[0]).toBe("Marathon's event stream was silent for 25 s");
  });
});

async function until(met: () => boolean): Promise<void> {
  while (!met()) await turn();
}
