// A deploy's one write, the proof that it happened, and the way back.
import { backWords, cancelChange } from './app-change-apply.js';
import { isWrittenBy } from './app-versions.js';
import type { Json } from './cluster.js';
import type { Asked, Ports } from './command.js';
import { BY_LABEL, type DeployArgs, type DeployPlan, JOB_LABEL } from './deploy.js';
import { lockedWords } from './deploy-lock.js';
import { desiredDefinition, fingerprint } from './deploy-plan.js';
import { UpstreamError, UserError } from './errors.js';
import { prepareForWrite } from './manifest-diff.js';

/** The labels name this very job, so the same write again is an equal body, and Marathon does nothing with that. */
export async function applyDeploy(plan: DeployPlan, ports: Ports, asked: Asked): Promise<Json> {
  const definition = await desiredDefinition(plan.args as DeployArgs, ports);
  if (fingerprint(definition) !== plan.definition) {
    throw new UserError(
      'The manifest changed after the plan was made, so nothing was deployed.',
      'Type `deploy` again for a fresh plan.',
    );
  }
  const body = prepareForWrite(definition, { [JOB_LABEL]: asked.id, [BY_LABEL]: asked.actor.userId });
  try {
    const answer = plan.exists ? await ports.marathon.replace(plan.appId, body) : await ports.marathon.create(body);
    return { deploymentId: answer.deploymentId ?? null, version: answer.version ?? null };
  } catch (error) {
    if (!(error instanceof UpstreamError) || error.status !== 409) throw error;
    if (!plan.exists && error.deploymentIds.length === 0) throw createdMeanwhile(plan.appId);
    throw await lockedWords(error.deploymentIds, ports, asked.id);
  }
}

const createdMeanwhile = (appId: string): UserError =>
  new UserError(
    `Marathon has an app \`${appId}\` by now: somebody created it after the plan was made. Nothing was changed.`,
    'Type `deploy` again for a plan against what runs.',
  );

/** The app carries this job's label as soon as Marathon took the write; a version of somebody else's means it never will. */
export async function arrivedDeploy(
  plan: DeployPlan,
  { marathon }: Ports,
  asked: Asked,
): Promise<'yes' | 'no' | 'overtaken'> {
  const app = await marathon.app(plan.appId);
  if (app === undefined) return plan.exists ? 'overtaken' : 'no';
  if (app.labels[JOB_LABEL] === asked.id) return 'yes';
  return app.version === plan.appVersion ? 'no' : 'overtaken';
}

/** @returns what state that leaves */
export const cancelDeploy = (plan: DeployPlan, ports: Ports, asked: Asked): Promise<string> =>
  cancelChange(plan.appId, ports, {
    isOurs: (app) => isWrittenBy(asked.id, app, ports.marathon),
    stays: 'the new version stays.',
    goesBack: (deployment) =>
      plan.exists
        ? `Marathon is going back to the version before${deployment}; ${backWords(plan.suspended)}`
        : 'Marathon is removing the new app again.',
  });
