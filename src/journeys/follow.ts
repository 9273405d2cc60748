// After the write: look every 2 s until the new controller is really up, or until it is clear that it will not be.
import { type Message, say } from '../core/conversation.js';
import { UpstreamError } from '../core/errors.js';
import { failureWords } from '../core/gather.js';
import { code, md, mention, prose } from '../core/text.js';
import { MINUTE, SECOND } from '../core/time.js';
import { duration } from '../core/words.js';
import { type ChangeOutcome, showStep } from './change.js';
import { ended, type Flight, thread } from './flight.js';

const LOOK_EVERY_MS = 2 * SECOND;
/** Marathon's leader change takes seconds; silence for longer is said. */
const SILENCE_SAID_AFTER_MS = MINUTE;

export async function follow(flight: Flight): Promise<ChangeOutcome> {
  const { command, plan, run, ports, asked } = flight;
  const since = run.progress().appliedAt ?? ports.clock.now();
  const deadline = since + command.deadlineMs(plan.facts);
  let heardAt = ports.clock.now();
  let ifOver: { line: string; left: string } | undefined;
  const took = () => duration(ports.clock.now() - run.progress().startedAt);
  for (;;) {
    const by = await run.stopAsked();
    try {
      if (by !== undefined) return await cancelUnderWay(flight, by);
      const progress = await command.follow(plan.facts, ports.command, asked, since);
      heardAt = ports.clock.now();
      if (progress.state === 'done') {
        return ended(
          'succeeded',
          say(md`:large_green_circle: ${command.title(plan.facts, 'done')} in ${took()}. ${prose(progress.line)}`),
        );
      }
      if (progress.state === 'failed') return failedWith(flight, progress, took());
      ifOver = progress.ifOver;
      await show(flight, progress.line, took(), progress.detail);
    } catch (error) {
      if (!(error instanceof UpstreamError) || run.signal.aborted) throw error;
      // Marathon refused to cancel: to ask again and again would not change its mind.
      if (by !== undefined && error.status !== undefined && error.status < 500) throw error;
      const silent = ports.clock.now() - heardAt;
      const what = by === undefined ? 'no news' : 'cancelling, no answer';
      if (silent > SILENCE_SAID_AFTER_MS || by !== undefined)
        await show(
          flight,
          `${what} for ${duration(silent)} (${error.system}: ${failureWords(error)})`,
          took(),
          `${what} from ${error.system}`,
        );
    }
    if (ports.clock.now() > deadline) return over(flight, ports.clock.now() - heardAt, ifOver);
    await ports.clock.sleep(LOOK_EVERY_MS, run.signal);
    await run.hold();
  }
}

const failedWith = ({ command, plan }: Flight, why: { line: string; left: string }, took: string): ChangeOutcome =>
  ended(
    'failed',
    say(md`:red_circle: ${command.title(plan.facts, 'failed')} after ${took}: ${prose(why.line)} ${prose(why.left)}`),
  );

/** @param detail the line without what changes at every look: the thread tells each thing once */
async function show(flight: Flight, line: string, took: string, detail?: string): Promise<void> {
  const { command, plan, ports } = flight;
  const message: Message = say(
    md`:hourglass_flowing_sand: ${command.title(plan.facts, 'going')}: ${prose(line)} (${took} so far)`,
  );
  await showStep(flight.job, 'following', message, ports);
  await thread(flight, detail ?? line, say(prose(detail ?? line)));
}

async function cancelUnderWay(flight: Flight, by: string): Promise<ChangeOutcome> {
  const { command, plan, ports, asked, run } = flight;
  await run.hold();
  const left = await command.cancel(plan.facts, ports.command, asked);
  return ended(
    'cancelled',
    say(md`:no_entry_sign: ${command.title(plan.facts, 'cancelled')} by ${mention(by)}. ${prose(left)}`),
  );
}

function over(flight: Flight, silentMs: number, last: { line: string; left: string } | undefined): ChangeOutcome {
  const { command, plan, ports, run } = flight;
  const took = duration(ports.clock.now() - run.progress().startedAt);
  if (last !== undefined && silentMs <= SILENCE_SAID_AFTER_MS) {
    return failedWith(flight, last, took);
  }
  const slash = ports.command.settings.slashCommand;
  const silence = silentMs > SILENCE_SAID_AFTER_MS ? md` Nothing was heard for ${duration(silentMs)}.` : '';
  return ended(
    'lost',
    say(
      md`:warning: ${command.title(plan.facts, 'lost')}: it was not up after ${took}, and how it ends is not known.${silence} ${code(`${slash} where`)} and ${code(`${slash} status`)} show what became of it.`,
    ),
  );
}
