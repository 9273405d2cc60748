// `/ci sync save`: has SCM sync save everything now, and follows it until git has it or says why not (contract jenkins §3.4).
import { z } from 'zod';
import { type Asked, defineCommand, type Ports } from '../core/command.js';
import { type Message, say } from '../core/conversation.js';
import { type GitFollow, gitAfter, lookAtGit } from '../core/git-follow.js';
import { savedWords, scmMark } from '../core/scm-follow.js';
import { scmAtWork } from '../core/scm-look.js';
import { code, md, type Rich } from '../core/text.js';
import { SECOND } from '../core/time.js';
import { counted, duration } from '../core/words.js';

/** Kept before anything is asked for. A type, so that it is JSON to the journey. */
type Before = { mark: ReturnType<typeof scmMark>; unpushed: number; queued: number };

/** JSON too: kept between two looks. */
interface Facts {
  git: GitFollow;
  waited: string | null;
}

export const syncSave = defineCommand<object, Before, Facts>({
  name: 'sync save',
  usage: 'sync save',
  summary: "Save all of Jenkins' configuration in git now.",
  examples: ['sync save'],
  details: ['Followed until it is committed and pushed; what was committed and not pushed before is pushed along.'],
  args: z.object({}),
  effect: 'change',
  exclusive: true,
  async before(_, { jenkins }) {
    const status = await scmAtWork(jenkins);
    const { unpushedCommits = 0, queuedCommits = 0 } = status;
    return { mark: scmMark(status), unpushed: unpushedCommits, queued: queuedCommits };
  },
  run,
  follow: {
    async look(facts, ports) {
      const { git, againMs } = await lookAtGit(facts.git, ports);
      return { facts: { ...facts, git }, againMs };
    },
    view: (facts) =>
      say(md`:hourglass_flowing_sand: SCM sync saves everything${waitedWords(facts)}. ${savedIn(facts)}`),
  },
  view,
});

async function run(_: object, ports: Ports, _asked: Asked, { mark, unpushed, queued }: Before): Promise<Facts> {
  await ports.jenkins.scmSaveAll();
  const waiting = [
    ...(unpushed > 0 ? [`${counted(unpushed, 'commit')} not pushed`] : []),
    ...(queued > 0 ? [`${counted(queued, 'commit')} queued`] : []),
  ];
  return { git: gitAfter({ mark }, ports), waited: waiting.length === 0 ? null : waiting.join(' and ') };
}

const waitedWords = ({ waited }: Facts): Rich => (waited === null ? md`` : md`, with ${waited} before`);

const savedIn = ({ git: { saved } }: Facts): Rich => (saved === null ? md`` : savedWords(saved));

function view(facts: Facts): { ok: boolean; message: Message } {
  const { saved } = facts.git;
  if (saved?.state !== 'saved')
    return {
      ok: false,
      message: say(md`:red_circle: SCM sync was asked to save everything${waitedWords(facts)}. ${savedIn(facts)}`),
    };
  const { commit, afterMs = 0 } = saved;
  if (commit === undefined)
    return { ok: true, message: say(md`:white_check_mark: Git had everything already. Nothing had to be saved.`) };
  const took = duration(Math.max(SECOND, afterMs));
  return {
    ok: true,
    message: say(
      md`:large_green_circle: Everything is saved in git after ${took}, commit ${code(commit.slice(0, 7))}${waitedWords(facts)}.`,
    ),
  };
}
