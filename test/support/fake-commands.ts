// One command of each effect whose every answer a test decides.
import { z } from 'zod';
import { help } from '../../src/commands/help.js';
import { catalogueOf } from '../../src/commands/index.js';
import type { Json, JsonObject } from '../../src/core/cluster.js';
import { type Catalogue, type Command, defineCommand, type Progress } from '../../src/core/command.js';
import { say } from '../../src/core/conversation.js';
import { md } from '../../src/core/text.js';
import { MINUTE } from '../../src/core/time.js';

export interface Scripted {
  /** What `look` answers with. */
  read(): Promise<string>;
  /** The wall's colour; `paint` looks at it, changes it. */
  colour: string;
  strokes: number;
  paint(colour: string): Promise<void>;
  /** `bake`: how often it was begun; what each look sees, the last one for good. */
  baked: number;
  looks: { state: string; againMs?: number; thread?: string }[];
  /** `swap`: what is there, which the confirmation is bound to. */
  version: string;
  nothingToDo: boolean;
  waitMs: number;
  system: 'Marathon' | 'Jenkins';
  writes: number;
  apply(): Promise<Json>;
  arrived(): Promise<'yes' | 'no' | 'overtaken'>;
  follow(since: number): Promise<Progress>;
  cancel(): Promise<string>;
}

export interface FakeCommands {
  script: Scripted;
  catalogue: Catalogue;
  look: Command;
  paint: Command;
  bake: Command;
  swap: Command;
}

export function fakeCommands(): FakeCommands {
  const script: Scripted = {
    read: async () => 'all is well',
    colour: 'white',
    strokes: 0,
    async paint(colour) {
      if (script.colour !== colour) script.strokes += 1;
      script.colour = colour;
    },
    baked: 0,
    looks: [{ state: 'done' }],
    version: 'v1',
    nothingToDo: false,
    waitMs: 0,
    system: 'Marathon',
    writes: 0,
    async apply() {
      script.writes += 1;
      return null;
    },
    arrived: async () => (script.writes > 0 ? 'yes' : 'no'),
    follow: async () => ({ state: 'done', line: 'It is up.' }),
    cancel: async () => 'The old one is back.',
  };
  const look = defineCommand({
    name: 'look',
    usage: 'look',
    summary: 'Looks.',
    examples: ['look'],
    args: z.object({}),
    effect: 'read',
    run: () => script.read(),
    view: (seen) => say(md`${seen}`),
  });
  const paint = defineCommand({
    name: 'paint',
    usage: 'paint <colour>',
    summary: 'Paints.',
    examples: ['paint red'],
    syntax: { words: ['colour'] },
    args: z.object({ colour: z.string({ error: 'Expected a colour.' }) }),
    effect: 'change',
    exclusive: true,
    before: async () => script.colour,
    async run({ colour }, _ports, _asked, before) {
      await script.paint(colour);
      return { before, colour };
    },
    view: (facts) => ({ ok: true, message: say(md`${String(facts.before)} → ${facts.colour}`) }),
  });
  const bake = defineCommand({
    name: 'bake',
    usage: 'bake',
    summary: 'Bakes, which takes its time.',
    examples: ['bake'],
    args: z.object({}),
    effect: 'change',
    before: async () => null,
    async run() {
      script.baked += 1;
      return { looked: 0, state: 'in the oven', thread: '' };
    },
    follow: {
      async look({ looked }) {
        const seen = script.looks[Math.min(looked, script.looks.length - 1)];
        if (seen === undefined) throw new Error('nobody looks');
        return { facts: { looked: looked + 1, state: seen.state, thread: seen.thread ?? '' }, againMs: seen.againMs };
      },
      view: ({ state }) => say(md`Baking: ${state}`),
    },
    view: ({ state, thread }) => ({
      ok: state === 'done',
      message: say(md`Baked: ${state}`),
      thread: thread === '' ? undefined : say(md`${thread}`),
    }),
  });
  const swap = defineCommand<object, JsonObject>({
    name: 'swap',
    usage: 'swap',
    summary: 'Swaps.',
    examples: ['swap'],
    args: z.object({}),
    effect: 'disrupt',
    exclusive: true,
    verb: 'Swap',
    plan: async () => ({ version: script.version }),
    planView: (plan) => say(md`The plan: swap ${String(plan['version'])}.`),
    empty: () => script.nothingToDo,
    boundTo: (plan) => JSON.stringify(plan),
    waitMs: () => script.waitMs,
    system: () => script.system,
    apply: () => script.apply(),
    arrived: () => script.arrived(),
    follow: (_plan, _ports, _asked, since) => script.follow(since),
    cancel: () => script.cancel(),
    deadlineMs: () => 5 * MINUTE,
    title: (_plan, outcome) =>
      ({
        done: 'Swapped',
        failed: 'Swap failed',
        going: 'Swapping',
        cancelled: 'Swap cancelled',
        lost: 'Lost sight of the swap',
      })[outcome],
  });
  return { script, catalogue: catalogueOf([help, look, paint, bake, swap]), look, paint, bake, swap };
}
