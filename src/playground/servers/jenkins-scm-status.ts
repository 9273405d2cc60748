// What the status script reads of the SCM Sync Configuration plugin, field by field (contract jenkins §3.3).
import type { Controller } from '../world/jenkins/controller.js';
import type { LogFile } from '../world/jenkins/scm-sync.js';
import { TIME_ZONE } from '../world/jenkins/words.js';
import type { JenkinsWorld } from '../world/jenkins/world.js';

/** The script sends the end of a long file and the newest few records. */
const TAIL = 2_000;
const RECORDS = 5;

export function scmSyncStatus(world: JenkinsWorld, controller: Controller): Record<string, unknown> {
  const { clock, line, scmSyncPlugin } = world;
  const { scmSync } = controller.home;
  const head = {
    ok: true,
    now: clock.now(),
    timeZone: TIME_ZONE,
    session: controller.session,
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
    log: [...scmSync.log].reverse().slice(0, RECORDS),
  };
}

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
