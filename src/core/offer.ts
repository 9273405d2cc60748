// A refusal that offers what may be done about it, as buttons below it; `journeys/reply.ts` shows it.
import type { Button } from './conversation.js';
import { UserError } from './errors.js';

/** Nothing was done: what was asked for needs one more word, and each button says another one. */
export class Offer extends UserError {
  readonly buttons: readonly Button[];

  constructor(what: string, hint: string, ...buttons: readonly Button[]) {
    super(what, hint);
    this.buttons = buttons;
  }
}
