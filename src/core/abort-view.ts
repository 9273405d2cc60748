// What was stopped, in words. Used by `commands/abort.ts`; pure.
import type { AbortFacts, AbortTarget } from './abort.js';
import { buildName, endWords } from './build-words.js';
import type { ChangeView } from './command.js';
import { type Message, type MessageBlock, say } from './conversation.js';
import { wordFor } from './jenkins-job.js';
import { code, md, moment, type Rich, shorten } from './text.js';
import { duration } from './words.js';

const LONGEST_NAME = 100;

export const abortProgress = (facts: AbortFacts): Message =>
  say(
    md`:hourglass_flowing_sand: ${nameOf(facts.target)}${whose(facts.target)} has been asked to stop${silence(facts)}.`,
  );

/** `ok` false: it was not this that ended it. */
export const abortEnd = (facts: AbortFacts): ChangeView => ({
  ok: facts.state === 'stopped',
  message: say(words(facts), ...buttons(facts)),
});

function nameOf(target: AbortTarget): Rich {
  const { jenkinsJob } = target;
  if (target.kind === 'queued') return md`*${shorten(jenkinsJob, LONGEST_NAME)}* (${code(`q${target.id}`)})`;
  return buildName({ jenkinsJob, number: target.number }, target.publicUrl ?? undefined);
}

const whose = ({ by }: AbortTarget): Rich => (by === null ? md`` : md`, ${by},`);

const silence = ({ silentSince, silence: seen }: AbortFacts): Rich =>
  silentSince === null ? md`` : md`; Jenkins has not answered since ${moment(silentSince)} (${seen})`;

function words(facts: AbortFacts): Rich {
  const { target, state, result, durationMs, number, askedAt } = facts;
  const what = md`${nameOf(target)}${whose(target)}`;
  switch (state) {
    case 'stopped':
      return target.kind === 'queued'
        ? md`:no_entry_sign: ${what} was taken out of the queue, where it had waited for ${duration(askedAt - target.since)}.`
        : md`:no_entry_sign: ${what} was aborted after ${duration(durationMs)}.`;
    case 'began':
      return md`:warning: ${what} had left the queue: it runs as ${md`${shorten(target.jenkinsJob, LONGEST_NAME)} #${number ?? '?'}`}, and was not stopped.`;
    case 'ended':
      return md`:white_check_mark: ${what} ${endWords(result ?? undefined)} after ${duration(durationMs)}, before it could be stopped.`;
    case 'gone':
      return md`:warning: Jenkins does not remember ${what} any more: it is over, was deleted, or the controller is another one. Whether it was stopped is not known.`;
    case 'still':
      return target.kind === 'queued'
        ? md`:warning: ${what} was to be taken out of the queue, and is still in it. Its page in Jenkins may say why.`
        : md`:warning: ${what} was asked to stop, and runs on: what it does ignores that. A Pipeline can be ended the hard way on its page.`;
    default:
      return md`:warning: Whether ${what} was stopped is not known: Jenkins does not answer (${facts.silence}). To ask again does no harm.`;
  }
}

function buttons({ target, state, number }: AbortFacts): MessageBlock[] {
  if (state !== 'began' || number === null) return [];
  const value = `abort ${wordFor(`${target.jenkinsJob}#${number}`)}`;
  return [{ type: 'actions', buttons: [{ label: 'Abort the build', action: 'run', value, style: 'danger' }] }];
}
