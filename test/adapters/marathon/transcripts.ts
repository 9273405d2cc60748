// The recorded event streams, and by a second, plainer way of reading what has to be heard of them.
import { readdirSync } from 'node:fs';
import { EVENT_TYPES } from '../../../src/core/marathon-event.js';
import { fixture } from '../failing.js';

export const APP = '/ci/jenkins';

const folder = new URL('../../fixtures/marathon/sequences/', import.meta.url);

/** All but the callbacks of 0.8, which are no stream. */
export const TRANSCRIPTS = readdirSync(folder).filter((name) => name.endsWith('.txt') && !name.includes('0.8'));

export const transcript = (name: string): Buffer => Buffer.from(fixture(`marathon/sequences/${name}`), 'utf8');

/** Its frames and heartbeats, each with its line ends. */
export const framesOf = (bytes: Buffer): string[] => bytes.toString('utf8').match(/(?:[^\r\n]+\r\n)*\r\n/g) ?? [];

interface Wire {
  eventType: string;
  timestamp: string;
  appId?: string;
  runSpecId?: string;
  plan?: { steps: unknown[] };
}

/** Type and time of every event about the app, Marathon's scheduler or a plan with the app in it. */
export function toBeHeard(bytes: Buffer): { type: string; at: number }[] {
  const datas = bytes.toString('utf8').match(/(?<=^data: ).*$/gm) ?? [];
  return datas
    .map((data): Wire => JSON.parse(data))
    .filter((wire) => (EVENT_TYPES as readonly string[]).includes(wire.eventType))
    .filter((wire) => /^scheduler/.test(wire.eventType) || isAbout(wire))
    .map((wire) => ({ type: wire.eventType, at: Date.parse(wire.timestamp) }));
}

const isAbout = ({ appId, runSpecId, plan }: Wire): boolean =>
  (appId ?? runSpecId) === APP || (plan !== undefined && JSON.stringify(plan.steps).includes(`"app":"${APP}"`));
