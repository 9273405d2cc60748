// Every command × every door × who × where, made from the catalogue, so that a new command is in the table by itself: each
// is answered, refused, or told where it works; exactly one of them, never silence, and nothing is done where nobody sees it.
// (The doors themselves, over real Bolt: `journeys-real/doors.test.ts`.)
import { describe, expect, it } from 'vitest';
import { catalogueOf, commands } from '../../src/commands/index.js';
import { allowance } from '../../src/core/allowance.js';
import type { Command, Ports } from '../../src/core/command.js';
import { UpstreamError, UserError } from '../../src/core/errors.js';
import type { CommandJob, PressJob } from '../../src/core/jobs.js';
import { parse } from '../../src/core/parse.js';
import { accept, perform } from '../../src/journeys/command.js';
import { submit } from '../../src/journeys/form-submit.js';
import { fakePorts } from '../support/fakes.js';
import {
  type FakePerform,
  fakeChoices,
  fakeLog,
  fakePeople,
  fakePerform,
  fakeRun,
  fakeScreens,
  POLICY,
  passing,
  pressed,
  typed,
} from '../support/fakes-journey.js';

type Outcome = 'answered' | 'refused' | 'elsewhere';

interface Who {
  name: string;
  userId: string;
  isGuest: boolean;
}
const OPERATOR: Who = { name: 'an operator', userId: 'U0ANA', isGuest: false };
const WHO: Who[] = [
  OPERATOR,
  { name: 'a reader', userId: 'U0DEV', isGuest: false },
  { name: 'a guest', userId: 'U0GUEST', isGuest: true },
];

interface Where {
  name: string;
  channelId: string;
  threadTs?: string;
  /** The bot may post there. */
  isIn: boolean;
}
const WHERE: Where[] = [
  { name: 'in a channel', channelId: 'C0CI', isIn: true },
  { name: 'in a thread', channelId: 'C0CI', threadTs: '1.1', isIn: true },
  { name: 'in direct messages', channelId: 'D0ANA', isIn: true },
  { name: 'in a channel without the bot', channelId: 'C0RANDOM', isIn: false },
];

interface Door {
  name: string;
  /** Slack has that door there. */
  isAt(where: Where): boolean;
  /** What crosses the queue, or is said instead. */
  enter(
    text: string,
    asking: Partial<CommandJob>,
    hear: (job: CommandJob | PressJob) => Promise<string>,
  ): Promise<string>;
}
const URL = { responseUrl: 'https://hooks.slack.com/commands/1' };
const DOORS: Door[] = [
  // Slack has no slash commands in threads.
  {
    name: 'typed',
    isAt: ({ threadTs }) => threadTs === undefined,
    enter: (text, asking, hear) => hear(typed(text, { ...asking, replyTo: URL })),
  },
  {
    name: 'mentioned or said',
    isAt: ({ isIn }) => isIn,
    enter: (text, asking, hear) => hear(typed(text, { ...asking, replyTo: {} })),
  },
  {
    name: 'on a button',
    isAt: () => true,
    enter: (text, asking, hear) => hear(pressed('run', text, { ...asking, kind: 'press', replyTo: URL } as never)),
  },
  {
    name: 'in a form',
    isAt: () => true,
    async enter(text, asking, hear) {
      const { place, actor } = { ...typed(text), ...asking };
      const shown = {
        delivery: 'd-form',
        actor,
        place,
        viewId: 'V1',
        kept: {
          v: 1,
          kind: 'ask',
          command: '',
          channelId: place.channelId,
          threadTs: place.threadTs,
          reply: 'r',
        } as const,
        filled: { other: text },
      };
      let said = '';
      const sent = await submit(
        shown,
        async (job) => {
          said = await hear(job);
          return undefined;
        },
        formPorts,
      );
      return sent.kind === 'closed' ? said : JSON.stringify(sent);
    },
  },
];

const catalogue = catalogueOf(commands);
const base = fakePerform();
const formPorts = {
  catalogue,
  policy: () => POLICY,
  people: fakePeople(),
  queue: { accept: async () => {} },
  audit: { record: async () => undefined },
  allowance: { any: allowance(1e9, base.clock), urgent: allowance(1e9, base.clock) },
  scrub: (text: string) => text,
  clock: base.clock,
  log: fakeLog(),
  slash: '/ci',
  screens: fakeScreens(),
  choices: fakeChoices(),
  replies: { keep: async () => {}, read: async () => URL },
  errands: { gather: async () => {}, home: async () => {} },
  wall: base.clock,
};

/** Reads answer; every write of the systems is counted and refused by them, which is an answer too. */
function countingWrites(ports: Ports, wrote: string[]): Ports {
  const guarded = (group: string, port: object): object =>
    Object.fromEntries(
      Object.entries(port).map(([name, call]: [string, unknown]) => [
        name,
        typeof call !== 'function'
          ? call
          : (...args: unknown[]) => {
              const refused = (error: unknown): never => {
                if (error instanceof UserError || error instanceof UpstreamError) throw error;
                // A look, which this Jenkins has no answer to.
                if (name !== 'scmIncoming') wrote.push(`${group}.${name}`);
                throw new UpstreamError({
                  ...{ system: 'Marathon', request: name, status: 503, seen: 'away' },
                  ...{ retryable: false, mayHaveArrived: false },
                });
              };
              // What answers at once, such as an address, goes on doing so.
              try {
                const answer = (call as (...all: unknown[]) => unknown)(...args);
                return answer instanceof Promise ? answer.catch(refused) : answer;
              } catch (error) {
                return refused(error);
              }
            },
      ]),
    );
  const { marathon, mesos, jenkins, incidents, digests } = ports;
  const groups = { marathon, mesos, jenkins, incidents, digests };
  return { ...ports, ...Object.fromEntries(Object.entries(groups).map(([name, port]) => [name, guarded(name, port)])) };
}

async function outcomeOf(text: string, door: Door, who: Who, where: Where): Promise<{ said: string; wrote: string[] }> {
  const wrote: string[] = [];
  const people = fakePeople({ isGuest: who.isGuest });
  const worker: FakePerform = { ...fakePerform(), people };
  worker.command = countingWrites(fakePorts({ clock: worker.clock }), wrote);
  if (!where.isIn) worker.messages.slack = { refuses: 'not_in_channel' };
  const queued: (CommandJob | PressJob)[] = [];
  const bot = { ...formPorts, people, queue: { accept: async (job: CommandJob | PressJob) => void queued.push(job) } };
  const hear = async (job: CommandJob | PressJob): Promise<string> => {
    const accepted = await accept(job, '/ci', bot);
    if (accepted.kind === 'answered') return accepted.message.text;
    const [stored] = queued;
    if (stored === undefined) return '';
    await passing(worker.clock, perform(stored, fakeRun(stored.delivery), worker)).catch(() => undefined);
    // What Slack did not take where it was to stand is not seen by anybody.
    const seen = worker.messages.said.filter(({ to }) => where.isIn || to.kind === 'answer');
    return seen.map(({ message }) => message.text).join('\n');
  };
  const asking: Partial<CommandJob> = {
    actor: { userId: who.userId, teamId: 'T0HOME' },
    place: { channelId: where.channelId, teamId: 'T0HOME', threadTs: where.threadTs },
  };
  return { said: await door.enter(text, asking, hear), wrote };
}

function judge(said: string): Outcome | 'silence' | 'bug' {
  if (said.trim() === '') return 'silence';
  if (/That is a bug in the bot/.test(said)) return 'bug';
  if (/You may not|Guests may not/.test(said)) return 'refused';
  return /I am not in this channel/.test(said) ? 'elsewhere' : 'answered';
}

/** By the policy of these tests: operators change things, full members read, and the audit trail is kept for operators. */
function expected({ effect, name }: Command, who: Who, where: Where): readonly Outcome[] {
  if (who.isGuest || (who !== OPERATOR && (effect !== 'read' || name === 'history'))) return ['refused'];
  // A change that is refused for another reason (there is nothing to do) is answered with that.
  return where.isIn || effect === 'read' ? ['answered'] : ['elsewhere', 'answered'];
}

const PLACES = DOORS.flatMap((door) =>
  WHERE.filter(door.isAt).map((where) => ({ door, where, name: `${door.name} ${where.name}` })),
);

describe.each(PLACES)('$name', ({ door, where }) => {
  it.each(
    WHO.flatMap((who) =>
      commands.flatMap((command) => command.examples.map((text) => [who.name, text, who, command] as const)),
    ),
  )('by %s: `%s`', async (_name, text, who, command) => {
    expect(parse(text, catalogue).command).toBe(command);
    const { said, wrote } = await outcomeOf(text, door, who, where);
    const outcome = judge(said);
    expect(expected(command, who, where), said).toContain(outcome);
    if (outcome !== 'answered' || (!where.isIn && command.effect !== 'read')) expect(wrote).toEqual([]);
  });
});

describe('a command that needs others to agree', () => {
  const policy = {
    ...POLICY,
    rules: POLICY.rules.map((rule) => (rule.effect?.includes('disrupt') ? { ...rule, approvals: 1 } : rule)),
  };
  it.each(commands.filter(({ effect }) => effect === 'disrupt').map(({ examples }) => examples[0] ?? ''))(
    'is told in direct messages to ask in a channel: `%s`',
    async (text) => {
      const ports: FakePerform = { ...fakePerform(), policy: () => policy };
      ports.command = countingWrites(fakePorts({ clock: ports.clock }), []);
      const job = typed(text, { place: { channelId: 'D0ANA', teamId: 'T0HOME' } });
      await passing(ports.clock, perform(job, fakeRun(job.delivery), ports));
      const said = ports.messages.said.map(({ message }) => message.text).join('\n');
      // Where there is nothing to do, nobody is needed for it.
      expect(said).toMatch(
        /needs 1 approval of others, and nobody else reads this conversation|Nothing|nothing|already|0 instances|not suspended|No /,
      );
      expect([...ports.plans.plans.values()]).toEqual([]);
    },
  );
});
