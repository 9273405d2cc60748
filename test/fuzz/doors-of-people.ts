// The doors through which people come in: what they type, mention and press.
import fc from 'fast-check';
import { scrubber } from '../../src/adapters/secrets.js';
import { catalogueOf, commands } from '../../src/commands/index.js';
import { allowance } from '../../src/core/allowance.js';
import { say } from '../../src/core/conversation.js';
import type { ScmIncoming } from '../../src/core/jenkins-upkeep.js';
import type { CommandJob, PressJob } from '../../src/core/jobs.js';
import { md } from '../../src/core/text.js';
import { accept, perform } from '../../src/journeys/command.js';
import { anApp } from '../support/ci-service.js';
import { type FakeCalls, fakePorts } from '../support/fakes.js';
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
import { type Door, erased } from './door.js';
import { slips, withSlip, word } from './hostile.js';
import { mustBeFit } from './shown.js';

const catalogue = catalogueOf(commands);
const names = commands.flatMap((command) => [command.name, ...(command.aliases ?? [])]);
const options = commands.flatMap(({ syntax }) => Object.keys(syntax?.options ?? {}));

export const text = fc.oneof(
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
export const delivery = () => {
  deliveries.next += 1;
  return `d-${deliveries.next.toString(36)}`;
};

const INCOMING: ScmIncoming = {
  session: 'session-1',
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
    setTemplates: async (_wanted, seen) => ({ changed: [...seen], unchanged: [], refused: [], saved: true }),
    reload: async () => undefined,
    restartJvm: async () => undefined,
  },
  digests: { compose: async () => say(md`a digest`), post: async () => undefined },
};

/** From what Slack delivers to the messages that come of it, with everything between but sockets. */
export async function carriedOut(
  job: CommandJob | PressJob,
  systems?: Pick<ReturnType<typeof fakePorts>, 'marathon' | 'mesos' | 'jenkins'>,
  /** A change that shows its plan first, for the job to be about. */
  planned?: CommandJob,
): Promise<string> {
  const clock = manualClock();
  const people = fakePeople();
  const queued: (CommandJob | PressJob)[] = [];
  const accepted = await accept(job, '/ci', {
    catalogue,
    policy: () => POLICY,
    people,
    queue: { accept: async (one) => void queued.push(structuredClone(one)) },
    audit: { record: async () => undefined },
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
  if (planned !== undefined) {
    await passing(ports.clock, perform(planned, fakeRun(planned.delivery), held));
    if (!ports.plans.plans.has(planned.delivery)) throw new Error(`no plan for ${planned.text}`);
  }
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

export const from = fc.record({
  userId: fc.oneof({ weight: 5, arbitrary: fc.constant('U0ANA') }, { weight: 1, arbitrary: word }),
  teamId: fc.oneof({ weight: 9, arbitrary: fc.constant('T0HOME') }, { weight: 1, arbitrary: word }),
  channelId: fc.oneof({ weight: 9, arbitrary: fc.constant('C0CI') }, { weight: 1, arbitrary: word }),
});
export const placed = ({ userId, teamId, channelId }: { userId: string; teamId: string; channelId: string }) => ({
  delivery: delivery(),
  actor: { userId, teamId },
  place: { channelId, teamId },
});

export const peopleDoors: Door[] = [
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
    share: 0.06,
    comes: fc.record({
      action: fc.constantFrom('run', 'run.thread', 'plan.confirm', 'plan.cancel', 'change.now', 'change.giveup'),
      value: fc.oneof(text, word),
      from,
    }),
    meet: (given) => carriedOut(pressed(given.action as PressJob['action'], given.value, placed(given.from))),
  }),
  erased({
    name: 'presses under a plan',
    share: 0.04,
    comes: fc.record({
      action: fc.constantFrom('plan.confirm', 'plan.cancel', 'plan.approve', 'change.now', 'change.giveup'),
      planned: fc.constantFrom('deploy --mem 2500', 'restart', 'restart --now', 'suspend'),
      from,
    }),
    meet({ action, planned, from: who }) {
      const plan = typed(planned, { delivery: delivery() });
      return carriedOut(pressed(action as PressJob['action'], plan.delivery, placed(who)), undefined, plan);
    },
  }),
];
