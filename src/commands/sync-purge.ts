// `/ci sync purge`: removes SCM sync's failure note, which nothing else ever does. What is not saved stays unsaved.
import { z } from 'zod';
import type { ScmSyncStatus } from '../core/cluster.js';
import { type Asked, defineCommand, type Ports } from '../core/command.js';
import { type Message, say } from '../core/conversation.js';
import { known, told } from '../core/gather.js';
import { scmAtWork } from '../core/scm-look.js';
import { scmState, scmWords } from '../core/scm-words.js';
import { code, md, shorten } from '../core/text.js';

/** The newest failure noted; null: none. A type, so that it is JSON to the journey. */
type Before = { noted: string | null };

interface Facts {
  had: boolean;
  noted: string | null;
  after: ScmSyncStatus | undefined;
}

export const syncPurge = defineCommand<object, Before, Facts>({
  name: 'sync purge',
  usage: 'sync purge',
  summary: "Remove SCM sync's failure note, and nothing else.",
  examples: ['sync purge'],
  details: [
    "The plugin keeps every failure in its note until an administrator removes it, and Jenkins' pages show the note instead of the last success. To remove it saves nothing: `sync` tells what git lacks.",
  ],
  args: z.object({}),
  effect: 'change',
  async before(_, { jenkins }) {
    const { failedAt, failText } = await scmAtWork(jenkins);
    return { noted: failedAt === undefined ? null : (failText ?? '') };
  },
  run,
  view,
});

async function run(_: object, { jenkins, clock }: Ports, _asked: Asked, { noted }: Before): Promise<Facts> {
  const { had } = await jenkins.scmPurge();
  const after = await told(clock, 'Jenkins', () => jenkins.scmSync());
  return { had, noted, after: known(after) };
}

/** A worker that died after the act finds no note: `noted` tells that there was one. */
function view({ had, noted, after }: Facts): { ok: boolean; message: Message } {
  if (after?.failedAt !== undefined)
    return {
      ok: false,
      message: say(
        md`:red_circle: The failure note is there again: ${code(shorten(after.failText ?? '', 300))}. Saving to git fails still; \`sync\` tells why.`,
      ),
    };
  if (!had && noted === null)
    return { ok: true, message: say(md`:white_check_mark: There is no failure note. Nothing was changed.`) };
  const what = noted === null || noted === '' ? md`` : md` (the newest: ${code(shorten(noted, 300))})`;
  return {
    ok: true,
    message: say(
      md`:wastebasket: SCM sync's failure note is removed${what}, and only that: nothing was saved by it. ${stateOf(after)}`,
    ),
  };
}

function stateOf(after: ScmSyncStatus | undefined) {
  if (after === undefined) return md`How it stands now could not be read; \`sync\` tells.`;
  const state = scmState(after);
  return state === 'ok' ? md`Git has everything now.` : md`Now: ${scmWords(after)}; \`sync\` tells more.`;
}
