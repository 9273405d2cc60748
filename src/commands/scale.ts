// `/ci scale executors N`: how many builds may run at once. Jenkins' Mesos templates, its own executors, or the
// instances of a static agents' app (contract jenkins §2).
import { z } from 'zod';
import { given, wholeNumber } from '../core/arguments.js';
import type { AgentTemplate, TemplateChangeResult } from '../core/cluster.js';
import { type Asked, defineCommand, type Ports } from '../core/command.js';
import { context, type Message, say, sorry } from '../core/conversation.js';
import { UserError } from '../core/errors.js';
import { nearestName } from '../core/parse.js';
import { join, md, type Rich } from '../core/text.js';
import { counted, cpus, memory } from '../core/words.js';

const typed = z.object({
  what: z.literal(['executors', 'executor'], {
    error: 'Only `executors` can be scaled: the controller itself must stay one.',
  }),
  count: z.string().optional(),
  label: z.string().min(1).max(200).optional(),
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
  | { kind: 'templates'; templates: AgentTemplate[]; matching: AgentTemplate[]; busyAgents: number }
  | { kind: 'controller'; count: number }
  | { kind: 'app'; appId: string; instances: number };

interface Facts {
  args: Args;
  before: Before;
  /** Unless `before` already said there was nothing to do. */
  result: TemplateChangeResult | undefined;
  after: number | undefined;
}

export const scale = defineCommand({
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
  args: executorCount,
  policyWords: () => 'scale executors',
  effect: 'change',
  exclusive: true,
  before: async (args, ports, asked) => JSON.parse(JSON.stringify(await look(args, ports, asked))),
  run: (args, ports, _asked, before) => run(args, ports, before as unknown as Before),
  view,
});

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
    busyAgents: computers.filter((computer) => !computer.isController && !computer.offline).length,
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
    near === undefined
      ? `Labels there are: ${labels.map((word) => `\`${word}\``).join(', ')}.`
      : `Did you mean \`--label ${near}\`?`;
  return new UserError(`No agent template has the label \`${label ?? ''}\`.`, hint);
}

async function run(args: Args, { jenkins, marathon }: Ports, before: Before): Promise<Facts> {
  switch (before.kind) {
    case 'controller': {
      const { to } = await jenkins.setControllerExecutors(args.count);
      return { args, before, result: undefined, after: to };
    }
    case 'app': {
      if (before.instances !== args.count) await marathon.setInstances(before.appId, args.count);
      const app = await marathon.app(before.appId);
      return { args, before, result: undefined, after: app?.instances };
    }
    case 'templates': {
      const result = await jenkins.setTemplateMax({ max: args.count, label: args.label });
      const { templates } = await jenkins.executorSettings();
      const now = templates.filter((template) => args.label === undefined || carries(template, args.label));
      const allSet = now.length > 0 && now.every((template) => template.maxExecutors === args.count);
      return { args, before, result, after: allSet ? args.count : undefined };
    }
  }
}

function view({ args, before, result, after }: Facts): { ok: boolean; message: Message } {
  const refused = result?.refused.find((row) => row.reason === 'generation2');
  if (refused !== undefined) return { ok: false, message: generation2(args.count) };
  if (after !== args.count) return { ok: false, message: notThere(args.count, after) };
  switch (before.kind) {
    case 'controller':
      return {
        ok: true,
        message: changed(
          'The controller',
          [before.count],
          args.count,
          md`It grows at once; when it shrinks, busy executors go when their build ends.`,
        ),
      };
    case 'app':
      return {
        ok: true,
        message: changed(
          `The agents' app ${before.appId}`,
          [before.instances],
          args.count,
          md`Marathon starts or stops instances now; \`status\` shows when they are up.`,
        ),
      };
    case 'templates':
      return {
        ok: true,
        message: changed(
          names(before.matching),
          before.matching.map((template) => template.maxExecutors),
          args.count,
          effectWords(before, args.count),
        ),
      };
  }
}

function changed(what: string, from: number[], to: number, effect: Rich): Message {
  const distinct = [...new Set(from)];
  if (distinct.every((count) => count === to)) {
    return say(md`:white_check_mark: ${what}: already ${counted(to, 'executor')}. Nothing was changed.`);
  }
  return say(md`:white_check_mark: ${what}: ${join(distinct, ' and ')} → *${counted(to, 'executor')}*. ${effect}`);
}

function names(templates: AgentTemplate[]): string {
  const labels = templates.map((template) => template.label || 'without label');
  return labels.length === 1
    ? `Agents ${labels[0]}`
    : `Agents ${labels.slice(0, 5).join(', ')}${labels.length > 5 ? ' …' : ''}`;
}

function effectWords({ matching, busyAgents }: Extract<Before, { kind: 'templates' }>, count: number): Rich {
  const [template] = matching;
  const size =
    template?.executorCpus === undefined || template.executorMemMiB === undefined
      ? md``
      : md` (${cpus(template.cpus + count * template.executorCpus)}, ${memory(template.memMiB + count * template.executorMemMiB)} each)`;
  const keep =
    busyAgents === 0
      ? 'No agent runs now.'
      : `The ${counted(busyAgents, 'running agent')} ${busyAgents === 1 ? 'keeps' : 'keep'} what ${busyAgents === 1 ? 'it has' : 'they have'}.`;
  return md`Agents started from now on get up to ${counted(count, 'executor')}${size}. ${keep}`;
}

const generation2 = (count: number): Message =>
  sorry(
    `Not changed: this Jenkins has the Mesos plugin 2.x, which starts one agent with one executor for each queued build. With a maximum of ${count} it would start fewer agents, not more.`,
    'To run more builds at once, give the cluster room; `usage` shows what is free.',
    context(md`Contract of mesos-plugin 2.x: every agent is created with exactly 1 executor.`),
  );

const notThere = (count: number, after: number | undefined): Message =>
  say(
    md`:red_circle: Not changed to ${count}: read back, it is ${after === undefined ? 'still another value' : after}. Somebody else may have changed it at the same time; try again.`,
  );
