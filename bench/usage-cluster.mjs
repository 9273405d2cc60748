// `/ci usage` on a cluster of 10,000 Mesos agents and 40,000 tasks, where Mesos' whole state has 208 MB: by the small calls
// of a master since version 1, and of one that has only the state. Each is done once in a fresh process, beside fetching
// the state and parsing it in one go. The second that the command lets pass between two looks is not counted.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { median } from './figures.mjs';
import { AGENTS, TASKS } from './mesos-text.mjs';

const ROUNDS = 3;
const MOST_STALL_MS = 50;
const MOST_MB = 300;

export async function usageClusterBench() {
  const server = start('usage-cluster-server');
  try {
    const { port } = await server.said;
    const url = `http://127.0.0.1:${port}`;
    const sides = {
      whole: () => start('usage-cluster-reader', 'whole', url).said,
      now: () => start('usage-cluster-reader', 'usage', url).said,
      old: () => start('usage-cluster-reader', 'usage', `${url}/old`).said,
    };
    await sides.now(); // the server packs what it answers to that
    const seen = { whole: [], now: [], old: [] };
    for (let round = 0; round < ROUNDS; round += 1) {
      seen.whole.push(await sides.whole());
      seen.now.push(await sides.now());
    }
    seen.old.push(await sides.old());
    return rowsOf(seen);
  } finally {
    server.child.kill();
  }
}

function start(file, ...args) {
  const child = fork(new URL(`./${file}.mjs`, import.meta.url), args, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`${file} ended with ${code}`);
  });
  ended.catch(() => {});
  const said = Promise.race([once(child, 'message').then(([message]) => message), ended]);
  return { child, said };
}

function rowsOf({ whole, now, old }) {
  const parseMs = median(whole.map(({ parse }) => parse.own));
  const size = `${AGENTS.toLocaleString('en')} agents, ${TASKS.toLocaleString('en')} tasks`;
  const row = (name, seen) => {
    const { ms, stallMs, peakMb, words, missing } = summaryOf(seen);
    return {
      row: name,
      target: `stall ≤ ${MOST_STALL_MS} ms, peak ≤ ${MOST_MB} MB, time ≤ JSON.parse of the state`,
      figure: missing ?? `${words}, JSON.parse ${seconds(parseMs)}`,
      ok: missing === undefined && stallMs <= MOST_STALL_MS && peakMb <= MOST_MB && ms <= parseMs,
    };
  };
  return [
    row(`/ci usage on ${size}`, now),
    forComparison('the same, of a master that has no smaller call than its state', old),
    forComparison(`that state (${whole[0].mb.toFixed(0)} MB), fetched and parsed in one go`, whole),
  ];
}

function forComparison(row, seen) {
  const { words, missing } = summaryOf(seen);
  return { row, target: 'none, for comparison', figure: missing ?? words, ok: missing === undefined };
}

/** Of all rounds: times by the median, on the clock and memory by the largest. */
function summaryOf(seen) {
  const ms = median(seen.map(({ time }) => time.own));
  const stallMs = median(seen.map(({ stall }) => stall.own));
  const wallMs = Math.max(...seen.map(({ stall }) => stall.wall));
  const peakMb = Math.max(...seen.map((round) => round.peakMb));
  const words = `${seconds(ms)}, stall ${stallMs.toFixed(0)} ms (${wallMs.toFixed(0)} on the clock), peak ${peakMb.toFixed(0)} MB`;
  return { ms, stallMs, peakMb, words, missing: seen.find((round) => round.missing !== undefined)?.missing };
}

const seconds = (ms) => `${(ms / 1_000).toFixed(2)} s`;
