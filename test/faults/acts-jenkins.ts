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
    async prepare({ rig }) {
      const now = () => rig.world.jenkins.current?.home.config.templates[0]?.maxExecutors;
      const count = ((now() ?? 1) % 60) + 2;
      const times = () =>
        rig.world.jenkins.accessLog.filter(({ action, tookEffect }) => action === 'set template maximum' && tookEffect)
          .length;
      const before = times();
      return { text: `scale executors ${count}`, times: () => times() - before, holds: () => now() === count };
    },
  },
  {
    command: 'build',
    system: 'Jenkins',
    isAct: ({ method, path }) => method === 'POST' && path.endsWith('/job/housekeeping/build'),
    async prepare({ rig }) {
      const times = jenkinsDid(rig, 'build');
      return { text: 'build housekeeping', times, holds: () => times() > 0 };
    },
  },
  {
    command: 'abort',
    system: 'Jenkins',
    isAct: ({ method, path }) => method === 'POST' && path.endsWith('/stop'),
    async prepare({ rig: { world }, rig }) {
      const item = world.jenkins.startBuild('housekeeping', { quietMs: 0, plan: { durationMs: HOUR } });
      await until(() => item.build !== undefined, WELL_WITHIN_MS);
      const { build } = item;
      return {
        text: `abort housekeeping#${build?.number}`,
        times: jenkinsDid(rig, 'stop'),
        holds: () => build?.result === 'ABORTED',
        after: () => void world.jenkins.finishBuild('housekeeping', 'SUCCESS', build?.number),
      };
    },
  },
  {
    command: 'template',
    system: 'Jenkins',
    isAct: ({ path, body }) => path.endsWith('/scriptText') && body.includes('memberOfSecond'),
    async prepare({ rig }) {
      const now = () => rig.world.jenkins.current?.home.config.templates[0];
      const mem = (((now()?.mem ?? 512) - 511) % 400) + 512;
      const text = `template ${now()?.label ?? 'mesos'} mem=${mem}`;
      return { text, times: jenkinsDid(rig, 'set template settings'), holds: () => now()?.mem === mem };
    },
  },
  {
    command: 'restart',
    which: 'inside its task',
    system: 'Jenkins',
    isAct: ({ path }) => /\/(?:safeR|r)estart$/.test(path),
    async prepare({ rig }) {
      const { times } = jenkinsActs({ rig }, 'safeRestart', 'restart');
      const session = rig.world.jenkins.current?.session;
      return { text: 'restart --jenkins', times, holds: () => rig.world.jenkins.current?.session !== session };
    },
  },
  {
    command: 'sync save',
    system: 'Jenkins',
    isAct: ({ path, body }) => path.endsWith('/scriptText') && body.includes('synchronizeAllConfigs'),
    async prepare({ rig }) {
      const { home } = upIn({ rig });
      // Edited on the disk, which the plugin does not see.
      home.config.revision += 1;
      const { commits } = rig.world.jenkins.repository;
      const saves = () => commits.filter(({ message }) => message === 'Repository initialization').length;
      const before = saves();
      return {
        text: 'sync save',
        times: () => saves() - before,
        holds: () => upIn({ rig }).home.scmSync.isInSync(upIn({ rig }).home.config),
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
        ...jenkinsActs(scene, 'reload'),
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
      const acts = jenkinsActs(scene, 'purge scm-sync failures');
      return { text: 'sync purge', ...acts, holds: () => scmSync.fail === undefined };
    },
  },
  {
    command: 'quiet',
    system: 'Jenkins',
    isAct: ({ path }) => path.endsWith('/quietDown'),
    async prepare(scene) {
      const text = `quiet case ${scene.nextNumber()}`;
      return { text, ...jenkinsActs(scene, 'quietDown'), holds: () => upIn(scene).farm.quietingDown };
    },
  },
  {
    command: 'unquiet',
    system: 'Jenkins',
    isAct: ({ path }) => path.endsWith('/cancelQuietDown'),
    async prepare(scene) {
      scene.rig.world.jenkins.quietDown();
      const acts = jenkinsActs(scene, 'cancelQuietDown');
      return { text: 'unquiet', ...acts, holds: () => !upIn(scene).farm.quietingDown };
    },
  },
];

/** By Jenkins' own log. */
function jenkinsActs({ rig }: Pick<Scene, 'rig'>, ...actions: string[]): Pick<Prepared, 'times'> {
  const { accessLog } = rig.world.jenkins;
  const times = () => accessLog.filter(({ action, tookEffect }) => tookEffect && actions.includes(action)).length;
  const before = times();
  return { times: () => times() - before };
}

function upIn({ rig }: Pick<Scene, 'rig'>) {
  const { current } = rig.world.jenkins;
  if (current === undefined) throw new Error('there is no controller');
  return current;
}

/** From now on, by the log of the controllers. */
function jenkinsDid({ world }: Scene['rig'], action: string): () => number {
  const { accessLog } = world.jenkins;
  const from = accessLog.length;
  return () => accessLog.slice(from).filter((one) => one.action === action && one.tookEffect).length;
}
