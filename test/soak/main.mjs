// `npm run soak`: as many histories of the simulated world as you have time for, on all processors. The soak is written in
// TypeScript beside the tests, so it is compiled first, to `.data/soak/`.
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';

const HELP = `npm run soak -- [options]

Invents histories of the simulated Marathon (crashes, deploys, partitions, leaders lost, events lost), lets the core of
the alerts live through them, and compares what rang with what really happened. With --faults it does what can be asked
for instead, with everything that can go wrong meanwhile (test/faults/table.ts), and counts how often it was done.

  --histories N   how many; 10000
  --faults N      the whole table of commands and faults, N times
  --case WORDS    with --faults: only cases whose name has these words; with --fuzz: only such doors
  --seed S        a whole number: the same seed, the same histories; today's date
  --fuzz N        instead: N of what nobody sends on purpose, at every door (commands, buttons, files, answers)
  --only N        tell history N of that seed aloud, with all that was seen and decided
  --help

Exit code 0: each end rang once and nothing else did, or each act was done at most once and truly told. 1: not so; what
happened is on stdout.
`;
const COMPILED = new URL('../../.data/soak/test/soak/run.js', import.meta.url);
const root = fileURLToPath(new URL('../..', import.meta.url));
/** A thread takes so many at once. */
const SHARE = 250;

if (isMainThread) await main();
else await work();

async function main() {
  const { histories, seed, only, faults, words, fuzz } = read();
  if (faults !== undefined) process.exit(playFaults(faults, seed, words));
  if (fuzz !== undefined) process.exit(atEveryDoor(fuzz, seed, words));
  compile();
  const { report, tellOne } = await import(COMPILED.href);
  if (only !== undefined) {
    const failure = tellOne(seed, only, (line) => process.stdout.write(`${line}\n`));
    process.stdout.write(failure === undefined ? 'Each end rang once.\n' : `${report(seed, failure)}\n`);
    process.exit(failure === undefined ? 0 : 1);
  }
  process.stderr.write(`seed ${seed}: ${histories} histories\n`);
  const began = Date.now();
  const sums = { done: 0, due: 0, rang: 0, failed: 0 };
  const add = (summary) => {
    sums.done += summary.histories;
    sums.due += summary.due;
    sums.rang += summary.rang;
    sums.failed += summary.failures.length;
    for (const failure of summary.failures) process.stdout.write(`${report(seed, failure)}\n`);
    if (process.stderr.isTTY || sums.done % 10_000 === 0)
      process.stderr.write(
        `${process.stderr.isTTY ? '\r' : ''}${sums.done} of ${histories}${process.stderr.isTTY ? '' : '\n'}`,
      );
  };
  let next = 0;
  const share = () => {
    const from = next;
    next = Math.min(histories, next + SHARE);
    return from < next ? { seed, from, to: next } : undefined;
  };
  await Promise.all(Array.from({ length: availableParallelism() }, () => employ(share, add)));
  const seconds = Math.round((Date.now() - began) / 1_000);
  process.stdout.write(
    `\n${sums.done} histories in ${seconds} s: ${sums.due} ends heard of, ${sums.rang} rings, ${sums.failed} histories wrong (seed ${seed})\n`,
  );
  process.exit(sums.failed === 0 ? 0 : 1);
}

/** One thread, from its first share to its last. */
function employ(share, add) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url));
    const give = () => {
      const one = share();
      if (one !== undefined) worker.postMessage(one);
      else worker.terminate().then(resolve, reject);
    };
    worker.on('message', (summary) => {
      add(summary);
      give();
    });
    worker.on('error', reject);
    give();
  });
}

async function work() {
  const { soak } = await import(COMPILED.href);
  parentPort.on('message', ({ seed, from, to }) => parentPort.postMessage(soak(seed, from, to)));
}

function read() {
  const options = {
    histories: { type: 'string' },
    seed: { type: 'string' },
    only: { type: 'string' },
    faults: { type: 'string' },
    case: { type: 'string' },
    fuzz: { type: 'string' },
    help: { type: 'boolean' },
  };
  let values;
  try {
    ({ values } = parseArgs({ options }));
  } catch (error) {
    stop(`${error.message}\n\n${HELP}`);
  }
  if (values.help) {
    process.stdout.write(HELP);
    process.exit(0);
  }
  const whole = (name, otherwise) => {
    const typed = values[name];
    if (typed === undefined) return otherwise;
    if (!/^\d{1,9}$/.test(typed)) stop(`Expected --${name} to be a whole number, got ${JSON.stringify(typed)}.\n`);
    return Number(typed);
  };
  const today = Number(new Date().toISOString().slice(0, 10).replaceAll('-', ''));
  return {
    histories: whole('histories', 10_000),
    seed: whole('seed', today),
    only: whole('only', undefined),
    faults: whole('faults', undefined),
    words: values.case ?? '',
    fuzz: whole('fuzz', undefined),
  };
}

function stop(why) {
  process.stderr.write(why);
  process.exit(1);
}

/** Processes that are killed run the compiled program. @returns the exit code */
function playFaults(rounds, seed, words) {
  const env = { ...process.env, FAULT_ROUNDS: `${rounds}`, FAULT_SEED: `${seed}`, FAULT_ONLY: words };
  const go = (...command) => spawnSync(process.execPath, command, { cwd: root, env, stdio: 'inherit' }).status ?? 1;
  return go('src/build.mjs') || go('node_modules/vitest/vitest.mjs', 'run', '--config', 'test/soak/faults.config.ts');
}

/** `test/fuzz`, which runs as a test. @returns the exit code */
function atEveryDoor(count, seed, words) {
  const env = { ...process.env, BELLBOARD_FUZZ: `${count}`, BELLBOARD_SEED: `${seed}`, BELLBOARD_DOOR: words };
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/vitest.config.ts'];
  const command = [...vitest, 'test/fuzz/', '--disableConsoleIntercept'];
  return spawnSync(process.execPath, command, { cwd: root, env, stdio: 'inherit' }).status ?? 1;
}

function compile() {
  const { status } = spawnSync(`${root}node_modules/.bin/tsc`, ['-p', `${root}test/soak/tsconfig.json`], {
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) stop('The soak could not be compiled, see above; `npm run setup` installs the compiler.\n');
}
