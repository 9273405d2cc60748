// What the processes count, read back as Prometheus reads it.
import { expect, it } from 'vitest';
import { createMetrics } from '../src/metrics.js';
import { tallyOf } from '../src/tally.js';

const lines = async (metrics: ReturnType<typeof createMetrics>, name: string): Promise<string[]> =>
  (await metrics.text()).split('\n').filter((line) => line.startsWith(name));

it('counts commands by name and by how they ended, and tells whoever listens', async () => {
  const metrics = createMetrics();
  const heard: string[][] = [];
  const tally = tallyOf(metrics, (...told) => heard.push(told));
  tally.command('where', 'succeeded');
  tally.command('where', 'succeeded');
  tally.command('scale', 'refused');
  expect(await lines(metrics, 'bellboard_commands_total')).toEqual([
    'bellboard_commands_total{command="where",outcome="succeeded"} 2',
    'bellboard_commands_total{command="scale",outcome="refused"} 1',
  ]);
  expect(heard).toEqual([
    ['where', 'succeeded'],
    ['where', 'succeeded'],
    ['scale', 'refused'],
  ]);
});

it('takes seconds for an ack as they are, and the milliseconds of a job as seconds', async () => {
  const metrics = createMetrics();
  const tally = tallyOf(metrics);
  tally.acked(0.25);
  tally.job('reads', { waitedMs: 1_500, ranMs: 40 });
  expect(await lines(metrics, 'bellboard_ack_seconds_sum')).toEqual(['bellboard_ack_seconds_sum 0.25']);
  expect(await lines(metrics, 'bellboard_job_wait_seconds_sum')).toEqual([
    'bellboard_job_wait_seconds_sum{queue="reads"} 1.5',
  ]);
  expect(await lines(metrics, 'bellboard_job_run_seconds_sum')).toEqual([
    'bellboard_job_run_seconds_sum{queue="reads"} 0.04',
  ]);
});

it('counts requests to other systems by status, those without an answer as "none"', async () => {
  const metrics = createMetrics();
  const tally = tallyOf(metrics);
  tally.upstream('Marathon', 409);
  tally.upstream('Marathon', undefined);
  tally.upstream('Mesos', 200);
  expect(await lines(metrics, 'bellboard_upstream_requests_total')).toEqual([
    'bellboard_upstream_requests_total{system="Marathon",status="409"} 1',
    'bellboard_upstream_requests_total{system="Marathon",status="none"} 1',
    'bellboard_upstream_requests_total{system="Mesos",status="200"} 1',
  ]);
});
