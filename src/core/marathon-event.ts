// Marathon's events in our words (contract marathon §7), as `adapters/marathon/events.ts` reads them off the stream and
// the alert journey hands them on. Times are ms since the epoch by Marathon's clock: compared with each other, never with ours.

export type MarathonEvent =
  /** `status_update_event`. `status` is Mesos' word, e.g. `TASK_FAILED`. */
  | {
      kind: 'task';
      at: number;
      appId: string;
      taskId: string;
      status: string;
      message: string;
      host: string | undefined;
      mesosAgentId: string | undefined;
      /** App version the task runs. */
      version: string | undefined;
    }
  /** `unhealthy_task_kill_event`, `unhealthy_instance_kill_event`: Marathon is about to kill it. `taskId` may be an instance's. */
  | { kind: 'unhealthy-kill'; at: number; appId: string; taskId: string; reason: string }
  /** `health_status_changed_event`, `instance_health_changed_event`; of those without a verdict nothing is told. */
  | { kind: 'health'; at: number; appId: string; taskId: string; alive: boolean }
  /** `failed_health_check_event`: one failed check outside the grace period. */
  | { kind: 'failed-check'; at: number; appId: string; taskId: string }
  /** `deployment_info`, `deployment_step_success`, `deployment_step_failure`, `deployment_success`, `deployment_failed`. */
  | {
      kind: 'deployment';
      at: number;
      phase: 'begins' | 'step-done' | 'step-failed' | 'succeeded' | 'failed';
      planId: string;
      /** Of the plan, ISO text; undefined where the event carries no plan. */
      version: string | undefined;
      /** Every app the plan names, with what is done to it; empty for a change without effect and where there is no plan. */
      steps: PlanAction[];
      /** Of the current step. */
      current: PlanAction[];
      reason: string | undefined;
    }
  /** `instance_changed_event` (1.4+). `condition` is Marathon's word, e.g. `Killed`. */
  | { kind: 'instance'; at: number; appId: string; instanceId: string; condition: string }
  /** `unknown_task_terminated_event`, `unknown_instance_terminated_event`: a stray task died. `taskId` may be an instance's. */
  | { kind: 'stray-ended'; at: number; appId: string; taskId: string }
  /** `app_terminated_event`: the app was deleted. */
  | { kind: 'app-deleted'; at: number; appId: string }
  /** `scheduler_registered_event`, `scheduler_reregistered_event`, `scheduler_disconnected_event`: look again. */
  | { kind: 'scheduler'; at: number; what: 'registered' | 'reregistered' | 'disconnected' };

/** What whoever listens to Marathon's stream hears. */
export type StreamNews =
  /** Subscribed. The app is looked at now, before the events that follow: what happened earlier is not told. */
  | { kind: 'connected' }
  /** `identity` is the same whenever and by whomever this event is heard. */
  | { kind: 'event'; event: MarathonEvent; identity: string }
  /** There is no stream (0.8): look now. Comes every 10 s. */
  | { kind: 'look' }
  /** The connection ended or did not come about, and is tried again. `why` is fit for logs. */
  | { kind: 'lost'; why: string };

export interface PlanAction {
  /** `RestartApplication`, `ScaleApplication` … */
  action: string;
  appId: string;
}

/** Event types read; others are not asked for (1.3.7+) and not parsed. */
export const EVENT_TYPES = [
  'status_update_event',
  'unhealthy_task_kill_event',
  'unhealthy_instance_kill_event',
  'health_status_changed_event',
  'instance_health_changed_event',
  'failed_health_check_event',
  'deployment_info',
  'deployment_step_success',
  'deployment_step_failure',
  'deployment_success',
  'deployment_failed',
  'instance_changed_event',
  'unknown_task_terminated_event',
  'unknown_instance_terminated_event',
  'app_terminated_event',
  'scheduler_registered_event',
  'scheduler_reregistered_event',
  'scheduler_disconnected_event',
] as const;

/** Events of other apps are dropped where they arrive: a busy Marathon sends thousands a second. Ids are compared whole. */
export function concerns(event: MarathonEvent, appId: string): boolean {
  if (event.kind === 'scheduler') return true;
  if (event.kind !== 'deployment') return event.appId === appId;
  // The end of a plan that carries none may be the end of ours.
  if (event.steps.length === 0) return event.phase === 'succeeded' || event.phase === 'failed';
  return event.steps.some((action) => action.appId === appId);
}

/**
 * The instance a task or instance id belongs to (contract marathon §7, task ids): up to 1.7 `ci_jenkins.<uuid>` is of
 * `ci_jenkins.marathon-<uuid>`; from 1.8 `ci_jenkins.instance-<uuid>._app.<n>` of `ci_jenkins.instance-<uuid>`.
 */
export function instanceOf(id: string): string {
  return id.replace(/\._app\.\d+$/, '').replace(/\.(?:marathon|instance)-(?=[0-9a-f-]{36}$)/, '.');
}

/** How often an instance was launched by then, from 1.8; 1 before. */
export function incarnationOf(taskId: string): number {
  return Number(/\._app\.(\d+)$/.exec(taskId)?.[1] ?? 1);
}
