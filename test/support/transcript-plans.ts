// Deployments of a transcript, and what each makes of the app, for `transcript-state.ts`.
import type { JsonObject } from '../../src/core/cluster.js';
import { APP, atLeast, type Generation, readTranscript, recordedSnapshot, type Transcript } from './transcript-file.js';

export interface RecordedAction {
  action: string;
  app: string;
}

export interface RecordedPlan {
  id: string;
  version: string;
  steps: RecordedAction[][];
  current: RecordedAction[];
  /** What Marathon returns to if the plan is cancelled. */
  before: JsonObject | undefined;
}

/** Plans that were announced and have not ended; ids that were never announced change nothing (a refused update). */
export class Plans {
  open: RecordedPlan[] = [];
  /** Of a plan that failed; the next may return to it. */
  undone: JsonObject | undefined;

  /** Answers the plan if it is a new one. */
  announce(event: JsonObject, before: JsonObject | undefined): RecordedPlan | undefined {
    const plan = event['plan'] as JsonObject;
    const id = String(plan['id']);
    const current = actionsIn(event['currentStep'] as JsonObject);
    const known = this.open.find((one) => one.id === id);
    if (known !== undefined) {
      known.current = current;
      return undefined;
    }
    const steps = (plan['steps'] as JsonObject[]).map(actionsIn);
    const fresh = { id, version: String(plan['version']), steps, current, before };
    this.open.push(fresh);
    return fresh;
  }

  end(id: string, failed: boolean): void {
    const ended = this.open.find((one) => one.id === id);
    if (ended === undefined) return;
    this.undone = failed ? ended.before : undefined;
    this.open = this.open.filter((one) => one !== ended);
  }
}

/** The key was `type` up to 1.1.1. */
const actionsIn = (step: JsonObject): RecordedAction[] =>
  (step['actions'] as JsonObject[]).map((one) => ({
    action: String(one['action'] ?? one['type']),
    app: String(one['app']),
  }));

/** How the app's definition goes on, from what the whole transcript tells of it. */
export class Definitions {
  readonly #generation: Generation;
  /** By version, as clients sent them. */
  readonly #posted = new Map<string, JsonObject>();
  /** The transcript begins before the app was ever deployed. */
  readonly startsFresh: boolean;
  readonly #replacesUnreachable: boolean;

  constructor({ generation, events }: Transcript) {
    this.#generation = generation;
    for (const event of events) {
      const definition = event['appDefinition'] as JsonObject | undefined;
      if (definition?.['id'] === APP) this.#posted.set(String(definition['version']), definition);
    }
    const first = events.find((event) => event['eventType'] === 'deployment_info');
    const actions = first === undefined ? [] : actionsIn(first['currentStep'] as JsonObject);
    this.startsFresh = actions.some(({ action, app }) => app === APP && action === 'StartApplication');
    this.#replacesUnreachable = events.some(({ condition }) => condition === 'UnreachableInactive');
  }

  /** As before the transcript began. */
  first(version: string): JsonObject {
    return this.#complete(modelOf(this.#generation), version, version, version);
  }

  /** Undefined if the plan leaves the app alone. */
  after(plan: RecordedPlan, old: JsonObject | undefined, undone: JsonObject | undefined): JsonObject | undefined {
    const does = new Set(plan.steps.flat().flatMap(({ action, app }) => (app === APP ? [action] : [])));
    if (does.size === 0) return undefined;
    const { version } = plan;
    const posted = this.#posted.get(version);
    const configuredAt = String((old?.['versionInfo'] as JsonObject | undefined)?.['lastConfigChangeAt'] ?? version);
    if (does.has('StartApplication')) return this.#complete(posted ?? {}, version, version, version);
    if (!does.has('RestartApplication')) {
      const instances = posted?.['instances'] ?? (old?.['instances'] === 0 ? 1 : 0);
      return this.#complete({ ...old, instances }, version, version, configuredAt);
    }
    const changed = posted ?? undone;
    // A mere restart is no change of the configuration: it counts as scaling (upgrade/GroupVersioningUtil.scala).
    return changed === undefined
      ? this.#complete(old ?? {}, version, version, configuredAt)
      : this.#complete(changed, version, version, version);
  }

  #complete(definition: JsonObject, version: string, lastScalingAt: string, lastConfigChangeAt: string): JsonObject {
    const strategy = this.#replacesUnreachable ? { inactiveAfterSeconds: 0, expungeAfterSeconds: 0 } : undefined;
    return {
      ...definition,
      version,
      ...(atLeast(this.#generation, '0.11') ? { versionInfo: { lastScalingAt, lastConfigChangeAt } } : {}),
      ...(strategy === undefined ? {} : { unreachableStrategy: strategy }),
    };
  }
}

const MODELS: Record<Generation, string> = {
  '0.8': 'running.0.8.app.json',
  '0.9': 'running.0.8.app.json',
  '0.11': 'a-fresh-deploy.0.11.txt',
  '1.3': 'a-fresh-deploy.1.3.txt',
  '1.5': 'gap-1-before.1.5.app.json',
  '1.11': 'waiting-for-relaunch.1.11.app.json',
};

/** The app as somebody of that time recorded it. */
function modelOf(generation: Generation): JsonObject {
  const file = MODELS[generation];
  if (file.endsWith('.json')) return definitionIn(recordedSnapshot(file)['app'] as JsonObject);
  const posted = readTranscript([file]).events.find((event) => event['appDefinition'] !== undefined);
  return posted?.['appDefinition'] as JsonObject;
}

const ADDED = new Set([
  'tasksStaged',
  'tasksRunning',
  'tasksHealthy',
  'tasksUnhealthy',
  'deployments',
  'tasks',
  'lastTaskFailure',
]);

/** Without what Marathon adds in its answers. */
export const definitionIn = (app: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(app).filter(([name]) => !ADDED.has(name)));
