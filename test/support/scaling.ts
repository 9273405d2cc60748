// `scale` run as the journey runs it, against a Jenkins whose templates change as its script would change them.
import { catalogueOf } from '../../src/commands/index.js';
import { scale } from '../../src/commands/scale.js';
import type { AgentTemplate, Jenkins, Json, TemplateChangeResult } from '../../src/core/cluster.js';
import type { Message } from '../../src/core/conversation.js';
import { parse } from '../../src/core/parse.js';
import { aLoadOf } from './ci-service.js';
import { asked, type FakeCalls, fakePorts } from './fakes.js';

/** A Jenkins whose templates change as the script would change them; `acts` counts what it saved. */
export function mesosCloud(templates: AgentTemplate[], load = aLoadOf(['app'], [])) {
  const cloud = { templates, acts: 0 };
  const calls: Partial<Jenkins> = {
    executors: async () => load,
    executorSettings: async () => ({
      controllerExecutors: 2,
      templates: structuredClone(cloud.templates),
      schedulerRunning: true,
      onDemandRegistration: false,
      frameworkName: 'Jenkins Scheduler',
    }),
    async setTemplateMax({ max, label }) {
      const result: TemplateChangeResult = { changed: [], unchanged: [], refused: [], saved: false };
      for (const template of cloud.templates) {
        if (label !== undefined && !template.label.split(' ').includes(label)) continue;
        const row = {
          cloud: template.cloud,
          template: template.index,
          label: template.label,
          from: template.maxExecutors,
          to: max,
        };
        if (template.generation === 2 && max > 1) result.refused.push({ ...row, reason: 'generation2' });
        else if (template.maxExecutors === max) result.unchanged.push(row);
        else {
          result.changed.push(row);
          template.maxExecutors = max;
        }
      }
      if (result.changed.length > 0) cloud.acts += 1;
      return { ...result, saved: result.changed.length > 0 };
    },
  };
  return { cloud, calls };
}

/** `before` and `run` as the journey does it; `kept` is what an earlier worker's `before` saw. */
export async function scaled(
  text: string,
  calls: FakeCalls,
  kept?: Json,
): Promise<{ ok: boolean; message: Message; before: Json }> {
  if (scale.effect !== 'change') throw new Error('scale is a change');
  const { args } = parse(text, catalogueOf([scale]));
  const ports = fakePorts(calls);
  const before = kept ?? (await scale.before(args, ports, asked()));
  const facts = await scale.run(args, ports, asked(), before);
  return { ...scale.view(facts, asked()), before };
}
