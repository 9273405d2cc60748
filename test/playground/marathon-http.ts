// The simulated Marathon behind a socket, for the tests that speak HTTP with it; closed after each test.
import { readFileSync } from 'node:fs';
import { afterEach } from 'vitest';
import {
  type MarathonServer,
  type MarathonServerOptions,
  serveMarathon,
} from '../../src/playground/servers/marathon.js';
import type { MarathonGeneration } from '../../src/playground/world/types.js';
import { scene } from './marathon-scene.js';

export const GENERATIONS: MarathonGeneration[] = ['0.8', '0.11', '1.3', '1.5', '1.11'];
const open: MarathonServer[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

/** A running controller, its Marathon as a server, and `call` to speak with it. */
export async function running(generation: MarathonGeneration, options: MarathonServerOptions = {}) {
  const stage = scene(generation);
  await stage.deployed();
  const server = await serveMarathon(stage.world, options);
  open.push(server);
  const call = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const init = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
    const response = await fetch(`${server.url}${path}`, { method, headers, ...init, redirect: 'manual' });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: () => JSON.parse(text) };
  };
  return { ...stage, server, call };
}

/** Keys in their order, and types. */
export function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [shapeOf(value[0])];
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, shapeOf(one)]));
}

export const recordedSnapshot = (file: string) =>
  JSON.parse(readFileSync(new URL(`../fixtures/marathon/sequences/snapshots/${file}`, import.meta.url), 'utf8'));
