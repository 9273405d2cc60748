// What the status script reads of the SCM Sync Configuration plugin, field by field (contract jenkins §3.3).
import { isDeepStrictEqual } from 'node:util';
import type { Controller } from '../world/jenkins/controller.js';
import type { ControllerConfig } from '../world/jenkins/model.js';
import type { LogFile } from '../world/jenkins/scm-sync.js';
import { TIME_ZONE } from '../world/jenkins/words.js';
import type { JenkinsWorld } from '../world/jenkins/world.js';

/** The script sends the end of a long file and the newest few records. */
const TAIL = 2_000;
const RECORDS = 5;
const FILES = 50;

export function scmSyncStatus(world: JenkinsWorld, controller: Controller): Record<string, unknown> {
  const { clock, line, scmSyncPlugin } = world;
  const { scmSync } = controller.home;
  const head = {
    ok: true,
    now: clock.now(),
    timeZone: TIME_ZONE,
    session: controller.session,
    loadedAt: controller.loadedAt,
    plugin: scmSyncPlugin,
    ...(scmSyncPlugin === 'absent' ? {} : { pluginVersion: line.scmSyncVersion }),
  };
  if (scmSyncPlugin === 'absent')
    return { ...head, success: { exists: false }, fail: { exists: false }, checkoutDir: false, log: [] };
  return {
    ...head,
    ...(scmSyncPlugin === 'active' ? pluginFields(world, controller) : {}),
    success: fileFields(scmSync.success),
    fail: fileFields(scmSync.fail),
    checkoutDir: true,
    unpushedCommits: scmSync.unpushed.length,
    dirtyFiles: 0,
    head: scmSync.head,
    configInSync: scmSync.isInSync(controller.home.config),
    filesAtRisk: filesAtRisk(world, controller),
    log: [...scmSync.log].reverse().slice(0, RECORDS),
  };
}

/** What a pull would bring: the script's fetch and comparison (contract jenkins §3.4). */
export function scmSyncIncoming(world: JenkinsWorld, controller: Controller): Record<string, unknown> {
  const head = { ok: true, session: controller.session };
  if (world.scmSyncPlugin !== 'active') return { ...head, checkout: false };
  const refusal = world.repository.cloneRefusal;
  const { ahead, behind, afterPull } = controller.home.scmSync.standing();
  const { config } = controller.home;
  const files = changedFiles(config, afterPull.config);
  const added = files.filter((file) => !filesOf(config).includes(file));
  const overwritten = files.filter(
    (file) => filesOf(config).includes(file) && filesOf(afterPull.config).includes(file),
  );
  return {
    ...head,
    checkout: true,
    fetched: refusal === undefined,
    ...(refusal === undefined ? {} : { refusal }),
    ...{ ahead, behind, commit: afterPull.hash },
    ...{ overwritten: overwritten.slice(0, FILES), overwrittenCount: overwritten.length },
    ...{ added: added.slice(0, FILES), addedCount: added.length },
  };
}

const filesOf = ({ jobs }: ControllerConfig): string[] => [
  'config.xml',
  ...jobs.map(({ fullName }) => fileOf(fullName)),
];

function pluginFields(world: JenkinsWorld, controller: Controller) {
  return {
    scm: 'Git',
    url: world.repository.url.replace(/\/\/[^/@ ]*@/g, '//'),
    displayStatus: true,
    queuedCommits: controller.home.scmSync.queuedCommits,
    checkoutSucceeded: true,
  };
}

function fileFields(file: LogFile | undefined) {
  if (file === undefined) return { exists: false };
  return { exists: true, mtime: file.mtime, size: Buffer.byteLength(file.text), tail: file.text.slice(-TAIL) };
}

/** What the remote has older than the controller: the files of commits not pushed, newest first, and of what is not committed. */
function filesAtRisk(world: JenkinsWorld, { home }: Controller): string[] {
  const versions = [world.repository.head, ...home.scmSync.unpushed].map(({ config }) => config);
  const committed = versions.slice(1).map((config, index) => changedFiles(versions[index] ?? config, config));
  const waiting = home.scmSync.isInSync(home.config) ? [] : changedFiles(versions.at(-1) ?? home.config, home.config);
  return [...new Set([...waiting, ...committed.reverse().flat()])].slice(0, FILES);
}

/** Each job has a file of its own; all else is in the controller's. */
export function changedFiles(before: ControllerConfig, after: ControllerConfig): string[] {
  const files = new Map([...before.jobs, ...after.jobs].map(({ fullName }) => [fullName, fileOf(fullName)]));
  const jobIn = (config: ControllerConfig, name: string) => config.jobs.find(({ fullName }) => fullName === name);
  const jobs = [...files].filter(([name]) => !isDeepStrictEqual(jobIn(before, name), jobIn(after, name)));
  const rest = (config: ControllerConfig) => ({ ...config, jobs: [] });
  return [...(isDeepStrictEqual(rest(before), rest(after)) ? [] : ['config.xml']), ...jobs.map(([, file]) => file)];
}

/** `team-a/web` → `jobs/team-a/jobs/web/config.xml`. */
const fileOf = (fullName: string): string => `jobs/${fullName.split('/').join('/jobs/')}/config.xml`;
