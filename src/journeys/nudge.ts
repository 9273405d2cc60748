// The bot's own watch over what it accepted: it speaks after a second when no answer has left yet, so that something is
// seen even when no worker lives, and after a minute when none does.
import type { ChangeInfo } from '../core/changes.js';
import { type Message, type Posted, say } from '../core/conversation.js';
import type { CommandJob, PressJob } from '../core/jobs.js';
import { code, md, mention } from '../core/text.js';
import { type Clock, MINUTE } from '../core/time.js';
import type { Log } from './ports.js';
import { answerKey, rootKey } from './reply.js';

export interface NudgePorts {
  posted(key: string): Promise<Posted>;
  stateOf(delivery: string, queue: 'reads' | 'changes'): Promise<'waiting' | 'active' | 'ended' | 'unknown'>;
  changes: { running(): Promise<ChangeInfo | undefined>; waiting(): Promise<ChangeInfo[]> };
  workers(): Promise<number>;
  /** Says it privately, if a use of the `response_url` is left. */
  say(job: CommandJob | PressJob, message: Message): Promise<void>;
  /** Real time: people wait in it. */
  clock: Clock;
  log: Log;
}

/** Seen within a second of the command. */
const FIRST_WORD_MS = 900;
const NO_WORKER_MS = MINUTE;

export function nudge(job: CommandJob | PressJob, queue: 'reads' | 'changes', ports: NudgePorts): void {
  const guarded = (look: () => Promise<void>) => () => {
    look().catch((error: unknown) =>
      ports.log.warn({ error: String(error) }, 'could not look after an accepted command'),
    );
  };
  ports.clock.after(
    FIRST_WORD_MS,
    guarded(() => firstWord(job, queue, ports)),
  );
  ports.clock.after(
    NO_WORKER_MS,
    guarded(() => noWorker(job, queue, ports)),
  );
}

async function firstWord(job: CommandJob | PressJob, queue: 'reads' | 'changes', ports: NudgePorts): Promise<void> {
  if (await isSeen(job, queue, ports)) return;
  await ports.say(job, say(await workingOnIt(job, queue, ports)));
}

async function workingOnIt(job: CommandJob | PressJob, queue: 'reads' | 'changes', ports: NudgePorts) {
  const running = queue === 'changes' ? await ports.changes.running() : undefined;
  if (running === undefined || running.jobId === job.delivery) return md`:hourglass_flowing_sand: Working on it …`;
  const ahead = (await ports.changes.waiting()).findIndex((change) => change.jobId === job.delivery);
  const place = ahead > 0 ? md` and ${ahead} more` : '';
  return md`:hourglass_flowing_sand: Waiting for its turn, behind ${code(running.text)} of ${mention(running.userId)}${place}. One change runs at a time.`;
}

async function noWorker(job: CommandJob | PressJob, queue: 'reads' | 'changes', ports: NudgePorts): Promise<void> {
  if (await isSeen(job, queue, ports)) return;
  if ((await ports.stateOf(job.delivery, queue)) !== 'waiting' || (await ports.workers()) > 0) return;
  // A command waits for as long as it may (`command.ts`); a click counts while its plan is valid.
  const kept =
    job.kind === 'press'
      ? 'Your click is kept and counts if one starts before the plan expires'
      : 'Your command is kept and runs if one starts within 30 min';
  await ports.say(
    job,
    say(
      md`:warning: No worker of Bellboard is running, so nothing has been done yet. ${kept}. Whoever runs Bellboard should start the role ${code('worker')}.`,
    ),
  );
}

/** Something of this command already stands where people look. */
async function isSeen(job: CommandJob | PressJob, queue: 'reads' | 'changes', ports: NudgePorts): Promise<boolean> {
  const state = await ports.stateOf(job.delivery, queue);
  if (state === 'ended') return true;
  const places = await Promise.all([ports.posted(answerKey(job.delivery)), ports.posted(rootKey(job.delivery))]);
  // Of a change whose turn has not come, a channel that refused its message shows nothing.
  const isHidden = queue === 'changes' && state === 'waiting';
  return places.some((place) => place.state !== 'waiting' && !(isHidden && place.state === 'refused'));
}
