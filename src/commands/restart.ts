// `/ci restart`: the controller anew, with the definition that runs. Plan → confirm → one POST → followed until it is
// really up: a healthy new task, a new Jenkins session, its Mesos framework registered again (design §4.1). With
// `--jenkins` only the JVM inside the task, which is `core/restart-in-place.ts`.
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
import { runsSeveral, suspended } from '../core/app-change-refusals.js';
import { AWAY, lossesOf, planMessage, TWO_AT_ONCE } from '../core/app-change-view.js';
import { given } from '../core/arguments.js';
import type { App } from '../core/cluster.js';
import { graceOf } from '../core/coming-up.js';
import { type Asked, defineCommand, type Ports, type Progress } from '../core/command.js';
import type { Message } from '../core/conversation.js';
import { printOf } from '../core/definition-print.js';
import { stopsFirst } from '../core/manifest-lint.js';
import {
  arrivedInPlace,
  cancelInPlace,
  followInPlace,
  IN_PLACE_TITLES,
  type InPlace,
  inPlaceBoundTo,
  inPlaceView,
  inPlaceWithinMs,
  isInPlace,
  planInPlace,
  restartInPlace,
} from '../core/restart-in-place.js';
import { code, md } from '../core/text.js';
import { WAIT_DETAIL, waitForBuilds, waitOptions, waitSyntax, waitsOnce } from '../core/wait-option.js';

interface Plan extends AppChange {
  waitMs: number;
  /** Of what runs, and of what will run. */
  definition: string;
  /** The app's own settings let two controllers run at once. */
  twoAtOnce: boolean;
}

const args = z
  .object({ ...waitOptions, jenkins: given })
  .refine(...waitsOnce)
  .transform((typed) => ({ waitMs: waitForBuilds(typed), jenkins: typed.jenkins }));

export const restart = defineCommand({
  name: 'restart',
  usage: 'restart [--jenkins] [--wait 30m|--now]',
  summary: 'Restart the Jenkins controller as it is.',
  examples: ['restart', 'restart --wait 1h', 'restart --now', 'restart --jenkins'],
  details: [
    'Marathon stops its task and starts a new one, which may land on another Mesos agent.',
    '`--jenkins`: only the JVM, inside the task that runs: nothing on its disk is lost, builds and numbers stay.',
    WAIT_DETAIL,
  ],
  syntax: { options: { ...waitSyntax, jenkins: 'switch' } },
  args,
  policyWords: {
    of: ({ jenkins }) => (jenkins ? 'restart --jenkins' : 'restart'),
    all: ['restart', 'restart --jenkins'],
  },
  effect: 'disrupt',
  exclusive: true,
  verb: 'Restart',
  plan: ({ waitMs, jenkins }, ports, asked): Promise<Plan | InPlace> =>
    jenkins ? planInPlace(waitMs, ports) : plan(waitMs, ports, asked),
  planView: (planned: Plan | InPlace) => (isInPlace(planned) ? inPlaceView(planned) : planView(planned)),
  empty: () => false,
  boundTo: (planned) => (isInPlace(planned) ? inPlaceBoundTo(planned) : boundTo(planned)),
  waitMs: ({ waitMs }) => waitMs,
  system: (planned) => (isInPlace(planned) ? 'Jenkins' : 'Marathon'),
  apply: (planned, ports, asked) =>
    isInPlace(planned)
      ? restartInPlace(planned, ports)
      : writeOnce(planned, ports, asked, () => ports.marathon.restart(planned.appId)),
  arrived: (planned, ports) =>
    isInPlace(planned)
      ? arrivedInPlace(planned, ports)
      : arrivedChange(planned, ports, (app) => isAsLeft(app, planned)),
  follow: (planned, ports) => (isInPlace(planned) ? followInPlace(planned, ports) : follow(planned, ports)),
  cancel: (planned, ports) => (isInPlace(planned) ? cancelInPlace(planned, ports) : cancel(planned, ports)),
  deadlineMs: (planned) => (isInPlace(planned) ? inPlaceWithinMs(planned) : upWithinMs(planned)),
  title: (planned, outcome) => (isInPlace(planned) ? IN_PLACE_TITLES[outcome] : TITLES[outcome](planned.appId)),
});

const TITLES = {
  going: (app: string) => `Restarting ${app}`,
  done: (app: string) => `Restarted ${app}`,
  failed: (app: string) => `Restart of ${app} failed`,
  cancelled: (app: string) => `Restart of ${app} cancelled`,
  lost: (app: string) => `Lost sight of the restart of ${app}`,
} as const;

async function plan(waitMs: number, ports: Ports, asked: Asked): Promise<Plan> {
  const [app, pulse] = await Promise.all([appToChange(ports, asked), ports.jenkins.pulse()]);
  if (app.instances === 0) throw suspended(app.id);
  if (app.instances > 1) throw runsSeveral(app);
  const { before } = await lookBefore(app, pulse, ports);
  return {
    ...before,
    appId: app.id,
    appVersion: app.version,
    graceMs: graceOf(app),
    waitMs,
    definition: printOf(app.definition),
    twoAtOnce: !stopsFirst(app.definition),
  };
}

const boundTo = ({ appVersion, definition, waitMs }: Plan): string => JSON.stringify([appVersion, definition, waitMs]);

function planView(plan: Plan): Message {
  const { appId, address, appVersion } = plan;
  const what =
    address === null
      ? md`no controller runs now, and Marathon starts one at once, without the delay of earlier failures`
      : md`the controller on ${address} is stopped, and a new one is started`;
  return planMessage(md`:arrows_counterclockwise: Restart of ${appId}: ${what}. Its definition stays as it is.`, {
    effects: [
      ...lossesOf(plan, plan.waitMs, 'the restart'),
      ...(plan.twoAtOnce ? [TWO_AT_ONCE] : []),
      ...(address === null ? [] : [AWAY]),
    ],
    note: md`Version now: ${code(appVersion ?? '')}`,
    missing: plan.missing,
  });
}

/** A version that came after the plan's, and the same definition: that is all a restart leaves. */
const isAsLeft = (app: App, { appVersion, definition }: Plan): boolean =>
  app.version !== appVersion && printOf(app.definition) === definition;

async function follow(planned: Plan, ports: Ports): Promise<Progress> {
  const app = await ports.marathon.app(planned.appId);
  if (app === undefined) return DELETED;
  return lostToOthers(app, isAsLeft(app, planned)) ?? followUp(planned, app, ports);
}

function cancel(planned: Plan, ports: Ports): Promise<string> {
  return cancelChange(planned.appId, ports, {
    // A cancelled restart leaves the same definition too: ours is the first version after the plan's.
    async isOurs(app) {
      const later = (await ports.marathon.versions(app.id)).filter((version) => version > (planned.appVersion ?? ''));
      return isAsLeft(app, planned) && later.at(-1) === app.version;
    },
    stays: 'the new controller stays.',
    goesBack: (deployment) =>
      `Marathon is going back to the version before${deployment}, which is the same definition; the controller restarts once more.`,
  });
}
