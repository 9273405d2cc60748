// The part of `manifest-lint.ts` about health checks: those that would kill a controller that is only starting.

import type { Json, JsonObject } from './cluster.js';
import { type Finding, hint, warn } from './finding.js';
import { isJsonObject } from './manifest-normal.js';
import { atLeast } from './version.js';

/** A Jenkins with a few dozen plugins answers 503 for about this long after its start (contract marathon §11.4). */
export const BOOT_SECONDS = 120;

/** Marathon's defaults (`docs/docs/health-checks.md`, the same from 0.8.1 to 1.11). */
const DEFAULT = { gracePeriodSeconds: 300, intervalSeconds: 60, maxConsecutiveFailures: 3 };

export function lintHealthChecks(definition: JsonObject, version: string): Finding[] {
  const checks = definition['healthChecks'];
  if (!Array.isArray(checks) || checks.length === 0) return [withoutChecks()];
  return checks.filter(isJsonObject).flatMap((check, index) => {
    const name = checks.length === 1 ? 'The health check' : `Health check ${index + 1}`;
    return [...path(name, check), ...grace(name, check), ...patience(name, check, version)];
  });
}

function withoutChecks(): Finding {
  const why = 'Marathon notices when the process ends, but not when Jenkins hangs or never comes up';
  return hint(`There is no health check: ${why}. Write one of \`"path": "/login"\`.`);
}

function path(name: string, check: JsonObject): Finding[] {
  const asksHttp = /^(MESOS_)?HTTPS?$/.test(text(check['protocol']) ?? 'HTTP');
  if (!asksHttp || (text(check['path']) ?? '/') !== '/') return [];
  return [
    warn(
      `${name} asks for \`/\`, which a Jenkins that wants a login answers with 403: Marathon calls that unhealthy ` +
        'and kills it again and again. Write `"path": "/login"`.',
    ),
  ];
}

function grace(name: string, check: JsonObject): Finding[] {
  const seconds = number(check, 'gracePeriodSeconds');
  if (seconds >= BOOT_SECONDS) return [];
  return [
    warn(
      `${name} has a grace period of ${seconds} s, but a starting Jenkins answers 503 for up to ${BOOT_SECONDS} s or ` +
        'more and would be killed before it is up. Write `"gracePeriodSeconds": 300`.',
    ),
  ];
}

/**
 * How long Jenkins may answer 503 inside a task that was healthy before: the grace period is over then (contract jenkins
 * §5.5). Of the least patient check; undefined: no check would kill it.
 */
export function leastPatience({ healthChecks }: JsonObject): { failures: number; intervalSeconds: number } | undefined {
  const checks = Array.isArray(healthChecks) ? healthChecks.filter(isJsonObject) : [];
  return checks
    .map((check) => ({
      failures: number(check, 'maxConsecutiveFailures'),
      intervalSeconds: number(check, 'intervalSeconds'),
    }))
    .filter(({ failures }) => failures > 0)
    .sort((a, b) => a.failures * a.intervalSeconds - b.failures * b.intervalSeconds)[0];
}

/** The grace period covers only the first start of a task; everything after has to fit into the failures allowed. */
function patience(name: string, check: JsonObject, version: string): Finding[] {
  const [failures, interval] = [number(check, 'maxConsecutiveFailures'), number(check, 'intervalSeconds')];
  // 0 failures means that Marathon never kills.
  if (failures === 0 || failures * interval >= BOOT_SECONDS) return [];
  const inherits = atLeast(version, '1.8')
    ? ', or a controller started after a crash, whose grace period is spent,'
    : '';
  const advice =
    interval > 0
      ? `"maxConsecutiveFailures": ${Math.ceil((BOOT_SECONDS + 60) / interval)}`
      : '"intervalSeconds": 20, "maxConsecutiveFailures": 9';
  return [
    warn(
      `${name} gives up after ${failures} × ${interval} s = ${failures * interval} s: a Jenkins that restarts ` +
        `itself${inherits} needs up to ${BOOT_SECONDS} s and would be killed meanwhile. ` +
        `Write \`${advice}\`.`,
    ),
  ];
}

function number(check: JsonObject, field: keyof typeof DEFAULT): number {
  const value = check[field];
  return typeof value === 'number' ? value : DEFAULT[field];
}

function text(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
