// One build we asked for, in words: how it stands, and how it ended. Used by `commands/build.ts`; pure.
import type { ShownParameter } from './build-parameters.js';
import { type BuildFacts, FOLLOWED_MS } from './build-request.js';
import { waitWords } from './build-wait.js';
import { buildEmoji, buildName, endWords } from './build-words.js';
import type { ChangeView } from './command.js';
import { type Button, context, type Message, type MessageBlock, say } from './conversation.js';
import { jobPath } from './jenkins-build.js';
import { wordFor } from './jenkins-job.js';
import { code, join, link, md, moment, type Rich, shorten } from './text.js';
import { duration } from './words.js';

const LONGEST_NAME = 100;
const LONGEST_VALUE = 60;
const MOST_PARAMETERS = 10;
const MOST_CHOICES = 5;

/** What changes by itself from look to look (`ETA`, how long ago) is left out: each change is an edit in Slack. */
export function buildProgress(facts: BuildFacts): Message {
  return say(stands(facts), ...parameterLine(facts), ...buttons(facts));
}

function stands(facts: BuildFacts): Rich {
  const { state, queueId, silentSince, silence, at, estimateMs } = facts;
  if (silentSince !== null)
    return md`:hourglass_flowing_sand: ${subject(facts)} ${lastKnown(facts)}; Jenkins has not answered since ${moment(silentSince)} (${silence}).`;
  if (state === 'unanswered')
    return md`:hourglass_flowing_sand: Jenkins took ${subject(facts)} or did not: ${facts.answer}, so it is looked for. It is not sent again.`;
  if (state === 'running') {
    const end = at === null || estimateMs === null ? md`` : md`; such builds take ${duration(estimateMs)}`;
    const since = at === null ? md`` : md` since ${moment(at)}`;
    return md`:hourglass_flowing_sand: ${subject(facts)} runs${nodeWords(facts, 'on')}${since}${end}.`;
  }
  return md`:hourglass_flowing_sand: ${subject(facts)} is in the queue${already(facts)} as ${code(`q${queueId ?? '?'}`)}${waits(facts)}.`;
}

const already = ({ already: was }: BuildFacts): string =>
  was ? ', where the same with the same parameters was before: no second build,' : '';

function waits({ why }: BuildFacts): Rich {
  const words = waitWords(why)
    .replace(/ \(ETA:.*\)$/, '')
    .replace(/\. Expires in .*$/, '');
  return why === '' ? md`` : md` and waits: ${shorten(words, 200)}`;
}

function lastKnown({ state, at, answer }: BuildFacts): Rich {
  if (state === 'unanswered') return md`was sent, and ${answer}`;
  if (state === 'queued') return md`was in the queue`;
  return at === null ? md`was running` : md`ran since ${moment(at)}`;
}

/** The job, or the build once it has a number, with a link to its page. */
function subject({ request, number }: BuildFacts): Rich {
  const { jenkinsJob } = request;
  const publicUrl = request.publicUrl ?? undefined;
  if (number !== null) return buildName({ jenkinsJob, number }, publicUrl);
  return md`*${shorten(jenkinsJob, LONGEST_NAME)}*`;
}

function nodeWords({ node }: BuildFacts, preposition: string): Rich {
  if (node === null) return md``;
  return node === '' ? md` ${preposition} the controller` : md` ${preposition} ${shorten(node, LONGEST_NAME)}`;
}

function parameterLine({ request: { shown } }: BuildFacts): MessageBlock[] {
  if (shown.length === 0) return [];
  const named = shown.slice(0, MOST_PARAMETERS).map(parameter);
  const more = shown.length > MOST_PARAMETERS ? md` and ${shown.length - MOST_PARAMETERS} more` : md``;
  return [context(md`${join(named)}${more}`)];
}

function parameter({ name, value, isDefault, others }: ShownParameter): Rich {
  if (value === null) return md`${shorten(name, LONGEST_NAME)} as kept in Jenkins`;
  const choices = others.slice(0, MOST_CHOICES).join(', ');
  const otherwise = choices === '' ? '' : shorten(`; or ${choices}${others.length > MOST_CHOICES ? ' …' : ''}`, 200);
  const note = isDefault ? md` (default${otherwise})` : md``;
  return md`${code(shorten(`${name}=${value}`, LONGEST_NAME + LONGEST_VALUE))}${note}`;
}

function buttons({ request, state, queueId, number }: BuildFacts): MessageBlock[] {
  const target =
    number !== null ? wordFor(`${request.jenkinsJob}#${number}`) : queueId === null ? undefined : `q${queueId}`;
  if (target === undefined || (state !== 'queued' && state !== 'running')) return [];
  const button: Button = {
    label: number === null ? 'Take it out' : 'Abort',
    action: 'run.thread',
    value: `abort ${target}`,
    style: 'danger',
    confirm: {
      title: number === null ? 'Take it out of the queue?' : 'Abort this build?',
      text: number === null ? 'It is not built then.' : 'What it has done so far stays done.',
      yes: number === null ? 'Take it out' : 'Abort',
      no: 'Leave it',
    },
  };
  return [{ type: 'actions', buttons: [button] }];
}

/** @returns `ok` false: there is no good build of it */
export function buildEnd(facts: BuildFacts): ChangeView {
  const { state, result, log } = facts;
  const message = say(state === 'ended' ? ended(facts) : otherwise(facts), ...parameterLine(facts));
  const ok = (state === 'ended' && (result === 'SUCCESS' || result === 'UNSTABLE')) || state === 'left';
  return { ok, message, ...(log.length === 0 ? {} : { thread: logTail(facts) }) };
}

function ended(facts: BuildFacts): Rich {
  const { result, durationMs, log } = facts;
  const emoji = buildEmoji({ isRunning: false, result: result ?? undefined });
  const words = endWords(result ?? undefined);
  const detail = log.length === 0 ? md`` : md` The end of its log is in the thread.`;
  const note = facts.already ? md` It was in the queue before: no second build was made.` : md``;
  return md`${emoji}${subject(facts)} ${words} after ${duration(durationMs)}${nodeWords(facts, 'on')}.${note}${detail}`;
}

function otherwise(facts: BuildFacts): Rich {
  const { state, answer, queueId, number, silentSince, silence } = facts;
  switch (state) {
    case 'cancelled':
      return md`:no_entry_sign: ${subject(facts)} was taken out of the queue (${code(`q${queueId ?? '?'}`)}) before it began.`;
    case 'gone':
      return number === null
        ? md`:warning: ${subject(facts)} left the queue and Jenkins remembers no build of it: it was taken out, or the controller is another one. What became of it is not known.`
        : md`:warning: ${subject(facts)} began, and Jenkins does not remember it any more: it was deleted, or the controller is another one and the build ended with the old one. Its result is not known.`;
    case 'left': {
      const why =
        silentSince === null
          ? md`it has not ended after ${duration(FOLLOWED_MS)}`
          : md`Jenkins has not answered since ${moment(silentSince)} (${silence})`;
      return md`:eyes: ${subject(facts)} is no longer followed: ${why}. Its end will not be told here; ${page(facts)} shows it.`;
    }
    default:
      return md`:warning: Whether Jenkins took ${subject(facts)} is not known: ${answer}, and no build of it is seen.${because(facts)} It was not sent a second time: look at ${page(facts)}, and ask again if there is none.`;
  }
}

const because = ({ silence }: BuildFacts): Rich => (silence === '' ? md`` : md` Last seen: ${silence}.`);

function page({ request, number }: BuildFacts): Rich {
  const { jenkinsJob, publicUrl } = request;
  if (publicUrl === null) return md`its page in Jenkins`;
  const path = number === null ? '' : `${number}/`;
  return link(`${publicUrl}${jobPath(jenkinsJob)}/${path}`, 'its page in Jenkins');
}

function logTail({ request, number, log }: BuildFacts): Message {
  const name = `${request.jenkinsJob} #${number ?? '?'}`;
  return {
    text: `The end of the log of ${name}: ${log.at(-1) ?? ''}`,
    blocks: [
      {
        type: 'section',
        text: md`The end of the log of ${shorten(name, LONGEST_NAME)}; ${code(`console ${wordFor(`${request.jenkinsJob}#${number ?? ''}`)} --lines 200`)} shows more:`,
      },
      { type: 'code', text: log.join('\n'), keep: 'end' },
    ],
  };
}
