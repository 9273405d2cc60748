// After the write: look every 2 s until the new controller is really up, or until it is clear that it will not be.
import { type Message, say } from '../core/conversation.js';
import { UpstreamError } from '../core/errors.js';
import { failureWords } from '../core/gather.js';
import { code, md, mention } from '../core/text.js';
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
      ifOver = progress.ifOver;
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
    if (ports.clock.now() > deadline) return over(flight, ports.clock.now() - heardAt, ifOver);
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

function over(flight: Flight, silentMs: number, last: { line: string; left: string } | undefined): ChangeOutcome {
  const { command, plan, ports, run } = flight;
  const took = duration(ports.clock.now() - run.progress().startedAt);
  if (last !== undefined && silentMs <= SILENCE_SAID_AFTER_MS) {
    return ended(
      'failed',
      say(md`:red_circle: ${command.title(plan.facts, 'failed')} after ${took}: ${last.line} ${last.left}`),
    );
  }
  const slash = ports.command.settings.slashCommand;
  const silence = silentMs > SILENCE_SAID_AFTER_MS ? ` Nothing was heard for ${duration(silentMs)}.` : '';
  return ended(
    'lost',
    say(
      md`:warning: ${command.title(plan.facts, 'lost')}: it was not up after ${took}, and how it ends is not known.${silence} ${code(`${slash} where`)} and ${code(`${slash} status`)} show what became of it.`,
    ),
  );
}
