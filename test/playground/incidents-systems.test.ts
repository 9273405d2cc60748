// Leaders that change, and systems that Bellboard cannot hear: seen through the sockets it would look through.
import { get, type IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { MINUTE, SECOND } from '../../src/core/time.js';
import { atWork, EVERY, STREAMING, type Stage, WELL } from './incident-scene.js';

/** The event stream as a client has it: what it got, and whether it ended. */
async function stream({ world }: Stage): Promise<{ text: () => string; ended: () => boolean }> {
  const url = `${world.servers.marathon.url}/v2/events`;
  const response = await new Promise<IncomingMessage>((resolve, reject) =>
    get(url, { headers: { accept: 'text/event-stream' } }, resolve).once('error', reject),
  );
  let [text, ended] = ['', false];
  response.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  response.once('close', () => {
    ended = true;
  });
  await expect.poll(() => text).toContain('event_stream_attached');
  return { text: () => text, ended: () => ended };
}

describe.each(STREAMING)('with Marathon %s', (generation) => {
  it('change leader ends the stream and answers 50x for 8 s; the task is the same and no event is missed', async () => {
    const stage = await atWork(generation);
    const task = stage.taskId();
    const heard = await stream(stage);
    stage.cause('change leader');
    await expect.poll(heard.ended).toBe(true);
    await stage.clock.advance(7 * SECOND);
    const url = `${stage.world.servers.marathon.url}/v2/apps/jenkins`;
    expect(await stage.status(url)).toBe(generation === '1.11' ? 502 : 503);
    await stage.clock.advance(SECOND);
    expect(await stage.status(url)).toBe(200);
    await stage.clock.advance(2 * MINUTE);
    expect(stage.taskId()).toBe(task);
    expect(stage.statuses()).toEqual([]);
    expect(stage.types()).toContain('scheduler_registered_event');
    expect(stage.state()).toEqual(WELL);
  });

  it('change leader with a gap: whoever comes back finds another task and was never told of the death', async () => {
    const stage = await atWork(generation);
    const task = stage.taskId();
    stage.cause('change leader with a gap');
    await stage.clock.advance(7 * SECOND);
    expect(stage.world.cluster.task(task)?.processAlive).toBe(false);
    expect(stage.events).toEqual([]);
    await stage.clock.advance(SECOND);
    // The new leader hears of it as soon as it has registered, before anybody can listen again.
    expect(stage.types()[0]).toBe('scheduler_registered_event');
    expect(stage.statuses()).toEqual(['TASK_FAILED']);
    const heard = await stream(stage);
    await stage.clock.advance(2 * MINUTE);
    await expect.poll(heard.text).toContain('TASK_RUNNING');
    expect(heard.text()).not.toContain('TASK_FAILED');
    expect(stage.world.marathon.app('/jenkins').lastTaskFailure).toMatchObject({ taskId: task });
    expect(stage.state()).toEqual(WELL);
  });

  it('blind marathon: the open stream falls silent, what happens then is never told, and 5 min later it is heard', async () => {
    const stage = await atWork(generation);
    const url = `${stage.world.servers.marathon.url}/v2/apps/jenkins`;
    const heard = await stream(stage);
    stage.cause('blind marathon');
    const before = heard.text();
    stage.cause('kill controller');
    await stage.clock.advance(4 * MINUTE);
    expect(await stage.isSilent(url)).toBe(true);
    expect(heard.text()).toBe(before);
    expect(heard.ended()).toBe(false);
    await stage.clock.advance(MINUTE);
    expect(await stage.status(url)).toBe(200);
    await stage.clock.advance(10 * SECOND);
    await expect.poll(() => heard.text().slice(before.length)).toMatch(/^(?:\r\n)+$/);
    expect(stage.state()).toEqual(WELL);
  });
});

it.each(EVERY)(
  'a gap is a gap with Marathon %s: nobody watches or relaunches until there is a leader',
  async (generation) => {
    const stage = await atWork(generation);
    stage.cause('change leader with a gap');
    await stage.clock.advance(7 * SECOND);
    expect(
      stage.world.cluster.tasks().filter(({ request, processAlive }) => processAlive && request.name === 'jenkins'),
    ).toEqual([]);
    await stage.clock.advance(3 * MINUTE);
    expect(stage.state()).toEqual(WELL);
  },
);

describe.each([
  ['mesos', '/slaves'],
  ['jenkins', '/login'],
] as const)('blind %s', (system, path) => {
  it('answers nothing for 5 min, and is well all the time', async () => {
    const stage = await atWork();
    const url = stage.world.servers[system].url + path;
    stage.cause(`blind ${system}`);
    expect(await stage.isSilent(url)).toBe(true);
    await stage.clock.advance(5 * MINUTE);
    expect(await stage.status(url)).toBe(200);
    expect(stage.statuses()).toEqual([]);
    expect(stage.state()).toEqual(WELL);
  });

  it('is heard sooner when it is mended, and twice blind stays blind for the longer of the two', async () => {
    const stage = await atWork();
    const url = stage.world.servers[system].url + path;
    stage.cause(`blind ${system}`);
    await stage.clock.advance(4 * MINUTE);
    stage.cause(`blind ${system}`);
    await stage.clock.advance(2 * MINUTE);
    expect(await stage.isSilent(url)).toBe(true);
    stage.cause(`mend blind ${system}`);
    expect(await stage.status(url)).toBe(200);
  });
});

it('slow marathon can be taken back', async () => {
  const stage = await atWork();
  const url = `${stage.world.servers.marathon.url}/ping`;
  stage.cause('slow marathon');
  expect(await stage.isSilent(url)).toBe(true);
  stage.cause('mend');
  expect(await stage.status(url)).toBe(200);
});

it('mesos leader: none leads, offers stop, and it is elected again', async () => {
  const stage = await atWork();
  const url = `${stage.world.servers.mesos.url}/slaves`;
  stage.cause('mesos leader');
  expect(await stage.status(url)).toBe(503);
  stage.cause('kill controller');
  await stage.clock.advance(2 * MINUTE);
  expect(stage.tasks()).toEqual([]);
  stage.cause('mesos leader');
  await stage.clock.advance(3 * MINUTE);
  expect(await stage.status(url)).toBe(200);
  expect(stage.state()).toEqual(WELL);
});
