// The bot's scripts about agent templates and agents, as Jenkins would answer them: `jenkins-scripts.ts` recognises them.
import { z } from 'zod';
import { FRAMEWORK_NAME } from '../world/jenkins/agents.js';
import type { Controller } from '../world/jenkins/controller.js';
import { type AgentTemplate, buildingOn } from '../world/jenkins/model.js';
import type { JenkinsWorld } from '../world/jenkins/world.js';

/** What the plugin calls its cloud, however many there are. */
const CLOUD_NAME = 'MesosCloud';

export function mesosClouds(world: JenkinsWorld, { home, farm }: Controller): object {
  const { line } = world;
  const templates = home.config.templates.map((template, index) => {
    const { minExecutors, mode, disk, ...shown } = template;
    return { index, ...shown, container: template.dockerImage !== undefined };
  });
  const scheduler =
    line.generation === 'old' ? { onDemandRegistration: false, schedulerRunning: farm.agents.schedulerRunning } : {};
  const generation = line.generation === 'modern' ? 2 : 0;
  return {
    ok: true,
    mesosPlugin: { version: line.mesosPlugin, active: true },
    configurationAsCode: false,
    clouds: [{ index: 0, generation, name: CLOUD_NAME, frameworkName: FRAMEWORK_NAME, ...scheduler, templates }],
  };
}

export function agentActivity(world: JenkinsWorld, { farm }: Controller): object {
  const agents = farm.agents.nodes.map((node) => ({
    name: node.name,
    label: node.labels.join(' '),
    connecting: node.running && !node.online,
    ...(buildingOn(node).length > 0 ? {} : { since: node.idleSince }),
  }));
  return { ok: true, now: world.clock.now(), agents };
}

const settings = z.object({
  cpus: z.number().min(0.1).max(128).optional(),
  mem: z.number().int().min(64).max(1_048_576).optional(),
  idle: z.number().int().min(1).max(1_440).optional(),
});
type Settings = z.infer<typeof settings>;

const argumentsOfSet = z.object({
  wanted: settings,
  templates: z.array(
    z.object({
      cloud: z.number(),
      template: z.number(),
      label: z.string(),
      ifCurrent: z.record(z.string(), z.number()),
    }),
  ),
});

const NAMES = ['cpus', 'mem', 'idle'] as const;
const MEMBER = { cpus: 'cpus', mem: 'mem', idle: 'idleTerminationMinutes' } as const;

export function setTemplates(
  _world: JenkinsWorld,
  controller: Controller,
  args: unknown,
  by: string,
): { result: object; tookEffect: boolean } {
  const parsed = argumentsOfSet.safeParse(args);
  if (!parsed.success) {
    const [name = 'wanted'] = [...(parsed.error.issues[0]?.path ?? [])].reverse();
    throw new RangeError(`java.lang.IllegalArgumentException: ${String(name)} must be in its range`);
  }
  const { wanted, templates } = parsed.data;
  const outcome: Record<'changed' | 'unchanged' | 'refused', object[]> = { changed: [], unchanged: [], refused: [] };
  for (const [index, template] of controller.home.config.templates.entries()) {
    const meant = templates.find((one) => one.cloud === 0 && one.template === index && one.label === template.label);
    if (meant === undefined) continue;
    const now = valuesOf(template, wanted);
    const row = { cloud: 0, template: index, label: template.label, now };
    if (NAMES.every((name) => now[name] === wanted[name])) outcome.unchanged.push(row);
    else if (NAMES.some((name) => now[name] !== undefined && now[name] !== meant.ifCurrent[name]))
      outcome.refused.push({ ...row, reason: 'ifCurrent' });
    else {
      outcome.changed.push(row);
      for (const name of NAMES) template[MEMBER[name]] = wanted[name] ?? template[MEMBER[name]];
    }
  }
  const saved = outcome.changed.length > 0;
  if (saved) controller.saved(by);
  return { result: { ok: true, ...outcome, saved }, tookEffect: saved };
}

/** Of those settings that are to be changed. */
const valuesOf = (template: AgentTemplate, wanted: Settings): Settings =>
  Object.fromEntries(NAMES.filter((name) => wanted[name] !== undefined).map((name) => [name, template[MEMBER[name]]]));
