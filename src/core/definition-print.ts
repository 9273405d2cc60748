// A short text that is equal for apps that run alike: what stands for a definition where none may be kept, because it may
// hold passwords. Called by the commands that leave no label, to know their write again.
import { createHash } from 'node:crypto';
import type { JsonObject } from './cluster.js';
import { canonical, normaliseDefinition } from './manifest-normal.js';

/** @param definition as Marathon answers it, now or of a version */
export const printOf = (definition: JsonObject): string =>
  createHash('sha256')
    .update(canonical(normaliseDefinition(definition)))
    .digest('hex')
    .slice(0, 24);
