// What there is to choose from in forms: looked up by a worker, kept for the bots.

import { told } from '../core/gather.js';
import type { GatherJob } from '../core/jobs.js';
import { SOURCES, type Source } from '../core/pick-sources.js';
import { SECOND } from '../core/time.js';
import type { PerformPorts } from './ports.js';

/** Whoever opened the form is still looking at it. */
export const LOOK_MS = 20 * SECOND;
/** Of one source; more than anybody has jobs. */
const MOST_KEPT = 20_000;

export async function gatherChoices(
  { source, of }: GatherJob,
  ports: Pick<PerformPorts, 'command' | 'choices' | 'log'>,
  sources: Readonly<Record<string, Source>> = SOURCES,
): Promise<void> {
  const { clock } = ports.command;
  // Of a newer version's form.
  const look = sources[source];
  if (look === undefined) return;
  const at = clock.now();
  const found = await told(clock, 'The system asked', () => look(ports.command, of), LOOK_MS * clock.speed);
  if (!found.ok)
    ports.log.warn({ source, missing: found.missing }, 'what there is to choose from could not be looked up');
  const kept = found.ok
    ? { choices: found.value.slice(0, MOST_KEPT) }
    : // What was there a while ago is mostly there still.
      { choices: (await ports.choices.read(source, of))?.choices ?? [], missing: found.missing };
  await ports.choices.keep(source, of, { at, ...kept });
}
