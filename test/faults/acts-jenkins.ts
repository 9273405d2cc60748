// What people can have done to Jenkins, by its own log.
import { HOUR } from '../../src/core/time.js';
import { until } from '../support/rig.js';
import type { Act, Prepared } from './act.js';
import { type Scene, WELL_WITHIN_MS } from './scene.js';

export const JENKINS_ACTS: readonly Act[] = [
  {
    command: 'scale',
    system: 'Jenkins',
    isAct: ({ path, body }) => path.endsWith('/scriptText') && body.includes('setSlaveInfos'),
    async prepare(scene) {
      const now = () => scene.rig.world.jenkins.current?.home.config.templates[0]?.maxExecutors;
      const count = ((now() ?? 1) % 60) + 2;
      const times = jenkinsDid(scene, 'set template maximum');
      return { text: `scale executors ${count}`, times, holds: () => now() === count };
    },
  },
  {
    command: 'build',
    system: 'Jenkins',
    isAct: ({ method, path }) => method === 'POST' && path.endsWith('/job/housekeeping/build'),
    async prepare(scene) {
      const times = jenkinsDid(scene, 'build');
      return { text: 'build housekeeping', times, holds: () => times() > 0 };
    },
  },
  {
    command: 'abort',
    system: 'Jenkins',
    isAct: ({ method, path }) => method === 'POST' && path.endsWith('/stop'),
    async prepare(scene) {
      const { jenkins } = scene.rig.world;
      const item = jenkins.startBuild('housekeeping', { quietMs: 0, plan: { durationMs: HOUR } });
      await until(() => item.build !== undefined, WELL_WITHIN_MS);
      const { build } = item;
      return {
        text: `abort housekeeping#${build?.number}`,
        times: jenkinsDid(scene, 'stop'),
        holds: () => build?.result === 'ABORTED',
        after: () => void jenkins.finishBuild('housekeeping', 'SUCCESS', build?.number),
      };
    },
  },
  {
    command: 'template',
    system: 'Jenkins',
    isAct: ({ path, body }) => path.endsWith('/scriptText') && body.includes('memberOfSecond'),
    async prepare(scene) {
      const now = () => scene.rig.world.jenkins.current?.home.config.templates[0];
      const mem = (((now()?.mem ?? 512) - 511) % 400) + 512;
      const text = `template ${now()?.label ?? 'mesos'} mem=${mem}`;
      return { text, times: jenkinsDid(scene, 'set template settings'), holds: () => now()?.mem === mem };
    },
  },
  {
    command: 'restart',
    which: 'inside its task',
    system: 'Jenkins',
    isAct: ({ path }) => /\/(?:safeR|r)estart$/.test(path),
    async prepare(scene) {
      const times = jenkinsDid(scene, 'safeRestart', 'restart');
      const { session } = upIn(scene);
      return { text: 'restart --jenkins', times, holds: () => upIn(scene).session !== session };
    },
  },
  {
    command: 'sync save',
    system: 'Jenkins',
    isAct: ({ path, body }) => path.endsWith('/scriptText') && body.includes('synchronizeAllConfigs'),
    async prepare(scene) {
      // Edited on the disk, which the plugin does not see.
      upIn(scene).home.config.revision += 1;
      const { commits } = scene.rig.world.jenkins.repository;
      const saves = () => commits.filter(({ message }) => message === 'Repository initialization').length;
      const before = saves();
      return {
        text: 'sync save',
        times: () => saves() - before,
        holds: () => upIn(scene).home.scmSync.isInSync(upIn(scene).home.config),
      };
    },
  },
  {
    command: 'sync reload',
    system: 'Jenkins',
    isAct: ({ path }) => path.endsWith('/reload'),
    async prepare(scene) {
      const executors = 2 + (scene.nextNumber() % 50);
      scene.rig.world.jenkins.editInGit((config) => {
        config.numExecutors = executors;
      });
      return {
        text: 'sync reload',
        times: jenkinsDid(scene, 'reload'),
        holds: () => scene.rig.world.jenkins.current?.home.config.numExecutors === executors,
      };
    },
  },
  {
    command: 'sync purge',
    system: 'Jenkins',
    isAct: ({ path, body }) => path.endsWith('/scriptText') && body.includes('purgeFailLogs'),
    async prepare(scene) {
      const { scmSync } = upIn(scene).home;
      // Older than the last success, so that nothing fails now.
      scmSync.fail = { mtime: 0, text: 'Thu May 28 18:40:02 CST 2015 : Delete jobs/old-name/<br/>' };
      const times = jenkinsDid(scene, 'purge scm-sync failures');
      return { text: 'sync purge', times, holds: () => scmSync.fail === undefined };
    },
  },
  {
    command: 'quiet',
    system: 'Jenkins',
    isAct: ({ path }) => path.endsWith('/quietDown'),
    async prepare(scene) {
      const text = `quiet case ${scene.nextNumber()}`;
      return { text, times: jenkinsDid(scene, 'quietDown'), holds: () => upIn(scene).farm.quietingDown };
    },
  },
  {
    command: 'unquiet',
    system: 'Jenkins',
    isAct: ({ path }) => path.endsWith('/cancelQuietDown'),
    async prepare(scene) {
      scene.rig.world.jenkins.quietDown();
      const times = jenkinsDid(scene, 'cancelQuietDown');
      return { text: 'unquiet', times, holds: () => !upIn(scene).farm.quietingDown };
    },
  },
];

/** How often Jenkins did one of them from now on, by the log of the controllers. */
function jenkinsDid({ rig }: Scene, ...actions: string[]): Prepared['times'] {
  const { accessLog } = rig.world.jenkins;
  const from = accessLog.length;
  return () => accessLog.slice(from).filter((one) => one.tookEffect && actions.includes(one.action)).length;
}

function upIn({ rig }: Scene) {
  const { current } = rig.world.jenkins;
  if (current === undefined) throw new Error('there is no controller');
  return current;
}
