// What goes wrong, or simply happens, inside Jenkins: SCM sync, its Mesos framework, builds, restarts of the JVM.
import type { SimulatedWorld } from '../world.js';
import { howToMend, type Incident } from './incident.js';

const simple = (name: string, what: string, happen: Incident['happen']): Incident => ({ name, what, happen });

const BUILDS = ['app-build', 'load-test', 'team-a/api', 'team-a/web/main'];

export const jenkinsIncidents: readonly Incident[] = [
  simple(
    'fail push',
    'git refuses every push, and somebody saves the Jenkins configuration',
    ({ jenkins, troubles }) => {
      jenkins.failGitPush(true);
      troubles.begin(
        'fail push',
        () => jenkins.failGitPush(false),
        () => jenkins.repository.pushRefusal !== undefined,
      );
      jenkins.changeConfig();
      return 'alice saved the configuration and git refuses the push, as it does every push from now on: `!mend push` ends it.';
    },
  ),
  simple('mend push', 'git takes pushes again', ({ jenkins }) => {
    jenkins.failGitPush(false);
    return 'git takes pushes again. What was not pushed goes with the next change: `!save config`.';
  }),
  simple('save config', 'somebody saves the Jenkins configuration by hand', ({ jenkins }) => {
    jenkins.changeConfig();
    return 'alice saved the configuration; SCM sync commits and pushes it.';
  }),
  simple('poison queue', 'a commit SCM sync cannot make blocks all behind it', ({ jenkins }) => {
    jenkins.poisonScmSync();
    jenkins.changeConfig();
    return 'alice saved the configuration, and SCM sync stumbles over it: it and every later change wait. `!jenkins restart` ends it, and loses them.';
  }),
  simple('purge', 'an administrator deletes SCM sync’s list of failures', ({ jenkins }) => {
    jenkins.purgeScmSync();
    return 'fail.log is gone. What was not pushed still is not.';
  }),
  simple('jenkins restart', 'the JVM restarts in its place: same task, new session, builds lost', ({ jenkins }) => {
    jenkins.restart();
    return 'Jenkins restarts in 5 s, in the same task; it answers 503 for most of a minute.';
  }),
  simple(
    'framework lost',
    'Jenkins’ Mesos scheduler aborts: no agents, until it registers again',
    ({ jenkins, troubles }) => {
      jenkins.abortScheduler();
      troubles.begin(
        'framework lost',
        () => jenkins.restartScheduler(),
        () => !hasFramework(jenkins),
      );
      return 'The Mesos driver of Jenkins aborted; its agents are gone and no new ones come. `!framework back` or a restart of Jenkins ends it.';
    },
  ),
  simple(
    'framework back',
    'somebody saves the cloud’s settings, and Jenkins registers with Mesos again',
    ({ jenkins }) => {
      jenkins.restartScheduler();
      return 'Jenkins is registered with Mesos again, as a new framework.';
    },
  ),
  simple(
    'starve builds',
    'a firewall keeps agents from the controller: builds wait while the cluster has room',
    ({ jenkins, troubles }) => {
      jenkins.cutAgentsOff();
      troubles.begin('starve builds', () => jenkins.cutAgentsOff(false));
      for (const job of BUILDS) jenkins.startBuild(job);
      return `No agent can connect to the controller: running builds failed, four more wait from now on. ${howToMend('starve builds')}`;
    },
  ),
  simple('builds', 'four builds are started', ({ jenkins }) => {
    for (const job of BUILDS) jenkins.startBuild(job);
    return 'Four builds are in the queue.';
  }),
  simple('quiet', 'somebody quiets Jenkins down: no build starts', ({ jenkins, troubles }) => {
    jenkins.quietDown('maintenance');
    troubles.begin(
      'quiet',
      () => jenkins.cancelQuietDown(),
      () => isUp(jenkins) && jenkins.current.farm.quietingDown,
    );
    return `Jenkins starts no builds any more. ${howToMend('quiet')}`;
  }),
];

type Jenkins = SimulatedWorld['jenkins'];
type Up = Jenkins & { current: NonNullable<Jenkins['current']> };

const isUp = (jenkins: Jenkins): jenkins is Up => jenkins.current?.phase === 'up';

/** A controller that is not up yet will register by itself. */
const hasFramework = (jenkins: Jenkins): boolean => !isUp(jenkins) || jenkins.current.farm.agents.schedulerRunning;
