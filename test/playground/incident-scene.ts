// The whole simulated world with the article's controller up for ten minutes, for the tests of what can be broken in it.
import { readFileSync } from 'node:fs';
import { afterEach } from 'vitest';
import { fillManifest } from '../../src/core/manifest.js';
import { MINUTE, SECOND } from '../../src/core/time.js';
import { cause } from '../../src/playground/incidents/index.js';
import type { MarathonEvent } from '../../src/playground/world/marathon/events.js';
import type { JenkinsGeneration, MarathonGeneration } from '../../src/playground/world/types.js';
import { buildWorld, type SimulatedWorld, startController } from '../../src/playground/world.js';
import { manualClock } from '../support/manual-clock.js';

export const APP = '/jenkins';
/** Those with an event stream; 0.8 has none. */
export const STREAMING: MarathonGeneration[] = ['0.11', '1.3', '1.5', '1.11'];
export const EVERY: MarathonGeneration[] = ['0.8', ...STREAMING];

const open: SimulatedWorld[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((world) => world.close()));
});

export type Stage = Awaited<ReturnType<typeof atWork>>;

export async function atWork(marathon: MarathonGeneration = '1.5', jenkins: JenkinsGeneration = 'old') {
  const clock = manualClock();
  const world = await buildWorld({ clock, marathon, jenkins });
  open.push(world);
  const file = `../../manifests/jenkins${marathon === '0.8' ? '-0.8' : ''}.json`;
  const manifest = readFileSync(new URL(file, import.meta.url), 'utf8');
  startController(world, fillManifest(manifest, { SCM_SYNC_GIT: 'git@git.example.com:ci.git', APP_USER: 'jenkins' }));
  await clock.advance(10 * MINUTE);
  const events: MarathonEvent[] = [];
  world.marathon.onEvent((event) => events.push(event));
  const tasks = () =>
    world.marathon.app(APP).instances.filter(({ taskState, waiting }) => taskState === 'TASK_RUNNING' && !waiting);
  const stage = {
    world,
    clock,
    events,
    tasks,
    cause: (typed: string) => cause(world, typed),
    /** Task id of the one running controller. */
    taskId(): string {
      const [only, ...others] = tasks();
      if (only === undefined || others.length > 0) throw new Error(`${tasks().length} controllers run`);
      return only.taskId;
    },
    types: () => events.map(({ type }) => type),
    /** What a watcher learns of lives, without the steps on the way up. */
    statuses: () =>
      events
        .map(({ body }) => String(body['taskStatus']))
        .filter((status) => status !== 'undefined' && !/STAGING|STARTING/.test(status)),
    messages: () => events.flatMap(({ body }) => (body['message'] === undefined ? [] : [String(body['message'])])),
    jenkins() {
      const { current } = world.jenkins;
      if (current === undefined) throw new Error('no Jenkins');
      return current;
    },
    /** Jenkins' frameworks that hold tasks or may. */
    frameworks: () =>
      world.cluster.frameworks.filter(
        ({ registration, completed }) => registration.name === 'Jenkins Scheduler' && !completed,
      ),
    /** All as before the incident: one healthy controller that is up and registered, no deployment. */
    state: () => ({
      up: world.jenkins.controllers.map(({ phase, hung }) => (hung ? 'hung' : phase)),
      healthy: tasks().map(({ checks }) => checks.every((check) => check?.alive === true)),
      deployments: world.marathon.deployments.length,
      frameworks: stage.frameworks().length,
      troubles: world.troubles.names,
    }),
    /** Whether no answer comes within a tenth of a real second, or no connection at all. */
    isSilent: (url: string) =>
      fetch(url, { signal: AbortSignal.timeout(100) }).then(
        () => false,
        () => true,
      ),
    /** However long it takes a busy machine. */
    status: async (url: string) => (await fetch(url, { redirect: 'manual' })).status,
  };
  return stage;
}

export const WELL = { up: ['up'], healthy: [true], deployments: 0, frameworks: 1, troubles: [] };

/** Real I/O with a manual clock: moves on in small steps until `seen`. */
export async function until(stage: Stage, seen: () => boolean, withinMs: number): Promise<void> {
  for (let waited = 0; !seen() && waited < withinMs; waited += SECOND) await stage.clock.advance(SECOND);
  if (!seen()) throw new Error(`nothing of the kind within ${withinMs / SECOND} s`);
}
