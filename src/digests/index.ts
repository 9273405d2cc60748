// The list of digests. A new one is a file here and a line below.
import type { Digest } from '../core/digest.js';
import { usage } from './usage.js';

export const digests: readonly Digest[] = [usage];
