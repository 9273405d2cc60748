// `POST scriptText` without a Groovy in the house: recognises the bot's own scripts by what they call, does to the world
// what they would do, and answers in their protocol (contract jenkins §2.3). Anything else fails as Groovy fails.
import { z } from 'zod';
import { FRAMEWORK_NAME } from '../world/jenkins/agents.js';
import type { Controller } from '../world/jenkins/controller.js';
import { type AgentTemplate, buildingOn } from '../world/jenkins/model.js';
import type { JenkinsWorld } from '../world/jenkins/world.js';
import { scmSyncIncoming, scmSyncStatus } from './jenkins-scm-status.js';
import { agentActivity, mesosClouds, setTemplates } from './jenkins-template-scripts.js';

/** What a script printed, and whether it changed anything. */
export interface ScriptOutcome {
  /** Name for the access log. */
  action: string;
  output: string;
  tookEffect: boolean;
}

type Run = (world: JenkinsWorld, controller: Controller, args: unknown, by: string) => Ended;

interface Ended {
  result: unknown;
  tookEffect: boolean;
}

/** The first that fits; the executors script names what others do not, so it comes last. */
const SCRIPTS: { action: string; mark: string; run: Run }[] = [
  { action: 'set controller executors', mark: 'setNumExecutors(', run: setControllerExecutors },
  { action: 'set template settings', mark: 'memberOfSecond', run: setTemplates },
  { action: 'set template maximum', mark: 'setSlaveInfos', run: setTemplateMax },
  { action: 'read scm-sync', mark: 'commitsQueue', run: (world, controller) => read(scmSyncStatus(world, controller)) },
  {
    action: 'read what git would bring',
    mark: 'ls-tree',
    run: (world, controller) => read(scmSyncIncoming(world, controller)),
  },
  { action: 'save all to git', mark: 'synchronizeAllConfigs', run: saveAll },
  { action: 'purge scm-sync failures', mark: 'purgeFailLogs', run: purge },
  {
    action: 'read templates',
    mark: 'configuration-as-code',
    run: (world, controller) => read(mesosClouds(world, controller)),
  },
  {
    action: 'read agents',
    mark: 'idleStartMilliseconds',
    run: (world, controller) => read(agentActivity(world, controller)),
  },
  {
    action: 'read executors',
    mark: 'getMesosAgentSpecTemplates',
    run: (world, controller) => read(executors(world, controller)),
  },
];

export function runScript(world: JenkinsWorld, controller: Controller, script: string, by: string): ScriptOutcome {
  const known = SCRIPTS.find(({ mark }) => script.includes(mark));
  if (known === undefined) return { action: 'unknown script', output: groovyTrace(script), tookEffect: false };
  let ended: Ended;
  try {
    ended = known.run(world, controller, argumentsOf(script), by);
  } catch (error) {
    ended = { result: { ok: false, error: error instanceof Error ? error.message : String(error) }, tookEffect: false };
  }
  return {
    action: known.action,
    output: `@@CIBOT@@${JSON.stringify(ended.result)}@@END@@\n`,
    tookEffect: ended.tookEffect,
  };
}

/** The literal the bot puts its arguments into: base64 in single quotes, decoded by the script. */
function argumentsOf(script: string): unknown {
  const encoded = /'([A-Za-z0-9+/=]*)'\s*\.decodeBase64\(\)/.exec(script)?.[1];
  return encoded === undefined ? {} : JSON.parse(Buffer.from(encoded, 'base64').toString('utf8'));
}

/** A script that does not compile when its brackets do not close, else one that names what does not exist. */
function groovyTrace(script: string): string {
  const count = (character: string) => script.split(character).length;
  if (count('(') !== count(')') || count('{') !== count('}'))
    return "org.codehaus.groovy.control.MultipleCompilationErrorsException: startup failed:\nScript1.groovy: 1: expecting ')', found '' @ line 1, column 11.\n1 error\n\n\tat org.codehaus.groovy.control.ErrorCollector.failIfErrors(ErrorCollector.java:302)\n";
  const word = /[A-Za-z_]\w*/.exec(script)?.[0] ?? 'script';
  return `groovy.lang.MissingPropertyException: No such property: ${word} for class: Script1\n\tat org.codehaus.groovy.runtime.ScriptBytecodeAdapter.unwrap(ScriptBytecodeAdapter.java:50)\n\tat Script1.run(Script1.groovy:1)\n\tat groovy.lang.GroovyShell.evaluate(GroovyShell.java:580)\n\tat hudson.util.RemotingDiagnostics$Script.call(RemotingDiagnostics.java:139)\n`;
}

const read = (result: unknown): Ended => ({ result, tookEffect: false });

function executors(world: JenkinsWorld, { home, farm }: Controller): unknown {
  const { line } = world;
  const generation = line.generation === 'modern' ? 2 : 0;
  const templates = home.config.templates.map(({ jvmArgs, jnlpArgs, ...template }, index) => ({ index, ...template }));
  const cloud =
    generation === 2
      ? { master: 'http://leader.mesos:5050', frameworkName: FRAMEWORK_NAME, frameworkId: farm.agents.frameworkId }
      : {
          master: 'master.mesos:5050',
          frameworkName: FRAMEWORK_NAME,
          onDemandRegistration: false,
          schedulerRunning: farm.agents.schedulerRunning,
        };
  return {
    ok: true,
    core: line.core,
    controller: {
      numExecutors: home.config.numExecutors,
      liveExecutors: farm.controllerNode.executors.length,
      busyExecutors: buildingOn(farm.controllerNode).length,
    },
    clouds: [{ index: 0, generation, ...cloud, templates }],
  };
}

const controllerArguments = z.object({ n: z.number().int() });

function setControllerExecutors(_world: JenkinsWorld, controller: Controller, args: unknown, by: string): Ended {
  const { n } = controllerArguments.parse(args);
  if (n < 0 || n > 100) throw new RangeError('java.lang.IllegalArgumentException: n must be 0..100');
  const from = controller.home.config.numExecutors;
  controller.setExecutors(n, by);
  const live = controller.farm.controllerNode.executors.length;
  return { result: { ok: true, from, to: n, applied: true, live }, tookEffect: from !== n };
}

const templateArguments = z.object({
  max: z.number().int(),
  label: z.string().nullish(),
  cloud: z.number().int().nullish(),
  ifCurrent: z.number().int().nullish(),
  dryRun: z.boolean().nullish(),
  allowGeneration2: z.boolean().nullish(),
});
type TemplateArguments = z.infer<typeof templateArguments>;

function setTemplateMax(world: JenkinsWorld, controller: Controller, args: unknown, by: string): Ended {
  const wish = templateArguments.parse(args);
  if (wish.max < 1 || wish.max > 64) throw new RangeError('java.lang.IllegalArgumentException: max must be 1..64');
  const outcome: Record<'changed' | 'unchanged' | 'refused', object[]> = { changed: [], unchanged: [], refused: [] };
  const templates =
    wish.cloud === undefined || wish.cloud === null || wish.cloud === 0 ? controller.home.config.templates : [];
  for (const [index, template] of templates.entries()) {
    const decision = decide(world, template, wish);
    if (decision === undefined) continue;
    const row = { cloud: 0, template: index, label: template.label, from: template.maxExecutors, to: wish.max };
    outcome[decision.kind].push(decision.reason === undefined ? row : { ...row, reason: decision.reason });
    if (decision.kind === 'changed' && !wish.dryRun) limit(template, wish.max);
  }
  const saved = outcome.changed.length > 0 && !wish.dryRun;
  if (saved) controller.saved(by);
  return { result: { ok: true, ...outcome, saved }, tookEffect: saved };
}

interface Decision {
  kind: 'changed' | 'unchanged' | 'refused';
  reason?: 'generation2' | 'ifCurrent';
}

/** @returns undefined when the template carries another label */
function decide(world: JenkinsWorld, template: AgentTemplate, wish: TemplateArguments): Decision | undefined {
  const { label, ifCurrent } = wish;
  const wanted = typeof label !== 'string' || label === template.label || template.label.split(' ').includes(label);
  if (!wanted) return undefined;
  const modern = world.line.generation === 'modern';
  if (modern && wish.max > 1 && wish.allowGeneration2 !== true) return { kind: 'refused', reason: 'generation2' };
  if (typeof ifCurrent === 'number' && ifCurrent !== template.maxExecutors)
    return { kind: 'refused', reason: 'ifCurrent' };
  return { kind: template.maxExecutors === wish.max ? 'unchanged' : 'changed' };
}

/** A minimum above the maximum would win in the plugin, so it goes down along. */
function limit(template: AgentTemplate, max: number): void {
  template.maxExecutors = max;
  if (template.minExecutors !== undefined) template.minExecutors = Math.min(template.minExecutors, max);
}

/** The plugin's own words differ with its release (contract jenkins §3.4). */
function saveAll(world: JenkinsWorld, { home }: Controller): Ended {
  refuseWithoutPlugin(world);
  home.scmSync.changed(
    home.config,
    world.line.generation === 'old' ? 'Repository initialization' : 'New included files',
  );
  return { result: { ok: true }, tookEffect: true };
}

function purge(world: JenkinsWorld, { home }: Controller): Ended {
  refuseWithoutPlugin(world);
  const had = home.scmSync.fail !== undefined;
  home.scmSync.purge();
  return { result: { ok: true, had, left: false }, tookEffect: had };
}

function refuseWithoutPlugin({ scmSyncPlugin }: JenkinsWorld): void {
  if (scmSyncPlugin === 'active') return;
  throw new Error('java.lang.IllegalStateException: the plugin scm-sync-configuration is not installed');
}
