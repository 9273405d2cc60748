// One look at a deploy on its way: is the app still ours, and is the new controller really up?
import { DELETED, lostToOthers } from './app-change-apply.js';
import { followUp } from './app-change-follow.js';
import { isWrittenBy } from './app-versions.js';
import type { Asked, Ports, Progress } from './command.js';
import type { DeployPlan } from './deploy.js';

export async function followDeploy(plan: DeployPlan, ports: Ports, asked: Asked): Promise<Progress> {
  const app = await ports.marathon.app(plan.appId);
  if (app === undefined) return DELETED;
  return lostToOthers(app, await isWrittenBy(asked.id, app, ports.marathon)) ?? followUp(plan, app, ports);
}
