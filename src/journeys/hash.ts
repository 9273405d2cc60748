// What a confirmation is bound to, in a form short enough to keep with the plan.
import { createHash } from 'node:crypto';

export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);
