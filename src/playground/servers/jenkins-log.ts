// A build's console log, made up from how long it has run, and `progressiveText`, the way clients read on from an offset
// (contract jenkins §4.1, row "log").
import { SECOND } from '../../core/time.js';
import type { Build } from '../world/jenkins/model.js';
import type { Answer } from './http.js';

/** One line of work every five seconds, so that a reader sees the log grow. */
const LINE_MS = 5 * SECOND;

export function consoleLog(build: Build, now: number): string {
  const where = build.job.label === undefined ? '' : ` (${build.job.label})`;
  const workspace = `jenkins/workspace/${build.job.fullName}`;
  const lines = [
    build.cause.shortDescription,
    `Building remotely on ${build.nodeName}${where} in workspace ${workspace}`,
    '+ make',
  ];
  const worked = Math.floor(((build.endedAt ?? now) - build.startedAt) / LINE_MS);
  for (let step = 1; step <= worked; step++) lines.push(`[${build.job.fullName}] step ${step} done`);
  if (build.result === build.job.result) lines.push(...(build.job.lastWords ?? []));
  if (build.result !== undefined) lines.push(`Finished: ${build.result}`);
  return lines.map((line) => `${line}\r\n`).join('');
}

/** An offset beyond the end starts again at 0; the size told is a position in bytes, not the length of the body. */
export function progressiveText(build: Build, now: number, start: number): Answer {
  const log = Buffer.from(consoleLog(build, now));
  const from = Number.isInteger(start) && start >= 0 && start <= log.length ? start : 0;
  const more: Record<string, string> = build.endedAt === undefined ? { 'x-more-data': 'true' } : {};
  return {
    status: 200,
    headers: {
      'x-content-type-options': 'nosniff',
      'content-type': 'text/plain;charset=utf-8',
      'x-text-size': String(log.length),
      ...more,
    },
    body: log.subarray(from),
  };
}
