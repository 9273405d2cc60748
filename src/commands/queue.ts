// `/ci queue`: what waits in Jenkins' build queue, how long, why, and what would help.
import { z } from 'zod';
import { waitCause } from '../core/build-wait.js';
import { startWords } from '../core/build-words.js';
import type { BuildQueueItem, ExecutorSettings, Jenkins, JenkinsExecutors } from '../core/cluster.js';
import { type Asked, defineCommand, type Ports } from '../core/command.js';
import { jenkinsFramework } from '../core/controller.js';
import { context, type Message, say, section } from '../core/conversation.js';
import { gaps, known, type Told, told } from '../core/gather.js';
import type { Wait } from '../core/queue-executor.js';
import { explainWait, type QueueLook } from '../core/queue-wait.js';
import { code, join, lines, md, type Rich, shorten } from '../core/text.js';
import { SECOND } from '../core/time.js';
import { counted, duration } from '../core/words.js';

/** Items that wait for the same thing, the oldest first. */
interface Group extends Wait {
  items: BuildQueueItem[];
}

interface Facts {
  now: number;
  groups: Told<Group[]>;
  missing: string[];
}

const SHOWN = 30;
/** So that one trouble does not hide the others. */
const SHOWN_OF_EACH = 8;
const GROUPS = 10;
const LONGEST_NAME = 100;

export const queue = defineCommand({
  name: 'queue',
  usage: 'queue',
  summary: "What waits in Jenkins' build queue, how long, why, and what would help.",
  examples: ['queue', 'queue --here'],
  details: [
    'Builds that wait for the same thing stand together, the oldest first.',
    'The reason is what Jenkins says, joined with its agents and templates and with the room on the Mesos cluster.',
  ],
  args: z.object({}),
  effect: 'read',
  run,
  view,
});

/** The queue first; most often it is empty, and then nobody else is asked. */
const QUEUE_MS = 10 * SECOND;
const REST_MS = 7 * SECOND;
/** Labels that are looked up; a queue that waits for more than these is explained without. */
const MOST_LABELS = 8;

async function run(_: object, ports: Ports, _asked: Asked): Promise<Facts> {
  const { jenkins, clock } = ports;
  const items = await told(clock, 'Jenkins', () => jenkins.buildQueue(), QUEUE_MS);
  const about = { now: clock.now(), missing: [] };
  if (!items.ok) return { ...about, groups: items };
  if (items.value.length === 0) return { ...about, groups: { ok: true, value: [] } };
  const { look, missing } = await lookAround(items.value, ports);
  return { ...about, groups: { ok: true, value: grouped(items.value, look) }, missing };
}

async function lookAround(
  items: readonly BuildQueueItem[],
  ports: Ports,
): Promise<{ look: QueueLook; missing: string[] }> {
  const { jenkins, mesos, clock, settings } = ports;
  const [controller, executors, templates, mesosAgents, frameworks] = await Promise.all([
    told(clock, 'Jenkins', () => jenkins.controller(), REST_MS),
    told(clock, 'Jenkins', () => jenkins.executors(), REST_MS),
    told(clock, 'Jenkins (its agent templates)', () => jenkins.executorSettings(), REST_MS),
    told(clock, 'Mesos', () => mesos.agents(), REST_MS),
    told(clock, 'Mesos', () => mesos.frameworks(), REST_MS),
  ]);
  const framework = known(frameworks) && jenkinsFramework(known(frameworks) ?? [], known(templates)?.frameworkName);
  const [tasks, labelled] = await Promise.all([
    framework === undefined ? undefined : told(clock, 'Mesos', () => mesos.tasks(framework.id), REST_MS),
    labels(items, known(executors), jenkins, ports),
  ]);
  const look: QueueLook = {
    quietingDown: known(controller)?.quietingDown,
    executors: known(executors),
    settings: known(templates),
    mesosAgents: known(mesosAgents),
    isRegistered: registered(known(templates), frameworks.ok, framework),
    mesosTasks: tasks && known(tasks)?.map(({ id }) => id),
    labelled,
    staticAgents: settings.executorsAppId !== undefined,
  };
  return {
    look,
    missing: [...new Set(gaps(controller, executors, templates, mesosAgents, frameworks, ...(tasks ? [tasks] : [])))],
  };
}

/** Undefined where nobody knows, or Jenkins has no Mesos cloud to be registered for. */
function registered(
  settings: ExecutorSettings | undefined,
  mesosTold: boolean,
  framework: ReturnType<typeof jenkinsFramework>,
): boolean | undefined {
  if (settings === undefined || settings.frameworkName === undefined || !mesosTold) return undefined;
  return framework?.active === true;
}

/** Which nodes carry the labels that are waited for. What nobody tells is left out. */
async function labels(
  items: readonly BuildQueueItem[],
  executors: JenkinsExecutors | undefined,
  jenkins: Pick<Jenkins, 'nodesWith'>,
  { clock }: Ports,
): Promise<Map<string, string[]>> {
  const isNode = (name: string) => executors?.computers.some((computer) => computer.name === name) === true;
  const wanted = new Set<string>();
  for (const { why } of items) {
    const cause = waitCause(why);
    if (cause.kind === 'executor' && cause.on !== undefined && !isNode(cause.on)) wanted.add(cause.on);
  }
  const answers = [...wanted].slice(0, MOST_LABELS).map(async (label) => {
    const nodes = known(await told(clock, 'Jenkins', () => jenkins.nodesWith(label), REST_MS));
    return nodes === undefined ? [] : [[label, nodes] as const];
  });
  return new Map((await Promise.all(answers)).flat());
}

function grouped(items: readonly BuildQueueItem[], look: QueueLook): Group[] {
  const groups = new Map<string, Group>();
  for (const item of items.toSorted((a, b) => a.inQueueSince - b.inQueueSince || a.id - b.id)) {
    const wait = explainWait(item, look);
    const key = `${wait.why.mrkdwn}\n${wait.helps.mrkdwn}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { ...wait, items: [item] });
    else group.items.push(item);
  }
  return [...groups.values()];
}

function view({ now, groups, missing }: Facts): Message {
  if (!groups.ok) return say(md`:warning: What waits in Jenkins is not known. ${groups.missing}.`);
  const all = groups.value.flatMap(({ items }) => items);
  if (all.length === 0) return say(md`:white_check_mark: Nothing waits in Jenkins' build queue.`);
  const oldest = Math.min(...all.map(({ inQueueSince }) => inQueueSince));
  const headline = md`:hourglass: ${counted(all.length, 'build')} ${all.length === 1 ? 'waits' : 'wait'} in Jenkins' queue, the oldest for ${duration(now - oldest)}.`;
  const parts = shares(groups.value).flatMap(({ group, shown }) => [reasonWords(group), itemsWords(group, shown, now)]);
  const hidden = groups.value.slice(GROUPS).flatMap(({ items }) => items).length;
  const notes = [
    ...(hidden === 0 ? [] : [md`And ${hidden} more, for other reasons.`]),
    md`${code('abort q…')} with its number takes one out of the queue.`,
    ...missing.map((one) => md`Not known: ${one}.`),
  ];
  return {
    text: [headline, ...parts].map(({ plain }) => plain).join('\n'),
    blocks: [section(headline), ...parts.map(section), ...notes.map(context)],
  };
}

/** How many of each group are shown, so that every group is. */
function shares(groups: readonly Group[]): { group: Group; shown: number }[] {
  let left = SHOWN;
  return groups.slice(0, GROUPS).map((group, index, { length }) => {
    const shown = Math.min(group.items.length, SHOWN_OF_EACH, Math.max(1, left - (length - index - 1)));
    left -= shown;
    return { group, shown };
  });
}

const reasonWords = ({ items, why, helps }: Group): Rich =>
  lines(md`*${counted(items.length, 'build')}:* ${why}.`, md`_What helps:_ ${helps}`);

function itemsWords({ items }: Group, shown: number, now: number): Rich {
  const hidden = items.length - shown;
  const newest = items.at(-1)?.inQueueSince ?? now;
  return lines(
    ...items.slice(0, shown).map((item) => itemWords(item, now)),
    hidden === 0 ? undefined : md`… and ${hidden} more, the newest for ${duration(now - newest)}`,
  );
}

const itemWords = ({ id, name, inQueueSince, stuck, causes = [] }: BuildQueueItem, now: number): Rich =>
  md`• ${code(`q${id}`)} ${join([
    md`${shorten(name, LONGEST_NAME)} for ${duration(now - inQueueSince)}`,
    startWords(causes) ?? '',
    stuck ? 'much longer than usual' : '',
  ])}`;
