// What commands that change the controller's app refuse, in the same words.
import type { App } from './cluster.js';
import { UserError } from './errors.js';

export const suspended = (appId: string): UserError =>
  new UserError(`\`${appId}\` is suspended: 0 instances, so no controller runs.`, '`resume` starts it.');

export const runsSeveral = ({ id, instances }: Pick<App, 'id' | 'instances'>): UserError =>
  new UserError(
    `\`${id}\` is set to ${instances} instances: each is a Jenkins controller of its own, and they overwrite each other in git. Nothing was changed.`,
    '`deploy` sets it to what the manifest says. Before that, save in the one whose changes are to stay.',
  );
