// What one thing is that can be asked for.
import { commands } from '../../src/commands/index.js';
import type { Effect } from '../../src/core/command.js';
import type { PlainRequest } from '../../src/playground/servers/http.js';
import type { SlackMessage } from '../../src/playground/slack/workspace.js';
import type { Scene } from './scene.js';

/** One thing that can be asked for. */
export interface Act {
  /** Name of the command in the list. */
  command: string;
  /** More than one entry of a command: what is special about this one. */
  which?: string;
  /** By a button of a message, not typed. */
  isPressed?: boolean;
  /** Whose access log tells what took effect, and who can fail to answer. Redis and Slack have faults of their own. */
  system?: 'Marathon' | 'Jenkins';
  /** The one request that does it. */
  isAct?(request: PlainRequest): boolean;
  /** Makes it possible, and not done yet. */
  prepare(scene: Scene): Promise<Prepared>;
}

export interface Prepared {
  /** What is typed behind `/ci`, or what the button says. */
  text: string;
  /** Pressed instead of typed. */
  button?: { message: SlackMessage; label: string };
  /** How often it took effect since, by the log of the system that did it. */
  times(): number;
  /** Whether the world is now as it was asked for. */
  holds(): boolean;
  /** Takes back what would stand in the way of the next case. */
  after?(): Promise<void> | void;
}

export const nameOf = ({ command, which }: Act): string => (which === undefined ? command : `${command} ${which}`);

const effectOf = ({ command }: Act): Effect => {
  const found = commands.find(({ name }) => name === command);
  if (found === undefined) throw new Error(`there is no command ${command}`);
  return found.effect;
};

export const isDisruptive = (act: Act): boolean => effectOf(act) === 'disrupt';

/** The others until Jenkins is done, or until git has what they changed. */
const FOLLOWED = ['build', 'abort', 'scale', 'template', 'sync save'];
export const isFollowed = (act: Act): boolean => isDisruptive(act) || FOLLOWED.includes(act.command);
