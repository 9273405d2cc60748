// `/ci usage`: what Jenkins was given on the cluster, what it really uses, and what the cluster has; now, or over a time.
import { z } from 'zod';
import { nodeOfTask } from '../core/agent-nodes.js';
import { durationMs } from '../core/arguments.js';
import type { Jenkins } from '../core/cluster.js';
import { type Asked, defineCommand, type Ports } from '../core/command.js';
import { type Message, say } from '../core/conversation.js';
import { UserError } from '../core/errors.js';
import { executorLimit } from '../core/executor-limit.js';
import { known, READ_DEADLINE_MS, told } from '../core/gather.js';
import { endsOf } from '../core/outages.js';
import { code, md } from '../core/text.js';
import { DAY, MINUTE } from '../core/time.js';
import { type AgentPart, lookAtUsage, type UsageLook } from '../core/usage-look.js';
import { nowView, type Parts } from '../core/usage-now.js';
import { type PeriodWords, periodName, periodView, shortPeriod } from '../core/usage-period.js';
import { type UsageStatistics, usageStatistics } from '../core/usage-statistics.js';

const args = z
  .object({
    period: durationMs('period', 5 * MINUTE, 366 * DAY, '5m to 366d').optional(),
    by: z
      .string()
      .refine((word): word is 'label' | 'agent' => word === 'label' || word === 'agent', {
        error: 'Expected `--by` to be `label` or `agent`.',
      })
      .optional(),
  })
  .refine(({ period, by }) => period === undefined || by === undefined, {
    error: '`--by` splits what is used now. Leave out the period, or leave out `--by`.',
  });

type Args = z.output<typeof args>;

type Facts =
  | { kind: 'now'; look: UsageLook; parts: Parts | undefined }
  | { kind: 'period'; statistics: UsageStatistics; words: PeriodWords; everSampled: boolean };

export const usage = defineCommand({
  name: 'usage',
  usage: 'usage [1h|24h|7d|30d] [--by label|agent]',
  summary: 'CPU and memory given to Jenkins, really used, and what the cluster has; now, or over a time.',
  examples: ['usage 7d', 'usage', 'usage 90m --here', 'usage --by label'],
  details: [
    'With a time (any, such as `90m`): mean, 95th percentile, peak, and a chart. Samples are taken once a minute.',
    '`--by label` or `--by agent`: what is used now, part by part.',
  ],
  syntax: { words: ['period'], options: { by: 'value' } },
  args,
  effect: 'read',
  run,
  view,
});

async function run({ period, by }: Args, ports: Ports, _asked: Asked): Promise<Facts> {
  if (period !== undefined) return overTime(period, ports);
  const look = await lookAtUsage(ports, READ_DEADLINE_MS);
  return { kind: 'now', look, parts: by === undefined ? undefined : await split(look, by, ports) };
}

async function overTime(periodMs: number, ports: Ports): Promise<Facts> {
  const { usage: samples, incidents, settings, clock } = ports;
  const { usageRetentionDays } = settings;
  if (periodMs > usageRetentionDays * DAY) {
    throw new UserError(
      `Samples are kept for ${usageRetentionDays} days (\`USAGE_RETENTION_DAYS\`), so \`${Math.ceil(periodMs / DAY)}d\` cannot be shown.`,
      `Try \`usage ${usageRetentionDays}d\`.`,
    );
  }
  const to = clock.now();
  const from = to - periodMs;
  const [statistics, rung, latest, limit] = await Promise.all([
    usageStatistics(from, to + 1, samples.read(from, to + 1)),
    incidents.since(from),
    samples.latest(),
    told(clock, 'Jenkins', () => executorLimit(ports)),
  ]);
  const words = {
    name: periodName(periodMs),
    short: shortPeriod(periodMs),
    zone: settings.timeZone,
    restarts: endsOf(rung, from),
    limit: known(limit),
  };
  return { kind: 'period', statistics, words, everSampled: latest !== undefined };
}

async function split(
  { parts, executors }: UsageLook,
  by: 'label' | 'agent',
  { jenkins, clock }: Ports,
): Promise<Parts> {
  if (by === 'agent') return { by, groups: parts.map((part) => ({ name: part.task.id, parts: [part] })) };
  const labels = await told(clock, 'Jenkins', () => labelsOf(executors.ok ? executors.value.computers : [], jenkins));
  const nodes = new Set(known(labels)?.keys());
  const nameOf = ({ task }: AgentPart): string => {
    if (!labels.ok) return 'label not known';
    const node = nodeOfTask(task.id, nodes);
    return (node === undefined ? undefined : labels.value.get(node)) ?? 'no label';
  };
  const names = [...new Set(parts.map(nameOf))].sort();
  return {
    by,
    groups: names.map((name) => ({ name, parts: parts.filter((part) => nameOf(part) === name) })),
    ...(labels.ok ? {} : { missing: labels.missing }),
  };
}

/** Node → its labels. Cores before 2.94 do not say them with the node; there each label is asked for its nodes. */
async function labelsOf(
  computers: readonly { name: string; labels?: string[] | undefined }[],
  jenkins: Pick<Jenkins, 'executorSettings' | 'nodesWith'>,
): Promise<Map<string, string>> {
  if (computers.some(({ labels }) => labels !== undefined))
    return new Map(computers.map(({ name, labels }) => [name, (labels ?? []).join(' ')]));
  const { templates } = await jenkins.executorSettings();
  const words = [...new Set(templates.flatMap(({ label }) => label.split(/\s+/)))].filter((word) => word !== '');
  const found = new Map<string, string>();
  for (const word of words) {
    for (const node of await jenkins.nodesWith(word)) {
      const before = found.get(node);
      found.set(node, before === undefined ? word : `${before} ${word}`);
    }
  }
  return found;
}

function view(facts: Facts, _asked: Asked): Message {
  if (facts.kind === 'now') return nowView(facts.look, facts.parts);
  const { statistics, words, everSampled } = facts;
  if (statistics.samples > 0) return periodView(statistics, words);
  return everSampled
    ? say(md`No samples in ${words.name}: no worker of Bellboard ran. ${code('usage')} shows what is used now.`)
    : say(
        md`No samples yet: Bellboard takes one a minute while a worker runs. ${code('usage')} shows what is used now.`,
      );
}
