// The commits a build was the first to see: made up from job and number, so that every look at it tells the same.
import { createHash } from 'node:crypto';
import { MINUTE } from '../../../core/time.js';
import type { Build } from './model.js';

export interface Commit {
  id: string;
  subject: string;
  author: string;
  at: number;
}

const SUBJECTS = [
  'Fix retry of uploads',
  'Read the port from $PORT0',
  'Raise the heap to 512 MB',
  'Add <b>bold</b> names & prices to the invoice',
  'Revert "Cache the session"',
  '修复登录页面',
];
const AUTHORS = ['Alice', 'Bob', 'Łukasz', '王芳'];

/** None where nobody pushed: only a change in git starts a build that has some. */
export function commitsOf(build: Build): Commit[] {
  if (build.cause.userId !== null) return [];
  return Array.from({ length: 1 + (build.number % 3) }, (_, index) => commitOf(build, index));
}

function commitOf({ job, number, startedAt }: Build, index: number): Commit {
  const id = createHash('sha1').update(`${job.fullName} ${number} ${index}`).digest('hex');
  const pick = (list: readonly string[], from: number) =>
    list[Number.parseInt(id.slice(from, from + 4), 16) % list.length];
  return {
    id,
    subject: pick(SUBJECTS, 0) ?? '',
    author: pick(AUTHORS, 4) ?? '',
    at: startedAt - (index + 1) * MINUTE,
  };
}
