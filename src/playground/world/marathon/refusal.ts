// How the simulated Marathon says no: a status and the body its generation would send (contract marathon §2.3). Thrown by
// the world, sent by `../../servers/marathon.ts`.
import type { JsonObject } from '../../../core/cluster.js';
import type { MarathonGeneration } from '../types.js';
import { atLeast } from './generation.js';

export class MarathonRefusal extends Error {
  readonly status: number;
  readonly body: JsonObject;

  constructor(status: number, body: JsonObject) {
    super(`${status} ${JSON.stringify(body)}`);
    this.status = status;
    this.body = body;
  }
}

export const LOCKED =
  "App is locked by one or more deployments. Override with the option '?force=true'. View details at '/v2/deployments/<DEPLOYMENT_ID>'.";

/** 0.8 often could not name the deployments, so here it never does. */
export function locked(generation: MarathonGeneration, deploymentIds: string[]): MarathonRefusal {
  const named = atLeast(generation, '0.11') ? deploymentIds : [];
  return new MarathonRefusal(409, { message: LOCKED, deployments: named.map((id) => ({ id })) });
}

export const noSuchApp = (appId: string) => new MarathonRefusal(404, { message: `App '${appId}' does not exist` });
export const noSuchPlan = (id: string) => new MarathonRefusal(404, { message: `DeploymentPlan ${id} does not exist` });
export const appExists = (appId: string) =>
  new MarathonRefusal(409, { message: `An app with id [${appId}] already exists.` });

export interface Complaint {
  /** With slashes: `/upgradeStrategy/minimumHealthCapacity`. */
  path: string;
  error: string;
}

/** 422 in the shape of the generation: `errors[]` with attributes first, `details[]` with paths later. */
export function invalid(generation: MarathonGeneration, complaints: Complaint[]): MarathonRefusal {
  const attributes = complaints.map(({ path, error }) => ({ attribute: path.split('/')[1] ?? '', error }));
  if (generation === '0.8') return new MarathonRefusal(422, { errors: attributes });
  if (generation === '0.11') return new MarathonRefusal(422, { message: 'Bean is not valid', errors: attributes });
  const paths = [...new Set(complaints.map(({ path }) => path))];
  const details = paths.map((path) => ({
    path,
    errors: complaints.filter((one) => one.path === path).map(({ error }) => error),
  }));
  return new MarathonRefusal(422, { message: 'Object is not valid', details });
}

export function notJson(generation: MarathonGeneration, complaints: Complaint[] | string): MarathonRefusal {
  if (generation === '0.8') return new MarathonRefusal(400, { message: 'Invalid JSON' });
  const details =
    typeof complaints === 'string' ? complaints : complaints.map(({ path, error }) => ({ path, errors: [error] }));
  return new MarathonRefusal(400, { message: 'Invalid JSON', details });
}
