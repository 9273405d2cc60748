// What people ask of the simulated Marathon: create, change, restart, roll back, delete an app, kill tasks, cancel a
// deployment. Each decides what plan follows, if any, or throws the refusal its generation would send.
import type { JsonObject } from '../../../core/cluster.js';
import type { MarathonGeneration } from '../types.js';
import { complete } from './definition.js';
import type { Deployments } from './deployments.js';
import { assignedPort, spellingsOf, stepsBetween, withoutReadOnly } from './difference.js';
import type { EventBus } from './events.js';
import { atLeast } from './generation.js';
import type { HealthChecks } from './health.js';
import type { Launcher } from './launcher.js';
import type { ActionName, AppState, Deployment, Instance } from './model.js';
import { appExists, invalid, LOCKED, locked, MarathonRefusal } from './refusal.js';
import { specOf } from './spec.js';
import type { Tasks } from './tasks.js';
import { validate } from './validation.js';

/** Who asked, and over which path; for `api_post_event`. */
export interface Asker {
  clientIp: string;
  uri: string;
}

export interface Change {
  version: string;
  deploymentId: string;
  /** False when nothing differed and no plan was made. */
  tookEffect: boolean;
}

/** What a change reads and writes of Marathon as a whole. */
interface Registry {
  readonly generation: MarathonGeneration;
  readonly apps: Map<string, AppState>;
  readonly events: EventBus;
  app(appId: string): AppState;
  deployment(id: string): Deployment;
  nextVersion(): string;
  newDeployment(parts: Pick<Deployment, 'appId' | 'version' | 'steps' | 'original' | 'target'>): Deployment;
  killTask(app: AppState, instance: Instance): void;
}

interface Parts {
  world: Registry;
  deployments: Deployments;
  tasks: Tasks;
  launcher: Launcher;
  health: HealthChecks;
}

const BY_CLIENT_ONLY: Asker = { clientIp: '127.0.0.1', uri: '' };
/** `local_port_min` of Marathon, where service ports are assigned from. */
const FIRST_SERVICE_PORT = 10_000;

export class Changes {
  readonly #parts: Parts;
  #nextServicePort = FIRST_SERVICE_PORT;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  create(given: JsonObject, asker: Asker = BY_CLIENT_ONLY): Change {
    const id = absolute(String(given['id'] ?? ''));
    const { world } = this.#parts;
    if (world.apps.has(id)) throw appExists(id);
    const definition = this.#complete({ ...given, id }, undefined);
    const version = world.nextVersion();
    stamp(definition, version, version, version, atLeast(world.generation, '0.11'));
    const app = newApp(id, definition, version);
    world.apps.set(id, app);
    return this.#deploy(app, ['StartApplication', 'ScaleApplication'], {
      original: undefined,
      version,
      asker,
      byPerson: true,
    });
  }

  /** @param partial false replaces the definition instead of merging (1.4+) */
  update(
    appId: string,
    given: JsonObject,
    options: { force?: boolean; partial?: boolean; asker?: Asker } = {},
  ): Change {
    const app = this.#parts.world.apps.get(appId);
    if (app === undefined) return this.create({ ...given, id: appId }, options.asker);
    if (given['version'] !== undefined) return this.#rollBack(app, given, options);
    const base = options.partial === false ? {} : withoutReadOnly(app.definition);
    const sent = spellingsOf(given, base);
    const definition = this.#complete({ ...base, ...sent, id: appId }, app);
    return this.#bring(app, definition, options);
  }

  restart(appId: string, options: { force?: boolean } = {}): Change {
    const { world } = this.#parts;
    const app = world.app(appId);
    this.#unlock(app, options.force === true, ['RestartApplication']);
    const original = app.definition;
    const version = world.nextVersion();
    this.#adopt(app, structuredClone(original), version, true);
    return this.#deploy(app, ['RestartApplication'], { original, version, byPerson: true });
  }

  /** Force is the default here, as in Marathon. */
  remove(appId: string, options: { force?: boolean } = {}): Change {
    const { world } = this.#parts;
    const app = world.app(appId);
    this.#unlock(app, options.force !== false, ['StopApplication']);
    const version = world.nextVersion();
    return this.#deploy(app, ['StopApplication'], { original: app.definition, version, byPerson: true, gone: true });
  }

  /** Kills and, with `scale`, wants that many fewer. */
  killTasks(app: AppState, instances: Instance[], options: { scale: boolean; force?: boolean }): Change | undefined {
    if (!options.scale) {
      for (const instance of instances) this.#parts.world.killTask(app, instance);
      return undefined;
    }
    return this.update(
      app.id,
      { instances: Math.max(0, app.spec.instances - instances.length) },
      { force: options.force === true },
    );
  }

  /** Undefined with force: the plan is forgotten where it stands. */
  cancel(id: string, options: { force: boolean }): Change | undefined {
    const { world, deployments } = this.#parts;
    const deployment = world.deployment(id);
    const app = world.app(deployment.appId);
    deployments.cancel(app, deployment);
    if (options.force) return undefined;
    const version = world.nextVersion();
    if (deployment.original === undefined) {
      return this.#deploy(app, ['StopApplication'], { original: app.definition, version, gone: true });
    }
    const before = app.definition;
    const steps = stepsBetween(before, deployment.original);
    this.#adopt(app, structuredClone(deployment.original), version, steps[0] === 'RestartApplication');
    return this.#deploy(app, steps, { original: before, version });
  }

  #rollBack(app: AppState, given: JsonObject, options: { force?: boolean; partial?: boolean; asker?: Asker }): Change {
    const { generation } = this.#parts.world;
    const others = Object.keys(given).filter((key) => key !== 'version' && key !== 'id');
    if (others.length > 0 || options.partial === false) {
      throw invalid(generation, [
        { path: '/version', error: 'The `version` field may only be combined with the `id` field.' },
      ]);
    }
    const version = String(given['version']);
    const stored = app.versions.get(version);
    if (stored === undefined) {
      throw new MarathonRefusal(422, { message: `App '${app.id}' does not have the version '${version}'` });
    }
    return this.#bring(app, structuredClone(stored), options);
  }

  #bring(app: AppState, definition: JsonObject, options: { force?: boolean; asker?: Asker }): Change {
    const { world } = this.#parts;
    const steps = stepsBetween(app.definition, definition);
    this.#unlock(app, options.force === true, steps.length === 0 ? ['RestartApplication'] : steps);
    const original = app.definition;
    const version = world.nextVersion();
    if (steps.length > 0) this.#adopt(app, definition, version, steps[0] === 'RestartApplication');
    return this.#deploy(app, steps, {
      original,
      version,
      byPerson: true,
      ...(options.asker ? { asker: options.asker } : {}),
    });
  }

  #adopt(app: AppState, definition: JsonObject, version: string, configChanged: boolean): void {
    if (specOf(definition).instances !== app.spec.instances) app.lastScalingAt = version;
    if (configChanged) {
      Object.assign(app, { lastScalingAt: version, lastConfigChangeAt: version });
      Object.assign(app.launches, { delayMs: 0, notBefore: 0 });
    }
    stamp(
      definition,
      version,
      app.lastScalingAt,
      app.lastConfigChangeAt,
      atLeast(this.#parts.world.generation, '0.11'),
    );
    app.definition = definition;
    app.spec = specOf(definition);
    app.versions.set(version, definition);
    this.#parts.health.forget(app);
    if (app.instances.some((instance) => instance.taskState === 'TASK_RUNNING')) this.#parts.health.watch(app);
  }

  #deploy(
    app: AppState,
    steps: ActionName[],
    how: { original: JsonObject | undefined; version: string; asker?: Asker; byPerson?: boolean; gone?: boolean },
  ): Change {
    const { world, deployments } = this.#parts;
    const target = how.gone === true ? undefined : app.definition;
    const deployment = world.newDeployment({
      appId: app.id,
      version: how.version,
      steps,
      original: how.original,
      target,
    });
    const { asker } = how;
    const apiPost =
      asker === undefined ? {} : { apiPost: () => world.events.apiPost(asker.clientIp, asker.uri, app.definition) };
    deployments.begin(app, deployment, { healthChecks: how.byPerson === true, ...apiPost });
    return { version: how.version, deploymentId: deployment.id, tookEffect: steps.length > 0 };
  }

  /** Throws 409 while a deployment holds the app, and with force cancels that deployment. */
  #unlock(app: AppState, force: boolean, steps: ActionName[]): void {
    const { deployments } = this.#parts;
    const holding = deployments.of(app.id);
    if (holding.length === 0) return;
    if (!force) throw this.#refuseLocked(app, holding, steps);
    for (const deployment of holding) deployments.cancel(app, deployment);
  }

  /** The refused plan was never announced, and yet its failure is. */
  #refuseLocked(app: AppState, holding: Deployment[], steps: ActionName[]): MarathonRefusal {
    const { world } = this.#parts;
    const version = world.nextVersion();
    const refused = world.newDeployment({
      appId: app.id,
      version,
      steps,
      original: app.definition,
      target: app.definition,
    });
    world.events.deploymentEnded('deployment_failed', refused, LOCKED);
    world.events.groupChange(app.id, version, LOCKED);
    return locked(
      world.generation,
      holding.map((deployment) => deployment.id),
    );
  }

  #complete(given: JsonObject, app: AppState | undefined): JsonObject {
    const { generation } = this.#parts.world;
    const definition = complete(generation, given, (index) => assignedPort(app, index) ?? this.#servicePort());
    validate(generation, given, definition);
    return definition;
  }

  #servicePort(): number {
    this.#nextServicePort += 1;
    return this.#nextServicePort - 1;
  }
}

export const absolute = (id: string) => (id.startsWith('/') ? id : `/${id}`);

function newApp(id: string, definition: JsonObject, version: string): AppState {
  return {
    id,
    definition,
    spec: specOf(definition),
    versions: new Map([[version, definition]]),
    lastScalingAt: version,
    lastConfigChangeAt: version,
    instances: [],
    launches: {
      delayMs: 0,
      notBefore: 0,
      processedOffers: 0,
      unusedOffers: 0,
      lastUnusedOfferAt: undefined,
      lastUsedOfferAt: undefined,
      rejections: [],
    },
    lastTaskFailure: undefined,
    ghosts: 0,
  };
}

function stamp(
  definition: JsonObject,
  version: string,
  lastScalingAt: string,
  lastConfigChangeAt: string,
  info: boolean,
): void {
  definition['version'] = version;
  if (info) definition['versionInfo'] = { lastScalingAt, lastConfigChangeAt };
}
