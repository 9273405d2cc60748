// Changing commands run as the journey runs them, over plain records: before, run, and look after look until it is over.
import { catalogueOf } from '../../src/commands/index.js';
import type { Json } from '../../src/core/cluster.js';
import type { Command } from '../../src/core/command.js';
import type { Message } from '../../src/core/conversation.js';
import { parse } from '../../src/core/parse.js';
import { asked, type FakeCalls, fakePorts } from './fakes.js';
import { passing } from './fakes-journey.js';
import { type ManualClock, manualClock } from './manual-clock.js';

export interface Changed {
  ok: boolean;
  message: Message;
  before: Json;
  /** What its message said while it was followed, each text once. */
  meanwhile: string[];
}

/** Small, so that what answers at once takes no time. */
const STEP_MS = 10;

/** @param kept what an earlier worker's `before` saw */
export async function changed(
  command: Command,
  text: string,
  calls: FakeCalls & { clock?: ManualClock } = {},
  kept?: Json,
): Promise<Changed> {
  if (command.effect !== 'change') throw new Error(`${command.name} is no change`);
  const clock = calls.clock ?? manualClock();
  const ports = fakePorts({ ...calls, clock });
  const { args } = parse(text, catalogueOf([command]));
  const before = kept ?? (await passing(clock, command.before(args, ports, asked({ text })), STEP_MS));
  // As Redis keeps it.
  const json = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
  let facts = await passing(clock, command.run(args, ports, asked({ text }), json(before)), STEP_MS);
  const meanwhile: string[] = [];
  for (let looks = 0; command.follow !== undefined; looks += 1) {
    if (looks > 1_000) throw new Error('it is followed for ever');
    const looked = await passing(clock, command.follow.look(json(facts), ports, asked({ text })), STEP_MS);
    facts = looked.facts;
    if (looked.againMs === undefined) break;
    const said = command.follow.view(json(facts), asked({ text })).text;
    if (meanwhile.at(-1) !== said) meanwhile.push(said);
    await clock.advance(looked.againMs);
  }
  return { ...command.view(json(facts), asked({ text })), before, meanwhile };
}
