// Why a task ended, in Mesos' words: GET_TASKS of the v1 API, recorded and made up.
import { describe, expect, it } from 'vitest';
import { mesosClient } from '../../../src/adapters/mesos/client.js';
import { failureOf, fixture, hastyClock } from '../failing.js';
import { closeServersAfterEach, type Handler, json, localServer } from '../local-server.js';

closeServersAfterEach();

async function mesos(handler: Handler) {
  const server = await localServer(handler);
  const common = { credentials: undefined, clock: hastyClock(), scrub: (text: string) => text, publicUrl: undefined };
  return { server, client: mesosClient({ ...common, urls: () => [server.url] }) };
}

/** The recorded text itself, so that its nanoseconds stay what they are. */
const replaying =
  (folder: string): Handler =>
  ({ method, url, body }, response) => {
    expect([method, url, JSON.parse(body)]).toEqual(['POST', '/api/v1', { type: 'GET_TASKS' }]);
    const text = fixture(`mesos/${folder}/v1-master-GET_TASKS.json`);
    const from = text.indexOf('"body": {', text.indexOf('"response"')) + '"body": '.length;
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.end(text.slice(from, text.lastIndexOf('}', text.lastIndexOf('}', text.lastIndexOf('}') - 1) - 1) + 1));
  };

const CLUSTER = '02c7c04a-dfbe-4f21-abb8-e71f9719932f';

describe('the last word on a task', () => {
  it.each<[folder: string, taskId: string, told: object | undefined]>([
    [
      '03-jenkins-failed',
      'jenkins.1b2c3d4e-5f60-11ef-8a9b-0242ac110002',
      {
        state: 'TASK_FAILED',
        message: 'Command terminated with signal Killed',
        reason: undefined,
        mesosAgentId: `${CLUSTER}-S0`,
        frameworkId: `${CLUSTER}-0001`,
        executorId: '',
      },
    ],
    // A framework that went away put TASK_KILLED behind the real end.
    ['02-ci-cluster', 'exit-3', { state: 'TASK_FAILED', message: 'Command exited with status 3', reason: undefined }],
    ['02-ci-cluster', 'echo-ok', { state: 'TASK_FINISHED', message: 'Command exited with status 0' }],
    ['02-ci-cluster', 'jenkins.1b2c3d4e-5f60-11ef-8a9b-0242ac110002', { state: 'TASK_RUNNING', message: '' }],
    [
      '06-agent-unreachable',
      'grafana.9e8d7c6b-5f64-11ef-8a9b-0242ac110002',
      { state: 'TASK_UNREACHABLE', message: 'health check timed out', reason: 'REASON_AGENT_REMOVED' },
    ],
    [
      '16-task-states',
      'bad-fetch.aa000003',
      {
        state: 'TASK_FAILED',
        message: expect.stringMatching(/^Failed to launch/),
        reason: 'REASON_CONTAINER_LAUNCH_FAILED',
      },
    ],
    ['16-task-states', 'nobody', undefined],
    ['01-idle', 'nobody', undefined],
  ])('%s, %s', async (folder, taskId, told) => {
    const { client } = await mesos(replaying(folder));
    const status = await client.taskStatus(taskId);
    if (told === undefined) expect(status).toBeUndefined();
    else expect(status).toMatchObject(told);
  });

  it('of a task that was never heard of otherwise is its state alone', async () => {
    const task = {
      task_id: { value: 't' },
      framework_id: { value: 'F' },
      agent_id: { value: 'S' },
      state: 'TASK_STAGING',
    };
    const { client } = await mesos((_asked, response) =>
      json(response, { type: 'GET_TASKS', get_tasks: { pending_tasks: [task] } }),
    );
    expect(await client.taskStatus('t')).toMatchObject({ state: 'TASK_STAGING', message: '', reason: undefined });
  });

  it('is not had from a master before 1.0', async () => {
    const { client } = await mesos((_asked, response) => response.writeHead(404).end('404 Not Found.'));
    expect(await client.taskStatus('t')).toBeUndefined();
  });

  it.each([
    ['{"type":"GET_TASKS"}', 'answered JSON that cannot be read: it has no list of get_tasks'],
    [
      '{"get_tasks":{"completed_tasks":[{"task_id":{"value":"t"}}]}}',
      /^answered an entry of another form than expected/,
    ],
    ['{"get_tasks":{"tasks":[', 'answered JSON that cannot be read: it breaks off'],
  ])('is no "not known" when the answer is %s', async (body, seen) => {
    const { client } = await mesos((_asked, response) => response.end(body));
    expect((await failureOf(client.taskStatus('t'))).seen).toMatch(seen);
  });
});

it('reads no further than to the task', async () => {
  const task = (id: string) =>
    JSON.stringify({
      task_id: { value: id },
      framework_id: { value: 'F' },
      agent_id: { value: 'S' },
      state: 'TASK_LOST',
    });
  let closed: (() => void) | undefined;
  const hungUp = new Promise<void>((resolve) => {
    closed = resolve;
  });
  const { client } = await mesos((_asked, response) => {
    response.once('close', () => closed?.());
    response.writeHead(200, { 'Content-Type': 'application/json' });
    // The rest never comes.
    response.write(`{"type":"GET_TASKS","get_tasks":{"tasks":[${task('a')},${task('t')},${task('b')},`);
  });
  expect(await client.taskStatus('t')).toMatchObject({ state: 'TASK_LOST', mesosAgentId: 'S' });
  await hungUp;
});

it('goes on to the leader, body and all', async () => {
  const leader = await localServer(replaying('03-jenkins-failed'));
  const { client } = await mesos((_asked, response) =>
    response.writeHead(307, { Location: `//${leader.host}/api/v1` }).end(),
  );
  expect(await client.taskStatus('jenkins.1b2c3d4e-5f60-11ef-8a9b-0242ac110002')).toMatchObject({
    state: 'TASK_FAILED',
  });
});
