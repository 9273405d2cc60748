// What can be broken on purpose in the playground: one line each, the same list for the terminal and for scripts.
import type { SimulatedWorld } from '../world.js';
import { controllerIncidents } from './controller.js';
import { deployIncidents } from './deploys.js';
import type { Incident } from './incident.js';
import { jenkinsIncidents } from './jenkins.js';
import { machineIncidents } from './machines.js';
import { systemIncidents } from './systems.js';

export const incidents: readonly Incident[] = [
  ...controllerIncidents,
  ...machineIncidents,
  ...deployIncidents,
  ...jenkinsIncidents,
  ...systemIncidents,
];

const MOST_TIMES = 20;

/** Makes it happen. @param typed a name of the list, with a number behind it where it repeats; `mend`, or `mend` and a name
 *  @returns what was done, and how it ends
 *  @throws Error naming what there is, or why it cannot happen now */
export function cause(world: SimulatedWorld, typed: string): string {
  const wish = typed.trim().toLowerCase().replace(/\s+/g, ' ');
  const named = incidents.find((incident) => incident.name === wish);
  if (named !== undefined) return named.happen(world);
  const mend = /^mend(?: (.+))?$/.exec(wish);
  if (mend !== null) return mended(world, mend[1]);
  const counted = /^(.+) (\d+)$/.exec(wish);
  const repeated = incidents.find((incident) => incident.name === counted?.[1] && incident.repeats);
  if (repeated === undefined)
    throw new Error(`no incident "${typed}": ${incidents.map((incident) => incident.name).join(', ')}`);
  const times = Number(counted?.[2]);
  if (times < 1 || times > MOST_TIMES) throw new Error(`Expected 1 to ${MOST_TIMES} times, got ${times}.`);
  return repeated.happen(world, times);
}

function mended(world: SimulatedWorld, name: string | undefined): string {
  const { names } = world.troubles;
  if (names.length === 0) return 'Nothing is broken now.';
  if (name !== undefined && !names.includes(name))
    throw new Error(`Nothing of that name is broken, only: ${names.join(', ')}`);
  return `Mended: ${world.troubles.mend(name).join(', ')}.`;
}

/** For `!list`. */
export function listed(): string {
  const rows = [...incidents, { name: 'mend [name]', what: 'ends what lasts: that, or all of it' }];
  const width = Math.max(...rows.map(({ name }) => name.length)) + 2;
  return rows.map(({ name, what }) => `!${name.padEnd(width)}${what}`).join('\n  ');
}
