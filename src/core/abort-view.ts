// What was stopped, in words. Used by `commands/abort.ts`; pure.
import type { AbortFacts, AbortTarget } from './abort.js';
import { buildEmoji, buildName } from './build-words.js';
import type { ChangeView } from './command.js';
import { type Button, type Message, type MessageBlock, say } from './conversation.js';
import { wordFor } from './jenkins-job.js';
import { code, md, moment, type Rich, shorten } from './text.js';
import { duration } from './words.js';

const LONGEST_NAME = 100;

export const abortProgress = (facts: AbortFacts): Message =>
  say(
    md`:hourglass_flowing_sand: ${nameOf(facts.target)}${whose(facts.target)} ${facts.how === 'stop' ? 'has been asked to stop' : 'is being ended the hard way'}${silence(facts)}.`,
  );

/** `ok` false: nobody knows that it was this that ended it. */
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
      return md`${buildEmoji({ isRunning: false, result: result ?? undefined })}${what} ended ${result === null ? 'with no result' : `as ${result}`} after it was asked to stop; it had run for ${duration(durationMs)}.`;
    case 'gone':
      return md`:warning: Jenkins does not remember ${what} any more: it is over, was deleted, or the controller is another one. Whether it was stopped is not known.`;
    case 'still':
      return target.kind === 'queued'
        ? md`:warning: ${what} was to be taken out of the queue, and is still in it. Its page in Jenkins may say why.`
        : target.force
          ? md`:warning: ${what} was to be ended the hard way, and runs on. Its page in Jenkins may say why.`
          : md`:warning: ${what} was asked to stop, and runs on: what it does ignores that. If it is a Pipeline, it can be ended the hard way.`;
    default:
      return md`:warning: Whether ${what} was stopped is not known: Jenkins does not answer (${facts.silence}). To ask again does no harm.`;
  }
}

function buttons({ target, state, number }: AbortFacts): MessageBlock[] {
  if (number === null) return [];
  const value = `abort ${wordFor(`${target.jenkinsJob}#${number}`)}`;
  if (state === 'began')
    return [{ type: 'actions', buttons: [{ label: 'Abort the build', action: 'run', value, style: 'danger' }] }];
  if (state !== 'still' || target.kind === 'queued' || target.force) return [];
  const button: Button = {
    label: 'End it the hard way',
    action: 'run',
    value: `${value} --force`,
    style: 'danger',
    confirm: {
      title: 'End it the hard way?',
      text: 'Its steps are ended without their cleaning up, and after 10 s the whole build. What it has done so far stays done.',
      yes: 'End it',
      no: 'Leave it',
    },
  };
  return [{ type: 'actions', buttons: [button] }];
}
