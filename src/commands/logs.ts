// `/ci logs`: the last lines that the controller, or the one before it, left in its Mesos sandbox.
import { z } from 'zod';
import { given, wholeNumber, words } from '../core/arguments.js';
import type { App, Mesos } from '../core/cluster.js';
import { type Asked, defineCommand, type Ports } from '../core/command.js';
import { context, type Message, type MessageBlock, say, section } from '../core/conversation.js';
import { UserError } from '../core/errors.js';
import { READ_DEADLINE_MS, told } from '../core/gather.js';
import { lastLines } from '../core/log-tail.js';
import { isTaskOf, runsNow, type Subject, subjectOf, type WantedTask } from '../core/sandbox-task.js';
import { code, link, md, type Rich, shorten } from '../core/text.js';
import { SECOND } from '../core/time.js';
import { counted, duration } from '../core/words.js';

type File = 'stdout' | 'stderr';

interface Args {
  file: File;
  lines: number;
  wanted: WantedTask;
}

type Found =
  /** A system did not say what was needed. */
  | { kind: 'unknown'; missing: string }
  | { kind: 'no-app' }
  | { kind: 'no-task' }
  | { kind: 'agent-gone' | 'file-gone'; subject: Subject }
  | { kind: 'read'; subject: Subject; sandbox: string; lines: string[] };

interface Facts extends Args {
  appId: string;
  now: number;
  found: Found;
}

const MOST_LINES = 2_000;
const file = z
  .string()
  .toLowerCase()
  .default('stderr')
  .transform((typed, check) => {
    if (typed === 'stdout' || typed === 'stderr') return typed;
    const message = `Expected \`stdout\` or \`stderr\`, got \`${shorten(typed)}\`.`;
    check.addIssue({ code: 'custom', message });
    return z.NEVER;
  });

export const logs = defineCommand({
  name: 'logs',
  usage: 'logs [stdout|stderr] [--previous] [--lines N]',
  summary: "The last lines of the controller's output, from its Mesos sandbox.",
  examples: ['logs', 'logs --previous', 'logs stdout --lines 200'],
  details: [
    `Jenkins logs to \`stderr\`, which is shown without a word. \`--lines\` is 1 to ${MOST_LINES.toLocaleString('en')}, 20 without it; what does not fit a message follows as a file.`,
    '`--previous` shows the task before, for as long as its Mesos agent keeps the sandbox: about a week.',
  ],
  // `--task`: what the button under an alert asks for; the id of any task of the app, so not for people's help.
  syntax: { words: ['file'], options: { previous: 'switch', lines: 'value', task: 'value' } },
  picks: {
    file: { label: 'File', oneOf: ['stderr', 'stdout'], optional: true },
    lines: { label: 'Lines', write: `1 to ${MOST_LINES.toLocaleString('en')}; 20 without it.`, optional: true },
  },
  args: z
    .object({
      file,
      previous: given,
      lines: wholeNumber('lines', 1, MOST_LINES, 'lines').optional(),
      task: words('--task', 500).optional(),
    })
    .refine(({ previous, task }) => !previous || task === undefined, {
      message: '`--task` names the task already, so `--previous` says nothing more.',
    })
    .transform(({ file, previous, lines = 20, task }): Args => {
      const named: WantedTask | undefined = task === undefined ? undefined : { which: 'named', id: task };
      return { file, lines, wanted: named ?? { which: previous ? 'previous' : 'current' } };
    }),
  numbers: ['lines'],
  effect: 'read',
  run,
  view,
});

/** Marathon says which task; then Mesos, where it is and what it wrote, has the rest of the time a read may take. */
const MARATHON_MS = 12 * SECOND;

/** Room for the longest lines that are shown; a stack trace has some 100 a line. One answer of an agent is 64 KiB. */
const bytesFor = (lines: number): number => Math.max(65_536, lines * 256);

async function run(args: Args, ports: Ports, _asked: Asked): Promise<Facts> {
  const { clock, settings } = ports;
  if (args.wanted.which === 'named' && !isTaskOf(settings.appId, args.wanted.id)) {
    throw new UserError(
      `\`${shorten(args.wanted.id)}\` is no task of \`${settings.appId}\`.`,
      'Only the logs of the Jenkins controller can be read here.',
    );
  }
  const found = await find(args, ports);
  return { ...args, appId: settings.appId, now: clock.now(), found };
}

async function find(args: Args, ports: Ports): Promise<Found> {
  const { marathon, mesos, clock, settings } = ports;
  const ask = () => Promise.all([marathon.app(settings.appId), marathon.info()]);
  const askedAt = clock.now();
  const said = await told(clock, 'Marathon', ask, MARATHON_MS);
  if (!said.ok) return { kind: 'unknown', missing: said.missing };
  const [app, { frameworkId }] = said.value;
  if (app === undefined) return { kind: 'no-app' };
  if (frameworkId === undefined)
    return { kind: 'unknown', missing: 'Marathon does not say which Mesos framework it is' };
  const leftMs = READ_DEADLINE_MS - Math.ceil((clock.now() - askedAt) / SECOND) * SECOND;
  const read = await told(clock, 'Mesos', () => readSandbox(args, app, frameworkId, mesos), leftMs);
  return read.ok ? read.value : { kind: 'unknown', missing: read.missing };
}

async function readSandbox(args: Args, app: App, frameworkId: string, mesos: Mesos): Promise<Found> {
  const running = runsNow(args.wanted, app);
  const meant = subjectOf(args.wanted, app, running === undefined ? await mesos.endedTasks(frameworkId) : []);
  if (meant === undefined) return { kind: 'no-task' };
  const subject = await locate(meant, mesos);
  const { mesosAgentId, executorId, taskId } = subject;
  if (mesosAgentId === undefined) return { kind: 'agent-gone', subject };

  const place = { mesosAgentId, frameworkId, executorId, taskId };
  const text = await mesos.sandboxTail(place, args.file, bytesFor(args.lines));
  if (text !== undefined)
    return { kind: 'read', subject, sandbox: mesos.sandboxLink(place), lines: lastLines(text, args.lines) };
  const isThere = (await mesos.agents()).some(({ id }) => id === mesosAgentId);
  return { kind: isThere ? 'file-gone' : 'agent-gone', subject };
}

/** Marathon knows the host of a failure and not the agent, Mesos that of an ended task the other way round. */
async function locate(subject: Subject, mesos: Mesos): Promise<Subject> {
  const { mesosAgentId, host } = subject;
  if (mesosAgentId !== undefined && host !== undefined) return subject;
  const agent = (await mesos.agents()).find(({ id, hostname }) =>
    mesosAgentId === undefined ? hostname === host : id === mesosAgentId,
  );
  const remembered = mesosAgentId === undefined ? undefined : mesos.hostnameOf(mesosAgentId);
  return { ...subject, mesosAgentId: mesosAgentId ?? agent?.id, host: host ?? agent?.hostname ?? remembered };
}

function view(facts: Facts): Message {
  const { found, appId, wanted } = facts;
  switch (found.kind) {
    case 'unknown':
      return say(md`:warning: The logs of ${appId} could not be read. ${found.missing}.`);
    case 'no-app':
      return say(md`:warning: Marathon has no app ${appId}, so there is nothing that logs.`);
    case 'no-task':
      return say(noTask(wanted, appId), ...otherTask(wanted, facts.file));
    case 'agent-gone':
      return say(
        md`:warning: The logs of ${task(found.subject)}, ${life(found.subject, facts.now)}, are out of reach: ${whereItWas(found.subject)} is not registered with Mesos. They come back with it, unless the machine is gone for good.`,
      );
    case 'file-gone':
      return say(
        md`:warning: ${code(facts.file)} of ${task(found.subject)}, ${life(found.subject, facts.now)}, is not there: the task never started, or its sandbox was cleared away (Mesos keeps one for a week, less on a full disk).`,
      );
    case 'read':
      return shown(facts, found);
  }
}

const noTask = (wanted: WantedTask, appId: string): Rich =>
  wanted.which === 'named'
    ? md`:warning: Neither Marathon nor Mesos remembers ${code(wanted.id)}, so where its logs are is not known.`
    : wanted.which === 'previous'
      ? md`:warning: Neither Marathon nor Mesos remembers a task of ${appId} before the one that runs.`
      : md`:warning: ${appId} has no running task, and neither Marathon nor Mesos remembers one that ended. \`status\` says what Marathon waits for.`;

function shown(facts: Facts, { subject, sandbox, lines }: Extract<Found, { kind: 'read' }>): Message {
  const about = md`${code(facts.file)} of ${task(subject)}, ${life(subject, facts.now)}`;
  const instead = facts.wanted.which === 'current' && subject.end !== undefined;
  const why = instead ? md` No controller runs at the moment, so this is the last one.` : md``;
  const blocks: MessageBlock[] = [
    context(md`${link(sandbox, 'The whole sandbox')} on ${subject.host ?? 'its Mesos agent'}`),
    ...otherFile(facts, subject),
  ];
  if (lines.length === 0) return say(md`:scroll: ${about}, is empty.${why}`, ...blocks);
  const headline = md`:scroll: The last ${counted(lines.length, 'line')} of ${about}.${why}`;
  const text = lines.join('\n');
  return {
    // Whoever cannot see the block, or has it read out, wants the last line first.
    text: `${headline.plain} The last one: ${lines.at(-1)}`,
    blocks: [section(headline), { type: 'code', text, keep: 'end' }, ...blocks],
  };
}

const task = ({ taskId, host }: Subject): Rich => (host === undefined ? code(taskId) : md`${code(taskId)} on ${host}`);

const whereItWas = ({ host, mesosAgentId }: Subject): Rich =>
  host === undefined ? md`its Mesos agent ${mesosAgentId ?? '(not known)'}` : md`the Mesos agent on ${host}`;

function life({ startedAt, end }: Subject, now: number): Rich {
  if (end === undefined)
    return startedAt === undefined ? md`which is starting` : md`which has run for ${duration(now - startedAt)}`;
  const why = end.words === undefined ? md`` : md` (${end.words})`;
  return end.at === undefined ? md`which has ended${why}` : md`which ended ${duration(now - end.at)} ago${why}`;
}

function otherTask(wanted: WantedTask, file: File): MessageBlock[] {
  if (wanted.which === 'current') return [];
  return [{ type: 'actions', buttons: [{ label: 'Logs of the running task', action: 'run', value: `logs ${file}` }] }];
}

function otherFile({ file, lines }: Facts, { taskId }: Subject): MessageBlock[] {
  const other: File = file === 'stderr' ? 'stdout' : 'stderr';
  const value = `logs ${other} --lines ${lines} --task ${taskId}`;
  return [{ type: 'actions', buttons: [{ label: `Show ${other}`, action: 'run', value }] }];
}
