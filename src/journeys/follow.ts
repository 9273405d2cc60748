// After the write: look every 2 s until the new controller is really up, or until it is clear that it will not be.
import { type Message, say } from '../core/conversation.js';
import { UpstreamError } from '../core/errors.js';
import { failureWords } from '../core/gather.js';
import { md, mention } from '../core/text.js';
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
  for (;;) {
    const by = await run.stopAsked();
    if (by !== undefined) return cancelUnderWay(flight, by);
    try {
      const progress = await command.follow(plan.facts, ports.command, asked, since);
      heardAt = ports.clock.now();
      const took = duration(heardAt - run.progress().startedAt);
      if (progress.state === 'done') {
        return ended(
          'succeeded',
          say(md`:large_green_circle: ${command.title(plan.facts, 'done')} in ${took}. ${progress.line}`),
        );
      }
      if (progress.state === 'failed') {
        return ended(
          'failed',
          say(md`:red_circle: ${command.title(plan.facts, 'failed')} after ${took}: ${progress.line} ${progress.left}`),
        );
      }
      await show(flight, progress.line, took, progress.detail);
    } catch (error) {
      if (!(error instanceof UpstreamError) || run.signal.aborted) throw error;
      const silent = ports.clock.now() - heardAt;
      if (silent > SILENCE_SAID_AFTER_MS)
        await show(
          flight,
          `no news for ${duration(silent)} (${error.system}: ${failureWords(error)})`,
          duration(ports.clock.now() - since),
        );
    }
    if (ports.clock.now() > deadline) return lost(flight, ports.clock.now() - heardAt);
    await ports.clock.sleep(LOOK_EVERY_MS, run.signal);
    await run.hold();
  }
}

async function show(flight: Flight, line: string, took: string, detail?: string): Promise<void> {
  const { command, plan, ports } = flight;
  const message: Message = say(
    md`:hourglass_flowing_sand: ${command.title(plan.facts, 'going')}: ${line} (${took} so far)`,
  );
  await showStep(flight.job, 'following', message, ports);
  await thread(flight, detail ?? line, say(md`${detail ?? line}`));
}

async function cancelUnderWay(flight: Flight, by: string): Promise<ChangeOutcome> {
  const { command, plan, ports, asked, run } = flight;
  await run.hold();
  const left = await command.cancel(plan.facts, ports.command, asked);
  return ended(
    'cancelled',
    say(md`:no_entry_sign: ${command.title(plan.facts, 'cancelled')} by ${mention(by)}. ${left}`),
  );
}

function lost({ command, plan, ports }: Flight, silentMs: number): ChangeOutcome {
  const slash = ports.command.settings.slashCommand;
  const seen =
    silentMs > SILENCE_SAID_AFTER_MS
      ? `Nothing was heard for ${duration(silentMs)}.`
      : 'It was still not up at the deadline.';
  return ended(
    'lost',
    say(
      md`:warning: ${command.title(plan.facts, 'lost')}: how it ended is not known. ${seen} *${slash} where* and *${slash} status* show what became of it.`,
    ),
  );
}
