import { describe, expect, test } from 'vitest';
import { unknownVariables } from '../src/config-unknown.js';
import { variableNames } from '../src/config-variables.js';

describe('a variable nobody reads', () => {
  test.each([
    ['SLACK_BOT_TOKN', 'SLACK_BOT_TOKN is not read: did you mean SLACK_BOT_TOKEN?'],
    ['MARATHON_USER_NAME', 'MARATHON_USER_NAME is not read: did you mean MARATHON_USERNAME?'],
    ['LOGLEVEL', 'LOGLEVEL is not read: did you mean LOG_LEVEL?'],
    ['POLICYFILE', 'POLICYFILE is not read: did you mean POLICY_FILE?'],
    ['JENKINS_API_TOKEN_FIL', 'JENKINS_API_TOKEN_FIL is not read: did you mean JENKINS_API_TOKEN_FILE?'],
    ['SLACK_COMMAND_FILE', 'SLACK_COMMAND_FILE is not read: only secrets can be given as a file; set SLACK_COMMAND.'],
    ['REDIS_HOST', 'REDIS_HOST is not read; the nearest setting is REDIS_URL.'],
    ['JENKINS_PASSWORD', 'JENKINS_PASSWORD is not read; the nearest setting is JENKINS_API_TOKEN.'],
    ['BELLBOARD_LOG', 'BELLBOARD_LOG is not read; the nearest setting is BELLBOARD_NAME.'],
  ])('%s is pointed out with the nearest right name', (name, warning) => {
    expect(unknownVariables([name])).toEqual([warning]);
  });

  test.each([
    [
      'of the machine',
      ['HOME', 'PATH', 'POST', 'USER', 'HOSTNAME', 'LANG', 'NODE_ENV', 'TZ', 'npm_config_loglevel', 'HTTPS_PROXY'],
    ],
    [
      'Marathon gives each task',
      ['HOST', 'PORT0', 'PORT1', 'PORT', 'PORTS', 'PORT_HTTP', 'PORT_10001', 'MARATHON_APP_ID'],
    ],
    [
      'Marathon tells of the app',
      [
        'MARATHON_APP_VERSION',
        'MARATHON_APP_DOCKER_IMAGE',
        'MARATHON_APP_LABELS',
        'MARATHON_APP_LABEL_TEAM',
        'MARATHON_APP_RESOURCE_CPUS',
      ],
    ],
    [
      'Mesos gives each executor',
      [
        'MESOS_TASK_ID',
        'MESOS_SANDBOX',
        'MESOS_DIRECTORY',
        'MESOS_EXECUTOR_ID',
        'MESOS_FRAMEWORK_ID',
        'MESOS_SLAVE_PID',
        'MESOS_AGENT_ENDPOINT',
        'MESOS_NATIVE_JAVA_LIBRARY',
        'MESOS_CONTAINER_NAME',
      ],
    ],
    [
      'Jenkins owns',
      [
        'JENKINS_HOME',
        'JENKINS_OPTS',
        'JENKINS_JAVA_OPTIONS',
        'JENKINS_SERVER_COOKIE',
        'JENKINS_AGENT_NAME',
        'JENKINS_UC_DOWNLOAD',
        'JENKINS_SLAVE_AGENT_PORT',
      ],
    ],
    [
      'Docker and Kubernetes announce',
      [
        'REDIS_PORT',
        'REDIS_PORT_6379_TCP',
        'REDIS_PORT_6379_TCP_ADDR',
        'REDIS_SERVICE_HOST',
        'JENKINS_SERVICE_PORT_HTTP',
        'REDIS_VERSION',
      ],
    ],
  ])('is left in peace when it is one that other software owns: %s', (_, names) => {
    expect(unknownVariables(names)).toEqual([]);
  });

  test('is never one that is read', () => {
    expect(unknownVariables(variableNames)).toEqual([]);
  });
});
