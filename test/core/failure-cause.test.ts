import { describe, expect, test } from 'vitest';
import { causeOf, type FailureCause } from '../../src/core/failure-cause.js';

const MEMORY =
  'Memory limit exceeded: Requested: 1056MB Maximum Used: 1056MB\n\nMEMORY STATISTICS: \ncache 4096\nrss 1107292160\n';
const FETCH_OLD =
  "Failed to launch container: Failed to fetch all URIs for container '59d5cd89' with exit status: 256; Container destroyed while fetching";
const FETCH = "Failed to launch container: Failed to fetch all URIs for container '59d5cd89': exited with status 1";
const HEALTH = 'Task was killed since health check failed. Reason: agent-03 unreachable: exited with status 1';

describe('causeOf', () => {
  test.each<[string, string, FailureCause]>([
    [
      'TASK_FAILED',
      MEMORY,
      {
        kind: 'out-of-memory',
        words: 'out of memory',
        certain: true,
        quote: 'Memory limit exceeded: Requested: 1056MB Maximum Used: 1056MB',
      },
    ],
    [
      'TASK_FAILED',
      'Disk usage 2048MB exceeds quota 1024MB',
      {
        kind: 'disk-quota',
        words: 'over its disk quota',
        certain: true,
        quote: 'Disk usage 2048MB exceeds quota 1024MB',
      },
    ],
    [
      'TASK_FAILED',
      FETCH_OLD,
      { kind: 'fetch-failed', words: 'its files could not be downloaded', certain: true, quote: FETCH_OLD },
    ],
    [
      'TASK_FAILED',
      FETCH,
      { kind: 'fetch-failed', words: 'its files could not be downloaded', certain: true, quote: FETCH },
    ],
    [
      'TASK_FAILED',
      'Abnormal executor termination',
      {
        kind: 'executor-died',
        words: 'the Mesos executor died, typically after a failed download',
        certain: false,
        quote: 'Abnormal executor termination',
      },
    ],
    [
      'TASK_FAILED',
      'Command exited with status 127',
      { kind: 'command-not-found', words: 'command not found', certain: true },
    ],
    [
      'TASK_FAILED',
      'Command exited with status 126',
      { kind: 'command-not-executable', words: 'command not executable', certain: true },
    ],
    [
      'TASK_FAILED',
      'Command terminated with signal Killed',
      { kind: 'killed', words: 'killed, probably out of memory', certain: false },
    ],
    [
      'TASK_FAILED',
      'Container exited with status 137',
      { kind: 'killed', words: 'killed, probably out of memory', certain: false },
    ],
    [
      'TASK_FAILED',
      'Command terminated with signal Terminated',
      { kind: 'terminated', words: 'asked to stop from outside Marathon', certain: false },
    ],
    [
      'TASK_FAILED',
      'Container exited with status 143',
      { kind: 'terminated', words: 'asked to stop from outside Marathon', certain: false },
    ],
    ['TASK_FAILED', 'Command exited with status 1', { kind: 'exit-code', words: 'exit code 1', certain: true }],
    ['TASK_FAILED', 'COMMAND EXITED WITH STATUS 1270', { kind: 'exit-code', words: 'exit code 1270', certain: true }],
    [
      'TASK_LOST',
      'Slave agent-03.example.org removed: health check timed out',
      {
        kind: 'agent-lost',
        words: 'its agent was lost',
        certain: false,
        quote: 'Slave agent-03.example.org removed: health check timed out',
      },
    ],
    [
      'TASK_UNREACHABLE',
      'Agent agent-03.example.org is unreachable: health check timed out',
      {
        kind: 'agent-lost',
        words: 'its agent is unreachable',
        certain: true,
        quote: 'Agent agent-03.example.org is unreachable: health check timed out',
      },
    ],
    [
      'TASK_GONE_BY_OPERATOR',
      '',
      { kind: 'agent-lost', words: 'its agent was declared gone by an operator', certain: true },
    ],
    [
      'TASK_FAILED',
      'Command terminated with signal Segmentation fault (core dumped)',
      { kind: 'signal', words: 'signal Segmentation fault, the JVM crashed', certain: true },
    ],
    [
      'TASK_FAILED',
      'Command terminated with signal Aborted',
      { kind: 'signal', words: 'signal Aborted, the JVM crashed', certain: true },
    ],
    ['TASK_FAILED', 'Command terminated with signal Hangup', { kind: 'signal', words: 'signal Hangup', certain: true }],
    [
      'TASK_FAILED',
      'Volume was removed',
      { kind: 'unknown', words: 'cause not known', certain: false, quote: 'Volume was removed' },
    ],
    ['TASK_FAILED', '', { kind: 'unknown', words: 'cause not known', certain: false }],
    ['TASK_FINISHED', '', { kind: 'finished', words: 'exited by itself with status 0', certain: true }],
    [
      'TASK_KILLED',
      HEALTH,
      { kind: 'health-check', words: 'killed by its health check', certain: true, quote: HEALTH },
    ],
  ])('%s with %j', (state, message, cause) => {
    expect(causeOf({ state, message })).toEqual(cause);
  });

  test.each([
    'Command terminated with signal Killed',
    'Container exited with status 137',
    'Command terminated with signal Terminated',
  ])('a kill that was asked for is not taken for too little memory: %s', (message) => {
    expect(causeOf({ state: 'TASK_KILLED', message })).toEqual({
      kind: 'killed',
      words: 'killed on request',
      certain: true,
    });
  });

  test('quotes one line of at most 300 characters, without control characters', () => {
    const { quote = '' } = causeOf({ state: 'TASK_FAILED', message: `  \u001b[31mred\t${'x'.repeat(400)}\nsecond` });
    expect(quote).toHaveLength(300);
    expect(quote).toMatch(/^\[31mred x+…$/);
  });
});
