// What can be broken on purpose in the playground: one line each, the same list for the terminal and for scripts.
import type { SimulatedWorld } from './world.js';

export interface Incident {
  name: string;
  what: string;
  happen(world: SimulatedWorld): string;
}

const APP = '/jenkins';

function controllerTask(world: SimulatedWorld): string {
  const running = world.marathon.app(APP).instances.find((instance) => instance.taskState === 'TASK_RUNNING');
  if (running === undefined) throw new Error('no controller runs now');
  return running.taskId;
}

const crash = (
  name: string,
  what: string,
  how: Parameters<SimulatedWorld['cluster']['crashTask']>[1],
  done: string,
): Incident => ({
  name,
  what,
  happen(world) {
    world.cluster.crashTask(controllerTask(world), how);
    return done;
  },
});

const SLOW_MS = 30_000;
let mesosLeaderless = false;

export const incidents: readonly Incident[] = [
  crash(
    'kill controller',
    'SIGKILL to the Jenkins process',
    { signal: 'Killed' },
    'The controller got SIGKILL; Marathon starts it again.',
  ),
  crash('out of memory', 'the controller exceeds its memory limit', { oom: true }, 'The controller ran out of memory.'),
  crash('exit', 'Jenkins exits with status 1', { status: 1 }, 'Jenkins exited with status 1.'),
  {
    name: 'lose agent',
    what: "the network to the controller's machine is cut for good",
    happen(world) {
      const task = world.cluster.task(controllerTask(world));
      if (task === undefined) throw new Error('the task is not known to Mesos');
      world.cluster.failAgent(task.agent.hostname, { how: 'power' });
      return `${task.agent.hostname} lost power; Mesos notices after 75 s.`;
    },
  },
  {
    name: 'fail push',
    what: 'git refuses every push of the saved configuration',
    happen(world) {
      world.jenkins.failGitPush(true);
      return 'git refuses pushes from now on: `!mend push` ends it.';
    },
  },
  {
    name: 'mend push',
    what: 'git takes pushes again',
    happen(world) {
      world.jenkins.failGitPush(false);
      return 'git takes pushes again.';
    },
  },
  {
    name: 'save config',
    what: 'somebody saves the Jenkins configuration by hand',
    happen(world) {
      world.jenkins.changeConfig();
      return 'alice saved the configuration; SCM sync commits and pushes it.';
    },
  },
  {
    name: 'builds',
    what: 'four builds are started',
    happen(world) {
      for (const job of ['app-build', 'app-build', 'team-a/api', 'team-a/web/main']) world.jenkins.startBuild(job);
      return 'Four builds are in the queue.';
    },
  },
  {
    name: 'change leader',
    what: 'Marathon loses its leader and elects another after a few seconds',
    happen(world) {
      world.marathon.loseLeader();
      world.clock.after(8_000, () => world.marathon.electLeader());
      return 'Marathon has no leader for 8 s.';
    },
  },
  {
    name: 'slow marathon',
    what: 'the next three answers of Marathon take 30 s',
    happen(world) {
      world.servers.marathon.faults.push({ match: () => true, times: 3, how: { slowMs: SLOW_MS } });
      return 'Marathon is slow for three requests.';
    },
  },
  {
    name: 'mesos leader',
    what: 'Mesos loses its leading master; again to elect one',
    happen(world) {
      mesosLeaderless = !mesosLeaderless;
      if (mesosLeaderless) world.cluster.loseLeader();
      else world.cluster.electLeader();
      return mesosLeaderless ? 'Mesos has no leading master.' : 'Mesos has a leading master again.';
    },
  },
];

/** @throws Error naming the incidents there are */
export function findIncident(name: string): Incident {
  const found = incidents.find((incident) => incident.name === name.trim().toLowerCase());
  if (found === undefined)
    throw new Error(`no incident "${name}": ${incidents.map((incident) => incident.name).join(', ')}`);
  return found;
}
