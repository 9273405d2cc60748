// `/ci template LABEL cpus=N mem=MiB idle=MIN`: what agents that Jenkins starts from now on are given (contract jenkins §2.3).
import { agentNeeds } from '../core/agent-room.js';
import type { CloudTemplate, MesosClouds } from '../core/agent-templates.js';
import type { Json, MesosAgent } from '../core/cluster.js';
import { type ChangeSpec, defineCommand, type Ports } from '../core/command.js';
import { UpstreamError, UserError } from '../core/errors.js';
import { failureWords, known, told } from '../core/gather.js';
import { savedInGit } from '../core/git-follow.js';
import { type TemplateArguments, templateArguments, wantedOf } from '../core/template-arguments.js';
import { isTemplateChange, type TemplateFacts, type TemplatesBefore, templateView } from '../core/template-view.js';
import { carries, noSuchTemplate, pickSettings } from '../core/template-words.js';
import { SECOND } from '../core/time.js';
import { cpus, memory } from '../core/words.js';

/** For what only makes the answer better. */
const ASIDE_MS = 5 * SECOND;

const ofTemplates: ChangeSpec<TemplateArguments, Json, TemplateFacts> = {
  name: 'template',
  usage: 'template LABEL [cpus=N] [mem=MiB] [idle=MIN] [--cloud N]',
  summary: 'Change the cpus, memory or idle time of agents that Jenkins starts on Mesos from now on.',
  examples: ['template linux mem=1024', 'template linux cpus=0.5 mem=2048 idle=10', 'template "" idle=5'],
  details: [
    'Agents that run already keep what they have. `templates` shows what there is.',
    '`cpus` 0.1 to 128, `mem` 64 to 1048576 MiB: of the agent itself, its executors come on top. `idle` 1 to 1440 minutes.',
    'A label may be one word of several; `""` is the template without label. `--cloud N`: only in the Nth Mesos cloud.',
  ],
  syntax: { words: ['label'], rest: 'settings', options: { cloud: 'value' } },
  picks: {
    label: { label: 'Label', from: 'labels' },
    settings: { each: 'settings', of: 'label' },
    cloud: { label: 'Cloud', write: 'As templates counts them, where there are several.', optional: true },
  },
  args: templateArguments,
  numbers: ['cpus', 'mem', 'idle'],
  effect: 'change',
  exclusive: true,
  before: async (args, ports) => JSON.parse(JSON.stringify(await look(args, ports))) as Json,
  run: (args, ports, _asked, before) => run(args, ports, before as unknown as TemplatesBefore),
  view: templateView,
};

export const template = defineCommand(savedInGit(ofTemplates, isTemplateChange));

async function look(args: TemplateArguments, ports: Ports): Promise<TemplatesBefore> {
  const { jenkins, clock } = ports;
  const seen = await jenkins.mesosClouds();
  const matching = matchingIn(seen, args);
  await refuseTooLarge(matching, args, ports);
  const load = known(await told(clock, 'Jenkins', () => jenkins.executors(), ASIDE_MS));
  return {
    matching: matching.map(withoutArguments),
    runningAgents: load?.computers.filter((computer) => !computer.isController && !computer.offline).length,
    clouds: seen.clouds.map(({ index }) => index),
    isConfiguredAsCode: seen.isConfiguredAsCode,
  };
}

/** What agents are started with is not needed, and may hold what nobody should keep. */
const withoutArguments = (one: CloudTemplate): CloudTemplate => ({
  ...one,
  jvmArguments: undefined,
  jnlpArguments: undefined,
});

function matchingIn({ clouds, plugin }: MesosClouds, { label, cloud }: TemplateArguments): CloudTemplate[] {
  if (clouds.length === 0) {
    const what = plugin === undefined ? 'Jenkins has no Mesos plugin' : 'Jenkins has no Mesos cloud';
    throw new UserError(`${what}, so it has no agent templates.`, '`templates` says what was found.');
  }
  const meant = cloud === undefined ? clouds : clouds.slice(cloud - 1, cloud);
  if (meant.length === 0) {
    const count = clouds.length === 1 ? 'is only one Mesos cloud' : `are ${clouds.length} Mesos clouds`;
    throw new UserError(`There is no cloud ${cloud}: there ${count}.`, '`templates` shows them with their numbers.');
  }
  const all = meant.flatMap(({ templates }) => templates);
  const matching = all.filter((one) => carries(one, label));
  if (matching.length === 0) throw noSuchTemplate(label, all);
  return matching;
}

/** An agent that is larger than every machine never starts, and its builds wait for ever. */
async function refuseTooLarge(matching: CloudTemplate[], args: TemplateArguments, ports: Ports): Promise<void> {
  if (args.cpus === undefined && args.mem === undefined) return;
  const machines = known(await told(ports.clock, 'Mesos', () => ports.mesos.agents(), ASIDE_MS)) ?? [];
  if (machines.length === 0) return;
  for (const one of matching) {
    const needs = agentNeeds({ ...one, ...wantedOf(args) });
    if (machines.some(({ total }) => total.cpus >= needs.cpus && total.memMiB >= needs.memMiB)) continue;
    const size = `${cpus(needs.cpus)} and ${memory(needs.memMiB)}`;
    throw new UserError(
      `Such an agent would ask Mesos for ${size}, and no machine has that much (${largestWords(machines)}), so none could ever start.`,
      'Choose less.',
    );
  }
}

function largestWords(machines: readonly MesosAgent[]): string {
  const most = (of: (machine: MesosAgent) => number) =>
    machines.reduce((all, machine) => Math.max(all, of(machine)), 0);
  return `at most ${cpus(most(({ total }) => total.cpus))} and ${memory(most(({ total }) => total.memMiB))}`;
}

async function run(args: TemplateArguments, { jenkins }: Ports, before: TemplatesBefore): Promise<TemplateFacts> {
  const wanted = wantedOf(args);
  const templates = before.matching.map((one) => ({
    cloud: one.cloud,
    index: one.index,
    label: one.label,
    settings: pickSettings(one, wanted),
  }));
  const result = await jenkins.setTemplates(wanted, templates);
  return { wanted, before, result, after: await readBack(() => jenkins.mesosClouds()) };
}

/** The write has been answered: a failure to look at it is no failure of the change. */
async function readBack(look: () => Promise<MesosClouds>): Promise<TemplateFacts['after']> {
  try {
    return (await look()).clouds.flatMap(({ templates }) => templates.map(withoutArguments));
  } catch (error) {
    if (error instanceof UpstreamError) return { unread: `could not be read back (${failureWords(error)})` };
    throw error;
  }
}
