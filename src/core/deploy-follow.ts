// One look at a deploy on its way: is the app still ours, and is the new controller really up?
import { failed, followUp } from './app-change-follow.js';
import type { Asked, Ports, Progress } from './command.js';
import { type DeployPlan, JOB_LABEL } from './deploy.js';

export async function followDeploy(plan: DeployPlan, ports: Ports, asked: Asked, _since: number): Promise<Progress> {
  const app = await ports.marathon.app(plan.appId);
  if (app === undefined)
    return failed('the app has been deleted meanwhile.', 'Nothing runs; `deploy` would create it.');
  if (app.labels[JOB_LABEL] !== asked.id) {
    return failed('somebody else changed or rolled back the app meanwhile.', `Version ${app.version} is there now.`);
  }
  return followUp(plan, app, ports);
}
