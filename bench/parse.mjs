// What a command costs before anything is asked of anybody: normalise, parse, find, authorise, among 10 to 500 commands.
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { catalogueOf } from '../dist/commands/index.js';
import { scale } from '../dist/commands/scale.js';
import { authorise } from '../dist/core/authorise.js';
import { defineCommand } from '../dist/core/command.js';
import { parse } from '../dist/core/parse.js';
import { parsePolicy } from '../dist/core/policy.js';
import { quantile } from './figures.mjs';

const RUNS = 20_000;
const ROUNDS = 5;
const TYPED = 'scale executors 4 —label linux';

const policy = parsePolicy(
  'roles:\n  operators: [U0ANA]\nrules:\n  - { effect: read, to: everyone }\n  - { command: scale executors, to: operators, max: { count: 8 } }\n',
);
const asked = {
  policy,
  actor: { userId: 'U0ANA', teamId: 'T0BENCH' },
  place: { channelId: 'C0CI', teamId: 'T0BENCH' },
  person: { isBot: false, isGuest: false, isStranger: false },
  channel: { isSharedOutside: false },
  homeTeamId: 'T0BENCH',
};

export async function parseBench() {
  const catalogues = [10, 100, 500].map((size) => ({ size, catalogue: catalogueOf([...fillers(size - 1), scale]) }));
  const times = new Map(catalogues.map(({ size }) => [size, []]));
  for (let count = 0; count <= ROUNDS; count += 1) {
    for (const { size, catalogue } of catalogues) {
      const p50 = round(catalogue);
      if (count > 0) times.get(size).push(p50); // the first round warms up
    }
  }
  const p50 = (size) => quantile(times.get(size), 0.5);
  const flatness = p50(500) / p50(10);
  return [
    {
      row: 'parse + find + authorise',
      target: 'p50 ≤ 20 µs, flat from 10 to 500 commands',
      figure: `${[10, 100, 500].map((size) => `${p50(size).toFixed(1)} µs at ${size}`).join(', ')} (${flatness.toFixed(2)} ×)`,
      ok: p50(500) <= 20 && flatness <= 1.5,
    },
  ];
}

/** µs */
function round(catalogue) {
  const each = [];
  for (let index = 0; index < RUNS; index += 1) {
    const startedAt = process.hrtime.bigint();
    const { command, args, policyWords } = parse(TYPED, catalogue);
    const permission = authorise({ ...asked, command, args, policyWords });
    each.push(Number(process.hrtime.bigint() - startedAt) / 1_000);
    if (!permission.allowed) throw new Error(permission.reason);
  }
  return quantile(each, 0.5);
}

const fillers = (count) =>
  Array.from({ length: count }, (_, index) =>
    defineCommand({
      name: `filler${index}`,
      usage: `filler${index}`,
      summary: '',
      examples: [`filler${index}`],
      args: z.object({}),
      effect: 'read',
      run: async () => ({}),
      view: () => ({ text: '', blocks: [] }),
    }),
  );

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const { row, target, figure, ok } of await parseBench())
    console.log(`${ok ? 'ok' : 'MISS'}  ${row}: ${figure}; target ${target}`);
}
