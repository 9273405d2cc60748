// What the gallery shows: for each rule the emptiest and the longest an alert can tell, and its other sentences.
import type { JsonObject } from '../../src/core/cluster.js';
import { causeOf, type TaskEnd } from '../../src/core/failure-cause.js';
import { type Cause, endWords, healthKill, KILLED_OUTSIDE, LAUNCH_TIMEOUT, REPLACED } from '../../src/core/restart.js';
import { HOUR, MINUTE } from '../../src/core/time.js';
import { deathFacts, NEW, OLD } from './alert-scene.js';
import { NOW } from './ci-service.js';

export interface Case {
  title: string;
  fingerprint: string;
  facts: JsonObject;
  /** What becomes known by the time it is over. */
  over: JsonObject;
  line: string;
  /** The thread holds as much as it can. */
  long?: boolean;
}

/** What nobody should be able to do with a name or a log. */
const HOSTILE = '<!channel> & <@U0ANA> *bold* _it_ ~no~ `code` <http://x.example|click>';
const long = (text: string, length = 300): string =>
  `${`${text} `.repeat(Math.ceil(length / text.length)).slice(0, length - 1)}…`;

const of =
  (fingerprint: string, line: string, over: JsonObject = {}) =>
  (title: string, facts: JsonObject, more: Partial<Case> = {}): Case => ({
    title,
    fingerprint,
    facts,
    over,
    line,
    ...more,
  });

// ── controller-restarted ────────────────────────────────────────────────────────────────────────────────────────────

const now = { taskId: NEW, host: '192.168.3.26', address: '192.168.3.26:31052' };

function death(title: string, cause: Cause, patch: JsonObject = {}, more: Partial<Case> = {}): Case {
  const facts = deathFacts({
    kind: cause.kind,
    words: cause.words,
    certain: cause.certain,
    quote: cause.quote ?? null,
    ...patch,
  });
  const fingerprint = 'controller-restarted';
  return { title, fingerprint, facts, over: { now }, line: endWords(facts), ...more };
}
const ended = (state: string, message = ''): Cause => causeOf({ state, message } satisfies TaskEnd);

const NOWHERE = { since: null, host: null, mesosAgentId: null, version: null, ranMs: null };

const RESTARTED: Case[] = [
  death('the emptiest', ended('TASK_ERROR'), { ...NOWHERE, launch: true }),
  death(
    'the longest',
    ended('TASK_FAILED', `Memory limit exceeded: Requested: 2080MB Maximum Used: 2080MB ${long(HOSTILE)}`),
    {
      host: HOSTILE,
      planId: '5cd987cd-4d38-4bd6-a1f3-3b4bd9b0a2d5',
      today: 12,
      lives: 3,
      diagnosis: {
        mesos: long(HOSTILE),
        change: { at: NOW - HOUR, by: 'U0ANA', what: `deploy --set ${HOSTILE}` },
        unsaved:
          '2 commits were not pushed, as seen 3 min before: these changes are lost: `jobs/web <!here>/config.xml`, `config.xml` and 56 more.',
        missing: ['Mesos did not answer within 12 s', 'its sandbox is not to be had'],
      },
      excerpt: {
        title: `The last 10 lines of stderr of \`${OLD}\``,
        text: Array.from({ length: 10 }, (_, at) => `${at} java.lang.OutOfMemoryError: ${long(HOSTILE, 400)}`).join(
          '\n',
        ),
      },
    },
    { long: true },
  ),
  death('a crash, with everything found out', ended('TASK_FAILED', 'Command exited with status 1'), {
    diagnosis: {
      mesos: 'Command exited with status 1',
      change: { at: NOW - HOUR, by: null, what: 'version 2015-05-28T08:00:00.000Z' },
      unsaved: null,
      missing: [],
    },
  }),
  death('killed by a signal', ended('TASK_FAILED', 'Command terminated with signal Killed')),
  death('killed by its health check', healthKill('9 failures in a row'), { diagnosis: nothingFound() }),
  death('probably killed by its health check', healthKill(undefined)),
  death('its agent is lost', ended('TASK_UNREACHABLE')),
  death(
    'its agent was lost, and came back',
    ended('TASK_LOST', 'Slave 192.168.3.25 removed'),
    {},
    {
      over: { now: { ...now, taskId: OLD, host: '192.168.3.25', address: '192.168.3.25:31052' } },
    },
  ),
  death('exited by itself', ended('TASK_FINISHED')),
  death('killed outside a deployment', KILLED_OUTSIDE),
  death('a launch that timed out', LAUNCH_TIMEOUT, { ranMs: null, launch: true }),
  death('a launch that failed', ended('TASK_FAILED', 'Failed to fetch all URIs for container'), {
    ranMs: null,
    launch: true,
  }),
  death('replaced unseen', REPLACED),
  death('three lives ended unseen', REPLACED, { lives: 3, today: 3 }),
];

function nothingFound(): JsonObject {
  return { mesos: null, change: null, unsaved: null, missing: ['Mesos: 503, Service Unavailable'] };
}

// ── controller-down ─────────────────────────────────────────────────────────────────────────────────────────────────

const down = of('controller-down', 'Bellboard looked for the first time, and no controller ran.', {
  ended: 'up',
  address: '192.168.3.26:31052',
});
const DOWN = {
  kind: 'down',
  appId: '/jenkins',
  instead: 'nothing',
  failure: null,
  graceMs: 5 * MINUTE,
  ended: null,
  address: null,
};
const several = of('two-controllers', 'Several controllers ran.', {
  left: [{ id: NEW, address: '192.168.3.26:31052', startedAt: NOW }],
});
const runs = (at: number) => ({ id: `jenkins.${at}`, address: `192.168.3.${at}:31052`, startedAt: NOW - at * MINUTE });
const SEVERAL = { kind: 'several', appId: '/jenkins', instances: 1, tasks: [runs(25), runs(26)], graceMs: 5 * MINUTE };

const FOUND_DOWN: Case[] = [
  down('the emptiest', DOWN, { over: { ended: 'up', address: null } }),
  down(
    'the longest',
    {
      ...DOWN,
      appId: `/ci/${HOSTILE}`,
      instead: 'agent-lost',
      failure: { words: 'cause not known', quote: long(HOSTILE), host: HOSTILE, at: NOW - HOUR },
    },
    { long: true },
  ),
  down('a task is being started', {
    ...DOWN,
    instead: 'starting',
    failure: { words: 'out of memory', quote: null, host: '192.168.3.25', at: NOW - HOUR },
  }),
  down('suspended since', DOWN, { over: { ended: 'suspended' } }),
  down('deleted since', DOWN, { over: { ended: 'deleted' } }),
  several('two run at once', SEVERAL),
  several(
    'three are asked for',
    { ...SEVERAL, instances: 3, tasks: [runs(25), runs(26), { ...runs(27), startedAt: null }] },
    { over: { left: [] } },
  ),
];

// ── deployment-stuck ────────────────────────────────────────────────────────────────────────────────────────────────

const stuck = of(
  'deployment-stuck:5cd987cd',
  'The deployment began, and it has not ended in the time it should take.',
  {
    ended: 'done',
    lastedMs: 21 * MINUTE,
  },
);
const STUCK = {
  appId: '/jenkins',
  planId: '5cd987cd',
  action: null,
  failures: 0,
  lastFailure: null,
  ended: null,
  lastedMs: null,
};

const DEPLOYMENT: Case[] = [
  stuck('the emptiest', STUCK, { over: { ended: 'unknown', lastedMs: null } }),
  stuck(
    'the longest',
    {
      ...STUCK,
      appId: `/ci/${HOSTILE}`,
      planId: '5cd987cd-4d38-4bd6-a1f3-3b4bd9b0a2d5',
      action: 'StopApplication, StartApplication, ScaleApplication, RestartApplication, ResolveArtifacts',
      failures: 1_204,
      lastFailure: 'the Mesos executor died, typically after a failed download',
    },
    { long: true, over: { ended: 'failed', lastedMs: 49 * HOUR } },
  ),
  stuck('one start failed', { ...STUCK, action: 'RestartApplication', failures: 1, lastFailure: 'exit code 1' }),
  stuck('replaced since', { ...STUCK, failures: 5 }, { over: { ended: 'replaced', lastedMs: HOUR } }),
  stuck('deleted since', STUCK, { over: { ended: 'app-deleted', lastedMs: HOUR } }),
];

// ── framework-lost ──────────────────────────────────────────────────────────────────────────────────────────────────

const lost = of('framework-lost', 'Jenkins was no Mesos framework any more.', { ended: 'registered' });
const LOST = { framework: null, frameworkId: null, scheduler: null, inMesos: null, buildsWaiting: null, ended: null };

const FRAMEWORK: Case[] = [
  lost('the emptiest', LOST),
  lost(
    'the longest',
    { framework: HOSTILE, frameworkId: HOSTILE, scheduler: false, inMesos: 'away', buildsWaiting: 1_204, ended: null },
    { long: true },
  ),
  lost(
    'gone from Mesos, and nothing waits',
    {
      ...LOST,
      framework: 'Jenkins Scheduler',
      frameworkId: '20150528-1',
      scheduler: true,
      inMesos: 'gone',
      buildsWaiting: 0,
    },
    { over: { ended: 'on-demand' } },
  ),
  lost(
    'its scheduler stopped, and one build waits',
    { ...LOST, framework: 'Jenkins Scheduler', scheduler: false, inMesos: 'active', buildsWaiting: 1 },
    { over: { ended: 'no-cloud' } },
  ),
];

// ── scm-sync-failed ─────────────────────────────────────────────────────────────────────────────────────────────────

const scm = of('scm-sync-failed', 'saving to git fails: the plugin reports a failure');
const SCM = {
  trouble: 'failing',
  kind: 'other',
  failText: null,
  quote: null,
  since: NOW - MINUTE,
  sinceWords: null,
  lastSavedAt: null,
  queued: 0,
  unpushed: 0,
  files: [],
  host: null,
  footerOnly: null,
  restart: null,
  off: null,
};
const FILES = Array.from({ length: 64 }, (_, at) => `jobs/a folder & <!here>/jobs/\`${at}\`/config.xml`);

const SYNC: Case[] = [
  scm('the emptiest', SCM),
  scm(
    'the longest',
    {
      ...SCM,
      kind: 'poisoned',
      failText: long(HOSTILE),
      quote: long(HOSTILE),
      lastSavedAt: NOW - 26 * HOUR,
      queued: 3,
      unpushed: 12,
      files: FILES,
      host: 'git.example.org',
      restart: { at: NOW, lastSavedAt: NOW - 26 * HOUR },
    },
    { long: true },
  ),
  scm('git refuses the push', {
    ...SCM,
    kind: 'push-forbidden',
    quote: '! [remote rejected] master (hook declined)',
    unpushed: 1,
    files: ['config.xml'],
    host: 'git.example.org',
  }),
  scm('changes do not get to git', {
    ...SCM,
    trouble: 'stuck',
    kind: 'not-pushed',
    unpushed: 2,
    lastSavedAt: NOW - HOUR,
  }),
  scm('one save failed', {
    ...SCM,
    trouble: 'missed',
    kind: 'network',
    host: 'git.example.org',
    quote: 'Connection timed out',
    lastSavedAt: NOW,
  }),
  scm('a removal failed', {
    ...SCM,
    trouble: 'missed',
    kind: 'delete-failed',
    failText: 'Delete jobs/web',
    lastSavedAt: NOW,
  }),
  scm('seen in the footer only', {
    ...SCM,
    failText: 'Error while checking in file to scm repository',
    sinceWords: 'Thu May 28 17:59:00 CST 2015',
    footerOnly: 'Jenkins: 403, bellboard lacks the right Overall/Administer',
  }),
  scm('switched off', SCM, { over: { off: 'the plugin is not active' } }),
  scm(
    'Jenkins restarted meanwhile',
    { ...SCM, kind: 'unknown-host-key', host: 'git.example.org' },
    { over: { restart: { at: NOW, lastSavedAt: null } } },
  ),
];

// ── builds-starved ──────────────────────────────────────────────────────────────────────────────────────────────────

const starved = of('builds-starved', '1 build had waited for an agent for 10 min although there was room.', {
  ended: 'moves',
});
const room = { hostname: '192.168.3.26', freeCpus: 6, freeMemMiB: 12_288, needsCpus: 0.3, needsMemMiB: 704 };
const STARVED = { count: 1, oldest: 'nightly', why: '', inQueueSince: NOW - 12 * MINUTE, room: null, ended: null };

const BUILDS: Case[] = [
  starved('the emptiest', STARVED),
  starved(
    'the longest',
    {
      ...STARVED,
      count: 1_204,
      oldest: long(HOSTILE),
      why: long(HOSTILE),
      inQueueSince: NOW - 50 * HOUR,
      room: { ...room, hostname: HOSTILE },
    },
    { long: true },
  ),
  starved(
    'no agent with the label',
    { ...STARVED, count: 2, why: 'There are no nodes with the label ‘linux’', room },
    { over: { ended: 'new-controller' } },
  ),
];

// ── blind ───────────────────────────────────────────────────────────────────────────────────────────────────────────

const blindTo = (system: string) => of(`blind:${system}`, `Bellboard could not see ${system}.`);

const BLIND: Case[] = [
  blindTo('Mesos')('the emptiest', { system: 'Mesos', why: 'it does not answer', status: null }),
  blindTo('Jenkins')('the longest', { system: 'Jenkins', why: long(HOSTILE), status: 401 }, { long: true }),
  blindTo('Marathon')('credentials refused', {
    system: 'Marathon',
    why: '403, Not Authorized to perform this action!',
    status: 403,
  }),
  blindTo('Slack')('Slack', { system: 'Slack', why: 'it took none of our messages', status: null }),
];

export const CASES: Readonly<Record<string, readonly Case[]>> = {
  'controller-restarted': RESTARTED,
  'controller-down': FOUND_DOWN,
  'deployment-stuck': DEPLOYMENT,
  'framework-lost': FRAMEWORK,
  'scm-sync-failed': SYNC,
  'builds-starved': BUILDS,
  blind: BLIND,
};
