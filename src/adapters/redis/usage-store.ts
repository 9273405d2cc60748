// The `usage` stream: one entry a minute, its id the sample's time, its one field named by the version of the form.
// A sample is a row of numbers, because 35 days of them lie in memory.
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { SECOND } from '../../core/time.js';
import { type Held, SOONEST_MS, type UsageSample, type UsageStore } from '../../core/usage-sample.js';
import type { Keys } from './keys.js';
import { orRedisError } from './redis-error.js';

const PAGE = 1_000;
const VERSION = '1';
/** Of waits in one minute; more are thinned out evenly, so that an entry stays below 250 bytes. */
const MOST_WAITS = 10;

// The look at the newest entry and the entry itself are one step, or two workers would both find room for theirs.
const ADD = `
local newest = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
if newest and tonumber(ARGV[1]) - tonumber(string.match(newest[1], '^%d+')) < tonumber(ARGV[2]) then return 0 end
redis.call('XADD', KEYS[1], ARGV[1] .. '-0', ARGV[3], ARGV[4])
return 1`;

export function usageStore(redis: Redis, keys: Keys, keptMs: number): UsageStore {
  return {
    async add(sample) {
      const row = JSON.stringify(rowOf(sample));
      const added = redis.eval(ADD, 1, keys.usage, String(sample.at), String(SOONEST_MS), VERSION, row);
      return (await orRedisError('keep a usage sample', added)) === 1;
    },
    async *read(from, to) {
      for (let start = `${from}`; ; ) {
        const rows = await redis.xrange(keys.usage, start, `(${to}-0`, 'COUNT', PAGE);
        yield rows.flatMap(sampleOf);
        const last = rows.at(-1)?.[0];
        if (rows.length < PAGE || last === undefined) return;
        start = `(${last}`;
      }
    },
    async latest() {
      const rows = redis.xrevrange(keys.usage, '+', '-', 'COUNT', 1);
      const [newest] = await orRedisError('read the newest usage sample', rows);
      return newest === undefined ? undefined : sampleOf(newest)[0];
    },
    async trim(now) {
      await redis.xtrim(keys.usage, 'MINID', '~', Math.max(0, Math.floor(now - keptMs)));
    },
  };
}

const Count = z.number().nullable();
/** In this order; zod reads it, so what another version or hand wrote is left out instead of being misread. */
const Row = z.tuple([
  Count, // Mesos agents
  Count, // cluster: cpus
  Count, // MiB
  Count, // cluster, allocated: cpus
  Count, // MiB
  z.array(Count), // controller: tasks, allocated cpus and MiB, measured tasks, used cpus and MiB
  z.array(Count), // build agents: the same
  Count, // executors busy
  Count, // and in all
  Count, // build queue: items
  Count, // longest wait, s
  Count, // at the limit
  Count, // up: 1 or 0
  z.array(z.number()).nullable(), // waits, s
]);
type Row = z.infer<typeof Row>;
/** A month is 43,200 of them (measured: half the time). */
const CompiledRow = z.compile(Row);

function rowOf({ cluster, controller, agents, executors, buildQueue, up, waitsMs }: UsageSample): Row {
  return [
    cluster?.agents ?? null,
    ...pair(cluster?.total),
    ...pair(cluster?.allocated),
    heldRow(controller),
    heldRow(agents),
    executors?.busy ?? null,
    executors?.total ?? null,
    buildQueue?.length ?? null,
    buildQueue === null ? null : Math.round(buildQueue.longestMs / SECOND),
    buildQueue?.atLimit ?? null,
    up === null ? null : Number(up),
    waitsMs === null ? null : thinned(waitsMs).map((ms) => Math.round(ms / SECOND)),
  ];
}

const pair = (resources: { cpus: number; memMiB: number } | undefined): [number | null, number | null] =>
  resources === undefined ? [null, null] : [rounded(resources.cpus), Math.round(resources.memMiB)];

/** A thousandth of a cpu is less than Mesos itself tells apart. */
const rounded = (cpus: number) => Math.round(cpus * 1_000) / 1_000;

function heldRow(held: Held | null): (number | null)[] {
  if (held === null) return [];
  const given = [held.tasks, ...pair(held.allocated)];
  return held.used === null ? given : [...given, held.used.tasks, ...pair(held.used)];
}

function thinned(waitsMs: readonly number[]): number[] {
  const sorted = [...waitsMs].sort((a, b) => a - b);
  if (sorted.length <= MOST_WAITS) return sorted;
  const step = (sorted.length - 1) / (MOST_WAITS - 1);
  return Array.from({ length: MOST_WAITS }, (_, index) => sorted[Math.round(index * step)] ?? 0);
}

function sampleOf([id, fields]: [id: string, fields: string[]]): UsageSample[] {
  const [version, text] = fields;
  if (version !== VERSION || text === undefined) return [];
  const row = CompiledRow.safeParse(JSON.parse(text));
  if (!row.success) return [];
  const [agents, cpus, memMiB, usedCpus, usedMemMiB, controller, builds, ...jenkins] = row.data;
  const [busy, total, length, longest, atLimit, up, waits] = jenkins;
  return [
    {
      at: Number.parseInt(id, 10),
      cluster:
        agents === null
          ? null
          : {
              agents,
              total: { cpus: cpus ?? 0, memMiB: memMiB ?? 0 },
              allocated: { cpus: usedCpus ?? 0, memMiB: usedMemMiB ?? 0 },
            },
      controller: heldOf(controller),
      agents: heldOf(builds),
      executors: busy === null || total === null ? null : { busy, total },
      buildQueue: length === null ? null : { length, longestMs: (longest ?? 0) * SECOND, atLimit },
      waitsMs: waits === null ? null : waits.map((seconds) => seconds * SECOND),
      up: up === null ? null : up === 1,
    },
  ];
}

function heldOf([tasks, cpus, memMiB, measured, usedCpus, usedMemMiB]: readonly (number | null)[]): Held | null {
  if (tasks == null || cpus == null || memMiB == null) return null;
  const used =
    measured == null || usedCpus == null || usedMemMiB == null
      ? null
      : { tasks: measured, cpus: usedCpus, memMiB: usedMemMiB };
  return { tasks, allocated: { cpus, memMiB }, used };
}
