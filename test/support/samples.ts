// Usage samples as plain records: a good one, one that knows nothing, and a quiet day of them.
import { MINUTE } from '../../src/core/time.js';
import type { Held, UsageSample } from '../../src/core/usage-sample.js';
import { NOW } from './ci-service.js';

type Full = UsageSample & { controller: Held; agents: Held };

export const aSample = (patch: Partial<UsageSample> = {}): Full =>
  ({
    at: NOW,
    cluster: {
      agents: 4,
      total: { cpus: 32, memMiB: 65_536 },
      allocated: { cpus: 8, memMiB: 16_384 },
    },
    controller: {
      tasks: 1,
      allocated: { cpus: 1, memMiB: 2_048 },
      used: { tasks: 1, cpus: 0.1, memMiB: 512 },
    },
    agents: {
      tasks: 2,
      allocated: { cpus: 0.6, memMiB: 1_400 },
      used: { tasks: 2, cpus: 0.4, memMiB: 1_024 },
    },
    executors: { busy: 2, total: 4 },
    buildQueue: { length: 0, longestMs: 0, atLimit: 0 },
    waitsMs: [],
    up: true,
    ...patch,
  }) as Full;

export const NOTHING_KNOWN: UsageSample = {
  at: NOW,
  cluster: null,
  controller: null,
  agents: null,
  executors: null,
  buildQueue: null,
  waitsMs: null,
  up: null,
};

/** One a minute from `from` up to, not including, `to`. */
export const minutes = (from: number, to: number, patch: (at: number) => Partial<UsageSample> = () => ({})): Full[] =>
  Array.from({ length: Math.ceil((to - from) / MINUTE) }, (_, index) => {
    const at = from + index * MINUTE;
    return aSample({ at, ...patch(at) });
  });
