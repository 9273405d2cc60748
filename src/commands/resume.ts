// `/ci resume`: the controller again after `suspend`. Plan → confirm → one PUT of the instances → followed until it is
// really up.
import { z } from 'zod';
import { type AppChange, lookBefore, upWithinMs } from '../core/app-change.js';
import {
  appToChange,
  arrivedChange,
  cancelChange,
  DELETED,
  lostToOthers,
  writeOnce,
} from '../core/app-change-apply.js';
import { followUp } from '../core/app-change-follow.js';
import { planMessage } from '../core/app-change-view.js';
import { instancesBefore } from '../core/app-versions.js';
import type { App } from '../core/cluster.js';
import { graceOf } from '../core/coming-up.js';
import { type Asked, defineCommand, type Ports, type Progress } from '../core/command.js';
import { type Message, say } from '../core/conversation.js';
import { UserError } from '../core/errors.js';
import { code, md } from '../core/text.js';
import { counted } from '../core/words.js';

interface Plan extends AppChange {
  /** As found. */
  instances: number;
}

/** A second one is a second Jenkins on the same git (contract marathon §3.2). */
const INSTANCES = 1;

export const resume = defineCommand({
  name: 'resume',
  usage: 'resume',
  summary: 'Start the Jenkins controller again after suspend.',
  examples: ['resume'],
  args: z.object({}),
  effect: 'disrupt',
  exclusive: true,
  verb: 'Resume',
  plan,
  planView,
  empty: ({ instances }: Plan) => instances > 0,
  boundTo: ({ appVersion }: Plan) => JSON.stringify([appVersion]),
  // Nothing runs that could be waited for.
  waitMs: () => 0,
  apply: (planned: Plan, ports, asked) =>
    writeOnce(planned, ports, asked, () => ports.marathon.setInstances(planned.appId, INSTANCES)),
  arrived: (planned: Plan, ports) => arrivedChange(planned, ports, isResumed),
  follow,
  cancel,
  deadlineMs: upWithinMs,
  title: ({ appId }: Plan, outcome) => TITLES[outcome](appId),
});

const TITLES = {
  going: (app: string) => `Resuming ${app}`,
  done: (app: string) => `Resumed ${app}`,
  failed: (app: string) => `Resumption of ${app} failed`,
  cancelled: (app: string) => `Resumption of ${app} cancelled`,
  lost: (app: string) => `Lost sight of the resumption of ${app}`,
} as const;

async function plan(_args: object, ports: Ports, asked: Asked): Promise<Plan> {
  const [app, pulse] = await Promise.all([appToChange(ports, asked), ports.jenkins.pulse()]);
  if (app.instances === 0) await refuseSeveral(app, ports);
  const { before } = await lookBefore(app, pulse, ports);
  return { ...before, appId: app.id, appVersion: app.version, graceMs: graceOf(app), instances: app.instances };
}

async function refuseSeveral(app: App, { marathon }: Ports): Promise<void> {
  const ran = await instancesBefore(app, await marathon.versions(app.id), marathon);
  if (ran === undefined || ran === INSTANCES) return;
  throw new UserError(
    `\`${app.id}\` had ${ran} instances before it was suspended: each is a Jenkins controller of its own, and they overwrite each other in git. Nothing was changed.`,
    '`deploy` starts what the manifest says.',
  );
}

function planView({ appId, instances, appVersion, missing }: Plan): Message {
  if (instances > 0)
    return say(
      md`:white_check_mark: ${appId} is not suspended: Marathon runs ${counted(instances, 'instance')} of it. \`where\` says where.`,
    );
  return planMessage(
    md`:arrow_forward: Resume ${appId}: ${counted(INSTANCES, 'instance')} again, so a controller starts.`,
    {
      effects: [
        md`It is a new one: it begins with what git has, and builds and build numbers of the one before are gone.`,
      ],
      note: md`Version now: ${code(appVersion ?? '')}`,
      missing,
    },
  );
}

const isResumed = ({ instances }: App): boolean => instances === INSTANCES;

async function follow(planned: Plan, ports: Ports): Promise<Progress> {
  const app = await ports.marathon.app(planned.appId);
  if (app === undefined) return DELETED;
  return lostToOthers(app, isResumed(app)) ?? followUp(planned, app, ports);
}

function cancel({ appId }: Plan, ports: Ports): Promise<string> {
  return cancelChange(appId, ports, {
    isOurs: isResumed,
    stays: 'the controller stays.',
    goesBack: (deployment) => `Marathon is going back to 0 instances${deployment}; no controller runs then.`,
  });
}
