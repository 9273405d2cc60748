// Agent templates as plain records, and a Jenkins whose templates change as its script would change them.
import type {
  AgentTemplates,
  CloudTemplate,
  MesosCloud,
  MesosClouds,
  TemplateSeen,
  TemplateSettingsResult,
} from '../../src/core/agent-templates.js';
import { pickSettings } from '../../src/core/template-words.js';

export const aCloudTemplate = (patch: Partial<CloudTemplate> = {}): CloudTemplate => ({
  cloud: 0,
  generation: 0,
  index: 0,
  label: 'linux',
  maxExecutors: 2,
  idleMinutes: 3,
  cpus: 0.2,
  memMiB: 512,
  executorCpus: 0.1,
  executorMemMiB: 128,
  jvmArguments: '-Xms16m',
  jnlpArguments: undefined,
  hasContainer: true,
  dockerImage: 'ci/agent:1',
  ...patch,
});

/** Of the plugin 2.x. */
export const aSecondTemplate = (patch: Partial<CloudTemplate> = {}): CloudTemplate =>
  aCloudTemplate({
    generation: 2,
    maxExecutors: 1,
    executorCpus: undefined,
    executorMemMiB: undefined,
    jvmArguments: undefined,
    ...patch,
  });

export const aCloud = (patch: Partial<MesosCloud> = {}): MesosCloud => ({
  index: 0,
  name: 'MesosCloud',
  generation: 0,
  frameworkName: 'Jenkins Scheduler',
  onDemandRegistration: false,
  schedulerRunning: true,
  templates: [aCloudTemplate()],
  ...patch,
});

export const someClouds = (clouds: MesosCloud[] = [aCloud()], patch: Partial<MesosClouds> = {}): MesosClouds => ({
  plugin: { version: '0.9.0', active: true },
  isConfiguredAsCode: false,
  clouds,
  ...patch,
});

/** `acts` counts what it saved. */
export function changingClouds(clouds: MesosClouds = someClouds()) {
  const world = { clouds, acts: 0 };
  const all = () => world.clouds.clouds.flatMap(({ templates }) => templates);
  const calls: Pick<AgentTemplates, 'mesosClouds' | 'setTemplates'> = {
    mesosClouds: async () => structuredClone(world.clouds),
    async setTemplates(wanted, templates) {
      const result: TemplateSettingsResult = { changed: [], unchanged: [], refused: [], saved: false };
      for (const seen of templates) {
        const found = all().find(
          (one) => one.cloud === seen.cloud && one.index === seen.index && one.label === seen.label,
        );
        if (found === undefined) continue;
        const now = pickSettings(found, wanted);
        const row: TemplateSeen = { ...seen, settings: now };
        const same = (other: object) => JSON.stringify(other) === JSON.stringify(now);
        if (same(pickSettings({ ...found, ...wanted }, wanted))) result.unchanged.push(row);
        else if (!same(seen.settings)) result.refused.push(row);
        else {
          result.changed.push(row);
          Object.assign(found, wanted);
        }
      }
      result.saved = result.changed.length > 0;
      if (result.saved) world.acts += 1;
      return result;
    },
  };
  return { world, calls };
}
