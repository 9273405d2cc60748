// The Home tab: what one person sees at once, from what is kept, and after the systems were asked.
import { describe, expect, it } from 'vitest';
import { render } from '../../src/adapters/slack/render.js';
import type { Message } from '../../src/core/conversation.js';
import { UpstreamError } from '../../src/core/errors.js';
import type { HomeJob } from '../../src/core/jobs.js';
import type { Plan } from '../../src/core/plans.js';
import { SECOND } from '../../src/core/time.js';
import { type HomePorts, refreshHome, showHome } from '../../src/journeys/home.js';
import { complaintsAbout } from '../../src/playground/slack/block-kit.js';
import { anIncident } from '../support/alert-scene.js';
import { NOW } from '../support/ci-service.js';
import { type FakePerform, fakePerform, passing } from '../support/fakes-journey.js';

const WHOSE = { actor: { userId: 'U0ANA', teamId: 'T0HOME' }, place: { channelId: 'D0ANA', teamId: 'T0HOME' } };
const JOB: HomeJob = { v: 1, kind: 'home', ...WHOSE };

const portsOf = (worker: FakePerform, more: Partial<HomePorts> = {}): HomePorts => ({
  ...worker,
  ...worker.command,
  home: worker.home,
  plans: worker.plans,
  slash: '/ci',
  linkOf: async ({ messageTs }) => `https://slack.example/${messageTs}`,
  ...more,
});

const words = (home: Message | undefined) => JSON.stringify(home?.blocks);
const plan = (patch: Partial<Plan>): Plan => ({
  v: 1,
  id: 'd-plan',
  text: 'deploy --mem 3072',
  command: 'deploy',
  actor: WHOSE.actor,
  place: { channelId: 'C0CI', teamId: 'T0HOME' },
  facts: {},
  hash: 'h',
  madeAt: NOW,
  validUntil: NOW + 600_000,
  ...patch,
});

describe('at once', () => {
  it('is made from what is kept alone: no system is asked, and Slack only who this is', async () => {
    const worker = fakePerform();
    const asked = () => Promise.reject(new Error('a system was asked'));
    const silent = new Proxy({}, { get: () => asked });
    const ports = portsOf(worker, { marathon: silent, mesos: silent, jenkins: silent } as never);
    expect(await showHome(WHOSE, ports, true)).toBe('hash-1');
    const [shown] = worker.screens.homes;
    expect(shown).toMatchObject({ userId: 'U0ANA', kept: { v: 1, kind: 'home', channelId: 'D0ANA' } });
    expect(words(shown?.home)).toContain('being looked at again');
  });

  it('says that nothing is known yet before the first look', async () => {
    const worker = fakePerform();
    await showHome(WHOSE, portsOf(worker, { usage: { latest: async () => undefined } }), true);
    expect(words(worker.screens.homes[0]?.home)).toContain('Nothing has been looked at yet');
  });

  it('shows the newer of the last look and the last sample, with its age', async () => {
    const worker = fakePerform();
    const sample = {
      at: NOW - 90 * SECOND,
      cluster: null,
      controller: null,
      agents: null,
      executors: { busy: 3, total: 4 },
      buildQueue: { length: 2, longestMs: 60_000, atLimit: 2 },
      waitsMs: null,
      up: true,
    };
    const ports = portsOf(worker, { usage: { latest: async () => sample } });
    await showHome(WHOSE, ports, false);
    expect(words(worker.screens.homes[0]?.home)).toContain('3 of 4 executors busy');
    expect(words(worker.screens.homes[0]?.home)).toContain('2 builds waiting, longest 1 min');
    expect(words(worker.screens.homes[0]?.home)).toContain('1 min 30 s ago');
    worker.home.board = {
      v: 1,
      at: NOW,
      controller: 'host:1, healthy',
      executors: null,
      buildQueue: null,
      missing: ['Jenkins: 503'],
    };
    await showHome(WHOSE, ports, false);
    const newer = words(worker.screens.homes[1]?.home);
    for (const part of ['host:1, healthy', 'unknown', 'Jenkins: 503']) expect(newer).toContain(part);
  });

  it('shows my plans with where they stand, those of others only when they need somebody, and no old ones', async () => {
    const worker = fakePerform();
    const lee = { userId: 'U0LEE', teamId: 'T0HOME' };
    for (const one of [
      plan({}),
      plan({ id: 'd-over', text: 'restart', validUntil: NOW - 1 }),
      plan({ id: 'd-lee', text: 'suspend', actor: lee }),
      plan({ id: 'd-asks', text: 'resume', actor: lee, approvals: 1 }),
    ]) {
      await worker.plans.keep(one);
    }
    await worker.messages.put('root:d-plan', { kind: 'channel', channelId: 'C0CI' }, { text: 'x', blocks: [] });
    await showHome(WHOSE, portsOf(worker), false);
    const home = words(worker.screens.homes[0]?.home);
    expect(home).toContain('deploy --mem 3072');
    expect(home).toContain('https://slack.example/1.1');
    expect(home).toContain('"action":"plan.cancel","value":"d-plan"');
    expect(home).toContain('resume');
    expect(home).not.toMatch(/restart`|suspend/);
  });

  it('shows what I asked for lately, how it ended, and runs again only what changes nothing', async () => {
    const worker = fakePerform();
    await worker.home.asked('U0ANA', 'scale executors 4', NOW - 2_000);
    await worker.home.asked('U0ANA', 'where', NOW - 1_000);
    await worker.home.asked('U0LEE', 'history', NOW);
    worker.trail.push({ userId: 'U0ANA', text: 'scale executors 4', outcome: 'succeeded', at: NOW } as never);
    await showHome(WHOSE, portsOf(worker), false);
    const home = worker.screens.homes[0]?.home;
    expect(words(home)).toMatch(/scale executors 4` · [^·]*· succeeded/);
    const buttons = home?.blocks.flatMap((block) => (block.type === 'actions' ? block.buttons : [])) ?? [];
    expect(buttons.filter(({ label }) => label.startsWith('/ci'))).toMatchObject([{ value: 'where', action: 'run' }]);
    expect(words(home)).not.toContain('history`');
  });

  it('lists alerts up to a limit, counts the rest, and fits whatever there is', async () => {
    const worker = fakePerform();
    const incidents = Array.from({ length: 60 }, (_, index) =>
      anIncident({ id: `A${index}`, rule: 'x'.repeat(3_000) }),
    );
    for (let index = 0; index < 60; index += 1)
      await worker.plans.keep(plan({ id: `d${index}`, text: `deploy ${'y'.repeat(1_900)}` }));
    const ports = portsOf(worker, {
      incidents: { recent: async () => incidents, ackOf: async () => undefined },
    });
    await showHome(WHOSE, ports, false);
    const home = worker.screens.homes[0]?.home ?? { text: '', blocks: [] };
    expect(words(home)).toContain('60 alerts are open');
    expect(words(home)).toContain('and 52 more');
    expect(complaintsAbout(render(home).blocks, 'home')).toEqual([]);
  });

  it('of somebody whom Slack does not tell of shows nothing of the board', async () => {
    const worker = fakePerform();
    const down = new UpstreamError({
      system: 'Slack',
      request: 'users.info',
      seen: 'x',
      retryable: true,
      mayHaveArrived: false,
    });
    worker.people.person = () => Promise.reject(down);
    await showHome(WHOSE, portsOf(worker), false);
    expect(worker.screens.homes[0]?.home.text).toMatch(/^Slack did not answer/);
    expect(words(worker.screens.homes[0]?.home)).not.toContain('actions');
  });
});

describe('afterwards', () => {
  it('shows what the systems say, over what stood there, for everybody who looks next', async () => {
    const worker = fakePerform();
    await refreshHome({ ...JOB, over: 'hash-0' }, worker);
    expect(worker.screens.homes).toMatchObject([{ userId: 'U0ANA', over: 'hash-0' }]);
    expect(worker.home.board).toMatchObject({ v: 1, at: NOW, missing: [] });
    expect(words(worker.screens.homes[0]?.home)).toContain('Jenkins answers');
  });

  it('names what does not answer, in time', async () => {
    const worker = fakePerform();
    const { marathon, jenkins } = worker.command;
    const never = () => new Promise<never>(() => {});
    worker.command = {
      ...worker.command,
      marathon: { ...marathon, app: never },
      jenkins: { ...jenkins, pulse: never, executors: never, buildQueue: never },
    };
    const before = worker.clock.now();
    await passing(worker.clock, refreshHome(JOB, worker));
    expect(worker.clock.now() - before).toBeLessThan(10 * SECOND);
    expect(worker.home.board?.missing).toEqual([
      'Marathon did not answer within 5 s',
      'Jenkins did not answer within 5 s',
    ]);
  });

  it('gives way to what is newer, without a word', async () => {
    const worker = fakePerform();
    worker.screens.refuses = 'hash_conflict';
    await refreshHome({ ...JOB, over: 'hash-0' }, worker);
    expect(worker.log.lines).toEqual([]);
    worker.screens.refuses = 'not_enabled';
    await refreshHome(JOB, worker);
    expect(worker.log.lines).toMatchObject([{ level: 'warn', fields: { code: 'not_enabled' } }]);
  });
});
