// What Bellboard notices: the list of alert rules. Parents stand before those they keep quiet.
import type { Rule } from '../core/alert.js';
import { blind } from './blind.js';
import { buildsStarved } from './builds-starved.js';
import { controllerDown } from './controller-down.js';
import { controllerRestarted } from './controller-restarted.js';
import { deploymentStuck } from './deployment-stuck.js';
import { frameworkLost } from './framework-lost.js';
import { scmSyncFailed } from './scm-sync-failed.js';

export const rules: readonly Rule[] = [
  controllerRestarted,
  controllerDown,
  deploymentStuck,
  frameworkLost,
  scmSyncFailed,
  buildsStarved,
  blind,
];
