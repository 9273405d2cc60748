// Ways for the controller to die, once or again and again, and to fall silent.
import { MINUTE, SECOND } from '../../core/time.js';
import type { SimulatedWorld } from '../world.js';
import { APP, crash, howToMend, type Incident, killIfRunning, theController, throughMarathon } from './incident.js';

const COMMAND_NOT_FOUND = 127;
/** A JVM that fails while it loads its plugins. */
const LOADING_MS = 8 * SECOND;
const CRASHES = 4;
/** How long a flapping controller is up before it dies again: shorter than what counts as a new case. */
const FLAP_UP_MS = MINUTE;
const LOOK_MS = 5 * SECOND;

const dies = (name: string, what: string, how: Parameters<typeof crash>[1], done: string): Incident => ({
  name,
  what,
  happen(world) {
    crash(world, how);
    return `${done} Marathon starts it again.`;
  },
});

export const controllerIncidents: readonly Incident[] = [
  dies('kill controller', 'SIGKILL to the Jenkins process', { signal: 'Killed' }, 'The controller got SIGKILL.'),
  dies('out of memory', 'the controller exceeds its memory limit', { oom: true }, 'The controller ran out of memory.'),
  dies('exit 0', 'Jenkins ends by itself, with status 0', { status: 0 }, 'Jenkins ended with status 0.'),
  dies('exit 1', 'Jenkins exits with status 1', { status: 1 }, 'Jenkins exited with status 1.'),
  {
    name: 'health',
    what: 'the controller answers nothing any more, until Marathon’s health check kills it',
    happen(world) {
      const { jenkins, troubles } = world;
      jenkins.hang();
      troubles.begin(
        'health',
        () => jenkins.hang(false),
        () => jenkins.current?.hung === true,
      );
      const { maxConsecutiveFailures = 0, intervalSeconds = 0 } = world.marathon.app(APP).spec.healthChecks[0] ?? {};
      const checks = maxConsecutiveFailures + 1;
      return `Jenkins takes connections and answers none; Marathon kills it after ${checks} failed checks, about ${checks * intervalSeconds} s. ${howToMend('health')}`;
    },
  },
  {
    name: 'kill by hand',
    what: 'somebody deletes the controller’s task in Marathon, without scaling',
    happen(world) {
      const { instance } = theController(world);
      throughMarathon(world, (changes) => changes.killTasks(world.marathon.app(APP), [instance], { scale: false }));
      return 'Somebody killed the task in Marathon; Marathon starts another.';
    },
  },
  {
    name: 'command not found',
    what: 'the start command names a program that is not there: every start ends with 127',
    happen(world) {
      // Nobody has to be running: the next start is what fails.
      world.jenkins.failStarts({ status: COMMAND_NOT_FOUND, afterMs: 400, says: 'sh: 1: java: not found' });
      world.troubles.begin(
        'command not found',
        () => world.jenkins.mendStarts(),
        () => world.jenkins.startsFail,
      );
      killIfRunning(world);
      return `java is gone from the machines and the controller died; each start ends with status 127. ${howToMend('command not found')}`;
    },
  },
  {
    name: 'crash loop',
    what: 'the controller crashes four times in a row, then stays up (`crash loop 6`: six times)',
    repeats: true,
    happen(world, times = CRASHES) {
      crash(world, { status: 1 });
      const says = 'SEVERE: Failed to initialize Jenkins\njava.lang.LinkageError: loader constraint violation';
      world.jenkins.failStarts({ status: 1, afterMs: LOADING_MS, says }, times - 1);
      world.troubles.begin(
        'crash loop',
        () => world.jenkins.mendStarts(),
        () => world.jenkins.startsFail,
      );
      return `The controller crashes ${times} times in a row. ${howToMend('crash loop')}`;
    },
  },
  {
    name: 'flapping',
    what: 'the controller dies a minute after each recovery, four times (`flapping 6`: six times)',
    repeats: true,
    happen(world, times = CRASHES) {
      flap(world, times);
      return `The controller dies ${times} times, each time a minute after it came up. ${howToMend('flapping')}`;
    },
  },
];

function flap(world: SimulatedWorld, times: number): void {
  const { clock } = world;
  crash(world, { signal: 'Killed' });
  let left = times - 1;
  let upSince: number | undefined;
  let cancel = () => {};
  const end = world.troubles.begin('flapping', () => cancel());
  const look = () => {
    const isUp = world.jenkins.current?.phase === 'up';
    upSince = isUp ? (upSince ?? clock.now()) : undefined;
    if (upSince !== undefined && clock.now() - upSince >= FLAP_UP_MS) {
      crash(world, { signal: 'Killed' });
      left -= 1;
    }
    if (left <= 0) end();
    else cancel = clock.after(LOOK_MS, look);
  };
  look();
}
