import { expect, test } from 'vitest';
import { waitsForController, waitWords } from '../../src/core/build-wait.js';

test.each<[why: string, words: string]>([
  ['Waiting for next available executor', 'every executor is busy, or there is none'],
  ['Waiting for next available executor on mesos', 'every executor of mesos is busy'],
  ['Waiting for next available executor on ‘linux’', 'every executor of linux is busy'],
  ['All nodes of label ‘linux’ are offline', 'every agent with the label linux is offline'],
  ['There are no nodes with the label ‘win && big’', 'no agent with the label win && big is there'],
  ['mesos-jenkins-1 is offline', 'the agent mesos-jenkins-1 is offline'],
  ['‘mesos-jenkins-1’ is offline', 'the agent mesos-jenkins-1 is offline'],
  ['Finished waiting', 'Finished waiting'],
  ['', 'Jenkins does not say why'],
])('%j is said as %j', (why, words) => {
  expect(waitWords(why)).toBe(words);
});

test.each<[why: string, only: boolean]>([
  ['Waiting for next available executor on master', true],
  ['Waiting for next available executor on ‘Built-In Node’', true],
  ['Waiting for next available executor on the built-in node', true],
  ['‘Built-In Node’ is offline', true],
  ['master is offline', true],
  ['Waiting for next available executor on build-master', false],
  ['There are no nodes with the label ‘master-data’', false],
  ['Waiting for next available executor', false],
])('%j can be helped by the controller only: %s', (why, only) => {
  expect(waitsForController(why)).toBe(only);
});
