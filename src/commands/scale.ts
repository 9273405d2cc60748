// `/ci scale executors N`: how many builds may run at once. Jenkins' Mesos templates, its own executors, or the
// instances of a static agents' app (contract jenkins §2).
import { z } from 'zod';
import { given, wholeNumber, words } from '../core/arguments.js';
import type { AgentTemplate, Json, TemplateChangeResult } from '../core/cluster.js';
import { type Asked, type ChangeSpec, defineCommand, type Ports } from '../core/command.js';
import { type Message, say, sorry } from '../core/conversation.js';
import { lockedWords } from '../core/deploy-lock.js';
import { NoSuchName, UpstreamError, UserError } from '../core/errors.js';
import { failureWords } from '../core/gather.js';
import { savedInGit } from '../core/git-follow.js';
import { nearestName } from '../core/parse.js';
import { join, md, type Rich } from '../core/text.js';
import { counted, cpus, memory } from '../core/words.js';

const typed = z.object({
  what: z.literal(['executors', 'executor'], {
    error: 'Only `executors` can be scaled: the controller itself must stay one.',
  }),
  count: z.string().optional(),
  label: words('--label', 200).min(1).optional(),
  controller: given,
});

const executorCount = typed.transform(({ count, label, controller }, context) => {
  // The controller may have none of its own; a template of 0 makes old Mesos plugins loop for ever (contract jenkins §2.1).
  const rule = controller ? wholeNumber('count', 0, 100, 'executors') : wholeNumber('count', 1, 64, 'executors');
  const checked = rule.safeParse(count);
  if (!checked.success) {
    context.addIssue({ code: 'custom', message: checked.error.issues[0]?.message ?? '' });
    return z.NEVER;
  }
  if (controller && label !== undefined) {
    context.addIssue({
      code: 'custom',
      message: '`--label` and `--controller` exclude each other: the controller has no template.',
    });
    return z.NEVER;
  }
  return { count: checked.data, label, controller };
});

type Args = z.output<typeof executorCount>;

type Before =
  | { kind: 'templates'; templates: AgentTemplate[]; matching: AgentTemplate[]; runningAgents: number }
  | { kind: 'controller'; count: number }
  | { kind: 'app'; appId: string; instances: number };

interface Facts {
  args: Args;
  before: Before;
  result: TemplateChangeResult | undefined;
  /** Read back after the write: a number, `mixed` values, or why it could not be read. */
  after: number | 'mixed' | 'gone' | { unread: string };
}

const ofExecutors: ChangeSpec<Args, Json, Facts> = {
  name: 'scale',
  usage: 'scale executors <count> [--label L] [--controller]',
  summary: 'Change how many Jenkins executors run.',
  examples: ['scale executors 4', 'scale executors 2 --label linux', 'scale executors 0 --controller'],
  details: [
    'Without options: the executors of every agent that Jenkins starts on Mesos from now on, 1 to 64.',
    '`--label L`: only of the agent template with that label.',
    '`--controller`: of the controller itself, 0 to 100.',
  ],
  syntax: { words: ['what', 'count'], options: { label: 'value', controller: 'switch' } },
  picks: {
    what: { always: 'executors' },
    count: { label: 'Executors', write: 'A whole number from 1 to 64.' },
    label: { label: 'Only of agents with this label', from: 'labels', optional: true },
  },
  args: executorCount,
  numbers: ['count'],
  policyWords: { of: () => 'scale executors', all: ['scale executors'] },
  effect: 'change',
  exclusive: true,
  before: async (args, ports, asked) => JSON.parse(JSON.stringify(await look(args, ports, asked))),
  run: (args, ports, asked, before) => run(args, ports, asked, before as unknown as Before),
  view,
};

export const scale = defineCommand(savedInGit(ofExecutors, isChange));

/** A worker that died after the write finds everything as it was wanted, and the values of before tell that it was not. */
function isChange({ args, before, result }: Facts): boolean {
  switch (before.kind) {
    case 'app':
      return false;
    case 'controller':
      return before.count !== args.count;
    case 'templates':
      return result?.refused.length === 0 && before.matching.some(({ maxExecutors }) => maxExecutors !== args.count);
  }
}

async function look({ label, controller }: Args, ports: Ports, _asked: Asked): Promise<Before> {
  if (controller) return { kind: 'controller', count: (await ports.jenkins.executorSettings()).controllerExecutors };
  const { executorsAppId } = ports.settings;
  if (executorsAppId !== undefined && label === undefined) {
    const app = await ports.marathon.app(executorsAppId);
    if (app === undefined)
      throw new UserError(`Marathon has no app \`${executorsAppId}\`.`, 'The setting `EXECUTORS_APP_ID` names it.');
    return { kind: 'app', appId: app.id, instances: app.instances };
  }
  const { templates } = await ports.jenkins.executorSettings();
  const matching = label === undefined ? templates : templates.filter((template) => carries(template, label));
  if (matching.length === 0) throw noTemplate(label, templates);
  const { computers } = await ports.jenkins.executors();
  return {
    kind: 'templates',
    templates,
    matching,
    runningAgents: computers.filter((computer) => !computer.isController && !computer.offline).length,
  };
}

/** A template's label may be several words. */
const carries = (template: AgentTemplate, label: string) =>
  template.label === label || template.label.split(/\s+/).includes(label);

function noTemplate(label: string | undefined, templates: AgentTemplate[]): UserError {
  if (templates.length === 0) {
    return new UserError(
      'Jenkins has no Mesos agent template, so there is nothing to scale.',
      '`scale executors 2 --controller` sets the executors of the controller itself.',
    );
  }
  const labels = templates.flatMap((template) => template.label.split(/\s+/)).filter((word) => word !== '');
  const near = label === undefined ? undefined : nearestName(label, labels);
  const hint =
    labels.length === 0
      ? 'No template has a label; without `--label` all of them are meant.'
      : near === undefined
        ? `Labels there are: ${labels.map((word) => `\`${word}\``).join(', ')}.`
        : `Did you mean \`--label ${near}\`?`;
  return new NoSuchName(`No agent template has the label \`${label ?? ''}\`.`, hint);
}

async function run(args: Args, ports: Ports, asked: Asked, before: Before): Promise<Facts> {
  const { jenkins, marathon } = ports;
  switch (before.kind) {
    case 'controller': {
      const { to, applied } = await jenkins.setControllerExecutors(args.count);
      return { args, before, result: undefined, after: applied ? to : { unread: 'saved, but not in force yet' } };
    }
    case 'app': {
      if (before.instances !== args.count) await setInstances(before.appId, args.count, ports, asked);
      const after = await readBack(async () => (await marathon.app(before.appId))?.instances ?? 'gone');
      return { args, before, result: undefined, after };
    }
    case 'templates': {
      const result = await jenkins.setTemplateMax({ max: args.count, label: args.label });
      return { args, before, result, after: await readBack(() => templatesNow(args.label, ports)) };
    }
  }
}

async function setInstances(appId: string, count: number, ports: Ports, asked: Asked): Promise<void> {
  try {
    await ports.marathon.setInstances(appId, count);
  } catch (error) {
    if (!(error instanceof UpstreamError) || error.status !== 409) throw error;
    throw await lockedWords(error.deploymentIds, ports, asked.id, appId);
  }
}

async function templatesNow(label: string | undefined, { jenkins }: Ports): Promise<number | 'mixed' | 'gone'> {
  const { templates } = await jenkins.executorSettings();
  const [first, ...rest] = templates
    .filter((template) => label === undefined || carries(template, label))
    .map((template) => template.maxExecutors);
  if (first === undefined) return 'gone';
  return rest.every((count) => count === first) ? first : 'mixed';
}

/** The write has been answered: a failure to look at it is no failure of the change. */
async function readBack(look: () => Promise<number | 'mixed' | 'gone'>): Promise<Facts['after']> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof UpstreamError) return { unread: `could not be read back (${failureWords(error)})` };
    throw error;
  }
}

function view(facts: Facts): { ok: boolean; message: Message } {
  const { args, result, after } = facts;
  const refused = result?.refused.some((row) => row.reason === 'generation2') ?? false;
  if (refused) return { ok: false, message: generation2(args.count) };
  if (typeof after === 'object') return { ok: true, message: unread(facts, after.unread) };
  if (after !== args.count) return { ok: false, message: notThere(args.count, after) };
  return { ok: true, message: changed(facts) };
}

function changed({ args, before }: Facts): Message {
  const { what, from, unit } = subjectOf(before);
  const distinct = [...new Set(from)];
  if (distinct.every((count) => count === args.count)) {
    return say(md`:white_check_mark: ${what}: already ${counted(args.count, unit)}. Nothing was changed.`);
  }
  return say(
    md`:white_check_mark: ${what}: ${join(distinct, ' and ')} → *${counted(args.count, unit)}*. ${effectOf(before, args.count)}`,
  );
}

function subjectOf(before: Before): { what: string; from: number[]; unit: 'executor' | 'instance' } {
  switch (before.kind) {
    case 'controller':
      return { what: 'The controller', from: [before.count], unit: 'executor' };
    case 'app':
      return { what: `The agents' app ${before.appId}`, from: [before.instances], unit: 'instance' };
    case 'templates':
      return {
        what: names(before.matching),
        from: before.matching.map((template) => template.maxExecutors),
        unit: 'executor',
      };
  }
}

function effectOf(before: Before, count: number): Rich {
  switch (before.kind) {
    case 'controller':
      return md`It grows at once; when it shrinks, busy executors go when their build ends.`;
    case 'app':
      return md`Marathon starts or stops instances now; its own page shows when they are up.`;
    case 'templates':
      return effectWords(before, count);
  }
}

function names(templates: AgentTemplate[]): string {
  const labels = templates.map((template) => template.label || 'without label');
  return labels.length === 1
    ? `Agents ${labels[0]}`
    : `Agents ${labels.slice(0, 5).join(', ')}${labels.length > 5 ? ' …' : ''}`;
}

function effectWords({ matching, runningAgents }: Extract<Before, { kind: 'templates' }>, count: number): Rich {
  const keep =
    runningAgents === 0
      ? 'No agent runs now.'
      : `The ${counted(runningAgents, 'running agent')} ${runningAgents === 1 ? 'keeps' : 'keep'} what ${runningAgents === 1 ? 'it has' : 'they have'}.`;
  return md`Agents started from now on get up to ${counted(count, 'executor')}${sizeWords(matching, count)}. ${keep}`;
}

/** How large an agent with all its executors is, where every template says the same. */
function sizeWords(matching: AgentTemplate[], count: number): Rich | '' {
  const sizes = matching.map(({ cpus: own, memMiB, executorCpus, executorMemMiB }) =>
    executorCpus === undefined || executorMemMiB === undefined
      ? undefined
      : `${cpus(own + count * executorCpus)}, ${memory(memMiB + count * executorMemMiB)} each`,
  );
  const [size] = sizes;
  return size === undefined || sizes.some((other) => other !== size) ? '' : md` (${size})`;
}

/** One Jenkins has one version of the plugin, so all of its templates are refused alike. */
const generation2 = (count: number): Message =>
  sorry(
    `Not changed: this Jenkins has the Mesos plugin 2.x, which starts one agent with one executor for each queued build. With a maximum of ${count} it would start fewer agents, not more.`,
    'To run more builds at once, give the cluster room; `usage` shows what is free.',
  );

function unread({ args, before }: Facts, why: string): Message {
  const { what, from, unit } = subjectOf(before);
  return say(
    md`:warning: ${what}: ${join([...new Set(from)], ' and ')} → *${counted(args.count, unit)}*, as far as it was answered; ${why}.`,
  );
}

function notThere(count: number, after: number | 'mixed' | 'gone'): Message {
  const seen = { mixed: 'the values differ', gone: 'it is not there any more' };
  const now = typeof after === 'number' ? `it is ${after}` : seen[after];
  return say(
    md`:red_circle: Not changed to ${count}: read back, ${now}. Somebody else may have changed it at the same time; try again.`,
  );
}
