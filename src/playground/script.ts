// `--run`, `--press`, `--incident` and `--wait`: acts one after the other, each to its end, everything that was said printed.
import { setTimeout as wait } from 'node:timers/promises';
import prettyMilliseconds from 'pretty-ms';
import { SECOND } from '../core/time.js';
import { cause } from './incidents/index.js';
import type { PlaygroundOptions } from './options.js';
import type { Scene } from './scene.js';
import { onScreen, type Who } from './screen-acts.js';
import { objectsAt } from './slack/types.js';
import { type Pressable, pressables, type SlackMessage } from './slack/workspace.js';
import { savingTo } from './terminal/files.js';
import { screenOf } from './terminal/screen.js';
import { Transcript } from './terminal/transcript.js';

/** Real time; a deploy of two simulated minutes takes six seconds at the default speed. */
const PATIENCE_MS = 10 * 60_000;
const LOOK_MS = 60;
/** How fast time passes where nobody types: an hour in a minute. Much faster, and real answers come too late for Bellboard. */
export const HURRY = 60;
/** What Bellboard has not seen well once it cannot miss: it has looked at everything by then. */
const ACQUAINTED_MS = 40 * SECOND;
/** World time without a change after which what was said is printed: a message that is still growing is printed once. */
const STILL_MS = 20 * SECOND;

/** @returns whether every act found its object and ended */
export async function runActs(scene: Scene, options: PlaygroundOptions): Promise<boolean> {
  const transcript = new Transcript(scene.slack, screenOf(process.stdout), savingTo(options.files));
  let ok = true;
  let acquainted = false;
  const who = { user: options.user, channel: options.channel };
  for (const act of options.acts) {
    try {
      if ('run' in act) await typed(scene, who, act.run, transcript);
      else if ('press' in act) await press(scene, who, act.press, transcript);
      else if ('as' in act) who.user = act.as;
      else if ('incident' in act) {
        if (!acquainted) await scene.clock.hurry(ACQUAINTED_MS, HURRY);
        acquainted = true;
        transcript.note(cause(scene.world, act.incident));
      } else await pass(scene, act.waitMs, transcript);
      await untilIdle(scene);
      transcript.flush();
    } catch (error) {
      transcript.flush();
      transcript.note(error instanceof Error ? error.message : String(error));
      ok = false;
    }
  }
  return ok;
}

/** A command, a mention, plain words in a direct message, or something done on a screen. */
async function typed(scene: Scene, who: Who, line: string, transcript: Transcript): Promise<void> {
  const { user, channel } = who;
  if (line.startsWith('!')) {
    transcript.typed(user, channel, line);
    const note = await onScreen(line.slice(1).trim(), scene, who);
    if (note === undefined)
      throw new Error(`There is no ${line}; --incident and --wait do what the terminal's other words do.`);
    if (note !== '') transcript.note(note);
    return;
  }
  if ((channel === 'dm' && !line.startsWith('/')) || /^@(ci|bellboard)\s/.test(line)) {
    transcript.typed(user, channel, line);
    await scene.slack.mention({ user, channel, text: line.replace(/^@(ci|bellboard)\s+/, '') });
    return;
  }
  const text = line.replace(/^\/ci\b\s*/, '');
  transcript.typed(user, channel, `/ci ${text}`.trim());
  await scene.slack.command({ user, channel, text });
}

async function press(scene: Scene, { user }: Who, label: string, transcript: Transcript): Promise<void> {
  const message = lastWith(scene.slack.messages, label);
  const view = scene.slack.views.findLast(
    (one) =>
      one.open &&
      pressables({ text: '', blocks: objectsAt(one.view, 'blocks'), attachments: [] }).some(isCalled(label)),
  );
  if (message === undefined && view === undefined) throw new Error(`No message or screen has a button "${label}".`);
  transcript.note(`${user} presses ${label}`);
  if (message !== undefined)
    await scene.slack.press({ user, channel: message.channelId, messageTs: message.ts, label });
  else await scene.slack.screens.pressInView({ user, viewId: view?.id ?? '', label });
}

/** What Bellboard says meanwhile is printed as it comes, in the form it has when it comes to rest. */
async function pass({ clock, slack }: Scene, ms: number, transcript: Transcript): Promise<void> {
  const time = prettyMilliseconds(ms, { verbose: true });
  transcript.note(`${time} ${/^1 \S+$/.test(time) ? 'passes' : 'pass'}`);
  let cancel = () => {};
  const stopWatching = slack.onChange(() => {
    cancel();
    cancel = clock.after(STILL_MS, () => transcript.flush());
  });
  await clock.hurry(ms, HURRY);
  stopWatching();
  cancel();
}

const isCalled = (label: string) => (button: Pressable) => button.label.toLowerCase() === label.toLowerCase();

function lastWith(messages: readonly SlackMessage[], label: string): SlackMessage | undefined {
  return messages.findLast((message) => !message.deleted && pressables(message).some(isCalled(label)));
}

/** Twice in a row: between two jobs of one act there is a moment without any. */
export async function untilIdle(scene: Scene): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  for (let quiet = 0; quiet < 2; ) {
    if (Date.now() > end) throw new Error('Nothing more happened within 10 min, but work is left.');
    await wait(LOOK_MS);
    quiet = (await scene.bellboard.busy()) ? 0 : quiet + 1;
  }
}
