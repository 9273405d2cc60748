// `/ci suspend`: no controller until `resume`. Plan → confirm → one PUT of 0 instances → followed until it is gone.
import { type AppChange, lookBefore } from '../core/app-change.js';
import {
  appToChange,
  arrivedChange,
  cancelChange,
  DELETED,
  lostToOthers,
  writeOnce,
} from '../core/app-change-apply.js';
import { lossesOf, planMessage } from '../core/app-change-view.js';
import type { App } from '../core/cluster.js';
import { graceOf } from '../core/coming-up.js';
import { type Asked, defineCommand, type Ports, type Progress } from '../core/command.js';
import { addressOf } from '../core/controller.js';
import { type Message, say } from '../core/conversation.js';
import { md } from '../core/text.js';
import { MINUTE, SECOND } from '../core/time.js';
import { WAIT_DETAIL, waitArgs, waitSyntax } from '../core/wait-option.js';
import { ENDED_STATES, LOST_STATES } from '../core/watch.js';

interface Plan extends AppChange {
  waitMs: number;
  instances: number;
  /** How long Marathon lets the controller end by itself. */
  killMs: number;
}

export const suspend = defineCommand({
  name: 'suspend',
  usage: 'suspend [--wait 30m|--now]',
  summary: 'Stop the Jenkins controller until resume.',
  examples: ['suspend', 'suspend --now'],
  details: [
    'Sets its Marathon app to 0 instances: no CI until `resume`. Alerts about the controller stay quiet meanwhile.',
    WAIT_DETAIL,
  ],
  syntax: { options: waitSyntax },
  args: waitArgs,
  effect: 'disrupt',
  exclusive: true,
  verb: 'Suspend',
  plan,
  planView,
  empty: ({ instances }: Plan) => instances === 0,
  boundTo: ({ appVersion, waitMs }: Plan) => JSON.stringify([appVersion, waitMs]),
  waitMs: ({ waitMs }) => waitMs,
  apply: (planned: Plan, ports, asked) =>
    writeOnce(planned, ports, asked, () => ports.marathon.setInstances(planned.appId, 0)),
  arrived: (planned: Plan, ports) => arrivedChange(planned, ports, isSuspended),
  follow,
  cancel,
  // Kill, the news of it, and some air.
  deadlineMs: ({ killMs }: Plan) => killMs + 5 * MINUTE,
  title: ({ appId }: Plan, outcome) => TITLES[outcome](appId),
});

const TITLES = {
  going: (app: string) => `Suspending ${app}`,
  done: (app: string) => `Suspended ${app}`,
  failed: (app: string) => `Suspension of ${app} failed`,
  cancelled: (app: string) => `Suspension of ${app} cancelled`,
  lost: (app: string) => `Lost sight of the suspension of ${app}`,
} as const;

async function plan({ waitMs }: { waitMs: number }, ports: Ports, asked: Asked): Promise<Plan> {
  const [app, pulse] = await Promise.all([appToChange(ports, asked), ports.jenkins.pulse()]);
  const { before } = await lookBefore(app, pulse, ports);
  const grace = app.definition['taskKillGracePeriodSeconds'];
  return {
    ...before,
    appId: app.id,
    appVersion: app.version,
    graceMs: graceOf(app),
    waitMs,
    instances: app.instances,
    killMs: typeof grace === 'number' ? grace * SECOND : 0,
  };
}

function planView(plan: Plan): Message {
  const { appId, address, instances } = plan;
  if (instances === 0)
    return say(md`:white_check_mark: ${appId} is suspended already: 0 instances. \`resume\` starts it.`);
  const what =
    address === null ? md`no controller runs now, and none` : md`the controller on ${address} is stopped, and none`;
  return planMessage(md`:double_vertical_bar: Suspend ${appId}: ${what} is started any more.`, {
    effects: [...lossesOf(plan, plan.waitMs, 'the suspension', 'the controller'), NO_CI, GONE, QUIET],
    missing: plan.missing,
  });
}

const NO_CI = md`*No CI until \`resume\`*: nothing builds, nothing is queued, and what would trigger a build meanwhile is lost.`;
const GONE = md`Builds, build numbers and the queue of this controller are gone afterwards.`;
const QUIET = md`Alerts about the controller stay quiet until then.`;

/** Only what is written by this sets it to 0 after the plan, and to 0 twice is 0. */
const isSuspended = ({ instances }: App): boolean => instances === 0;

async function follow({ appId }: Plan, { marathon }: Ports): Promise<Progress> {
  const app = await marathon.app(appId);
  if (app === undefined) return DELETED;
  const lost = lostToOthers(app, isSuspended(app));
  if (lost !== undefined) return lost;
  // A task that crashed stays listed for a while (1.8+).
  const [task] = app.tasks.filter(({ state }) => !ENDED_STATES.has(state ?? ''));
  if (task === undefined && app.deploymentIds.length === 0)
    return { state: 'done', line: 'No controller runs, and there is no CI until `resume`.' };
  const left = 'The app is set to 0 instances, and Marathon goes on trying.';
  if (task === undefined) {
    const line = 'the controller is gone, its deployment has not ended yet';
    return { state: 'going', line, ifOver: { line: `${line}.`, left } };
  }
  const isLost = task.state !== undefined && LOST_STATES.has(task.state);
  const line = isLost
    ? `the Mesos agent of the controller on ${addressOf(task)} does not answer, so nobody can stop it`
    : `the controller on ${addressOf(task)} is stopping`;
  return {
    state: 'going',
    line,
    ifOver: { line: isLost ? `${line}.` : `the controller on ${addressOf(task)} did not stop.`, left },
  };
}

function cancel({ appId, instances }: Plan, ports: Ports): Promise<string> {
  return cancelChange(appId, ports, {
    isOurs: isSuspended,
    stays: 'the app stays suspended; `resume` starts it.',
    goesBack: (deployment) =>
      `Marathon is going back to ${instances === 1 ? '1 instance' : `${instances} instances`}${deployment}; a controller that was stopped is started anew.`,
  });
}
