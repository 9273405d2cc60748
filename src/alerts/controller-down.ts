// Rings for a controller that is found down when Bellboard first looks, so that nobody saw its end, and for two that run
// at once. Every end that is seen belongs to `controller-restarted`.
import { type AlertPorts, type AlertWords, defineRule } from '../core/alert.js';
import type { App, AppSnapshot, JsonObject, MarathonTask } from '../core/cluster.js';
import { graceOf, provenUp, whyNotUp } from '../core/coming-up.js';
import { addressOf, causeWords, runningTasks } from '../core/controller.js';
import { causeOf } from '../core/failure-cause.js';
import { known, told } from '../core/gather.js';
import { type Incident, stateOf } from '../core/incident.js';
import type { Detected, Signal } from '../core/signal.js';
import { code, lines, md, moment, type Rich } from '../core/text.js';
import { MINUTE } from '../core/time.js';
import { type ControllerSighting, LOST_STATES } from '../core/watch.js';
import { duration } from '../core/words.js';

interface Memory {
  down: boolean;
  /** Tasks that run at once, and since when by our looks. */
  several: { ids: string; since: number; rang: boolean } | null;
}

interface Down extends JsonObject {
  kind: 'down';
  appId: string;
  /** What there is in place of a running task. */
  instead: 'nothing' | 'starting' | 'agent-lost';
  failure: { words: string; quote: string | null; host: string | null; at: number } | null;
  graceMs: number;
  ended: 'up' | 'suspended' | 'deleted' | null;
  address: string | null;
}

interface Several extends JsonObject {
  kind: 'several';
  appId: string;
  instances: number;
  tasks: { id: string; address: string; startedAt: number | null }[];
  graceMs: number;
}

const DOWN = 'controller-down';
const SEVERAL = 'two-controllers';
const ESCALATES_AFTER_GRACE_MS = 5 * MINUTE;
/** A task that is being stopped is told of for some seconds after its plan. */
const SEVERAL_FOR_MS = MINUTE;
/** After a partition Marathon stops the surplus at its next look at the app's scale, every 5 min. */
const PARTITION_MS = 10 * MINUTE;

export const controllerDown = defineRule<Memory>({
  name: 'controller-down',
  summary: 'No Jenkins controller runs when Bellboard first looks, or two run at once.',
  watches: 'controller',
  detect,
  view,
  escalateAfterMs: ({ facts }: Incident) => (facts as Down | Several).graceMs + ESCALATES_AFTER_GRACE_MS,
  whyNotOver,
});

function detect(before: Memory | undefined, sighting: ControllerSighting, now: number): Detected<Memory> {
  const memory = before ?? { down: false, several: null };
  // Only a snapshot proves what runs.
  if (sighting.what.kind === 'event') return { memory, signals: [] };
  const { snapshot } = sighting.what;
  const down = lookForDown(memory, snapshot, sighting, now);
  const several = lookForSeveral(memory, snapshot, sighting, now);
  return {
    memory: { down: down.state, several: several.state },
    signals: [...down.signals, ...several.signals],
  };
}

interface Look<State> {
  state: State;
  signals: Signal[];
}

/** Times are ours: Marathon does not tell when a controller ended that nobody saw end. */
function lookForDown(
  memory: Memory,
  snapshot: AppSnapshot,
  { before }: ControllerSighting,
  now: number,
): Look<boolean> {
  const { app } = snapshot;
  if (!memory.down && !before.baseline && app !== undefined && isDown(app, snapshot))
    return { state: true, signals: [foundDown(app, now)] };
  if (!memory.down) return { state: false, signals: [] };
  if (app === undefined) return { state: false, signals: [upAgain('deleted', null, now)] };
  if (app.instances === 0) return { state: false, signals: [upAgain('suspended', null, now)] };
  const task = provenUp(app);
  if (task === undefined) return { state: true, signals: [] };
  return { state: false, signals: [upAgain('up', addressOf(task), now)] };
}

const isDown = (app: App, snapshot: AppSnapshot): boolean =>
  app.instances > 0 && runningTasks(app.tasks).length === 0 && !isDeploying(app, snapshot);

const isDeploying = (app: App, { deployments }: AppSnapshot): boolean =>
  app.deploymentIds.length > 0 || deployments.some(({ affectedApps }) => affectedApps.includes(app.id));

function foundDown(app: App, now: number): Signal {
  const failure = app.lastTaskFailure;
  const facts: Down = {
    kind: 'down',
    appId: app.id,
    instead: insteadOf(app.tasks),
    failure: failureOf(app),
    graceMs: graceOf(app),
    ended: null,
    address: null,
  };
  return {
    kind: 'raise',
    fingerprint: DOWN,
    identity: `${DOWN}|${app.id}|${app.version}|${failure === undefined ? '' : `${failure.taskId}@${failure.at}`}`,
    at: now,
    facts,
    line: 'Bellboard looked for the first time, and no controller ran.',
  };
}

function insteadOf(tasks: readonly MarathonTask[]): Down['instead'] {
  if (tasks.some(({ state }) => state !== undefined && LOST_STATES.has(state))) return 'agent-lost';
  return tasks.some(({ state }) => state === undefined || /^TASK_STA(?:GING|RTING)$/.test(state))
    ? 'starting'
    : 'nothing';
}

function failureOf({ lastTaskFailure: failure }: App): Down['failure'] {
  if (failure === undefined) return null;
  const cause = causeOf(failure);
  return { words: causeWords(cause), quote: cause.quote ?? null, host: failure.host ?? null, at: failure.at };
}

const OVER: Record<NonNullable<Down['ended']>, string> = {
  up: 'A controller ran, and was healthy as far as it is checked.',
  suspended: 'The app was set to 0 instances.',
  deleted: 'The app was deleted.',
};

const upAgain = (ended: NonNullable<Down['ended']>, address: string | null, now: number): Signal => ({
  kind: 'resolve',
  fingerprint: DOWN,
  at: now,
  facts: { ended, address },
  line: OVER[ended],
});

function lookForSeveral(
  { several }: Memory,
  snapshot: AppSnapshot,
  { after }: ControllerSighting,
  now: number,
): Look<Memory['several']> {
  const { app } = snapshot;
  const tasks = app === undefined ? [] : runningTasks(app.tasks);
  if (app === undefined || tasks.length < 2)
    return { state: null, signals: several?.rang ? [oneLeft(tasks, now)] : [] };
  // A plan that starts the new one beside the old one ends with one of them.
  if (isDeploying(app, snapshot)) return { state: several?.rang ? several : null, signals: [] };
  const ids = tasks
    .map(({ id }) => id)
    .sort()
    .join('+');
  if (several?.rang) return stillSeveral(several, ids, tasks);
  const state = several?.ids === ids ? several : { ids, since: now, rang: false };
  const patienceMs = tasks.some(({ id }) => after.lives[id]?.lost !== undefined) ? PARTITION_MS : SEVERAL_FOR_MS;
  if (now - state.since < patienceMs) return { state, signals: [] };
  return { state: { ...state, rang: true }, signals: [severalRun(app, tasks, state)] };
}

type Pair = NonNullable<Memory['several']>;

function stillSeveral(known: Pair, ids: string, tasks: readonly MarathonTask[]): Look<Pair> {
  if (ids === known.ids) return { state: known, signals: [] };
  const update: Signal = { kind: 'update', fingerprint: SEVERAL, facts: { tasks: tasks.map(shownTask) } };
  return { state: { ...known, ids }, signals: [update] };
}

const shownTask = (task: MarathonTask): Several['tasks'][number] => ({
  id: task.id,
  address: addressOf(task),
  startedAt: task.startedAt ?? null,
});

function severalRun(app: App, tasks: readonly MarathonTask[], { ids, since }: Pair): Signal {
  const facts: Several = {
    kind: 'several',
    appId: app.id,
    instances: app.instances,
    tasks: tasks.map(shownTask),
    graceMs: graceOf(app),
  };
  return {
    kind: 'raise',
    fingerprint: SEVERAL,
    identity: `${SEVERAL}|${app.id}|${ids}`,
    at: since,
    facts,
    line: `${tasks.length} controllers ran: ${facts.tasks.map(({ address }) => address).join(', ')}.`,
  };
}

const oneLeft = (tasks: readonly MarathonTask[], now: number): Signal => ({
  kind: 'resolve',
  fingerprint: SEVERAL,
  at: now,
  facts: { left: tasks.map(shownTask) },
  line: tasks[0] === undefined ? 'None of the controllers ran any more.' : `One was left: ${addressOf(tasks[0])}.`,
});

async function whyNotOver({ facts }: Incident, { marathon, clock }: AlertPorts): Promise<string | undefined> {
  const { kind, appId } = facts as Down | Several;
  if (kind === 'down') return whyNotUp(appId, marathon, clock);
  const app = known(await told(clock, 'Marathon', () => marathon.app(appId)));
  return app === undefined ? undefined : `Marathon wants ${app.instances} of them.`;
}

function view(incident: Incident, _now: number): AlertWords {
  const facts = incident.facts as Down | Several;
  return facts.kind === 'down' ? downWords(incident, facts) : severalWords(incident, facts);
}

function downWords(incident: Incident, down: Down): AlertWords {
  const { appId, failure } = down;
  const isOpen = stateOf(incident) === 'open';
  return {
    headline: md`No Jenkins controller runs: ${appId} was found down`,
    over: downOver(incident, down),
    fields: [
      { label: 'App', value: code(appId) },
      { label: 'Found', value: moment(incident.happenedAt) },
      ...(isOpen ? [{ label: 'There was', value: INSTEAD[down.instead] }] : []),
      { label: 'Last failure', value: failure === null ? md`Marathon remembers none` : failureWords(failure) },
    ],
    ...(isOpen ? { notes: [NOT_SEEN] } : {}),
  };
}

const INSTEAD: Readonly<Record<Down['instead'], Rich>> = {
  nothing: md`no task`,
  starting: md`a task that was being started`,
  'agent-lost': md`a task on a Mesos agent that is lost`,
};

const NOT_SEEN = md`Bellboard did not see it end: it looked for the first time, or has lost what it knew. \`status\` says what Marathon waits for.`;

function failureWords({ words, quote, host, at }: NonNullable<Down['failure']>): Rich {
  const where = host === null ? md`` : md` on ${host}`;
  return lines(md`${words}${where}, ${moment(at)}`, quote === null ? undefined : code(quote));
}

function downOver({ overAt, happenedAt }: Incident, { ended, address, appId }: Down): Rich {
  if (ended === 'deleted') return md`${appId} was found down, and has been deleted since`;
  if (ended === 'suspended') return md`${appId} was found down, and has been set to 0 instances since`;
  const where = address === null ? md`` : md` on ${address}`;
  return md`A Jenkins controller runs again${where}, ${duration((overAt ?? happenedAt) - happenedAt)} after it was found down`;
}

function severalWords(incident: Incident, { appId, instances, tasks, ...rest }: Several): AlertWords {
  const isOpen = stateOf(incident) === 'open';
  const many = tasks.length === 2 ? 'Two' : `${tasks.length}`;
  const lasted = duration((incident.overAt ?? incident.happenedAt) - incident.happenedAt);
  const [left] = (rest['left'] ?? []) as Several['tasks'];
  return {
    headline: md`${many} Jenkins controllers run: they overwrite each other's git pushes`,
    over:
      left === undefined
        ? md`None of the ${tasks.length} Jenkins controllers runs any more, after ${lasted}`
        : md`One Jenkins controller is left after ${lasted}: ${left.address}`,
    fields: [
      { label: 'App', value: code(appId) },
      { label: 'Controllers', value: lines(...tasks.map(taskWords)) },
      { label: 'Since', value: moment(incident.happenedAt) },
    ],
    ...(isOpen ? { notes: [severalRemedy(instances)] } : {}),
  };
}

function taskWords({ address, startedAt }: Several['tasks'][number]): Rich {
  return startedAt === null ? md`${address}` : md`${address}, since ${moment(startedAt)}`;
}

/** Why the defaults start the new one beside the old one: contract marathon §4. */
function severalRemedy(instances: number): Rich {
  if (instances > 1)
    return md`The app is set to ${instances} instances: set it to 1. Before that, save in the one whose changes are to stay.`;
  return md`Marathon wants one and should stop the other within minutes. If it does not, kill the task that is not wanted on Marathon's page.`;
}
