// What people can say: the list. A new command is a file here and a line below.
import type { Catalogue, Command } from '../core/command.js';
import { nearestName } from '../core/parse.js';
import { abort } from './abort.js';
import { ack } from './ack.js';
import { agents } from './agents.js';
import { alerts } from './alerts.js';
import { build } from './build.js';
import { builds } from './builds.js';
import { cancel } from './cancel.js';
import { console } from './console.js';
import { deploy } from './deploy.js';
import { deployments } from './deployments.js';
import { digest } from './digest.js';
import { doctor } from './doctor.js';
import { help } from './help.js';
import { history } from './history.js';
import { lock } from './lock.js';
import { logs } from './logs.js';
import { queue } from './queue.js';
import { quiet } from './quiet.js';
import { restart } from './restart.js';
import { resume } from './resume.js';
import { rollback } from './rollback.js';
import { scale } from './scale.js';
import { silence } from './silence.js';
import { status } from './status.js';
import { suspend } from './suspend.js';
import { sync } from './sync.js';
import { syncPurge } from './sync-purge.js';
import { syncReload } from './sync-reload.js';
import { syncSave } from './sync-save.js';
import { template } from './template.js';
import { templates } from './templates.js';
import { unlock } from './unlock.js';
import { unquiet } from './unquiet.js';
import { usage } from './usage.js';
import { versions } from './versions.js';
import { where } from './where.js';

export const commands: readonly Command[] = [
  help,
  where,
  status,
  alerts,
  ack,
  silence,
  builds,
  queue,
  console,
  build,
  abort,
  agents,
  templates,
  template,
  scale,
  usage,
  digest,
  logs,
  deploy,
  restart,
  rollback,
  suspend,
  resume,
  deployments,
  versions,
  sync,
  syncSave,
  syncReload,
  syncPurge,
  quiet,
  unquiet,
  cancel,
  lock,
  unlock,
  history,
  doctor,
];

/** One Map, made once: finding a command costs the same among seven and among five hundred. */
export function catalogueOf(list: readonly Command[]): Catalogue {
  const byName = new Map(
    list.flatMap((command) => [command.name, ...(command.aliases ?? [])].map((name) => [name, command] as const)),
  );
  const names = [...byName.keys()];
  return {
    all: () => list,
    find: (name) => byName.get(name),
    nearest: (word) => {
      const near = nearestName(word, names);
      return near === undefined ? undefined : byName.get(near);
    },
  };
}
