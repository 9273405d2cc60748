import { describe, expect, it } from 'vitest';
import { readEvent } from '../../../src/adapters/marathon/event-schema.js';
import { EVENT_TYPES, type MarathonEvent } from '../../../src/core/marathon-event.js';

const timestamp = '2018-02-05T09:00:35.712Z';
const at = Date.UTC(2018, 1, 5, 9, 0, 35, 712);
const appId = '/ci/jenkins';
const taskId = 'ci_jenkins.07381715-0a4e-11e8-94e1-be5b2935a987';
const instanceId = 'ci_jenkins.marathon-07381715-0a4e-11e8-94e1-be5b2935a987';

const reading = (eventType: string, fields: object) => readEvent(JSON.stringify({ eventType, timestamp, ...fields }));

describe('of a task', () => {
  const status = { appId, taskId, taskStatus: 'TASK_FAILED', message: 'Command exited with status 1', version: 'v1' };

  it('its status is read with where it ran', () => {
    expect(reading('status_update_event', { ...status, host: 'agent-03', slaveId: 'S3', ports: [1] })).toEqual({
      kind: 'task',
      at,
      appId,
      taskId,
      status: 'TASK_FAILED',
      message: 'Command exited with status 1',
      host: 'agent-03',
      mesosAgentId: 'S3',
      version: 'v1',
    });
  });

  it.each([{ host: 'unknown', slaveId: '' }, { host: null, slaveId: null }, {}])(
    'its status is read when nobody knows where it ran: %j',
    (where) => {
      const event = reading('status_update_event', { ...status, ...where, message: null });
      expect(event).toMatchObject({ status: 'TASK_FAILED', message: '', host: undefined, mesosAgentId: undefined });
    },
  );

  it.each<[eventType: string, fields: object, expected: Partial<MarathonEvent> | undefined]>([
    ['unhealthy_task_kill_event', { appId, taskId, reason: 'Refused' }, { kind: 'unhealthy-kill', reason: 'Refused' }],
    ['unhealthy_instance_kill_event', { appId, taskId, instanceId }, { kind: 'unhealthy-kill', taskId, reason: '' }],
    ['unhealthy_instance_kill_event', { appId, instanceId }, { kind: 'unhealthy-kill', taskId: instanceId }],
    ['health_status_changed_event', { appId, taskId, alive: false }, { kind: 'health', taskId, alive: false }],
    ['health_status_changed_event', { appId, instanceId, alive: true }, { taskId: instanceId, alive: true }],
    ['instance_health_changed_event', { runSpecId: appId, instanceId, healthy: true }, { appId, alive: true }],
    ['instance_health_changed_event', { runSpecId: appId, instanceId, healthy: null }, undefined],
    ['instance_health_changed_event', { runSpecId: appId, instanceId }, undefined],
    ['failed_health_check_event', { appId, taskId, healthCheck: {} }, { kind: 'failed-check', taskId }],
    ['failed_health_check_event', { appId, instanceId }, { kind: 'failed-check', taskId: instanceId }],
    ['unknown_task_terminated_event', { runSpecId: appId, taskId }, { kind: 'stray-ended', appId, taskId }],
    [
      'unknown_instance_terminated_event',
      { runSpecId: appId, instanceId },
      { kind: 'stray-ended', taskId: instanceId },
    ],
    [
      'instance_changed_event',
      { runSpecId: appId, instanceId, condition: 'Killed', agentId: null },
      { kind: 'instance', appId, instanceId, condition: 'Killed' },
    ],
  ])('%s with %j tells %j', (eventType, fields, expected) => {
    const event = reading(eventType, fields);
    if (expected === undefined) expect(event).toBeUndefined();
    else expect(event).toMatchObject({ at, ...expected });
  });
});

describe('of a deployment', () => {
  const restart = { action: 'RestartApplication', app: appId };
  const other = { action: 'ScaleApplication', app: '/db' };
  const told = { action: 'RestartApplication', appId };

  it('every step is read, and the current one', () => {
    const plan = { id: 'p1', version: 'v2', steps: [{ actions: [other] }, { actions: [restart] }], original: {} };
    expect(reading('deployment_info', { plan, currentStep: { actions: [restart] } })).toEqual({
      kind: 'deployment',
      at,
      phase: 'begins',
      planId: 'p1',
      version: 'v2',
      steps: [{ action: 'ScaleApplication', appId: '/db' }, told],
      current: [told],
      reason: undefined,
    });
  });

  it.each([
    ['bare arrays', { id: 'p1', steps: [[restart]] }],
    ['`type` for `action`', { id: 'p1', steps: [{ actions: [{ type: 'RestartApplication', app: appId }] }] }],
  ])('steps are read as %s', (_how, plan) => {
    expect(reading('deployment_step_success', { plan })).toMatchObject({ phase: 'step-done', steps: [told] });
  });

  it('a pod stands where an app would', () => {
    const plan = { id: 'p1', steps: [{ actions: [{ action: 'StartPod', pod: '/pod' }] }] };
    expect(reading('deployment_info', { plan })).toMatchObject({ steps: [{ action: 'StartPod', appId: '/pod' }] });
  });

  it('the end is read with and without a plan', () => {
    const ended = { kind: 'deployment', planId: 'p1', version: undefined, steps: [], current: [] };
    expect(reading('deployment_success', { id: 'p1' })).toMatchObject({ ...ended, phase: 'succeeded' });
    const plan = { id: 'p1', version: 'v2', steps: [] };
    expect(reading('deployment_failed', { id: 'p1', plan, reason: 'cancelled' })).toMatchObject({
      phase: 'failed',
      version: 'v2',
      reason: 'cancelled',
    });
    expect(reading('deployment_step_failure', { plan })).toMatchObject({ phase: 'step-failed' });
  });
});

it('an app that was deleted, and what Marathon says of its scheduler, are read', () => {
  expect(reading('app_terminated_event', { appId })).toEqual({ kind: 'app-deleted', at, appId });
  expect(reading('scheduler_registered_event', { frameworkId: 'F', master: 'm' })).toEqual({
    kind: 'scheduler',
    at,
    what: 'registered',
  });
  expect(reading('scheduler_reregistered_event', { master: 'm' })).toMatchObject({ what: 'reregistered' });
  expect(reading('scheduler_disconnected_event', {})).toMatchObject({ what: 'disconnected' });
});

it.each(['event_stream_attached', 'api_post_event', 'toString', '__proto__'])('%s tells nothing', (eventType) => {
  expect(reading(eventType, { appId })).toBeUndefined();
});

describe('what cannot be read', () => {
  it.each<[data: string, words: RegExp]>([
    ['{"password":"s3cret"', /^an event is not JSON$/],
    ['["s3cret"]', /^an event: Invalid input/],
    ['{"password":"s3cret"}', /^an event: eventType: Invalid input/],
    [
      JSON.stringify({ eventType: 'deployment_success', timestamp, s: 's3cret' }),
      /^deployment_success: names no plan$/,
    ],
    [
      JSON.stringify({ eventType: 'app_terminated_event', timestamp: 's3cret', appId }),
      /^app_terminated_event: timestamp: is no time$/,
    ],
    [
      JSON.stringify({ eventType: 'status_update_event', timestamp, appId, taskId }),
      /^status_update_event: taskStatus/,
    ],
  ])('says what is wrong and quotes nothing: %s', (data, words) => {
    expect(() => readEvent(data)).toThrow(words);
    expect(() => readEvent(data)).not.toThrow(/s3cret/);
  });

  it.each(EVENT_TYPES)('is an empty %s', (type) => {
    expect(() => readEvent(JSON.stringify({ eventType: type }))).toThrow(new RegExp(`^${type}: `));
  });
});
