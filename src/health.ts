// How the systems around us are doing, as whoever talks to them reports it; the admin surface and `status` read it.
import type { Clock } from './core/time.js';

/** `alerts`: whether they reach their channel. */
export const watchedSystems = ['redis', 'slack', 'marathon', 'mesos', 'jenkins', 'alerts'] as const;
export type WatchedSystem = (typeof watchedSystems)[number];

export interface SystemHealth {
  ok: boolean;
  /** Since when it has been so, ISO text. */
  since: string;
  detail: string;
}

export interface Health {
  /** Repeating a state keeps its `since`; the newest detail is kept. */
  report(system: WatchedSystem, ok: boolean, detail?: string): void;
  snapshot(): Record<WatchedSystem, SystemHealth>;
  /** Work can be taken and answered: Redis and Slack are there. */
  ready(): boolean;
}

/** @param scrub applied to every detail, which may quote what another system said */
export function createHealth(clock: Pick<Clock, 'now'>, scrub: (text: string) => string = (text) => text): Health {
  const states = new Map<WatchedSystem, SystemHealth>();
  const nothingYet = { ok: false, since: isoTime(clock), detail: 'not heard of yet' };
  const stateOf = (system: WatchedSystem) => states.get(system) ?? nothingYet;
  return {
    report(system, ok, detail = '') {
      const before = states.get(system);
      const since = before?.ok === ok ? before.since : isoTime(clock);
      states.set(system, { ok, since, detail: scrub(detail) });
    },
    snapshot: () => ({
      redis: stateOf('redis'),
      slack: stateOf('slack'),
      marathon: stateOf('marathon'),
      mesos: stateOf('mesos'),
      jenkins: stateOf('jenkins'),
      alerts: stateOf('alerts'),
    }),
    ready: () => stateOf('redis').ok && stateOf('slack').ok,
  };
}

function isoTime(clock: Pick<Clock, 'now'>): string {
  return new Date(clock.now()).toISOString();
}
