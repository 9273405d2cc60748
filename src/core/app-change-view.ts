// What a change of the controller's app costs, in the words of its plan. Pure.
import type { Before } from './app-change.js';
import { md, type Rich } from './text.js';
import { counted, duration } from './words.js';

/** @param who what waits for the builds: `the deploy` */
export function lossesOf({ builds, unsaved }: Before, waitMs: number, who: string): Rich[] {
  const losses: Rich[] = [];
  if (builds !== null && builds.length > 0) losses.push(buildsWords(builds, waitMs, who));
  if (unsaved !== null)
    losses.push(md`:warning: Not everything is saved in git (${unsaved}); what is not saved is lost with the restart.`);
  return losses;
}

export const AWAY = md`Jenkins is away while it restarts; builds, build numbers and the queue of the old controller are gone afterwards.`;

function buildsWords(builds: string[], waitMs: number, who: string): Rich {
  const named = `${builds.slice(0, 5).join(', ')}${builds.length > 5 ? ` and ${builds.length - 5} more` : ''}`;
  if (waitMs === 0) return md`:warning: ${counted(builds.length, 'build')} will be lost: ${named}.`;
  return md`${counted(builds.length, 'build')} running: ${named}. Jenkins is told to quiet down, and ${who} waits for them, at most ${duration(waitMs)}.`;
}
