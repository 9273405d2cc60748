// `/ci deploy`: the controller's Marathon app from the manifest. Plan → confirm → one PUT → followed until it is really
// up: a healthy new task, a new Jenkins session, its Mesos framework registered again (design §4.1).
import { z } from 'zod';
import { upWithinMs } from '../core/app-change.js';
import { decimal, given, wholeNumber, words } from '../core/arguments.js';
import { defineCommand } from '../core/command.js';
import type { DeployPlan } from '../core/deploy.js';
import { applyDeploy, arrivedDeploy, cancelDeploy } from '../core/deploy-apply.js';
import { followDeploy } from '../core/deploy-follow.js';
import { planDeploy } from '../core/deploy-plan.js';
import { planView } from '../core/deploy-view.js';
import { UserError } from '../core/errors.js';
import { parseAssignments } from '../core/manifest.js';
import { WAIT_DETAIL, waitForBuilds, waitOptions, waitSyntax, waitsOnce } from '../core/wait-option.js';

/** More belong into the manifest. */
const MOST_SETTINGS = 50;

const assignments = z
  .array(words('--set', 2_000))
  .max(MOST_SETTINGS, { error: `Expected \`--set\` at most ${MOST_SETTINGS} times.` })
  .default([])
  .transform((typed, context) => {
    try {
      return parseAssignments(typed);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      context.addIssue({ code: 'custom', message: `${error.message} ${error.hint ?? ''}`.trim() });
      return z.NEVER;
    }
  });

const Args = z
  .object({
    git: words('--git', 500).optional(),
    user: words('--user', 100).optional(),
    cpus: decimal('--cpus', 0.1, 64, 'cpus').optional(),
    mem: wholeNumber('--mem', 256, 262_144, 'MiB').optional(),
    set: assignments,
    ...waitOptions,
    'dry-run': given,
  })
  .refine(...waitsOnce)
  .transform(({ git, user, cpus, mem, set, wait, now, 'dry-run': dryRun }) => ({
    git,
    user,
    cpus,
    mem,
    set,
    waitMs: waitForBuilds({ wait, now }),
    dryRun,
  }));

export const deploy = defineCommand({
  name: 'deploy',
  usage: 'deploy [--git URL] [--user U] [--cpus N] [--mem MiB] [--set K=V]… [--wait 30m|--now] [--dry-run]',
  summary: 'Deploy the Jenkins controller from its manifest.',
  examples: ['deploy', 'deploy --mem 2048 --wait 10m', 'deploy --git git@git.example.com:ci/jenkins.git --dry-run'],
  details: [
    '`--git`, `--user`: fill `SCM_SYNC_GIT` and `APP_USER` of the manifest. `--set K=V` sets an environment variable; it may be given several times.',
    WAIT_DETAIL,
    '`--dry-run` shows the plan to you alone.',
  ],
  syntax: {
    options: {
      git: 'value',
      user: 'value',
      cpus: 'value',
      mem: 'value',
      set: 'list',
      ...waitSyntax,
      'dry-run': 'switch',
    },
  },
  args: Args,
  numbers: ['cpus', 'mem'],
  effect: 'disrupt',
  exclusive: true,
  verb: 'Deploy',
  plan: planDeploy,
  planView,
  empty: (plan: DeployPlan, args) => args.dryRun || (plan.exists && plan.changes.length === 0),
  boundTo: (plan: DeployPlan) => JSON.stringify([plan.appVersion, plan.definition, plan.args]),
  waitMs: (args) => args.waitMs,
  apply: applyDeploy,
  arrived: arrivedDeploy,
  follow: followDeploy,
  cancel: cancelDeploy,
  deadlineMs: upWithinMs,
  title: (plan, outcome) => TITLES[outcome](plan.appId),
});

const TITLES = {
  going: (app: string) => `Deploying ${app}`,
  done: (app: string) => `Deployed ${app}`,
  failed: (app: string) => `Deploy of ${app} failed`,
  cancelled: (app: string) => `Deploy of ${app} cancelled`,
  lost: (app: string) => `Lost sight of the deploy of ${app}`,
} as const;
