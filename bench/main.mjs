// `npm run bench`: the speed targets of the design as ratios, everything compared in one run. Judge by the ratios: the
// absolute figures are this machine's, this minute's.
import { ackBench } from './ack.mjs';
import { alertBench } from './alert.mjs';
import { decideBench } from './decide.mjs';
import { enqueueBench } from './enqueue.mjs';
import { parseBench } from './parse.mjs';
import { usageClusterBench } from './usage-cluster.mjs';
import { usagePeriodBench } from './usage-period.mjs';

const rows = [];
for (const [name, bench] of [
  ['parse', parseBench],
  ['ack', ackBench],
  ['enqueue', enqueueBench],
  ['decide', decideBench],
  ['alert', alertBench],
  ['usage of a period', usagePeriodBench],
  ['usage of a large cluster', usageClusterBench],
]) {
  process.stderr.write(`measuring ${name} …\n`);
  rows.push(...(await bench()));
}
const width = (key) => Math.max(...rows.map((row) => row[key].length));
for (const { row, target, figure, ok } of rows) {
  process.stdout.write(
    `${ok ? 'ok  ' : 'MISS'}  ${row.padEnd(width('row'))}  ${figure.padEnd(width('figure'))}  target ${target}\n`,
  );
}
process.exit(rows.every((row) => row.ok) ? 0 : 1);
