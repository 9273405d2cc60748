// What the bot is told of Slack's deliveries, and what it answers before the ack; `doors.ts` and `form-doors.ts` call it.
import type { Message, PressAction } from '../../core/conversation.js';
import type { Form, Kept } from '../../core/form.js';
import type { Choice } from '../../core/pick.js';
import type { Subjects } from '../../core/subjects.js';
import type { Scrub } from '../secrets.js';
import type { Team } from './people.js';

/** What the doors are made with. */
export interface DoorOptions {
  slashCommand: string;
  ears: SlackEars;
  scrub: Scrub;
  team: Team;
}

export interface Incoming {
  delivery: string;
  userId: string;
  teamId: string;
  channelId: string;
  threadTs: string | undefined;
  responseUrl: string | undefined;
  /** What a press's `response_url` would replace is for all to see. */
  underPublic?: boolean;
}
export type IncomingCommand = Incoming & { text: string };
export type IncomingPress = Incoming & {
  action: PressAction;
  value: string;
  /** Pressed in the Home tab. */
  atHome: boolean;
};
/** Opens a form, within 3 s of what the person did. */
export type Opening = Incoming & { triggerId: string };
export type IncomingForm = Incoming & {
  viewId: string;
  /** Undefined: not a form of ours, or of a version we do not know. */
  kept: Kept | undefined;
  filled: Readonly<Record<string, string>>;
};

/** Words that came where, or as, no command is read. */
export type Unread =
  /** Read once, as it was sent. */
  | 'edited'
  /** A file, with no words to it. */
  | 'wordless'
  /** Of another app, which acts for nobody. */
  | 'app'
  /** A button, shortcut or form that this version does not have. */
  | 'unknown';

export type Submitted =
  | { kind: 'closed' }
  | { kind: 'errors'; errors: Readonly<Record<string, string>> }
  | { kind: 'told'; form: Form };

/** What the bot does with a delivery before its ack; a message is what the ack says, privately. */
export interface SlackEars {
  command(incoming: IncomingCommand): Promise<Message | undefined>;
  press(incoming: IncomingPress): Promise<void>;
  /** A mention, or a direct message. */
  mention(incoming: IncomingCommand): Promise<void>;
  /** *Choose …*: after the ack. */
  pick(incoming: Opening & { value: string }): Promise<void>;
  /** *Ask Bellboard about this*: after the ack. */
  ask(incoming: Opening & { subjects: Subjects }): Promise<void>;
  /** A field was filled: after the ack. */
  changed(incoming: IncomingForm): Promise<void>;
  submitted(incoming: IncomingForm): Promise<Submitted>;
  /** The answer is the ack. */
  suggest(incoming: IncomingForm, field: string, typed: string): Promise<Choice[]>;
  home(incoming: Incoming): Promise<void>;
  /** Told where it works. */
  unread(incoming: Incoming, why: Unread): Promise<void>;
  /** Seconds from delivery to ack. */
  acked(seconds: number): void;
  bug(error: unknown): Message;
}
