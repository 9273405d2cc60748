// What every disruptive change of the controller's app looks at before it is made: what would be lost, and what the
// controller is now, to tell the new one from the old by. Called by the `plan` of `deploy`, `restart`, `rollback`, `suspend`.
import type { App, JenkinsPulse, JsonObject, ScmSyncStatus } from './cluster.js';
import type { Ports } from './command.js';
import { addressOf, jenkinsFramework, pulseWords, runningTask } from './controller.js';
import { gaps, known, told } from './gather.js';
import { scmState, scmWords } from './scm-words.js';
import { MINUTE } from './time.js';

/** JSON through and through: plans are kept in Redis. */
export interface Before extends JsonObject {
  /** Running builds; null when Jenkins did not say. */
  builds: string[] | null;
  /** What git lacks, in words; null when everything is saved or nobody knows. */
  unsaved: string | null;
  /** The controller as it is before: what "really up" is measured against. */
  taskId: string | null;
  address: string | null;
  session: string | null;
  /** Null when it was not registered, or registers on demand: then the new one need not be. */
  frameworkId: string | null;
  frameworkName: string | null;
  /** Facts that could not be read. */
  missing: string[];
}

/** The facts all plans of the app have in common. */
export interface AppChange extends Before {
  appId: string;
  /** Version that runs now; null when there is no app yet. */
  appVersion: string | null;
  /** How long the app's checks wait for a controller that starts. */
  graceMs: number;
}

/** Stop, fetch and stage (Marathon gives a launch 5 min), boot within the check's grace, and some air. */
export const upWithinMs = ({ graceMs }: AppChange): number => graceMs + 8 * MINUTE;

export async function lookBefore(
  app: App | undefined,
  pulse: JenkinsPulse,
  { mesos, jenkins, clock }: Ports,
): Promise<{ before: Before; scm: ScmSyncStatus | undefined }> {
  const up = pulse.state === 'up';
  const [executors, scm, executorSettings, frameworks] = await Promise.all([
    up ? told(clock, 'Jenkins (builds)', () => jenkins.executors()) : undefined,
    up ? told(clock, 'Jenkins (SCM sync)', () => jenkins.scmSync()) : undefined,
    up ? told(clock, 'Jenkins', () => jenkins.executorSettings()) : undefined,
    told(clock, 'Mesos', () => mesos.frameworks()),
  ]);
  const task = app === undefined ? undefined : runningTask(app);
  const plugin = executorSettings === undefined ? undefined : known(executorSettings);
  const framework = jenkinsFramework(known(frameworks) ?? [], plugin?.frameworkName);
  const isExpected = framework?.active === true && plugin?.onDemandRegistration !== true;
  const status = scm === undefined ? undefined : known(scm);
  const missing = gaps(...[executors, scm, frameworks].filter((fact) => fact !== undefined));
  // A task without an answer may be building; no task is no Jenkins.
  if (!up && task !== undefined) missing.unshift(`builds and unsaved changes: Jenkins ${pulseWords(pulse)}`);
  const before: Before = {
    builds: executors?.ok
      ? executors.value.computers.flatMap((computer) => computer.builds.map((build) => build.name))
      : null,
    unsaved: status !== undefined && ['failing', 'unsaved'].includes(scmState(status)) ? scmWords(status) : null,
    taskId: task?.id ?? null,
    address: task === undefined ? null : addressOf(task),
    session: pulse.session ?? null,
    frameworkId: isExpected ? framework.id : null,
    frameworkName: isExpected ? framework.name : null,
    missing,
  };
  return { before, scm: status };
}
