// Agent templates in words, for `templates` and `template`. Pure.

import { agentNeeds } from './agent-room.js';
import type { CloudTemplate, TemplateSeen, TemplateSettings } from './agent-templates.js';
import { UserError } from './errors.js';
import { nearestName } from './parse.js';
import { code, join, md, type Rich, shorten } from './text.js';
import { atLeast } from './version.js';
import { cpus, memory } from './words.js';

/** The first plugin that does not stumble over a template without container settings (mesos-plugin #130). */
const MENDED_IN = '0.8';

/** A template's label may be several words; '' names the template without label. */
export const carries = ({ label }: { label: string }, word: string): boolean =>
  label === word || (word !== '' && label.split(/\s+/).includes(word));

export const labelWords = ({ label }: { label: string }): Rich => (label === '' ? md`without label` : code(label));

/** As the argument of `template`. */
export const typedLabel = (label: string): string => (label === '' || /\s/.test(label) ? `"${label}"` : label);

/** Settings as people read them, with their units. */
export const SETTING_WORDS: Readonly<Record<keyof TemplateSettings, { name: string; show(value: number): string }>> = {
  cpus: { name: 'cpus', show: (value) => `${value}` },
  memMiB: { name: 'memory', show: (value) => `${value.toLocaleString('en')} MiB` },
  idleMinutes: { name: 'idle time', show: (value) => `${value.toLocaleString('en')} min` },
};
export const SETTINGS = ['cpus', 'memMiB', 'idleMinutes'] as const;

/** The values of `template` under the names that are wanted. */
export const pickSettings = (
  template: TemplateSettings,
  wanted: Partial<TemplateSettings>,
): Partial<TemplateSettings> =>
  Object.fromEntries(SETTINGS.filter((name) => wanted[name] !== undefined).map((name) => [name, template[name]]));

/** `memory 512 MiB → *1,024 MiB*, idle time 3 min → *5 min*`; what stays as it is, is left out. */
export function settingChanges(before: Partial<TemplateSettings>, after: Partial<TemplateSettings>): Rich {
  const changed = SETTINGS.flatMap((name) => {
    const [from, to] = [before[name], after[name]];
    if (from === undefined || to === undefined || from === to) return [];
    const { name: word, show } = SETTING_WORDS[name];
    return [md`${word} ${show(from)} → *${show(to)}*`];
  });
  return join(changed);
}

export const settingWords = (settings: Partial<TemplateSettings>): string =>
  SETTINGS.flatMap((name) => {
    const value = settings[name];
    return value === undefined ? [] : [`${SETTING_WORDS[name].name} ${SETTING_WORDS[name].show(value)}`];
  }).join(', ');

/** What Mesos is asked for when an agent with one executor starts. */
export const needsWords = (template: CloudTemplate): string => {
  const needs = agentNeeds(template);
  return `${cpus(needs.cpus)} and ${memory(needs.memMiB)}`;
};

/** Where the plugin is known to stumble (contract jenkins §2.3): 0.7 and before with a template without container settings. */
export const mayAbort = (pluginVersion: string | undefined, { generation, hasContainer }: CloudTemplate): boolean =>
  generation === 0 && !hasContainer && (pluginVersion === undefined || !atLeast(pluginVersion, MENDED_IN));

export function noSuchTemplate(label: string, templates: readonly CloudTemplate[]): UserError {
  const labels = [...new Set(templates.flatMap((template) => template.label.split(/\s+/)))].filter(
    (word) => word !== '',
  );
  const near = nearestName(label, labels);
  const hint =
    labels.length === 0
      ? 'No template has a label; `template ""` names one without.'
      : near === undefined
        ? `Labels there are: ${labels
            .slice(0, 10)
            .map((word) => `\`${shorten(word)}\``)
            .join(', ')}${labels.length > 10 ? ' …' : ''}. \`templates\` shows them.`
        : `Did you mean \`${shorten(near)}\`? \`templates\` shows them all.`;
  const what =
    label === '' ? 'No agent template is without a label.' : `No agent template has the label \`${shorten(label)}\`.`;
  return new UserError(what, hint);
}

/** One and the same template in two looks. */
export const isSame = (one: Pick<TemplateSeen, 'cloud' | 'index' | 'label'>, other: typeof one): boolean =>
  one.cloud === other.cloud && one.index === other.index && one.label === other.label;
