// `/ci agents`: Jenkins' agents as Mesos and Jenkins together know them, what they cost and what they do.
import { z } from 'zod';
import { type AgentsLook, lookAtAgents } from '../core/agents-look.js';
import { agentsView } from '../core/agents-view.js';
import { words } from '../core/arguments.js';
import { defineCommand } from '../core/command.js';
import { READ_DEADLINE_MS } from '../core/gather.js';

const args = z.object({ label: words('label', 200).min(1).optional() });

interface Facts {
  seen: AgentsLook;
  label: string | undefined;
}

export const agents = defineCommand({
  name: 'agents',
  usage: 'agents [label]',
  summary: "Jenkins' agents: where they run, what they build, hold and use, what is starting, which machines are away.",
  examples: ['agents', 'agents linux', 'agents --here'],
  details: ['With a label: only agents that carry it.'],
  syntax: { words: ['label'] },
  args,
  effect: 'read',
  run: async ({ label }, ports): Promise<Facts> => ({ seen: await lookAtAgents(ports, READ_DEADLINE_MS), label }),
  view: ({ seen, label }: Facts) => agentsView(seen, label),
});
