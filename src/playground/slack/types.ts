// The nouns of the simulated Slack workspace: what its state is made of and what is told to whoever watches it.
// Everything else in this folder reads or changes these; the terminal and the tests only look at them.

/** A JSON object as it crosses the wire; the workspace keeps what it was given and looks inside only where it must. */
export type Wire = Record<string, unknown>;

export function isWire(value: unknown): value is Wire {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The string at `key`, when there is one. */
export function textAt(value: unknown, key: string): string | undefined {
  const found = isWire(value) ? value[key] : undefined;
  return typeof found === 'string' ? found : undefined;
}

/** The objects of the list at `key`; none when it is not a list. */
export function objectsAt(value: unknown, key: string): Wire[] {
  const found = isWire(value) ? value[key] : undefined;
  return Array.isArray(found) ? found.filter(isWire) : [];
}

export interface SlackTeam {
  id: string;
  name: string;
  domain: string;
}

export interface SlackUser {
  id: string;
  name: string;
  realName: string;
  teamId: string;
  locale: string;
  isAdmin: boolean;
  isBot: boolean;
  /** Multi-channel guest. */
  isRestricted: boolean;
  /** Single-channel guest; Slack sets `is_restricted` too. */
  isUltraRestricted: boolean;
  /** Belongs to another workspace and shares a channel with ours. */
  isStranger: boolean;
  deleted: boolean;
  /** Only for bot users. */
  botId?: string;
}

export interface SlackChannel {
  id: string;
  name: string;
  kind: 'public' | 'private' | 'im';
  members: Set<string>;
  isArchived: boolean;
  /** Shared with another company (Slack Connect). */
  isExtShared: boolean;
}

export interface SlackUserGroup {
  id: string;
  handle: string;
  name: string;
  users: string[];
}

/** What a message shows; an edit replaces all of it. */
export interface Content {
  text: string;
  blocks: Wire[];
  attachments: Wire[];
}

export interface SlackMessage extends Content {
  /** Identity within its channel; ephemeral messages have one too. */
  ts: string;
  channelId: string;
  /** Parent's `ts` when this is a reply. */
  threadTs?: string;
  authorId: string;
  /** Only this person sees it, and only through a response_url can it change. */
  visibleTo?: string;
  /** `me too in the channel` replies. */
  broadcast: boolean;
  metadata?: Wire;
  /** What it showed before each edit, oldest first. */
  history: Content[];
  /** Slack marks edits of messages without blocks only. */
  markedEdited: boolean;
  files: SlackFile[];
  deleted: boolean;
}

export interface SlackFile {
  id: string;
  name: string;
  title: string;
  altText: string | undefined;
  mimetype: string;
  /** Length promised in `files.getUploadURLExternal`. */
  promisedLength: number;
  /** Undefined until uploaded. */
  bytes: Buffer | undefined;
  createdAt: number;
  completed: boolean;
}

export interface SlackView {
  id: string;
  userId: string;
  kind: 'modal' | 'home';
  hash: string;
  /** As the app gave it: title, blocks, callback_id, private_metadata … */
  view: Wire;
  open: boolean;
  /** What stands in its fields: block id → action id → as payloads carry it. */
  values: Record<string, Record<string, Wire>>;
  /** What the app said of fields when it was sent, by block id. */
  errors: Record<string, string>;
}

/** Told once for each thing a person could see change. */
export type Change =
  | { kind: 'posted' | 'edited' | 'deleted'; message: SlackMessage }
  | { kind: 'view'; view: SlackView };

/** One call of the Web API or of a response_url, as the workspace answered it. */
export interface Call {
  /** `chat.postMessage`, or `response_url`. */
  method: string;
  args: Wire;
  /** ms of the workspace's clock. */
  at: number;
  /** HTTP status; undefined when no answer was sent (a programmed silence). */
  status: number | undefined;
  /** Slack's error word, when refused. */
  error: string | undefined;
  answer: Wire;
}
