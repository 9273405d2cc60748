// The scripts about agent templates and agents: their arguments, what they print, and nothing secret of it. The part
// `AgentTemplates` of the port `Jenkins`; called by `client.ts`.
import { z } from 'zod';
import type {
  AgentActivity,
  AgentTemplates,
  CloudTemplate,
  MesosCloud,
  MesosClouds,
  TemplateSeen,
  TemplateSettings,
} from '../../core/agent-templates.js';
import { HIDDEN, maskText } from '../../core/manifest-mask.js';
import { maybe } from '../maybe.js';
import type { Scrub } from '../secrets.js';
import type { ScriptName } from './script.js';

type RunScript = <T>(name: ScriptName, args: object, schema: z.ZodType<T>) => Promise<T>;

export function templateCalls(script: RunScript, scrub: Scrub): AgentTemplates {
  return {
    mesosClouds: async () => withoutSecrets(await script('templates-read', {}, TemplatesRead), scrub),
    setTemplates: (wanted, templates) => script('template-set', argumentsOf(wanted, templates), TemplatesSet),
    agentActivity: async () => {
      const agents = await script('agents-read', {}, AgentsRead);
      return agents.map((agent) => ({ ...agent, offlineWhy: agent.offlineWhy && scrub(agent.offlineWhy) }));
    },
  };
}

const Template = z.object({
  index: z.number(),
  label: z.string(),
  maxExecutors: maybe(z.number()),
  idleTerminationMinutes: maybe(z.number()),
  cpus: maybe(z.number()),
  mem: maybe(z.number()),
  executorCpus: maybe(z.number()),
  executorMem: maybe(z.number()),
  jvmArgs: maybe(z.string()),
  jnlpArgs: maybe(z.string()),
  container: maybe(z.boolean()),
  dockerImage: maybe(z.string()),
});

const Cloud = z
  .object({
    index: z.number(),
    generation: z.number(),
    name: maybe(z.string()),
    frameworkName: maybe(z.string()),
    onDemandRegistration: maybe(z.boolean()),
    schedulerRunning: maybe(z.boolean()),
    templates: z.array(Template),
  })
  .transform((wire): MesosCloud => {
    const generation = wire.generation === 2 ? 2 : 0;
    return {
      index: wire.index,
      name: wire.name ?? 'MesosCloud',
      generation,
      frameworkName: wire.frameworkName,
      onDemandRegistration: wire.onDemandRegistration ?? false,
      schedulerRunning: wire.schedulerRunning,
      templates: wire.templates.map((template) => templateOf(template, wire.index, generation)),
    };
  });

const templateOf = (wire: z.infer<typeof Template>, cloud: number, generation: 0 | 2): CloudTemplate => ({
  cloud,
  generation,
  index: wire.index,
  label: wire.label,
  maxExecutors: wire.maxExecutors ?? 1,
  idleMinutes: wire.idleTerminationMinutes ?? 0,
  cpus: wire.cpus ?? 0,
  memMiB: wire.mem ?? 0,
  executorCpus: wire.executorCpus,
  executorMemMiB: wire.executorMem,
  jvmArguments: wire.jvmArgs?.trim() || undefined,
  jnlpArguments: wire.jnlpArgs?.trim() || undefined,
  hasContainer: wire.container ?? false,
  dockerImage: wire.dockerImage,
});

const TemplatesRead = z
  .object({
    mesosPlugin: maybe(z.object({ version: maybe(z.string()), active: maybe(z.boolean()) })),
    configurationAsCode: maybe(z.boolean()),
    clouds: z.array(Cloud),
  })
  .transform(
    ({ mesosPlugin, configurationAsCode, clouds }): MesosClouds => ({
      plugin: mesosPlugin && { version: mesosPlugin.version ?? 'unknown', active: mesosPlugin.active ?? true },
      isConfiguredAsCode: configurationAsCode ?? false,
      clouds,
    }),
  );

function withoutSecrets(read: MesosClouds, scrub: Scrub): MesosClouds {
  const clean = (text: string | undefined) => (text === undefined ? undefined : scrub(maskArguments(text)));
  const cleaned = (template: CloudTemplate): CloudTemplate => ({
    ...template,
    jvmArguments: clean(template.jvmArguments),
    jnlpArguments: clean(template.jnlpArguments),
    dockerImage: clean(template.dockerImage),
  });
  return { ...read, clouds: read.clouds.map((cloud) => ({ ...cloud, templates: cloud.templates.map(cleaned) })) };
}

/** The agent's own way to take a login: `-credentials user:password` (remoting's `Launcher`). */
const LOGIN = /(-(?:credentials|auth|proxyCredentials|secret|jar-?cache-?credentials)[\s=]+)(?:"[^"]*"|'[^']*'|\S+)/gi;

const maskArguments = (text: string): string => maskText(text).replace(LOGIN, `$1${HIDDEN}`);

/** As the script calls the settings. */
interface Wire {
  cpus?: number;
  mem?: number;
  idle?: number;
}

const toWire = ({ cpus, memMiB, idleMinutes }: Partial<TemplateSettings>): Wire => ({
  ...(cpus === undefined ? {} : { cpus }),
  ...(memMiB === undefined ? {} : { mem: memMiB }),
  ...(idleMinutes === undefined ? {} : { idle: idleMinutes }),
});

const argumentsOf = (wanted: Partial<TemplateSettings>, templates: readonly TemplateSeen[]) => ({
  wanted: toWire(wanted),
  templates: templates.map(({ cloud, index, label, settings }) => ({
    cloud,
    template: index,
    label,
    ifCurrent: toWire(settings),
  })),
});

const Row = z
  .object({
    cloud: z.number(),
    template: z.number(),
    label: z.string(),
    now: z.object({ cpus: maybe(z.number()), mem: maybe(z.number()), idle: maybe(z.number()) }),
  })
  .transform(
    ({ cloud, template, label, now }): TemplateSeen => ({
      cloud,
      index: template,
      label,
      settings: {
        ...(now.cpus === undefined ? {} : { cpus: now.cpus }),
        ...(now.mem === undefined ? {} : { memMiB: now.mem }),
        ...(now.idle === undefined ? {} : { idleMinutes: now.idle }),
      },
    }),
  );

const TemplatesSet = z.object({
  changed: z.array(Row),
  unchanged: z.array(Row),
  refused: z.array(Row),
  saved: z.boolean(),
});

const AgentsRead = z
  .object({
    now: z.number(),
    agents: z.array(
      z.object({
        name: z.string(),
        label: maybe(z.string()),
        connecting: maybe(z.boolean()),
        since: maybe(z.number()),
        why: maybe(z.string()),
      }),
    ),
  })
  .transform(({ now, agents }): AgentActivity[] =>
    agents.map(({ name, label, connecting, since, why }) => ({
      name,
      label: label ?? '',
      // Jenkins says times to come of builds; what is idle or on its way began before.
      forMs: since === undefined ? undefined : Math.max(0, now - since),
      isConnecting: connecting ?? false,
      offlineWhy: why,
    })),
  );
