// How the stream arrives must not matter: in one piece, cut anywhere, twice.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frameReader } from '../../../src/adapters/marathon/event-frames.js';
import type { MarathonEvent } from '../../../src/core/marathon-event.js';
import { APP, framesOf, TRANSCRIPTS, toBeHeard, transcript } from './transcripts.js';

interface Heard {
  events: MarathonEvent[];
  identities: string[];
  skipped: string[];
}

function hear(chunks: Iterable<Uint8Array>, appId = APP): Heard {
  const heard: Heard = { events: [], identities: [], skipped: [] };
  const reader = frameReader({
    appId,
    take: (event, identity) => {
      heard.events.push(event);
      heard.identities.push(identity);
    },
    skip: (why) => heard.skipped.push(why),
  });
  for (const chunk of chunks) reader.push(chunk);
  return heard;
}

function cutAt(bytes: Buffer, positions: readonly number[]): Buffer[] {
  const edges = [0, ...[...positions].sort((a, b) => a - b), bytes.length];
  return edges.slice(1).map((edge, at) => bytes.subarray(edges[at], edge));
}

const frame = (data: string, type?: string) =>
  Buffer.from(`${type === undefined ? '' : `event: ${type}\r\n`}data: ${data}\r\n\r\n`);
const crash = (message: string, appId = APP) =>
  JSON.stringify({
    eventType: 'status_update_event',
    timestamp: '2018-02-05T09:00:35.712Z',
    appId,
    taskId: 'ci_jenkins.t1',
    taskStatus: 'TASK_FAILED',
    message,
  });
const messagesOf = ({ events }: Heard) => events.map((event) => (event.kind === 'task' ? event.message : event.kind));

describe.each(TRANSCRIPTS)('%s', (name) => {
  const bytes = transcript(name);
  const whole = hear([bytes]);

  it('is heard whole, in order', () => {
    expect(whole.skipped).toEqual([]);
    expect(whole.events.map(({ at }) => at)).toEqual(toBeHeard(bytes).map(({ at }) => at));
    // Of the two connections with a gap between them neither tells anything: that is the point of them.
    expect(whole.events.length > 0).toBe(!name.startsWith('x-gap'));
  });

  it('is heard the same however it is cut', () => {
    const positions = fc.array(fc.integer({ min: 0, max: bytes.length }), { maxLength: 40 });
    fc.assert(
      fc.property(positions, (cuts) => {
        expect(hear(cutAt(bytes, cuts))).toEqual(whole);
      }),
      { seed: 20_180_205, numRuns: 25 },
    );
  });

  it('has the same identities when every frame comes twice', () => {
    const twice = hear([
      Buffer.from(
        framesOf(bytes)
          .map((one) => one + one)
          .join(''),
      ),
    ]);
    expect(framesOf(bytes).join('')).toBe(bytes.toString());
    expect(twice.identities).toEqual(whole.identities.flatMap((one) => [one, one]));
    expect(new Set(whole.identities).size).toBe(whole.identities.length);
  });
});

describe('a cut', () => {
  const three = Buffer.concat([
    frame(crash('Größe 😀 überschritten'), 'status_update_event'),
    Buffer.from('\r\n'),
    frame(crash('second')),
    frame('{"eventType":"scheduler_disconnected_event","timestamp":"2018-02-05T09:00:16.036Z"}'),
  ]);
  const expected = ['Größe 😀 überschritten', 'second', 'scheduler'];
  const positions = Array.from(three.keys());

  it.each([1, 2, 3])('at every byte and %i bytes later changes nothing', (more) => {
    for (const at of positions)
      expect(messagesOf(hear(cutAt(three, [at, Math.min(at + more, three.length)])))).toEqual(expected);
  });

  it('after each byte changes nothing', () => {
    expect(messagesOf(hear(cutAt(three, positions)))).toEqual(expected);
  });

  it('by the end of the connection loses what had not come', () => {
    expect(messagesOf(hear([three.subarray(0, three.length - 10)]))).toEqual(expected.slice(0, 2));
  });
});

describe('frames', () => {
  it('of other apps are not parsed, and those of apps whose id merely starts alike are not heard', () => {
    const strangers = [
      frame('{broken, of /other/app}'),
      frame(crash('x', '/other')),
      frame(crash('x', `${APP}-agent`)),
    ];
    expect(hear(strangers)).toEqual({ events: [], identities: [], skipped: [] });
  });

  it('that escape their slashes are understood', () => {
    expect(messagesOf(hear([frame(crash('escaped').replaceAll('/', '\\/'))]))).toEqual(['escaped']);
  });

  it('that end a plan are heard though they name no app', () => {
    const end = '{"eventType":"deployment_failed","id":"p1","timestamp":"2018-02-05T09:00:16.036Z"}';
    expect(hear([frame(end)]).events).toMatchObject([{ kind: 'deployment', phase: 'failed', planId: 'p1' }]);
  });

  it('that cannot be understood are skipped, each with a reason', () => {
    const heard = hear([
      frame(`{"of":"${APP}", broken`),
      frame(crash('between')),
      frame(crash('x').replace('taskStatus', 'status')),
      Buffer.from(': comment\r\nretry: soon\r\nnonsense\r\n\r\n'),
      frame(crash('after')),
    ]);
    expect(messagesOf(heard)).toEqual(['between', 'after']);
    expect(heard.skipped).toEqual([
      'an event is not JSON',
      expect.stringMatching(/^status_update_event: taskStatus: /),
    ]);
  });

  it('of several megabytes are heard', () => {
    const group = {
      id: '/',
      apps: Array.from({ length: 5_000 }, (_, at) => ({ id: `/app/${at}`, cmd: 'x'.repeat(1_000) })),
    };
    const plan = { id: 'p1', original: group, steps: [{ actions: [{ action: 'RestartApplication', app: APP }] }] };
    const data = JSON.stringify({ eventType: 'deployment_info', timestamp: '2018-02-05T09:00:16.036Z', plan });
    expect(data.length).toBeGreaterThan(5_000_000);
    const bytes = frame(data);
    const cuts = Array.from({ length: Math.floor(bytes.length / 16_384) }, (_, at) => at * 16_384);
    expect(hear(cutAt(bytes, cuts)).events).toMatchObject([{ phase: 'begins', steps: [{ appId: APP }] }]);
  });

  it('beyond all measure are skipped, and the next one is heard', () => {
    const piece = Buffer.alloc(1024 * 1024, 'x');
    const chunks = [
      Buffer.from(`data: {"${APP}":"`),
      ...Array.from({ length: 70 }, () => piece),
      Buffer.from('"}\r\n\r\n'),
    ];
    const heard = hear([...chunks, frame(crash('next'))]);
    expect(messagesOf(heard)).toEqual(['next']);
    expect(heard.skipped[0]).toMatch(/^an event is larger than \d+ characters$/);
  });
});

it('a thousand events a second of other apps cost little', () => {
  const bytes = Buffer.concat(Array.from({ length: 20_000 }, (_, at) => frame(crash('y'.repeat(300), `/other/${at}`))));
  const cuts = Array.from({ length: Math.floor(bytes.length / 16_384) }, (_, at) => at * 16_384);
  const began = process.cpuUsage();
  expect(hear(cutAt(bytes, cuts)).events).toEqual([]);
  const spent = process.cpuUsage(began);
  // Twenty seconds' worth in far less than one: below a tenth of a core even on a slow machine.
  expect((spent.user + spent.system) / 1_000).toBeLessThan(2_000);
});
