// The id of an incident as people type it, and finding what it names.
import { z } from 'zod';
import type { Ports } from './command.js';
import { NoSuchName } from './errors.js';
import type { Incident } from './incident.js';
import { shorten } from './text.js';

const EXPECTED = 'Expected `id` to be the id of an alert such as `A17`';

/** `A17`, `a17`, `17`. */
export const incidentId = z.string({ error: `${EXPECTED}, got nothing.` }).transform((typed, context) => {
  const number = /^#?[aA]?(\d{1,9})$/.exec(typed)?.[1];
  if (number !== undefined) return `A${Number(number)}`;
  context.addIssue({ code: 'custom', message: `${EXPECTED}, got \`${shorten(typed)}\`.` });
  return z.NEVER;
});

/** @throws UserError when there is none of this id */
export async function findIncident(id: string, { incidents }: Pick<Ports, 'incidents'>): Promise<Incident> {
  const found = await incidents.find(id);
  if (found !== undefined) return found;
  throw new NoSuchName(`There is no alert \`${id}\`, or it is older than 90 days.`, '`alerts` lists what rings.');
}
