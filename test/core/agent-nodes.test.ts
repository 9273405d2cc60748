import { expect, test } from 'vitest';
import { nodeOfTask } from '../../src/core/agent-nodes.js';

test.each<[string, string[], string | undefined]>([
  ['mesos-jenkins-1', ['mesos-jenkins-1', 'mesos-jenkins-12'], 'mesos-jenkins-1'],
  ['jenkins-agent-linux-1.0', ['jenkins-agent-linux-1'], 'jenkins-agent-linux-1'],
  ['jenkins-agent-a.b-1.0.1', ['jenkins-agent-a.b-1', 'jenkins-agent-a'], 'jenkins-agent-a.b-1'],
  ['mesos-jenkins-12', ['mesos-jenkins-1'], undefined],
  ['', ['x'], undefined],
])('the node of task %s among %j is %s', (task, nodes, found) => {
  expect(nodeOfTask(task, new Set(nodes))).toBe(found);
});
