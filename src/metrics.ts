// What Prometheus is told. Labels come from short fixed lists (commands, outcomes, queues, systems, statuses), never from
// what people typed: each value is a series that is kept for ever.
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export interface Metrics {
  /** The text Prometheus reads, and its content type. */
  text(): Promise<string>;
  contentType: string;
  commands: Counter<'command' | 'outcome'>;
  ackSeconds: Histogram;
  jobWaitSeconds: Histogram<'queue'>;
  jobRunSeconds: Histogram<'queue'>;
  upstreamRequests: Counter<'system' | 'status'>;
  alertSeconds: Histogram;
  /** 1 while alerts reach their channel. */
  alertChannelUp: Gauge;
}

/** Slack gives up on an ack after 3 s (docs.slack.dev/interactivity/implementing-slash-commands). */
const ACK_BUCKETS = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 3];
/** From a read that answers at once to a deploy that waits half an hour for builds. */
const JOB_BUCKETS = [0.01, 0.05, 0.1, 0.5, 1, 5, 15, 30, 60, 300, 900, 1800, 3600];

/** From an event that is heard at once to an end found by the next look, or held up by Slack. */
const ALERT_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry, prefix: 'bellboard_' });
  return {
    text: () => registry.metrics(),
    contentType: registry.contentType,
    commands: new Counter({
      name: 'bellboard_commands_total',
      help: 'Commands people gave, by how they ended.',
      labelNames: ['command', 'outcome'],
      registers,
    }),
    ackSeconds: new Histogram({
      name: 'bellboard_ack_seconds',
      help: 'Seconds from the arrival of a delivery of Slack to its acknowledgement.',
      buckets: ACK_BUCKETS,
      registers,
    }),
    jobWaitSeconds: new Histogram({
      name: 'bellboard_job_wait_seconds',
      help: 'Seconds a job waited in its queue.',
      labelNames: ['queue'],
      buckets: JOB_BUCKETS,
      registers,
    }),
    jobRunSeconds: new Histogram({
      name: 'bellboard_job_run_seconds',
      help: 'Seconds a job ran.',
      labelNames: ['queue'],
      buckets: JOB_BUCKETS,
      registers,
    }),
    upstreamRequests: new Counter({
      name: 'bellboard_upstream_requests_total',
      help: 'Requests to other systems, by HTTP status, or "none" when no answer came.',
      labelNames: ['system', 'status'],
      registers,
    }),
    alertSeconds: new Histogram({
      name: 'bellboard_alert_seconds',
      help: 'Seconds from what an alert tells, by the clock of whoever reported it, to the request that tells Slack.',
      buckets: ALERT_BUCKETS,
      registers,
    }),
    alertChannelUp: new Gauge({
      name: 'bellboard_alert_channel_up',
      help: '1 while alerts can be posted into ALERT_CHANNEL, 0 while Slack refuses them.',
      registers,
    }),
  };
}
