// What Jenkins' Mesos plugin starts agents from, and what its agents do: nouns and calls of the port `Jenkins`
// (`cluster.ts`) that `templates`, `template` and `agents` make. All of them are scripts, so they need Administer
// (RunScripts on old cores).

/** What `template` changes; of the agent itself, without its executors. */
export interface TemplateSettings {
  cpus: number;
  memMiB: number;
  idleMinutes: number;
}

/** One agent template with what its agents are started with (contract jenkins §2.1). */
export interface CloudTemplate extends TemplateSettings {
  /** Place of its cloud among all clouds of Jenkins, from 0: several Mesos clouds may carry one name. */
  cloud: number;
  /** 2 for mesos plugin 2.x, else 0. */
  generation: 0 | 2;
  /** Its place in the cloud, from 0. */
  index: number;
  /** Blank-separated words; '' for a template without label. */
  label: string;
  maxExecutors: number;
  executorCpus: number | undefined;
  executorMemMiB: number | undefined;
  /** Secrets hidden. Undefined on 2.x, which has none. */
  jvmArguments: string | undefined;
  /** Of the agent's connection to Jenkins; secrets hidden. */
  jnlpArguments: string | undefined;
  hasContainer: boolean;
  dockerImage: string | undefined;
}

export interface MesosCloud {
  /** Among all clouds, from 0. */
  index: number;
  name: string;
  generation: 0 | 2;
  /** Name under which it registers with Mesos. */
  frameworkName: string | undefined;
  onDemandRegistration: boolean;
  /** False: no agent can start; undefined on 2.x, which does not tell. */
  schedulerRunning: boolean | undefined;
  templates: CloudTemplate[];
}

export interface MesosClouds {
  /** Undefined: Jenkins has no Mesos plugin. */
  plugin: { version: string; active: boolean } | undefined;
  /** The Configuration-as-Code plugin is there: its next reload may undo what is changed here. */
  isConfiguredAsCode: boolean;
  clouds: MesosCloud[];
}

/** Which template, and the values to be changed as the person saw them. */
export interface TemplateSeen {
  cloud: number;
  index: number;
  label: string;
  settings: Partial<TemplateSettings>;
}

export interface TemplateSettingsResult {
  changed: TemplateSeen[];
  /** Had the wanted values already. */
  unchanged: TemplateSeen[];
  /** Has other values by now than were seen. */
  refused: TemplateSeen[];
  saved: boolean;
}

/** What the JSON API does not say of an agent. */
export interface AgentActivity {
  /** Of the node. */
  name: string;
  label: string;
  /** How long it has been idle, or on its way since it was made; by Jenkins' clock. Undefined while it builds. */
  forMs: number | undefined;
  isConnecting: boolean;
  /** Jenkins' own words. */
  offlineWhy: string | undefined;
}

export interface AgentTemplates {
  mesosClouds(): Promise<MesosClouds>;
  /**
   * Sets some settings of agents that start from now on. A template that has the wanted values already is `unchanged`, one
   * that has others than were seen is `refused`, and one that is not at its place any more is in none of the lists: so
   * twice is once.
   */
  setTemplates(wanted: Partial<TemplateSettings>, templates: readonly TemplateSeen[]): Promise<TemplateSettingsResult>;
  agentActivity(): Promise<AgentActivity[]>;
}
