import { describe, expect, test } from 'vitest';
import type { JenkinsComputer, MesosAgent } from '../../src/core/cluster.js';
import { explainWait, type QueueLook } from '../../src/core/queue-wait.js';
import { agents, aLoadOf, aTemplate } from '../support/ci-service.js';

const settings = (patch: Partial<NonNullable<QueueLook['settings']>> = {}): NonNullable<QueueLook['settings']> => ({
  controllerExecutors: 2,
  templates: [aTemplate()],
  schedulerRunning: true,
  onDemandRegistration: false,
  frameworkName: 'Jenkins Scheduler',
  ...patch,
});

const aNode = (name: string, patch: Partial<JenkinsComputer> = {}): JenkinsComputer => ({
  name,
  isController: false,
  offline: false,
  idle: false,
  numExecutors: 2,
  builds: ['test #1', 'test2 #1'].map((build) => ({ name: build, number: 1, path: undefined })),
  ...patch,
});
const aController = (executors: number, builds: string[] = []): JenkinsComputer => ({
  ...aNode('master'),
  isController: true,
  numExecutors: executors,
  builds: builds.map((name) => ({ name, number: 1, path: undefined })),
});
const of = (...computers: JenkinsComputer[]) => ({ busy: 0, total: 0, computers });
const carrying = (label: string, ...names: string[]) => new Map([[label, names]]);

/** Nothing but a controller without executors, one template for `linux`, and room on the cluster. */
const look = (patch: Partial<QueueLook> = {}): QueueLook => ({
  quietingDown: false,
  executors: of(aController(0)),
  settings: settings(),
  mesosAgents: agents(),
  isRegistered: true,
  mesosTasks: [],
  labelled: new Map(),
  staticAgents: false,
  ...patch,
});

const said = (why: string, patch: Partial<QueueLook> = {}, name = 'app') => {
  const wait = explainWait({ why, name }, look(patch));
  return [wait.why.plain, wait.helps.plain];
};

const full: MesosAgent[] = agents().map((agent) => ({ ...agent, used: { cpus: 7.9, memMiB: 16_000 } }));

describe('what has nothing to do with agents', () => {
  test('the quiet period', () => {
    expect(said('In the quiet period. Expires in 4.2 sec')).toEqual([
      'in the quiet period that its job has after each trigger',
      'Nothing: it starts by itself.',
    ]);
  });

  test.each([
    ['Jenkins is about to shut down', false],
    ['Waiting for next available executor on linux', true],
  ])('a Jenkins that quiets down, seen by %j', (why, quietingDown) => {
    const [what, helps] = said(why, { quietingDown, executors: aLoadOf(['test #1']) });
    expect(what).toBe('Jenkins is quieting down: it lets running builds end and starts none');
    expect(helps).toBe(
      'Jenkins waits for 1 running build. unquiet lets it start builds again; a command of ours that asked for it ends it by itself.',
    );
    expect(said(why, { quietingDown })[1]).toMatch(/^unquiet lets it start builds again/);
  });

  test.each([
    ['Build #128 is already in progress (ETA: 3 min 2 sec)', ", in about 3 min 2 sec by Jenkins' guess"],
    ['Build #128 is already in progress (ETA:N/A)', ''],
    ['Build #128 is already in progress', ''],
  ])('a running build of the same job: %j', (why, guess) => {
    expect(said(why, {}, 'release notes')).toEqual([
      'release notes builds one at a time, and its #128 is running',
      `It starts when that has ended${guess}. abort "release notes#128" ends it now.`,
    ]);
  });

  test('another project that is building', () => {
    expect(said('Upstream project team-a » web is already building.')[0]).toBe(
      'its upstream project team-a/web is building',
    );
    expect(said('Downstream project ‘web’ is already building.')[0]).toBe('its downstream project web is building');
  });

  test('words nobody knows are those of Jenkins, or there are none', () => {
    expect(said('Waiting for lock <!channel>')[0]).toBe('Jenkins says: Waiting for lock <!channel>');
    expect(explainWait({ why: 'lock <!channel>', name: 'a' }, look()).why.mrkdwn).toContain('&lt;!channel&gt;');
    expect(said('')[0]).toBe('Jenkins does not say why');
  });
});

const NONE = 'There are no nodes with the label ‘linux’';
const OFFLINE = 'All nodes of label ‘linux’ are offline';
const BUSY = 'Waiting for next available executor on ‘linux’';
const agent = 'mesos-jenkins-1';

describe('what waits for an executor', () => {
  test.each<[what: string, why: string, patch: Partial<QueueLook>, words: RegExp, helps: RegExp]>([
    [
      'no node and no template has the label',
      'There are no nodes with the label ‘win’',
      { settings: settings({ templates: [aTemplate(), aTemplate({ label: 'mac arm' })] }) },
      /^nothing has what it asks for: no agent with the label win, and the agent templates are for linux, mac arm$/,
      /^Give that label to an agent or a template in Jenkins/,
    ],
    [
      'one of several labels is enough, and a template has it',
      'There are no nodes with the label ‘(linux||windows)&&!mac’',
      {},
      /^no agent with the label \(linux\|\|windows\)&&!mac runs yet, and Jenkins asks Mesos for one$/,
      /^Nothing for now/,
    ],
    [
      'it asks for labels in words that are not understood',
      'There are no nodes with the label ‘linux ??’',
      {},
      /^there is no agent with the label linux \?\?$/,
      /which agents Jenkins may start is not known now\.$/,
    ],
    [
      'no template at all, and static agents',
      NONE,
      { settings: settings({ templates: [] }), staticAgents: true },
      /there are no agent templates$/,
      /scale executors N starts more static agents\.$/,
    ],
    [
      'the scheduler is gone',
      NONE,
      { settings: settings({ schedulerRunning: false }) },
      /^it needs an agent with the label linux, and Jenkins is not registered with Mesos, so none can start$/,
      /^status shows what Mesos sees; restart makes Jenkins register anew\.$/,
    ],
    ['Mesos does not know Jenkins', NONE, { isRegistered: false }, /is not registered with Mesos/, /./],
    [
      'Jenkins registers on demand',
      NONE,
      { isRegistered: false, settings: settings({ onDemandRegistration: true }) },
      /^no agent with the label linux runs yet, and Jenkins asks Mesos for one$/,
      /^Nothing for now/,
    ],
    [
      'an agent is being started',
      OFFLINE,
      {
        executors: of(aController(0), aNode(agent, { offline: true, builds: [] })),
        labelled: carrying('linux', agent),
        mesosTasks: [`${agent}.0`],
        mesosAgents: full,
      },
      /^waiting for an agent that is being started$/,
      /^Nothing for now: an agent connects within about a minute\./,
    ],
    [
      'an agent is wanted and Mesos offers too little',
      OFFLINE,
      {
        executors: of(aController(0), aNode(agent, { offline: true, builds: [] })),
        labelled: carrying('linux', agent),
        mesosAgents: full,
      },
      /^Mesos' offers are too small for an agent with the label linux: it takes 0\.3 cpus and 704 MB, and the most that is free is 0\.1 cpus and 384 MB, on 192\.168\.3\.25$/,
      /^Room on the cluster:/,
    ],
    ['no Mesos agent is active', NONE, { mesosAgents: [] }, /and no Mesos agent is active$/, /./],
    [
      'an agent comes',
      NONE,
      {},
      /^no agent with the label linux runs yet/,
      /first time about two minutes after its start/,
    ],
    [
      'the limit of executors an agent is reached',
      BUSY,
      { executors: of(aController(0), aNode(agent)), labelled: carrying('linux', agent) },
      /^all 2 executors with the label linux are busy \(test #1, test2 #1\), the limit of 2 executors an agent is reached$/,
      /the cluster has room\. scale executors 3 --label linux gives agents that start from then on more\.$/,
    ],
    [
      'plugin 2.x, where each agent has one executor',
      BUSY,
      {
        executors: of(aController(0), aNode(agent, { numExecutors: 1 })),
        labelled: carrying('linux', agent),
        settings: settings({ templates: [aTemplate({ generation: 2, maxExecutors: 1 })] }),
        mesosAgents: undefined,
      },
      /^the only executor with the label linux is busy \(test #1, test2 #1\)$/,
      /^It starts when one is free, or Jenkins starts another agent\.$/,
    ],
    [
      'an executor has just become free',
      BUSY,
      { executors: of(aController(0), aNode(agent, { builds: [] })), labelled: carrying('linux', agent) },
      /^an executor with the label linux has just become free$/,
      /./,
    ],
    [
      'static agents are offline',
      'All nodes of label ‘win’ are offline',
      { executors: of(aController(0), aNode('win-1', { offline: true })), labelled: carrying('win', 'win-1') },
      /^every agent with the label win is offline, and no template starts another$/,
      /^Start one of them/,
    ],
    [
      'one static agent, by its name',
      'win-1 is offline',
      { executors: of(aController(0), aNode('win-1', { offline: true })) },
      /^every agent with the label win-1 is offline/,
      /./,
    ],
    [
      'nobody tells the templates',
      BUSY,
      { settings: undefined, executors: of(aController(0), aNode(agent)), labelled: carrying('linux', agent) },
      /^every executor with the label linux is busy \(test #1, test2 #1\)$/,
      /which agents Jenkins may start is not known now\.$/,
    ],
    ['nobody tells the nodes', NONE, { executors: undefined }, /^there is no agent with the label linux$/, /./],
    [
      'several nodes have a say each',
      '‘Built-In Node’ is reserved; ‘a’ doesn’t have label ‘linux’',
      {},
      /^no agent with the label linux runs yet/,
      /./,
    ],
    [
      'an expression of labels that one template has',
      'There are no nodes with the label ‘linux && big’',
      { settings: settings({ templates: [aTemplate({ label: 'big linux' })] }) },
      /^no agent with the label linux && big runs yet/,
      /./,
    ],
  ])('%s', (_what, why, patch, words, helps) => {
    const [what = '', help = ''] = said(why, patch);
    expect(what).toMatch(words);
    expect(help).toMatch(helps);
  });
});

describe('what waits for the controller', () => {
  test.each<[why: string, executors: JenkinsComputer, words: RegExp]>([
    [
      'Waiting for next available executor on master',
      aController(2, ['test #1', 'test2 #1', 'x #1']),
      /^it may run on the controller only, and the limit of 2 executors there is reached \(test #1, test2 #1 and 1 more\)$/,
    ],
    ['Waiting for next available executor on master', aController(0), /which has no executors$/],
    ['master is offline', aController(2), /which is offline$/],
  ])('%s', (why, controller, words) => {
    expect(said(why, { executors: of(controller) })[0]).toMatch(words);
  });

  test('or perhaps for an agent: Jenkins names no label while it has none', () => {
    const executors = of(aController(2, ['test #1', 'test2 #1']));
    expect(said('Waiting for next available executor', { executors })).toEqual([
      'the limit of executors is reached: 2 executors, all busy (test #1, test2 #1)',
      'It starts when one is free; scale executors 3 --controller lets one more run on the controller. A job with a label gets an agent of its own within about two minutes.',
    ]);
    // One is free, so it is a label it waits for.
    expect(said('Waiting for next available executor', { executors: of(aController(2, ['test #1'])) })[0]).toBe(
      'no agent runs yet, and Jenkins asks Mesos for one',
    );
  });
});
