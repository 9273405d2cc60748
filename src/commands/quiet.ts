// `/ci quiet [reason]`: Jenkins' own quiet-down. What runs goes on, nothing new begins (contract jenkins §4.2).
import { z } from 'zod';
import { words } from '../core/arguments.js';
import { type Asked, defineCommand, type Ports } from '../core/command.js';
import { type Message, say } from '../core/conversation.js';
import { type Holder, holderWords, loadWords, type QuietLook, quietHolder, quietLook } from '../core/quiet-down.js';
import { md, mention, type Rich } from '../core/text.js';

interface Args {
  reason?: string | undefined;
}

interface Facts {
  reason: string | undefined;
  before: QuietLook;
  after: QuietLook;
  holder: Holder | undefined;
}

const LONGEST_REASON = 200;

export const quiet = defineCommand<Args, QuietLook, Facts>({
  name: 'quiet',
  usage: 'quiet [reason]',
  summary: 'Jenkins starts no new builds; those that run go on.',
  examples: ['quiet', 'quiet moving the git server'],
  details: [
    'It holds until `unquiet` or a restart of Jenkins. The reason has at most 200 characters; Jenkins shows it on its pages from 2.267 on.',
  ],
  syntax: { rest: 'reason' },
  args: z.object({ reason: words('reason', LONGEST_REASON).optional() }),
  effect: 'change',
  before: (_args, ports) => quietLook(ports),
  run,
  view,
});

async function run({ reason }: Args, ports: Ports, asked: Asked, before: QuietLook): Promise<Facts> {
  const holder = await quietHolder(ports);
  const isSaid =
    before.quieting &&
    (reason === undefined || before.reason === reasonOf(reason, await ports.nameOf(asked.actor.userId)));
  // A change of ours has said its own reason, and takes back what it set.
  if (!isSaid && holder === undefined) {
    await ports.jenkins.quietDown(reasonOf(reason, await ports.nameOf(asked.actor.userId)));
  }
  return { reason, before, after: await quietLook(ports), holder };
}

/** On Jenkins' pages nobody sees who asked in Slack. */
const reasonOf = (reason: string | undefined, who: string): string =>
  reason === undefined ? `Asked for by ${who} in Slack` : `${reason} (${who} in Slack)`;

function view({ reason, before, after, holder }: Facts, { actor }: Asked): { ok: boolean; message: Message } {
  if (!after.quieting)
    return {
      ok: false,
      message: say(
        md`:red_circle: Jenkins is not quieting down: read back, somebody else has ended it already, or it restarted.`,
      ),
    };
  if (holder !== undefined) {
    return {
      ok: false,
      message: say(
        md`:no_bell: Jenkins is quieting down already, because ${holderWords(holder)} waits for its builds. It ends with that change, so ask again then. ${loadWords(after)}`,
      ),
    };
  }
  if (before.quieting && before.reason === after.reason) {
    return {
      ok: true,
      message: say(
        md`:no_bell: Jenkins was quieting down already${said(before.reason)}. Nothing was changed. ${loadWords(after)}`,
      ),
    };
  }
  const why = reason === undefined ? md`` : md`: ${reason}`;
  return {
    ok: true,
    message: say(
      md`:no_bell: ${mention(actor.userId)} had Jenkins quiet down${why}. No new build starts until \`unquiet\` or a restart. ${loadWords(after)}`,
    ),
  };
}

const said = (reason: string | null): Rich => (reason === null ? md`` : md` (${reason})`);
