// What the processes count, in their own words; made by start.ts on top of the metrics.
import type { Metrics } from './metrics.js';

export interface Tally {
  command(name: string, outcome: string): void;
  /** @param seconds from delivery to ack */
  acked(seconds: number): void;
  job(queue: string, times: { waitedMs: number; ranMs: number }): void;
  /** `status` is undefined when no answer came. */
  upstream(system: string, status: number | undefined): void;
  /** @param ms from what happened to the request that tells Slack */
  alerted(ms: number): void;
}

export function tallyOf(metrics: Metrics, onOutcome: (command: string, outcome: string) => void = () => {}): Tally {
  return {
    command(command, outcome) {
      metrics.commands.inc({ command, outcome });
      onOutcome(command, outcome);
    },
    acked: (seconds) => metrics.ackSeconds.observe(seconds),
    job(queue, { waitedMs, ranMs }) {
      metrics.jobWaitSeconds.observe({ queue }, waitedMs / 1_000);
      metrics.jobRunSeconds.observe({ queue }, ranMs / 1_000);
    },
    alerted: (ms) => metrics.alertSeconds.observe(ms / 1_000),
    upstream: (system, status) =>
      metrics.upstreamRequests.inc({ system, status: status === undefined ? 'none' : String(status) }),
  };
}
