// How an app is checked, read from its definition: how long a failing controller may look alive, and who does the killing.
import type { App, Json } from './cluster.js';
import { SECOND } from './time.js';

/** Marathon's defaults (docs/docs/health-checks.md @1.11). */
const INTERVAL_S = 60;
const TIMEOUT_S = 20;

export interface CheckTimes {
  /** Longest time between the beginnings of two checks, with the time one may take; 0 without checks. */
  longestMs: number;
  /** Marathon itself runs at least one of them, and so tells when it kills. */
  byMarathon: boolean;
}

export function checkTimes(app: Pick<App, 'definition'>): CheckTimes {
  const found = app.definition['healthChecks'];
  const checks = Array.isArray(found) ? found.filter(isCheck) : [];
  const seconds = (value: Json | undefined, otherwise: number) => (typeof value === 'number' ? value : otherwise);
  const times = checks.map(
    (check) => seconds(check['intervalSeconds'], INTERVAL_S) + seconds(check['timeoutSeconds'], TIMEOUT_S),
  );
  return {
    longestMs: Math.max(0, ...times) * SECOND,
    byMarathon: checks.some((check) => !String(check['protocol'] ?? 'HTTP').startsWith('MESOS_')),
  };
}

const isCheck = (value: Json): value is { [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
