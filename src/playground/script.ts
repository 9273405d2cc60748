// `--run`, `--press` and `--incident`: acts one after the other, each to its end, everything that was said printed.
import { setTimeout as wait } from 'node:timers/promises';
import { findIncident } from './incidents.js';
import type { PlaygroundOptions } from './options.js';
import type { Scene } from './scene.js';
import { pressables, type SlackMessage } from './slack/workspace.js';
import { screenOf } from './terminal/screen.js';
import { Transcript } from './terminal/transcript.js';

/** Real time; a deploy of two simulated minutes takes six seconds at the default speed. */
const PATIENCE_MS = 10 * 60_000;
const LOOK_MS = 60;

/** @returns whether every act found its object and ended */
export async function runActs(scene: Scene, options: PlaygroundOptions): Promise<boolean> {
  const transcript = new Transcript(scene.slack, screenOf(process.stdout));
  let ok = true;
  for (const act of options.acts) {
    try {
      if ('run' in act) await typed(scene, options, act.run, transcript);
      else if ('press' in act) await press(scene, options, act.press, transcript);
      else transcript.note(findIncident(act.incident).happen(scene.world));
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

async function typed(
  scene: Scene,
  { user, channel }: PlaygroundOptions,
  line: string,
  transcript: Transcript,
): Promise<void> {
  const text = line.replace(/^\/ci\b\s*/, '');
  transcript.typed(user, channel, `/ci ${text}`.trim());
  await scene.slack.command({ user, channel, text });
}

async function press(scene: Scene, { user }: PlaygroundOptions, label: string, transcript: Transcript): Promise<void> {
  const message = lastWith(scene.slack.messages, label);
  if (message === undefined) throw new Error(`No message has a button "${label}".`);
  transcript.note(`${user} presses ${label}`);
  await scene.slack.press({ user, channel: message.channelId, messageTs: message.ts, label });
}

function lastWith(messages: readonly SlackMessage[], label: string): SlackMessage | undefined {
  return messages.findLast(
    (message) =>
      !message.deleted && pressables(message).some((button) => button.label.toLowerCase() === label.toLowerCase()),
  );
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
