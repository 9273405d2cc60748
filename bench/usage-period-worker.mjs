// A worker's part in the usage benchmark, in a process of its own: fills the stream with 30 days of samples, then answers
// `/ci usage 30d` as a worker does, and draws its chart. The process has `gc()`, to tell what is held from what is garbage.
import { chartDrawer } from '../dist/adapters/chart/draw.js';
import { untilReady, worker } from '../dist/adapters/redis/connect.js';
import { keysOf } from '../dist/adapters/redis/keys.js';
import { usageStore } from '../dist/adapters/redis/usage-store.js';
import { usage } from '../dist/commands/usage.js';
import { DAY, HOUR, MINUTE, runningClock, SECOND } from '../dist/core/time.js';
import { median, stopwatch } from './figures.mjs';

const SAMPLES = 30 * 24 * 60;
const RUNS = 7;
const AT_ONCE = 2_000;
const END = Date.UTC(2018, 1, 28, 12);
const MIB = 1024 * 1024;
const PERIOD = { short: 24 * HOUR, long: 30 * DAY };

const [, , redisUrl] = process.argv;
const keys = keysOf('bench');
const redis = worker(redisUrl);
const store = usageStore(redis, keys, 35 * DAY);
const draw = chartDrawer().draw;

await untilReady(redis, 5_000);
await fill();
const stream = await sizes();
const message = await answer(PERIOD.long); // warms up
const heldMb = await growth(gc);
const heapMb = await growth(() => {});
const answered = await medianOf(() => answer(PERIOD.long));
const png = await draw(message.chart); // warms up
const drawn = await medianOf(() => draw(message.chart));
redis.disconnect();
process.send?.({ samples: SAMPLES, ...stream, heldMb, heapMb, answered, drawn, pngBytes: png.length });

/** From the command's arguments to its message. @param look is called while a page is in memory */
async function answer(period, look = () => {}) {
  const ports = {
    usage: { latest: store.latest, read: (from, to) => watched(store.read(from, to), look) },
    incidents: { since: async () => [] },
    jenkins: { executorSettings: async () => ({ templates: [{ maxExecutors: 4, generation: 1 }] }) },
    settings: { timeZone: 'Europe/Berlin', usageRetentionDays: 35, executorsAppId: undefined },
    clock: { ...runningClock(), now: () => END },
  };
  const said = usage.view(await usage.run({ period }, ports, {}), {});
  if (said.chart === undefined) throw new Error(said.text);
  return said;
}

async function* watched(pages, look) {
  for await (const page of pages) {
    look();
    yield page;
  }
  look();
}

async function medianOf(act) {
  const times = [];
  for (let count = 0; count < RUNS; count += 1) {
    const passed = stopwatch();
    await act();
    times.push(passed());
  }
  return { own: median(times.map(({ own }) => own)), wall: median(times.map(({ wall }) => wall)) };
}

/** MB that the long period takes more than the short one, at the highest. @param settle is called before each look */
async function growth(settle) {
  const peakOf = async (period) => {
    gc();
    const before = inUse();
    let peak = before;
    await answer(period, () => {
      settle();
      peak = Math.max(peak, inUse());
    });
    return peak - before;
  };
  const short = await peakOf(PERIOD.short);
  return (await peakOf(PERIOD.long)) - short;
}

function inUse() {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / MIB;
}

/** One by one they go through the store, many on their way at once. */
async function fill() {
  for (let from = 0; from < SAMPLES; from += AT_ONCE) {
    const count = Math.min(AT_ONCE, SAMPLES - from);
    const added = await Promise.all(Array.from({ length: count }, (_, index) => store.add(sampleAt(from + index))));
    if (!added.every(Boolean)) throw new Error('a sample was not taken');
  }
}

/** Bytes of one sample: in Redis with all it takes, and of the text of the longest. */
async function sizes() {
  const inRedis = await redis.memory('USAGE', keys.usage, 'SAMPLES', 0);
  let longest = 0;
  for (let start = '-'; ; ) {
    const rows = await redis.xrange(keys.usage, start, '+', 'COUNT', AT_ONCE);
    for (const [id, fields] of rows) longest = Math.max(longest, Buffer.byteLength([id, ...fields].join('')));
    if (rows.length < AT_ONCE) return { eachBytes: inRedis / SAMPLES, longestBytes: longest };
    start = `(${rows.at(-1)[0]}`;
  }
}

/**
 * A busy installation on a large cluster: work in the day, little at night, each number with as many digits as it can
 * have. Once an hour more builds leave the queue than a sample tells of.
 */
function sampleAt(index) {
  const at = END - (SAMPLES - 1 - index) * MINUTE;
  const load = 0.5 + 0.45 * Math.sin((2 * Math.PI * at) / DAY) * noise(index);
  const total = 400;
  const busy = Math.round(total * load);
  const left = index % 60 === 0 ? 40 : Math.floor(6 * noise(index + 1) * load);
  return {
    at,
    cluster: {
      agents: 10_000,
      total: { cpus: 320_000, memMiB: 1_280_000_000 },
      allocated: { cpus: 200_000 + 1_000 * load, memMiB: 800_000_000 + Math.round(1_000_000 * load) },
    },
    controller: {
      tasks: 1,
      allocated: { cpus: 4.1, memMiB: 16_384 },
      used: { tasks: 1, cpus: 2 * load, memMiB: 12_000 + Math.round(2_000 * noise(index)) },
    },
    agents: {
      tasks: busy,
      allocated: { cpus: busy * 1.1, memMiB: busy * 4_096 },
      used: { tasks: busy, cpus: busy * 0.4 * noise(index + 2), memMiB: Math.round(busy * 2_500 * noise(index + 3)) },
    },
    executors: { busy, total },
    buildQueue: { length: left, longestMs: left * 90 * SECOND },
    waitsMs: Array.from({ length: left }, (_, build) => Math.round(3_000 * noise(index + build)) * SECOND),
    up: index % 5_000 > 10,
  };
}

/** 0.5 to 1, always the same for the same number. */
function noise(seed) {
  const wave = Math.sin(seed * 12.9898) * 43_758.5453;
  return 0.5 + (wave - Math.floor(wave)) / 2;
}
