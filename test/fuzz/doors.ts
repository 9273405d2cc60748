// The doors through which what others make comes in, each with what comes and what must become of it: an answer, or an
// error with a name. Whatever else is thrown is a find.
import { createHmac } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { type JenkinsClient, jenkinsClient } from '../../src/adapters/jenkins/client.js';
import { marathonClient } from '../../src/adapters/marathon/client.js';
import { frameReader } from '../../src/adapters/marathon/event-frames.js';
import { mesosClient } from '../../src/adapters/mesos/client.js';
import { scrubber } from '../../src/adapters/secrets.js';
import { type SlackApp, startSlackApp } from '../../src/adapters/slack/app.js';
import { slackClients } from '../../src/adapters/slack/client.js';
import { slackMessenger } from '../../src/adapters/slack/messenger.js';
import { slackPeople, whoAreWe } from '../../src/adapters/slack/people.js';
import { catalogueOf, commands } from '../../src/commands/index.js';
import { allowance } from '../../src/core/allowance.js';
import { authorise } from '../../src/core/authorise.js';
import { say } from '../../src/core/conversation.js';
import { SlackError } from '../../src/core/delivery.js';
import { UpstreamError, UserError } from '../../src/core/errors.js';
import type { ScmIncoming } from '../../src/core/jenkins-upkeep.js';
import type { CommandJob, PressJob } from '../../src/core/jobs.js';
import { fillManifest } from '../../src/core/manifest.js';
import { diffDefinitions } from '../../src/core/manifest-diff.js';
import { lintManifest } from '../../src/core/manifest-lint.js';
import { parsePolicy } from '../../src/core/policy.js';
import { md } from '../../src/core/text.js';
import { accept, perform } from '../../src/journeys/command.js';
import { anApp, NOW } from '../support/ci-service.js';
import { fakeEars } from '../support/fake-ears.js';
import { type FakeCalls, fakePorts, MANIFEST } from '../support/fakes.js';
import {
  fakeLog,
  fakePeople,
  fakePerform,
  fakeRun,
  POLICY,
  passing,
  pressed,
  typed,
} from '../support/fakes-journey.js';
import { manualClock } from '../support/manual-clock.js';
import { type FarSide, type Spoiling, spoiling } from './far-side.js';
import { faults, fewSlips, slips, withFault, withSlip, word } from './hostile.js';
import { mustBeFit } from './shown.js';

export interface Door<T = unknown> {
  name: string;
  /** Of the whole. */
  share: number;
  comes: fc.Arbitrary<T>;
  /** @returns how it ended. @throws whatever should not be */
  meet(given: T): Promise<string>;
}

export interface House {
  doors: Door[];
  close(): Promise<void>;
}

const erased = <T>(door: Door<T>): Door => door as unknown as Door;

/** The name of an error that has one; anything else is a find. */
function named(error: unknown): string {
  if (error instanceof UserError || error instanceof UpstreamError || error instanceof SlackError) {
    if (error.message.length > 1_000)
      throw new Error(`an error of ${error.message.length} characters: ${error.message.slice(0, 300)}`);
    return error.name;
  }
  throw error;
}

const catalogue = catalogueOf(commands);
const names = commands.flatMap((command) => [command.name, ...(command.aliases ?? [])]);
const options = commands.flatMap(({ syntax }) => Object.keys(syntax?.options ?? {}));

const text = fc.oneof(
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
  {
    weight: 6,
    arbitrary: fc
      .tuple(
        fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...names) }, { weight: 1, arbitrary: word }),
        fc.array(
          fc.oneof(
            word,
            fc.constantFrom(
              ...options.map((name) => `--${name}`),
              '--here',
              '--',
              '--help',
              'executors',
              'now',
              'A1',
              '4',
              '7d',
            ),
          ),
          { maxLength: 6 },
        ),
      )
      .map(([name, rest]) => [name, ...rest].join(' ')),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom(...commands.flatMap(({ examples }) => examples)), slips(2))
      .map(([example, some]) => some.reduce(withSlip, example)),
  },
);

const deliveries = { next: 0 };
const delivery = () => {
  deliveries.next += 1;
  return `d-${deliveries.next.toString(36)}`;
};

const INCOMING: ScmIncoming = {
  session: 'session-1',
  loadedAt: NOW,
  git: {
    ...{ refusal: undefined, ahead: 0, behind: 1, commit: '3f2a91c0d6' },
    ...{ overwritten: ['config.xml'], overwrittenCount: 1, added: [], addedCount: 0 },
  },
};

/** What a write does is not asked here: every one works. */
const written = { deploymentId: 'd1', version: anApp().version };
const writes: FakeCalls = {
  marathon: {
    create: async () => written,
    replace: async () => written,
    setInstances: async () => written,
    cancelDeployment: async () => undefined,
  },
  jenkins: {
    setTemplateMax: async () => ({ changed: [], unchanged: [], refused: [], saved: true }),
    setControllerExecutors: async (to) => ({ from: 2, to, applied: true }),
    quietDown: async () => undefined,
    cancelQuietDown: async () => undefined,
    startBuild: async () => 12,
    cancelQueueItem: async () => undefined,
    stopBuild: async () => undefined,
    scmSaveAll: async () => undefined,
    scmPurge: async () => ({ had: true }),
    scmIncoming: async () => INCOMING,
    scmPull: async () => ({ modified: 1 }),
    reload: async () => undefined,
    restartJvm: async () => undefined,
  },
  digests: { compose: async () => say(md`a digest`), post: async () => undefined },
};

/** From what Slack delivers to the messages that come of it, with everything between but sockets. */
async function carriedOut(
  job: CommandJob | PressJob,
  systems?: Pick<ReturnType<typeof fakePorts>, 'marathon' | 'mesos' | 'jenkins'>,
): Promise<string> {
  const clock = manualClock();
  const people = fakePeople();
  const queued: (CommandJob | PressJob)[] = [];
  const accepted = await accept(job, '/ci', {
    catalogue,
    policy: () => POLICY,
    people,
    queue: { accept: async (one) => void queued.push(structuredClone(one)) },
    allowance: { any: allowance(20, clock), urgent: allowance(120, clock) },
    scrub: scrubber(['planted-secret-1']),
    clock,
    log: fakeLog(),
  });
  if (accepted.kind === 'answered') {
    mustBeFit(accepted.message);
    return accepted.outcome;
  }
  const [stored] = queued;
  if (stored === undefined) return accepted.kind;
  const ports = fakePerform();
  const base = fakePorts({ ...writes, clock: ports.clock });
  const held = Object.assign(ports, { command: { ...base, ...systems, audit: ports.command.audit } });
  await (systems === undefined
    ? passing(ports.clock, perform(stored, fakeRun(stored.delivery), held))
    : steadily(ports.clock, perform(stored, fakeRun(stored.delivery), held)));
  const bug = ports.log.lines.find(({ level }) => level === 'error');
  if (bug !== undefined) throw (bug.fields as { err?: unknown }).err ?? new Error(bug.text);
  if (ports.messages.said.length === 0) throw new Error('nothing was said');
  for (const { message } of ports.messages.said) mustBeFit(message);
  return ports.counts.at(-1)?.[1] ?? 'said';
}

/** With real sockets the clock waits for them: it goes on only when nothing else does. */
async function steadily<T>(clock: ReturnType<typeof manualClock>, work: Promise<T>): Promise<T> {
  let over = false;
  const settled = work.finally(() => {
    over = true;
  });
  settled.catch(() => undefined);
  for (let turns = 0; !over; turns += 1) {
    await new Promise((resolve) => setTimeout(resolve, turns < 20 ? 1 : 20));
    if (turns > 200) await clock.advance(1_000);
    if (turns > 600) throw new Error('it goes on for ever');
  }
  return settled;
}

const from = fc.record({
  userId: fc.oneof({ weight: 5, arbitrary: fc.constant('U0ANA') }, { weight: 1, arbitrary: word }),
  teamId: fc.oneof({ weight: 9, arbitrary: fc.constant('T0HOME') }, { weight: 1, arbitrary: word }),
  channelId: fc.oneof({ weight: 9, arbitrary: fc.constant('C0CI') }, { weight: 1, arbitrary: word }),
});
const placed = ({ userId, teamId, channelId }: { userId: string; teamId: string; channelId: string }) => ({
  delivery: delivery(),
  actor: { userId, teamId },
  place: { channelId, teamId },
});

const doors: Door[] = [
  erased({
    name: 'commands',
    share: 0.3,
    comes: fc.record({ text, from }),
    meet: (given) => carriedOut(typed(given.text, placed(given.from))),
  }),
  erased({
    name: 'mentions',
    share: 0.05,
    comes: fc.record({ text, from }),
    meet: (given) => carriedOut(typed(given.text, { ...placed(given.from), replyTo: {} })),
  }),
  erased({
    name: 'presses',
    share: 0.1,
    comes: fc.record({
      action: fc.constantFrom('run', 'run.thread', 'plan.confirm', 'plan.cancel', 'change.now', 'change.giveup'),
      value: fc.oneof(text, word),
      from,
    }),
    meet: (given) => carriedOut(pressed(given.action as PressJob['action'], given.value, placed(given.from))),
  }),
  erased({
    name: 'policy files',
    share: 0.12,
    comes: fc.record({
      slips: slips(4),
      faults: faults(3),
      asJson: fc.boolean(),
      command: fc.constantFrom(...commands),
      from,
    }),
    async meet(given) {
      const written = given.asJson
        ? JSON.stringify(given.faults.reduce(withFault, POLICY_AS_JSON))
        : given.slips.reduce(withSlip, POLICY_TEXT);
      const policy = readOr(() => parsePolicy(written));
      if (policy instanceof Error) return 'policy fault';
      const { command } = given;
      const { actor, place } = placed(given.from);
      const answer = authorise({
        policy,
        actor,
        place,
        person: {},
        channel: {},
        homeTeamId: 'T0HOME',
        command,
        policyWords: command.name,
        args: { count: 4 },
      });
      // What was not written as somebody's role lets nobody in who is not named.
      if (answer.allowed && actor.teamId !== 'T0HOME') throw new Error('a stranger was let in');
      return answer.allowed ? 'allowed' : 'refused';
    },
  }),
  erased({
    name: 'manifests',
    share: 0.1,
    comes: fc.record({ slips: slips(3), faults: faults(4), asText: fc.boolean(), replaces: fc.boolean() }),
    async meet(given) {
      const written = given.asText
        ? given.slips.reduce(withSlip, MANIFEST)
        : (JSON.stringify(given.faults.reduce(withFault, JSON.parse(MANIFEST))) ?? '');
      try {
        const wanted = fillManifest(written, { SCM_SYNC_GIT: 'git@git.example.org:a/b.git', APP_USER: 'jenkins' });
        lintManifest(wanted, '1.5.15');
        diffDefinitions(anApp().definition, wanted, {
          replaces: given.replaces,
          ignoreLabels: [],
          marathonVersion: '1.5.15',
        });
        diffDefinitions(wanted, anApp().definition, {
          replaces: given.replaces,
          ignoreLabels: [],
          marathonVersion: '0.8.2',
        });
        return 'read';
      } catch (error) {
        return named(error);
      }
    },
  }),
];

function readOr<T>(read: () => T): T | Error {
  try {
    return read();
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
}

const POLICY_TEXT = readFileSync('manifests/policy.yaml', 'utf8');
const POLICY_AS_JSON = {
  roles: { operators: ['U0ANA', 'S0CIOPS'], admins: ['U0LEE'] },
  rules: [
    { command: 'scale executors', to: ['developers', 'operators'], max: { count: 8 }, in: ['C0CI'] },
    { effect: 'read', to: 'everyone' },
    { effect: ['change', 'disrupt'], to: 'operators', approvals: 1 },
  ],
};

const SEQUENCES = new URL('../fixtures/marathon/sequences/', import.meta.url);
const streams = (readdirSync(SEQUENCES) as string[])
  .filter((name) => name.endsWith('.txt'))
  .map((name) => readFileSync(new URL(name, SEQUENCES), 'utf8').slice(0, 30_000));

const eventStream: Door = erased({
  name: "event stream's bytes",
  share: 0.1,
  comes: fc.record({
    which: fc.constantFrom(...streams),
    slips: slips(3),
    faults: faults(2),
    cuts: fc.array(fc.nat(), { maxLength: 6 }),
  }),
  async meet(given) {
    let spoilt = 0;
    const lines = given.which.split('\n').map((line) => {
      if (!line.startsWith('data: ') || given.faults.length === 0) return line;
      spoilt += 1;
      const wrong =
        spoilt % 3 === 0
          ? readOr(() => JSON.stringify(given.faults.reduce(withFault, JSON.parse(line.slice(6)))))
          : line.slice(6);
      return wrong instanceof Error ? line : `data: ${wrong}`;
    });
    const bytes = Buffer.from(given.slips.reduce(withSlip, lines.join('\n')), 'utf8');
    const heard = { taken: 0, skipped: 0 };
    const reader = frameReader({
      appId: '/ci/jenkins',
      take: (event, identity) => {
        if (!Number.isFinite(event.at) || identity.length !== 32)
          throw new Error(`an event without time or identity: ${JSON.stringify(event).slice(0, 300)}`);
        heard.taken += 1;
      },
      skip: (why) => {
        if (why.length > 300) throw new Error(`quotes: ${why.slice(0, 400)}`);
        heard.skipped += 1;
      },
    });
    const ends = given.cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b);
    for (const [index, end] of [...ends, bytes.length].entries())
      reader.push(bytes.subarray(ends[index - 1] ?? 0, end));
    return heard.taken > 0 ? 'events' : 'nothing';
  },
});

/** The commands that look at all of it, over the real clients. */
const LOOKS = [
  'where',
  'status',
  'usage',
  'usage --by label',
  'usage --by agent',
  'logs',
  'logs stdout --lines 50',
  'logs --previous',
  'builds',
  'builds app-build',
  'queue',
  'console app-build#1',
  'console app-build --lines 200',
  'deploy --dry-run',
  'deploy --mem 2500',
  'cancel',
  'scale executors 4',
  'scale executors 2 --label linux',
  'scale executors 3 --controller',
  'agents',
  'agents linux',
  'templates',
  'template linux mem=1024',
  'template mesos cpus=0.5 idle=5',
];

function upstreamDoors(far: FarSide): { doors: Door[]; close(): void } {
  const common = {
    credentials: undefined,
    clock: { ...manualClock(), sleep: () => Promise.resolve() },
    scrub: scrubber([]),
    retryDelaysMs: [],
    timeouts: { connectMs: 2_000, readMs: 5_000 },
  };
  const marathon = marathonClient({ ...common, urls: [far.marathon], publicUrl: undefined });
  const mesos = mesosClient({ ...common, urls: () => [far.mesos], publicUrl: undefined });
  const jenkins: JenkinsClient = jenkinsClient({ ...common, baseUrl: async () => far.jenkins, publicUrl: undefined });
  const reads: Record<string, () => Promise<unknown>> = {
    info: () => marathon.info(),
    app: () => marathon.app('/jenkins'),
    snapshot: () => marathon.snapshot('/jenkins'),
    deployments: () => marathon.deployments(),
    launchQueue: () => marathon.launchQueue('/jenkins'),
    versions: () => marathon.versions('/jenkins'),
    agents: () => mesos.agents(),
    frameworks: () => mesos.frameworks(),
    tasks: () => mesos.tasks('F'),
    endedTasks: () => mesos.endedTasks('F'),
    taskStatus: () => mesos.taskStatus('t'),
    controller: () => jenkins.controller(),
    executors: () => jenkins.executors(),
    buildQueue: () => jenkins.buildQueue(),
    builds: () => jenkins.builds(0),
    buildsOf: () => jenkins.buildsOf('app-build', 3),
    buildStory: () => jenkins.buildStory('app-build', 1),
    runningBuilds: () => jenkins.runningBuilds(),
    newestBuilds: () => jenkins.newestBuilds(3),
    consoleTail: () => jenkins.consoleTail('app-build', 1, 1_000),
    nodesWith: () => jenkins.nodesWith('linux'),
    whoAmI: () => jenkins.whoAmI(),
    pulse: () => jenkins.pulse(),
    executorSettings: () => jenkins.executorSettings(),
    mesosClouds: () => jenkins.mesosClouds(),
    agentActivity: () => jenkins.agentActivity(),
    setTemplates: () =>
      jenkins.setTemplates({ memMiB: 600 }, [{ cloud: 0, index: 0, label: 'mesos', settings: { memMiB: 512 } }]),
    maintenance: () => mesos.maintenance(),
    scmSync: () => jenkins.scmSync(),
    scmSyncFooter: () => jenkins.scmSyncFooter(),
    scmIncoming: () => jenkins.scmIncoming(),
  };
  return {
    doors: [
      erased({
        name: 'upstream answers',
        share: 0.1,
        comes: fc.record({ call: fc.constantFrom(...Object.keys(reads)), how: spoiling }),
        async meet({ call, how }: { call: string; how: Spoiling }) {
          far.spoil(how);
          try {
            await reads[call]?.();
            return 'answer';
          } catch (error) {
            return named(error);
          }
        },
      }),
      erased({
        name: 'commands over spoilt answers',
        share: 0.06,
        comes: fc.record({ text: fc.constantFrom(...LOOKS), how: spoiling }),
        async meet({ text: line, how }: { text: string; how: Spoiling }) {
          far.spoil(how);
          return carriedOut(typed(line, { delivery: delivery() }), { marathon, mesos, jenkins });
        },
      }),
    ],
    close() {
      for (const client of [marathon, mesos, jenkins]) client.close();
    },
  };
}

const SLACK_ANSWERS: Record<string, unknown> = {
  'auth.test': {
    ok: true,
    url: 'https://ci.slack.com/',
    team: 'ci',
    user: 'bell',
    team_id: 'T0HOME',
    user_id: 'U0BELL',
    bot_id: 'B0BELL',
  },
  'users.info': {
    ok: true,
    user: {
      id: 'U0ANA',
      team_id: 'T0HOME',
      name: 'ana',
      real_name: 'Ana',
      is_bot: false,
      is_restricted: false,
      profile: { display_name: 'ana' },
    },
  },
  'conversations.info': { ok: true, channel: { id: 'C0CI', is_member: true, is_ext_shared: false } },
  'conversations.history': {
    ok: true,
    messages: [{ ts: '1.1', text: 'x', metadata: { event_type: 'bellboard_message', event_payload: { key: 'k' } } }],
  },
  'chat.postMessage': { ok: true, channel: 'C0CI', ts: '1.1', message: { text: 'x' } },
  'chat.update': { ok: true, channel: 'C0CI', ts: '1.1' },
};

async function slackDoor(): Promise<{ door: Door; close(): void }> {
  let next: { how: Spoiling } = { how: { pick: 0, faults: [], slips: [], status: { every: 0, code: 200 } } };
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      const method = (request.url ?? '').replace(/^\/api\//, '').replace(/\?.*/, '');
      const { faults: wrong, slips: off, status } = next.how;
      const said = JSON.stringify(wrong.reduce(withFault, SLACK_ANSWERS[method] ?? { ok: true })) ?? '';
      response.writeHead(status.every === 1 ? status.code : 200, { 'content-type': 'application/json' });
      response.end(status.code === 204 ? undefined : off.reduce(withSlip, said));
    });
  });
  const url = await listening(server);
  const { repeatable, once } = slackClients('xoxb-test', `${url}/api/`);
  const clients = { repeatable: once, once };
  void repeatable;
  const messenger = slackMessenger({ clients, scrub: (given) => given, onPlainTwin() {} });
  const message = say(md`hello`);
  const calls: Record<string, () => Promise<unknown>> = {
    who: () => whoAreWe(clients.repeatable),
    person: () => slackPeople(clients.repeatable, { teamId: 'T0HOME' }, manualClock()).person('U0ANA'),
    name: () => slackPeople(clients.repeatable, { teamId: 'T0HOME' }, manualClock()).nameOf('U0ANA'),
    channel: () => slackPeople(clients.repeatable, { teamId: 'T0HOME' }, manualClock()).channel('C0CI'),
    post: () => messenger.post({ channelId: 'C0CI' }, message, 'k'),
    edit: () => messenger.edit({ channelId: 'C0CI', ts: '1.1' }, message),
    find: () => messenger.find({ channelId: 'C0CI' }, 'k'),
    respond: () => messenger.respond(`${url}/capability`, message, { replace: false, inChannel: false }),
  };
  return {
    door: erased({
      name: "Slack's answers",
      share: 0.04,
      comes: fc.record({ call: fc.constantFrom(...Object.keys(calls)), how: spoiling }),
      async meet({ call, how }: { call: string; how: Spoiling }) {
        next = { how };
        try {
          const answer = await calls[call]?.();
          if (call === 'post' && typeof (answer as { ts?: unknown }).ts !== 'string') throw new Error('posted nowhere');
          return 'answer';
        } catch (error) {
          return named(error);
        }
      },
    }),
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const SIGNING_SECRET = 'shh-0123456789';
const CLICK = {
  type: 'block_actions',
  trigger_id: '1.2.three',
  response_url: 'https://hooks.slack.com/actions/1',
  user: { id: 'U0ANA', team_id: 'T0HOME' },
  team: { id: 'T0HOME' },
  channel: { id: 'C0CI' },
  container: { type: 'message', is_ephemeral: false },
  message: { ts: '1.1', thread_ts: '1.0' },
  actions: [{ type: 'button', action_id: 'run:0', action_ts: '1.2', block_id: 'b', value: 'where' }],
};
const SUBMISSION = {
  type: 'view_submission',
  trigger_id: '1.2.three',
  user: { id: 'U0ANA' },
  team: { id: 'T0HOME' },
  view: { id: 'V1', callback_id: 'x', state: { values: {} }, private_metadata: '' },
};
const MENTION = {
  type: 'event_callback',
  event_id: 'Ev1',
  team_id: 'T0HOME',
  event: { type: 'app_mention', user: 'U0ANA', team: 'T0HOME', channel: 'C0CI', ts: '1.1', text: '<@U0BELL> where' },
};
const COMMAND = {
  command: '/ci',
  text: 'where',
  trigger_id: '1.2.three',
  user_id: 'U0ANA',
  team_id: 'T0HOME',
  channel_id: 'C0CI',
  response_url: 'https://hooks.slack.com/commands/1',
};

/** Over real Bolt: what is signed by Slack and is of another form than Slack's. */
async function deliveryDoor(): Promise<{ door: Door; close(): Promise<void> }> {
  const heard = { well: 0, bugs: [] as unknown[] };
  const hear = async (incoming: { userId: string; delivery: string }) => {
    if (typeof incoming.delivery !== 'string') throw new Error('a delivery without its name');
    heard.well += 1;
  };
  const quiet = { debug() {}, info() {}, warn() {}, error() {}, setLevel() {}, getLevel: () => 'error', setName() {} };
  const app: SlackApp = await startSlackApp({
    botToken: 'xoxb-test',
    appToken: undefined,
    signingSecret: SIGNING_SECRET,
    apiUrl: 'http://127.0.0.1:9/',
    slashCommand: '/ci',
    host: '127.0.0.1',
    port: 0,
    team: {
      teamId: 'T0HOME',
      botUserId: 'U0BELL',
      botId: 'B0BELL',
      botName: 'bell',
      url: 'https://ci.slack.com/',
      scopes: [],
    },
    logger: quiet as never,
    scrub: (given) => given,
    ears: fakeEars((_ear, incoming) => hear(incoming), {
      bug: (error) => {
        heard.bugs.push(error);
        return say(md`a bug`);
      },
    }),
  });
  const kinds = { click: CLICK, submission: SUBMISSION, mention: MENTION, command: COMMAND };
  return {
    door: erased({
      name: 'deliveries',
      share: 0.02,
      comes: fc.record({
        kind: fc.constantFrom(...(Object.keys(kinds) as (keyof typeof kinds)[])),
        faults: faults(3),
        slips: fewSlips,
      }),
      async meet(given) {
        const wrong = given.faults.reduce(withFault, kinds[given.kind] as unknown);
        const json = given.slips.reduce(withSlip, JSON.stringify(wrong) ?? '');
        const isEvent = given.kind === 'mention';
        const pairs =
          typeof wrong === 'object' && wrong !== null
            ? Object.entries(wrong).map(([name, value]): [string, string] => [
                name,
                typeof value === 'object' ? JSON.stringify(value) : String(value),
              ])
            : [];
        const form = given.kind === 'command' ? new URLSearchParams(pairs) : new URLSearchParams({ payload: json });
        const body = isEvent ? json : form.toString();
        const now = String(Math.floor(Date.now() / 1_000));
        const signature = createHmac('sha256', SIGNING_SECRET).update(`v0:${now}:${body}`).digest('hex');
        const before = heard.well;
        const answer = await fetch(`http://127.0.0.1:${app.port}/slack/events`, {
          method: 'POST',
          body,
          headers: {
            'content-type': isEvent ? 'application/json' : 'application/x-www-form-urlencoded',
            'x-slack-request-timestamp': now,
            'x-slack-signature': `v0=${signature}`,
          },
          // Nobody listens for what has another form, and Bolt waits 3 s for somebody.
          signal: AbortSignal.timeout(200),
        }).catch(() => undefined);
        await answer?.text();
        if (answer === undefined) return 'nobody listens';
        return heard.well > before ? 'heard' : `${answer.status}`;
      },
    }),
    close: () => app.stop(),
  };
}

export async function openHouse(far: FarSide): Promise<House> {
  const [slack, deliveriesIn] = await Promise.all([slackDoor(), deliveryDoor()]);
  const upstream = upstreamDoors(far);
  return {
    doors: [...doors, eventStream, ...upstream.doors, slack.door, deliveriesIn.door],
    async close() {
      upstream.close();
      slack.close();
      await deliveriesIn.close();
    },
  };
}
