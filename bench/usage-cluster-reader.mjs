// One side of the cluster benchmark, in a process of its own that does it once: `usage` is what a worker does for
// `/ci usage`, with all that a worker has loaded; `whole` fetches the state and parses it in one go.
import { readFileSync } from 'node:fs';
import { stopwatch } from './figures.mjs';
import { AGENTS, BUILD_TASKS, CONTROLLER, MARATHON } from './mesos-text.mjs';

const TICK_MS = 5;
const [, , side, url] = process.argv;

const act = await (side === 'whole' ? whole() : usage());
const ticker = watchLoop();
const figures = await act();
process.send?.({ ...figures, stall: ticker.stop(), peakMb: peakMb() }, () => process.exit(0));

async function whole() {
  return async () => {
    const passed = stopwatch();
    const text = await (await fetch(`${url}/state`)).text();
    const parsing = stopwatch();
    const { frameworks } = JSON.parse(text);
    const figures = { parse: parsing(), time: passed() };
    if (frameworks.length === 0) throw new Error('no frameworks');
    return { mb: Buffer.byteLength(text) / 1e6, ...figures };
  };
}

/** Marathon and Jenkins are not what this is about: they answer at once. */
async function usage() {
  await import('../dist/worker.js');
  const { usage: command } = await import('../dist/commands/usage.js');
  const { mesosClient } = await import('../dist/adapters/mesos/client.js');
  const { BETWEEN_LOOKS_MS } = await import('../dist/core/usage-look.js');
  const { runningClock } = await import('../dist/core/time.js');
  const clock = runningClock();
  const mesos = mesosClient({ urls: () => [url], publicUrl: undefined, clock, scrub: (text) => text });
  const controller = { id: CONTROLLER, state: 'TASK_RUNNING', startedAt: 0, host: '127.0.0.1', ports: [31_000] };
  const ports = {
    mesos,
    marathon: { app: async () => ({ tasks: [controller] }), info: async () => ({ frameworkId: MARATHON }) },
    jenkins: { executors: async () => ({ busy: 200, total: 400, computers: [] }), buildQueue: async () => [] },
    settings: { appId: '/jenkins' },
    clock,
  };
  return async () => {
    const passed = stopwatch();
    const facts = await command.run({}, ports, {});
    const { text } = command.view(facts, {});
    const { own, wall } = passed();
    mesos.close();
    const time = { own: own - BETWEEN_LOOKS_MS, wall: wall - BETWEEN_LOOKS_MS };
    return { time, missing: isComplete(facts.look) ? undefined : text };
  };
}

/** A look that misses something is quick for the wrong reason. */
function isComplete({ cluster, controller, agents, silent }) {
  const whole = (held, tasks) => held.ok && held.value.tasks === tasks && held.value.used?.tasks === tasks;
  const counted = cluster.ok && cluster.value.agents === AGENTS;
  return counted && whole(controller, 1) && whole(agents, BUILD_TASKS) && silent.length === 0;
}

/** For how long the event loop stands still, at the longest. */
function watchLoop() {
  const longest = { own: 0, wall: 0 };
  let passed = stopwatch();
  const look = () => {
    const { own, wall } = passed();
    longest.own = Math.max(longest.own, own - TICK_MS);
    longest.wall = Math.max(longest.wall, wall - TICK_MS);
    passed = stopwatch();
  };
  const timer = setInterval(look, TICK_MS);
  return {
    stop() {
      look();
      clearInterval(timer);
      return longest;
    },
  };
}

/** Of this process alone: what `resourceUsage` says begins on Linux with the memory of the process that forked it. */
function peakMb() {
  try {
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1_024;
  } catch {
    return process.resourceUsage().maxRSS / 1_024;
  }
}
