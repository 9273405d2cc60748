// The end of a log, fit to be shown: `/ci logs` and the alerts make their code blocks of it.
import { stripControls } from './text.js';

/** A line of code in Slack wraps at about 100; a stack trace's first line or a JSON record may have thousands. Characters. */
const LONGEST_LINE = 300;

/** What a terminal would show: no colours, no controls, and of a progress line only how it stood last. */
export function plainLog(text: string): string {
  return text
    .split('\n')
    .map(lastStand)
    .join('\n')
    .replace(/\p{Surrogate}/gu, '\ufffd');
}

/** `\r` begins the line anew, so what is visible is what was written last. */
function lastStand(line: string): string {
  if (!line.includes('\r')) return stripControls(line);
  const states = line.split('\r').map(stripControls);
  return states.findLast((state) => state.trim() !== '') ?? '';
}

/** @returns the last lines, oldest first, at most `count`; none of them longer than 300 characters */
export function lastLines(text: string, count: number): string[] {
  const plain = plainLog(text).trimEnd();
  return plain === '' ? [] : plain.split('\n').slice(-count).map(shortened);
}

function shortened(line: string): string {
  const trimmed = line.trimEnd();
  if (trimmed.length <= LONGEST_LINE) return trimmed;
  return `${trimmed.slice(0, LONGEST_LINE - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}
