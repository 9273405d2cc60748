// `/ci rollback [VERSION]`: the controller's app back to a version it had. Plan → confirm → one PUT of the version alone →
// followed until it is really up (design §4.1).
import { z } from 'zod';
import { upWithinMs } from '../core/app-change.js';
import { arrivedChange, backWords, cancelChange, DELETED, lostToOthers, writeOnce } from '../core/app-change-apply.js';
import { followUp } from '../core/app-change-follow.js';
import type { App } from '../core/cluster.js';
import { defineCommand, type Ports, type Progress } from '../core/command.js';
import { printOf } from '../core/definition-print.js';
import type { RollbackPlan } from '../core/rollback.js';
import { planRollback } from '../core/rollback-plan.js';
import { rollbackView } from '../core/rollback-view.js';
import { WAIT_DETAIL, waitForBuilds, waitOptions, waitSyntax, waitsOnce } from '../core/wait-option.js';

const Args = z
  .object({
    version: z
      .string()
      .min(4, { error: 'Expected `VERSION` to have at least 4 characters, such as the date it begins with.' })
      .max(40, { error: 'Expected `VERSION` to have at most 40 characters.' })
      .optional(),
    ...waitOptions,
  })
  .refine(...waitsOnce)
  .transform(({ version, ...typed }) => ({ version, waitMs: waitForBuilds(typed) }));

export const rollback = defineCommand({
  name: 'rollback',
  usage: 'rollback [VERSION] [--wait 30m|--now]',
  summary: 'Go back to an earlier version of the Jenkins controller.',
  examples: ['rollback', 'rollback 2015-05-28T08:00:00.000Z', 'rollback 2015-05-27 --now'],
  details: [
    'Without `VERSION`: to the newest one before the running one that differs from it. `VERSION` may be any beginning that only one version has.',
    'The plan shows the versions there are, and what would change. Marathon makes a new version of the old definition.',
    WAIT_DETAIL,
  ],
  syntax: { words: ['version'], options: waitSyntax },
  picks: { version: { label: 'Version', from: 'versions', optional: true } },
  args: Args,
  effect: 'disrupt',
  exclusive: true,
  verb: 'Roll back',
  plan: planRollback,
  planView: rollbackView,
  empty: ({ changes }: RollbackPlan) => changes.length === 0,
  boundTo: ({ appVersion, target, definition, waitMs }: RollbackPlan) =>
    JSON.stringify([appVersion, target.version, definition, waitMs]),
  waitMs: ({ waitMs }) => waitMs,
  apply: (plan: RollbackPlan, ports, asked) =>
    writeOnce(plan, ports, asked, () => ports.marathon.rollBack(plan.appId, plan.target.version)),
  arrived: (plan: RollbackPlan, ports) => arrivedChange(plan, ports, (app) => isAsLeft(app, plan)),
  follow,
  cancel,
  deadlineMs: upWithinMs,
  title: (plan: RollbackPlan, outcome) => TITLES[outcome](plan),
});

const TITLES = {
  going: ({ appId, target }: RollbackPlan) => `Rolling ${appId} back to ${target.version}`,
  done: ({ appId, target }: RollbackPlan) => `Rolled ${appId} back to ${target.version}`,
  failed: ({ appId, target }: RollbackPlan) => `Rollback of ${appId} to ${target.version} failed`,
  cancelled: ({ appId, target }: RollbackPlan) => `Rollback of ${appId} to ${target.version} cancelled`,
  lost: ({ appId }: RollbackPlan) => `Lost sight of the rollback of ${appId}`,
} as const;

/** What runs differed from it when the plan was made, so only the write makes it so. */
const isAsLeft = (app: App, { definition }: RollbackPlan): boolean => printOf(app.definition) === definition;

async function follow(plan: RollbackPlan, ports: Ports): Promise<Progress> {
  const app = await ports.marathon.app(plan.appId);
  if (app === undefined) return DELETED;
  return lostToOthers(app, isAsLeft(app, plan)) ?? followUp(plan, app, ports);
}

function cancel(plan: RollbackPlan, ports: Ports): Promise<string> {
  return cancelChange(plan.appId, ports, {
    isOurs: (app) => isAsLeft(app, plan),
    stays: 'the old version stays.',
    goesBack: (deployment) =>
      `Marathon is going back to the state before the rollback${deployment}; ${backWords(plan.suspended)}`,
  });
}
