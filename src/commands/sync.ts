// `/ci sync`: what git has of Jenkins' configuration and what it lacks, and what to do about it (contract jenkins §3).
import { z } from 'zod';
import type { JenkinsPulse, ScmSyncStatus } from '../core/cluster.js';
import { type Asked, defineCommand, type Ports } from '../core/command.js';
import { pulseWords } from '../core/controller.js';
import { type Button, context, type Message, type MessageBlock, say, section } from '../core/conversation.js';
import { gaps, known, type Told, told } from '../core/gather.js';
import { AFTER_PULSE_MS, pulseInTime } from '../core/pulse.js';
import { repositoryHost, scmErrorKind, scmErrorWords } from '../core/scm-error-class.js';
import { type ScmLook, scmLook } from '../core/scm-look.js';
import { differ, type Repositories, repositoriesOf } from '../core/scm-repositories.js';
import { listed } from '../core/scm-unsaved.js';
import { offWords, type ScmState, scmState } from '../core/scm-words.js';
import { code, join, md, moment, type Rich, report, shorten } from '../core/text.js';
import { SECOND } from '../core/time.js';
import { duration } from '../core/words.js';

interface Facts {
  now: number;
  pulse: JenkinsPulse;
  /** Undefined: Jenkins is not up, so it was not asked. */
  scm: ScmLook | undefined;
  repositories: Repositories;
  missing: string[];
}

export const sync = defineCommand({
  name: 'sync',
  usage: 'sync',
  summary: "What git has of Jenkins' configuration, and what it lacks.",
  examples: ['sync', 'sync --here'],
  details: [
    'State, last success, commits that wait, files a new task would not find, and the repository read from and written to when they differ.',
    '`sync save` saves everything now, `sync reload` takes over what git has, `sync purge` removes the failure note.',
  ],
  args: z.object({}),
  effect: 'read',
  run,
  view,
});

/** A read answers within 30 s, and the pulse may have taken 12 of them. */
const DEADLINES = { script: AFTER_PULSE_MS, footer: 4 * SECOND };

async function run(_: object, { jenkins, marathon, clock, settings }: Ports, _asked: Asked): Promise<Facts> {
  const [pulse, app] = await Promise.all([
    pulseInTime(jenkins, clock),
    told(clock, 'Marathon', () => marathon.app(settings.appId)),
  ]);
  const scm = pulse.state === 'up' ? await scmLook({ jenkins, clock }, DEADLINES) : undefined;
  const status = scm === undefined ? undefined : known(scm.look);
  const repositories = repositoriesOf(known(app), status);
  return { now: clock.now(), pulse, scm, repositories, missing: gaps(app) };
}

function view({ now, pulse, scm, repositories, missing }: Facts): Message {
  const gap = missing.length === 0 ? [] : [context(md`Not known: ${missing.join('; ')}.`)];
  if (scm === undefined)
    return say(md`:warning: What git has is not known: Jenkins ${pulseWords(pulse)}. \`where\` tells more.`, ...gap);
  if (!scm.look.ok)
    return say(md`:warning: What git has is not known. ${scm.look.missing}.`, ...withRemedy(scm.look), ...gap);
  const status = scm.look.value;
  const state = scmState(status);
  const headline = headlineOf(state, status);
  const fields = state === 'off' ? [] : fieldsOf(status, repositories, now);
  const notes = notesOf(state, status, scm, repositories);
  const buttons = buttonsOf(state, status);
  return {
    text: [
      headline.plain,
      ...fields.map(({ label, value }) => `${label}: ${value.plain}.`),
      ...notes.map(({ plain }) => plain),
    ].join('\n'),
    blocks: [
      section(headline),
      ...(fields.length === 0 ? [] : [{ type: 'fields', fields } as const]),
      ...notes.map(section),
      ...(buttons.length === 0 ? [] : [{ type: 'actions', buttons } as const]),
      ...gap,
    ],
  };
}

/** The footer shows nothing either, so the right to run scripts is the way. */
function withRemedy({ missing }: Extract<Told<unknown>, { ok: false }>): MessageBlock[] {
  if (!/\b40[13]\b|lacks the right/.test(missing)) return [];
  return [
    section(
      md`*What to do:* give the account of Bellboard the right it lacks (Overall/Administer; Overall/RunScripts too before 2.222), or a new API token.`,
    ),
  ];
}

function headlineOf(state: ScmState, status: ScmSyncStatus): Rich {
  switch (state) {
    case 'off':
      return md`:warning: Nothing of Jenkins' configuration is saved in git: ${offWords(status)}.`;
    case 'failing':
      return md`:red_circle: Jenkins' configuration is not saved in git: ${report(troubleOf(status).what)}.`;
    case 'unsaved':
      return md`:hourglass_flowing_sand: Not everything is in git yet: right after a change that is as it should be, for longer than 2 min it is not.`;
    case 'unknown':
      return md`:warning: Nothing was saved in git yet since this controller started.`;
    case 'ok':
      return md`:large_green_circle: Everything is saved in git.`;
  }
}

const troubleOf = (status: ScmSyncStatus) =>
  scmErrorWords(scmErrorKind({ failText: status.failText, quote: status.logText }, status), repositoryHost(status.url));

function fieldsOf(status: ScmSyncStatus, repositories: Repositories, now: number): { label: string; value: Rich }[] {
  const { successAt, failedAt, failDate, failText, logText, filesAtRisk = [], head, source } = status;
  const { readFrom, writtenTo } = repositories;
  // Dates in a footer have no zone to rely on.
  const at = (ms: number) => (source === 'footer' ? md`${failDate ?? ''}, by the clock of Jenkins` : moment(ms));
  const failing = scmState(status) === 'failing';
  return [
    ...(successAt === undefined || source === 'footer'
      ? []
      : [{ label: 'Last success', value: md`${moment(successAt)}, ${duration(Math.max(0, now - successAt))} ago` }]),
    ...(failedAt === undefined
      ? []
      : [
          {
            label: failing ? 'Last failure' : 'Failure note',
            value: md`${at(failedAt)}: ${code(shorten(failText ?? '', 300))}`,
          },
        ]),
    ...(failing && logText !== undefined ? [{ label: 'Git says', value: code(shorten(logText, 300)) }] : []),
    ...(source === 'footer' ? [] : [{ label: 'Commits', value: commitsOf(status) }]),
    ...(head === undefined ? [] : [{ label: 'Newest commit', value: code(head.slice(0, 7)) }]),
    ...(filesAtRisk.length === 0 ? [] : [{ label: 'Files at risk', value: report(listed(filesAtRisk)) }]),
    ...(differ(repositories)
      ? [
          { label: 'Read from', value: code(readFrom ?? '') },
          { label: 'Written to', value: code(writtenTo ?? '') },
        ]
      : writtenTo === undefined
        ? []
        : [{ label: 'Repository', value: code(writtenTo) }]),
  ];
}

function commitsOf({ queuedCommits, unpushedCommits, configInSync }: ScmSyncStatus): Rich {
  const waiting = [
    ...(queuedCommits === undefined || queuedCommits === 0 ? [] : [`${queuedCommits} queued`]),
    ...(unpushedCommits === undefined || unpushedCommits === 0 ? [] : [`${unpushedCommits} not pushed`]),
    ...(configInSync === false ? ['`config.xml` on disk is not what git has'] : []),
  ];
  return waiting.length === 0 ? md`none wait` : join(waiting.map(report));
}

function notesOf(state: ScmState, status: ScmSyncStatus, { refused }: ScmLook, repositories: Repositories): Rich[] {
  const notes: Rich[] = [];
  if (state === 'off') notes.push(md`*What to do:* ${report(SWITCH_ON[status.plugin])}`);
  if (state === 'failing') notes.push(md`*What to do:* ${report(troubleOf(status).remedy)}`);
  if (state === 'unsaved')
    notes.push(
      md`If it stays so, \`sync save\` pushes all of it; a new task of the controller loses what is not pushed.`,
    );
  if (state === 'unknown') notes.push(md`\`sync save\` saves everything now and tells whether git takes it.`);
  if (state === 'ok' && status.failedAt !== undefined)
    notes.push(
      md`An older failure is still noted, and Jenkins' pages show that note instead of the last success: \`sync purge\` removes it.`,
    );
  if (differ(repositories)) notes.push(APART);
  if (status.source === 'footer')
    notes.push(
      md`As shown in the footer of Jenkins' pages, because the script was refused (${refused ?? 'no script answered'}): it shows failures and no recovery, and neither commits nor files. Give the account of Bellboard Overall/Administer (before 2.222 Overall/RunScripts) to see the rest.`,
    );
  return notes;
}

const APART = md`:warning: A new task reads one repository and SCM sync writes to another, so what is saved here is not what the next controller starts with. Put the address it is read from into the SCM sync part of Jenkins' system configuration: the saved one wins over \`SCM_SYNC_GIT\` there.`;

const SWITCH_ON: Readonly<Record<ScmSyncStatus['plugin'], string>> = {
  absent:
    'a new task starts with what git has, and nothing gets there by itself. Install the plugin `scm-sync-configuration` (it runs on cores before 2.332 only), or keep the configuration in code (the plugin `configuration-as-code`).',
  inactive:
    'the plugin `scm-sync-configuration` is installed and does not run: switch it on in the plugin manager, and restart Jenkins (`restart --jenkins`).',
  active: 'name a git repository in the SCM sync part of the system configuration of Jenkins.',
};

const SAVE: Button = { label: 'Save now', action: 'run', value: 'sync save' };
const PURGE: Button = { label: 'Remove the note', action: 'run', value: 'sync purge' };

/** Only where they would help: a commit that cannot be carried out stays in the way of every later one. */
function buttonsOf(state: ScmState, status: ScmSyncStatus): Button[] {
  if (status.source === 'footer' || state === 'off') return [];
  const noted = state === 'ok' && status.failedAt !== undefined;
  return [...(state === 'ok' ? [] : [SAVE]), ...(noted ? [PURGE] : [])];
}
