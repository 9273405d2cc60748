// A cluster, a framework that starts the controller as Marathon would, and the controller's HTTP server: the stage the
// tests of the simulated Jenkins play on. Time moves only when a test advances it.

import { createFaults } from '../../src/playground/servers/faults.js';
import { serve } from '../../src/playground/servers/http.js';
import { jenkinsHandler } from '../../src/playground/servers/jenkins.js';
import { Cluster } from '../../src/playground/world/cluster.js';
import { JenkinsWorld, type JenkinsWorldOptions } from '../../src/playground/world/jenkins/world.js';
import type { StatusUpdate } from '../../src/playground/world/types.js';
import { manualClock } from '../support/manual-clock.js';

export type Scene = Awaited<ReturnType<typeof scene>>;

/** Long enough for staging, silence and the 503 of the default boot. */
export const BOOT_MS = 60_000;

export async function scene(options: JenkinsWorldOptions) {
  const clock = manualClock();
  const cluster = new Cluster({ clock });
  const world = new JenkinsWorld(cluster, options);
  const updates: StatusUpdate[] = [];
  const marathon = cluster.register({
    name: 'marathon',
    failoverMs: 604_800_000,
    checkpoint: true,
    partitionAware: false,
    onUpdate: (update) => updates.push(update),
  });
  let tasks = 0;
  const faults = createFaults(clock);
  const server = await serve(jenkinsHandler(world, { faults }));
  const credentials = () => {
    const pair = `${world.accounts.user}:${world.accounts.token}`;
    return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
  };
  const call = (path: string, init: RequestInit = {}) =>
    fetch(`${server.url}/${path}`, { redirect: 'manual', ...init, headers: { ...credentials(), ...init.headers } });
  return {
    clock,
    cluster,
    world,
    updates,
    faults,
    url: server.url,
    close: server.close,
    /** Launches a controller's task and returns its id; it needs `BOOT_MS` to come up. */
    launch() {
      tasks += 1;
      const taskId = `jenkins.${tasks}`;
      const refused = marathon.launch({
        ...{ taskId, name: 'jenkins', cpus: 1, memMiB: 1024, ports: 1 },
        program: world.controllerProgram(),
      });
      if (refused !== undefined) throw new Error(refused.reason);
      return taskId;
    },
    kill: (taskId: string) => marathon.kill(taskId, 3_000),
    call,
    get: async <T = Record<string, unknown>>(path: string) => (await (await call(path)).json()) as T,
    post: (path: string, form: Record<string, string> = {}) =>
      call(path, { method: 'POST', body: new URLSearchParams(form) }),
    /** Runs a script and gives its result, or the raw text when it has none. */
    async script(text: string) {
      const answer = await call('scriptText', { method: 'POST', body: new URLSearchParams({ script: text }) });
      const body = await answer.text();
      const result = /@@CIBOT@@([\s\S]*?)@@END@@/.exec(body)?.[1];
      return result === undefined ? body : JSON.parse(result);
    },
    jenkinsFramework: () =>
      cluster.frameworks.filter(({ registration }) => registration.name === 'Jenkins Scheduler').at(-1),
    liveAgents: () =>
      cluster.frameworks
        .filter(({ registration }) => registration.name === 'Jenkins Scheduler')
        .flatMap(({ tasks: all }) => all.filter((task) => task.place === 'live')),
  };
}

export async function upScene(options: JenkinsWorldOptions) {
  const stage = await scene(options);
  const taskId = stage.launch();
  await stage.clock.advance(BOOT_MS);
  return { ...stage, taskId };
}
