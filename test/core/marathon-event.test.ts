import { describe, expect, test } from 'vitest';
import { concerns, incarnationOf, instanceOf, type MarathonEvent } from '../../src/core/marathon-event.js';
import { deployment, health, status } from '../support/alert-scene.js';
import { NOW } from '../support/ci-service.js';

const on = (...ids: string[]) => ids.map((appId) => ({ action: 'RestartApplication', appId }));

describe('an event concerns the controller', () => {
  test.each<[string, MarathonEvent, boolean]>([
    ['when it is of its app', status('RUNNING'), true],
    ['not when it is of another', status('RUNNING', { appId: '/other' }), false],
    ['not when the id only begins alike', status('RUNNING', { appId: '/jenkins-2' }), false],
    ['not when the id is below it', health(true, { appId: '/jenkins/agents' }), false],
    ['when it is of the scheduler', { kind: 'scheduler', at: NOW, what: 'registered' }, true],
    ['when a deployment names it among others', deployment('begins', { steps: on('/other', '/jenkins') }), true],
    ['not when a deployment names others only', deployment('begins', { steps: on('/other') }), false],
    ['when a plan without steps ends: it may be its own', deployment('succeeded', { steps: [] }), true],
    ['when a plan without steps fails', deployment('failed', { steps: [] }), true],
    ['not when a plan without steps begins: it changes nothing', deployment('begins', { steps: [] }), false],
    ['not when a step of a plan without steps is done', deployment('step-done', { steps: [] }), false],
  ])('%s', (_when, event, does) => {
    expect(concerns(event, '/jenkins')).toBe(does);
  });
});

const UUID = '1b2c3d4e-0000-11e5-8a7b-56847afe9799';

test.each([
  ['a task up to 1.7', `ci_jenkins.${UUID}`, `ci_jenkins.${UUID}`, 1],
  ['its instance, 1.4 to 1.7', `ci_jenkins.marathon-${UUID}`, `ci_jenkins.${UUID}`, 1],
  ['a task from 1.8', `ci_jenkins.instance-${UUID}._app.12`, `ci_jenkins.${UUID}`, 12],
  ['its instance', `ci_jenkins.instance-${UUID}`, `ci_jenkins.${UUID}`, 1],
  ['an app with such a name', 'ci_jenkins.instance-7', 'ci_jenkins.instance-7', 1],
])('%s belongs to an instance and is its so many-th launch', (_what, id, instance, launch) => {
  expect([instanceOf(id), incarnationOf(id)]).toEqual([instance, launch]);
});
