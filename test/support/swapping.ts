// A confirmed `swap` of Ana's and the worker that carries it out, for the tests of a disruptive change's steps.
import type { ChangeProgress } from '../../src/core/jobs.js';
import { MINUTE } from '../../src/core/time.js';
import { perform } from '../../src/journeys/command.js';
import { hashOf } from '../../src/journeys/hash.js';
import { NOW } from './ci-service.js';
import { type FakeCommands, fakeCommands } from './fake-commands.js';
import { type FakeCalls, fakePorts } from './fakes.js';
import { type FakePerform, type FakeRun, fakePerform, fakeRun, passing, typed } from './fakes-journey.js';
import { aSample } from './samples.js';

export interface Swapping extends FakePerform, FakeCommands {
  run: FakeRun;
  /** Starts or goes on with the change, until its job ends. */
  go(): Promise<void>;
  /** The same, without waiting: the test moves the clock. */
  begin(): Promise<void>;
  root(): string;
  /** Contents the root message had, in order. */
  told(): string[];
  thread(): string[];
}

/** A worker was there all the while. */
const WORKED = Array.from({ length: 24 * 60 }, (_, minute) => aSample({ at: NOW + minute * MINUTE }));

/** @param progress where an earlier worker left it · @param calls what the systems answer */
export async function swapping(progress: Partial<ChangeProgress> = {}, calls: FakeCalls = {}): Promise<Swapping> {
  const commands = fakeCommands();
  const plain = fakePerform();
  const command = {
    ...fakePorts({ clock: plain.clock, samples: WORKED, ...calls }),
    audit: plain.command.audit,
    catalogue: commands.catalogue,
  };
  const ports = { ...plain, command };
  await ports.plans.keep({
    v: 1,
    id: 'd-ana',
    text: 'swap',
    command: 'swap',
    actor: { userId: 'U0ANA', teamId: 'T0HOME' },
    place: { channelId: 'C0CI', teamId: 'T0HOME' },
    facts: { version: 'v1' },
    hash: hashOf(JSON.stringify({ version: 'v1' })),
    madeAt: NOW,
    validUntil: NOW + 600_000,
  });
  const run = fakeRun('d-ana-go', { startedAt: NOW, ...progress });
  const job = {
    ...typed('swap'),
    kind: 'confirmed' as const,
    delivery: 'd-ana-go',
    planId: 'd-ana',
    confirmedBy: 'U0LEE',
  };
  const begin = async () => void (await perform(job, run, ports));
  const of = (key: RegExp) => ports.messages.said.filter((said) => key.test(said.key)).map((said) => said.message.text);
  return {
    ...ports,
    ...commands,
    run,
    begin,
    go: () => passing(ports.clock, begin()),
    root: () => ports.messages.text('root:d-ana'),
    told: () => of(/^root:d-ana$/),
    thread: () => of(/^root:d-ana\//),
  };
}
