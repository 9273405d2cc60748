// Marathon's events as they stand on the wire, in the spellings of 0.9 to 1.11 (contract marathon §7), put into our words;
// wire names end here. `event-frames.ts` brings the text of one event at a time.
import { z } from 'zod';
import type { EVENT_TYPES, MarathonEvent, PlanAction } from '../../core/marathon-event.js';
import { maybe } from '../maybe.js';

type EventType = (typeof EVENT_TYPES)[number];
type Phase = Extract<MarathonEvent, { kind: 'deployment' }>['phase'];
type SchedulerNews = Extract<MarathonEvent, { kind: 'scheduler' }>['what'];

const text = z.string();
const moment = text.transform((iso) => Date.parse(iso)).refine((at) => !Number.isNaN(at), 'is no time');

/** From 1.4 on an app may be called `runSpecId`, and an instance stand where a task stood. */
const AnyEvent = z
  .looseObject({
    eventType: text,
    appId: maybe(text),
    runSpecId: maybe(text),
    taskId: maybe(text),
    instanceId: maybe(text),
  })
  .transform((wire) => ({
    ...wire,
    appId: wire.appId ?? wire.runSpecId,
    taskId: wire.taskId ?? wire.instanceId,
  }));

const OfApp = z.object({ timestamp: moment, appId: text });
const OfTask = OfApp.extend({ taskId: text });

const StatusUpdate = OfTask.extend({
  taskStatus: text,
  message: maybe(text),
  host: maybe(text),
  slaveId: maybe(text),
  version: maybe(text),
}).transform(
  (wire): MarathonEvent => ({
    kind: 'task',
    at: wire.timestamp,
    appId: wire.appId,
    taskId: wire.taskId,
    status: wire.taskStatus,
    message: wire.message ?? '',
    host: known(wire.host),
    mesosAgentId: known(wire.slaveId),
    version: wire.version,
  }),
);

/** From 1.4 on a task without an agent has an empty agent id and the host `unknown`. */
function known(name: string | undefined): string | undefined {
  return name === '' || name === 'unknown' ? undefined : name;
}

const UnhealthyKill = OfTask.extend({ reason: maybe(text) }).transform(
  ({ timestamp, appId, taskId, reason }): MarathonEvent => ({
    kind: 'unhealthy-kill',
    at: timestamp,
    appId,
    taskId,
    reason: reason ?? '',
  }),
);

const HealthChange = OfTask.extend({ alive: maybe(z.boolean()), healthy: maybe(z.boolean()) }).transform(
  ({ timestamp, appId, taskId, alive, healthy }): MarathonEvent | undefined => {
    const verdict = alive ?? healthy;
    return verdict === undefined ? undefined : { kind: 'health', at: timestamp, appId, taskId, alive: verdict };
  },
);

const ofTask = (kind: 'failed-check' | 'stray-ended') =>
  OfTask.transform(({ timestamp, appId, taskId }): MarathonEvent => ({ kind, at: timestamp, appId, taskId }));

const InstanceChange = OfApp.extend({ instanceId: text, condition: text }).transform(
  ({ timestamp, appId, instanceId, condition }): MarathonEvent => ({
    kind: 'instance',
    at: timestamp,
    appId,
    instanceId,
    condition,
  }),
);

const AppDeleted = OfApp.transform(
  ({ timestamp, appId }): MarathonEvent => ({ kind: 'app-deleted', at: timestamp, appId }),
);

const scheduler = (what: SchedulerNews) =>
  z
    .object({ timestamp: moment })
    .transform(({ timestamp }): MarathonEvent => ({ kind: 'scheduler', at: timestamp, what }));

/** `type` up to 1.1.1, `action` after. */
const Action = z
  .object({ action: maybe(text), type: maybe(text), app: maybe(text), pod: maybe(text) })
  .transform(
    ({ action, type, app, pod }): PlanAction => ({ action: action ?? type ?? 'unknown', appId: app ?? pod ?? '' }),
  );

/** The HTTP API gives bare arrays up to 0.15 and objects later; both are taken here too. */
const Step = z.union([z.array(Action), z.object({ actions: z.array(Action) }).transform(({ actions }) => actions)]);

const Deployment = z
  .object({
    timestamp: moment,
    id: maybe(text),
    // Absent from the end of a plan before 0.10.
    plan: maybe(z.object({ id: text, version: maybe(text), steps: maybe(z.array(Step)) })),
    currentStep: maybe(Step),
    reason: maybe(text),
  })
  .refine(({ id, plan }) => (plan?.id ?? id) !== undefined, 'names no plan');

const deployment = (phase: Phase) =>
  Deployment.transform(
    ({ timestamp, id, plan, currentStep, reason }): MarathonEvent => ({
      kind: 'deployment',
      at: timestamp,
      phase,
      planId: plan?.id ?? id ?? '',
      version: plan?.version,
      steps: (plan?.steps ?? []).flat(),
      current: currentStep ?? [],
      reason,
    }),
  );

const READERS: Record<EventType, z.ZodType<MarathonEvent | undefined>> = {
  status_update_event: StatusUpdate,
  unhealthy_task_kill_event: UnhealthyKill,
  unhealthy_instance_kill_event: UnhealthyKill,
  health_status_changed_event: HealthChange,
  instance_health_changed_event: HealthChange,
  failed_health_check_event: ofTask('failed-check'),
  deployment_info: deployment('begins'),
  deployment_step_success: deployment('step-done'),
  deployment_step_failure: deployment('step-failed'),
  deployment_success: deployment('succeeded'),
  deployment_failed: deployment('failed'),
  instance_changed_event: InstanceChange,
  unknown_task_terminated_event: ofTask('stray-ended'),
  unknown_instance_terminated_event: ofTask('stray-ended'),
  app_terminated_event: AppDeleted,
  scheduler_registered_event: scheduler('registered'),
  scheduler_reregistered_event: scheduler('reregistered'),
  scheduler_disconnected_event: scheduler('disconnected'),
};

const isRead = (type: string): type is EventType => Object.hasOwn(READERS, type);

/**
 * @returns undefined for an event that tells us nothing
 * @throws Error whose message says what is wrong and quotes nothing: an app's environment may hold passwords
 */
export function readEvent(data: string): MarathonEvent | undefined {
  const any = AnyEvent.safeParse(parsed(data));
  if (!any.success) throw new Error(inWords('an event', any.error));
  const type = any.data.eventType;
  if (!isRead(type)) return undefined;
  const event = READERS[type].safeParse(any.data);
  if (!event.success) throw new Error(inWords(type, event.error));
  return event.data;
}

function parsed(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    throw new Error('an event is not JSON');
  }
}

function inWords(what: string, { issues }: z.ZodError): string {
  const [first] = issues;
  return [what, ...(first?.path ?? []), first?.message].map(String).join(': ');
}
