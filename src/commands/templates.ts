// `/ci templates`: what Jenkins' Mesos plugin starts agents from (the article's "slave info"), cloud by cloud.
import { z } from 'zod';
import type { CloudTemplate, MesosCloud, MesosClouds } from '../core/agent-templates.js';
import type { Framework } from '../core/cluster.js';
import { defineCommand, type Ports } from '../core/command.js';
import { context, type Message, type MessageBlock, say, section } from '../core/conversation.js';
import { gaps, known, type Told, told } from '../core/gather.js';
import { labelWords, mayAbort, needsWords, typedLabel } from '../core/template-words.js';
import { code, join, lines, md, type Rich } from '../core/text.js';
import { bare, counted, memory } from '../core/words.js';

interface Facts {
  clouds: Told<MesosClouds>;
  frameworks: Told<Framework[]>;
}

const TEMPLATES_SHOWN = 25;
const ARGUMENTS_SHOWN = 6;
const LONGEST_ARGUMENTS = 400;
const COLUMNS = ['label', 'cpus', 'memory', 'executors', 'each executor', 'idle time', 'asks Mesos for', 'container'];

export const templates = defineCommand({
  name: 'templates',
  usage: 'templates',
  summary:
    'The agent templates of every Mesos cloud of Jenkins: label, cpus, memory, executors, idle time, JVM arguments.',
  examples: ['templates', 'templates --here'],
  details: ['`template LABEL` changes one.'],
  args: z.object({}),
  effect: 'read',
  run,
  view,
});

async function run(_: object, { jenkins, mesos, clock }: Ports): Promise<Facts> {
  const [clouds, frameworks] = await Promise.all([
    told(clock, 'Jenkins', () => jenkins.mesosClouds()),
    told(clock, 'Mesos', () => mesos.frameworks()),
  ]);
  return { clouds, frameworks };
}

function view({ clouds, frameworks }: Facts): Message {
  if (!clouds.ok) return say(md`:warning: The agent templates are not known. ${clouds.missing}.`);
  const { plugin, clouds: all, isConfiguredAsCode } = clouds.value;
  if (all.length === 0) return say(noCloud(plugin));
  const count = all.reduce((sum, cloud) => sum + cloud.templates.length, 0);
  const version = plugin === undefined ? md`` : md`, Mesos plugin ${plugin.version}`;
  const headline = md`:card_index_dividers: *${counted(count, 'agent template')}* in ${counted(all.length, 'Mesos cloud')}${version}.`;
  const schedulers = all.map((cloud) => schedulerWords(cloud, all, plugin?.version, frameworks));
  const rows = all.flatMap((cloud) => cloud.templates.map((template) => rowOf(template, cloud, all)));
  const notes = notesOf(all, plugin?.version, isConfiguredAsCode);
  const args = argumentsOf(all);
  const missing = gaps(frameworks);
  const blocks: MessageBlock[] = [
    section(lines(headline, ...schedulers)),
    ...(rows.length === 0 ? [] : [table(rows, all)]),
    ...(args.length === 0 ? [] : [section(lines(...args))]),
    ...notes.map(context),
    ...(missing.length === 0 ? [] : [context(md`Not known: ${missing.join('; ')}.`)]),
  ];
  const told = all.flatMap((cloud) => cloud.templates.slice(0, TEMPLATES_SHOWN).map(sentence));
  return { text: [headline, ...schedulers, ...told, ...notes].map(({ plain }) => plain).join('\n'), blocks };
}

function noCloud(plugin: MesosClouds['plugin']): Rich {
  if (plugin === undefined)
    return md`:warning: Jenkins has no Mesos plugin, so it starts no agents on Mesos and has no templates.`;
  if (!plugin.active)
    return md`:warning: The Mesos plugin ${plugin.version} is installed but not active; Jenkins' log at its start says why.`;
  return md`:warning: The Mesos plugin ${plugin.version} is there, but no Mesos cloud is configured, so there are no templates. Jenkins has a page for it, under its system configuration.`;
}

/** Several clouds may carry one name, so they have numbers, as `--cloud` takes them. */
const isNumbered = (all: readonly MesosCloud[]) => all.length > 1;
const numberOf = (cloud: MesosCloud, all: readonly MesosCloud[]): number => all.indexOf(cloud) + 1;

function cloudName(cloud: MesosCloud, all: readonly MesosCloud[]): Rich {
  const number = isNumbered(all) ? md`Cloud ${numberOf(cloud, all)}, ${cloud.name}` : md`Cloud ${cloud.name}`;
  return cloud.frameworkName === undefined ? number : md`${number}, framework ${cloud.frameworkName}`;
}

function schedulerWords(
  cloud: MesosCloud,
  all: readonly MesosCloud[],
  version: string | undefined,
  frameworks: Told<Framework[]>,
): Rich {
  const name = cloudName(cloud, all);
  const { schedulerRunning, onDemandRegistration } = cloud;
  if (schedulerRunning === true) return md`${name}: its scheduler runs.`;
  if (schedulerRunning === undefined) return md`${name}: ${seenByMesos(cloud, frameworks)}`;
  if (onDemandRegistration)
    return md`${name}: its scheduler does not run now; it registers with Mesos when a build waits for an agent.`;
  const suspects = cloud.templates.filter((template) => mayAbort(version, template));
  const why =
    suspects.length === 0
      ? md`Its log says why, as "The Mesos driver was aborted".`
      : md`A known cause: the plugin before 0.8.0 aborts over a template without container settings, as ${join(suspects.slice(0, 3).map(labelWords))} ${suspects.length === 1 ? 'is' : 'are'}. Give it container settings, or update the plugin; then saving the system configuration or a restart starts the scheduler.`;
  return md`:red_circle: ${name}: *its scheduler is not running, so no agent can start.* ${why}`;
}

/** 2.x does not say whether its scheduler runs; Mesos says whether it is registered. */
function seenByMesos({ frameworkName }: MesosCloud, frameworks: Told<Framework[]>): Rich {
  const all = known(frameworks);
  if (all === undefined) return md`whether its scheduler runs is not known.`;
  const own = all.filter(({ name }) => name === frameworkName);
  if (own.some(({ active }) => active)) return md`Mesos has it as an active framework.`;
  return own.length > 0
    ? md`Mesos has lost its framework, so no agent can start until it is back.`
    : md`Mesos knows no such framework; plugin 2.x registers when the first build waits.`;
}

const executorColumn = ({ generation, maxExecutors }: CloudTemplate): string =>
  generation === 2 ? '1' : `up to ${maxExecutors}`;

const eachExecutor = ({ executorCpus, executorMemMiB }: CloudTemplate): string =>
  executorCpus === undefined ? '–' : `+ ${bare(executorCpus)} cpus, ${memory(executorMemMiB ?? 0)}`;

function rowOf(template: CloudTemplate, cloud: MesosCloud, all: readonly MesosCloud[]): string[] {
  const own = [
    template.label === '' ? '(none)' : template.label,
    String(template.cpus),
    memory(template.memMiB),
    executorColumn(template),
    eachExecutor(template),
    idleWords(template),
    needsWords(template),
    template.dockerImage ?? (template.hasContainer ? 'yes' : 'none'),
  ];
  return isNumbered(all) ? [String(numberOf(cloud, all)), ...own] : own;
}

/** 0 means two things: at once in 0.7, never since 0.8 (contract jenkins §2.1). */
const idleWords = ({ idleMinutes }: CloudTemplate): string => (idleMinutes === 0 ? '0 min' : `${idleMinutes} min`);

function table(rows: string[][], all: readonly MesosCloud[]): MessageBlock {
  const columns = isNumbered(all) ? ['cloud', ...COLUMNS] : COLUMNS;
  return { type: 'table', columns, rows: rows.slice(0, TEMPLATES_SHOWN) };
}

function sentence(template: CloudTemplate): Rich {
  return md`${labelWords(template)}: ${String(template.cpus)} cpus, ${memory(template.memMiB)}, ${executorColumn(template)} ${template.maxExecutors === 1 ? 'executor' : 'executors'}, idle ${idleWords(template)}`;
}

/** Templates that share their arguments are named together. */
function argumentsOf(all: readonly MesosCloud[]): Rich[] {
  const byText = new Map<string, CloudTemplate[]>();
  for (const template of all.flatMap((cloud) => cloud.templates)) {
    const kinds = [
      ['JVM arguments', template.jvmArguments],
      ['JNLP arguments', template.jnlpArguments],
    ] as const;
    for (const [kind, text] of kinds) {
      if (text === undefined) continue;
      const key = `${kind}\n${text}`;
      byText.set(key, [...(byText.get(key) ?? []), template]);
    }
  }
  return [...byText].slice(0, ARGUMENTS_SHOWN).map(([key, some]) => {
    const [kind = '', text = ''] = key.split('\n');
    const cut = text.length > LONGEST_ARGUMENTS ? `${text.slice(0, LONGEST_ARGUMENTS)}…` : text;
    const whose = md`${join(some.slice(0, 3).map(labelWords))}${some.length > 3 ? md` and ${some.length - 3} more` : ''}`;
    return md`${kind} of ${whose}: ${code(cut)}`;
  });
}

function notesOf(all: readonly MesosCloud[], version: string | undefined, isConfiguredAsCode: boolean): Rich[] {
  const every = all.flatMap((cloud) => cloud.templates);
  const running = all.filter(({ schedulerRunning }) => schedulerRunning !== false).flatMap((cloud) => cloud.templates);
  const suspects = running.filter((template) => version !== undefined && mayAbort(version, template));
  const notes: Rich[] = [];
  if (every.length > TEMPLATES_SHOWN) notes.push(md`${every.length - TEMPLATES_SHOWN} more templates are not shown.`);
  if (suspects.length > 0)
    notes.push(
      md`${join(suspects.slice(0, 3).map(labelWords))}: no container settings. The Mesos plugin ${version ?? ''} can abort its scheduler over that; 0.8.0 does not.`,
    );
  if (every.some(({ idleMinutes }) => idleMinutes === 0))
    notes.push(md`An idle time of 0 ends an agent at once with the plugin 0.7 and before, and never since 0.8.`);
  if (isConfiguredAsCode)
    notes.push(md`Jenkins is configured as code: a reload or restart sets the templates to what its files say.`);
  const [first] = every;
  if (first !== undefined) notes.push(md`${code(`template ${typedLabel(first.label)} mem=1024`)} changes one.`);
  return notes;
}
