// What a change of the controller's app costs, in the words of its plan. Pure.
import type { Before } from './app-change.js';
import { context, type Message, type MessageBlock, section } from './conversation.js';
import { lines, md, type Rich } from './text.js';
import { counted, duration } from './words.js';

/** @param who what waits for the builds: `the deploy` · @param end what the unsaved is lost with */
export function lossesOf({ builds, unsaved }: Before, waitMs: number, who: string, end = 'the restart'): Rich[] {
  const losses: Rich[] = [];
  if (builds !== null && builds.length > 0) losses.push(buildsWords(builds, waitMs, who));
  if (unsaved !== null)
    losses.push(md`:warning: Not everything is saved in git (${unsaved}); what is not saved is lost with ${end}.`);
  return losses;
}

export const AWAY = md`Jenkins is away while it restarts; builds, build numbers and the queue of the old controller are gone afterwards.`;

/** Continues "Deploy of /jenkins: 1 change, and …". @param suspended no controller is wanted now */
export const thenWords = (suspended: boolean): Rich =>
  suspended ? md`a Jenkins controller is started, for none runs now` : md`the Jenkins controller restarts`;

export const TWO_AT_ONCE = md`:warning: Its \`upgradeStrategy\` starts the new controller beside the old one: for a moment two run, and they overwrite each other's git pushes.`;

function buildsWords(builds: string[], waitMs: number, who: string): Rich {
  const named = `${builds.slice(0, 5).join(', ')}${builds.length > 5 ? ` and ${builds.length - 5} more` : ''}`;
  if (waitMs === 0) return md`:warning: ${counted(builds.length, 'build')} will be lost: ${named}.`;
  return md`${counted(builds.length, 'build')} running: ${named}. Jenkins is told to quiet down, and ${who} waits for them, at most ${duration(waitMs)}.`;
}

interface Parts {
  /** Between the headline and what it costs. */
  shown?: readonly MessageBlock[];
  effects: readonly Rich[];
  /** Said small, below. */
  note?: Rich;
  /** Facts that could not be read. */
  missing: readonly string[];
}

export function planMessage(headline: Rich, { shown = [], effects, note, missing }: Parts): Message {
  return {
    text: [headline.plain, ...effects.map((effect) => effect.plain)].join(' '),
    blocks: [
      section(headline),
      ...shown,
      ...(effects.length === 0 ? [] : [section(lines(...effects))]),
      ...(note === undefined ? [] : [context(note)]),
      ...(missing.length === 0 ? [] : [context(md`Not known: ${missing.join('; ')}.`)]),
    ],
  };
}
