// Our Jenkins client in front of the simulated Jenkins of one line, with a controller that is up; and builds for it that
// nobody has to wait for.
import { afterEach } from 'vitest';
import { jenkinsClient } from '../../../src/adapters/jenkins/client.js';
import type { BuildResult, JobDefinition } from '../../../src/playground/world/jenkins/model.js';
import { upScene } from '../../playground/jenkins-scene.js';
import { hastyClock } from '../failing.js';

type Stage = Awaited<ReturnType<typeof upScene>>;

const open: { close(): unknown }[] = [];

/** Call once in a test file. */
export function closeWorldsAfterEach(): void {
  afterEach(async () => {
    await Promise.all(open.splice(0).map((one) => one.close()));
  });
}

export async function worldOf(generation: 'old' | 'modern') {
  const stage = await upScene({ generation });
  const { user, token } = stage.world.accounts;
  const header = `Basic ${Buffer.from(`${user}:${token}`).toString('base64')}`;
  const client = jenkinsClient({
    baseUrl: async () => stage.url,
    publicUrl: undefined,
    credentials: { header: () => header, refresh: () => false },
    clock: hastyClock(),
    scrub: (text) => text,
  });
  open.push(stage, client);
  return { ...stage, client };
}

export function addJob({ world }: Stage, fullName: string, kind: JobDefinition['kind'] = 'freestyle'): void {
  const { config } = homeOf(world);
  const [like] = config.jobs;
  if (like === undefined) throw new Error('no job to take after');
  config.jobs.push({ ...like, fullName, kind });
}

/** A build that began at `at` and took a minute, or runs yet. */
export function addBuild({ world }: Stage, jobName: string, at: number, result?: BuildResult): void {
  const home = homeOf(world);
  const job = home.job(jobName);
  if (job === undefined) throw new Error(`no job ${jobName}`);
  const plan = { durationMs: 60_000, result: 'SUCCESS' as const };
  const cause = { shortDescription: 'Started by an SCM change', userId: null, userName: 'SYSTEM' };
  const item = { id: 1, job, parameters: {}, cause, plan, inQueueSince: at, dueAt: at, buildableSince: at };
  const build = home.start({ ...item, state: 'started', leftAt: at, build: undefined }, 'agent-1');
  build.startedAt = at;
  if (result !== undefined) Object.assign(build, { endedAt: at + plan.durationMs, result });
}

function homeOf(world: Stage['world']) {
  if (world.current === undefined) throw new Error('no controller');
  return world.current.home;
}
