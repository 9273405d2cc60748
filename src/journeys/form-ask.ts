// What the form of *Ask Bellboard about this* looks like. Opened by `form-open.ts`, read by `form-submit.ts`.
import { section } from '../core/conversation.js';
import type { Form, Kept } from '../core/form.js';
import type { Offered } from '../core/subjects.js';
import type { Rich } from '../core/text.js';
import { OPTION } from './form.js';

/** One of the commands that fit, or another. */
export function askForm(about: Rich, offers: readonly Offered[], kept: Kept, slash: string): Form {
  // To look comes before to change: nothing that changes anything stands there before somebody chose it.
  const best = offers.find(({ isRead }) => isRead)?.text;
  const choices = offers.filter(({ text }) => text.length <= OPTION).slice(0, MOST_OFFERED);
  const initial = best === undefined ? {} : { initial: best };
  const isChoice = choices.some(({ text }) => text === best);
  return {
    title: 'Ask Bellboard',
    submit: 'Run',
    blocks: [section(about)],
    fields: [
      {
        name: OFFER,
        label: 'Command',
        optional: true,
        input: {
          kind: 'choose',
          choices: choices.map(({ text }) => ({ value: text, text: `${slash} ${text}` })),
          ...(isChoice ? initial : {}),
        },
      },
      {
        name: OTHER,
        label: 'Or another one',
        hint: 'When something stands here, this is what runs.',
        optional: true,
        // A menu has no room for the name of a branch in a folder.
        input: { kind: 'write', ...(isChoice ? {} : initial) },
      },
    ],
    outcome: [],
    kept,
  };
}

const MOST_OFFERED = 20;
export const OFFER = 'offer';
export const OTHER = 'other';
