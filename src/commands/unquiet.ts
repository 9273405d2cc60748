// `/ci unquiet`: ends Jenkins' quiet-down, unless a change of ours holds it.
import { z } from 'zod';
import { type Asked, defineCommand, type Ports } from '../core/command.js';
import { type Message, say } from '../core/conversation.js';
import { UserError } from '../core/errors.js';
import { type QuietLook, quietHolder, quietLook } from '../core/quiet-down.js';
import { md, mention } from '../core/text.js';
import { counted } from '../core/words.js';

interface Facts {
  before: QuietLook;
  after: QuietLook;
}

export const unquiet = defineCommand<object, QuietLook, Facts>({
  name: 'unquiet',
  usage: 'unquiet',
  summary: 'Jenkins starts builds again after a quiet-down.',
  examples: ['unquiet'],
  details: ['While a change waits for builds it holds the quiet-down: then cancel that change instead.'],
  args: z.object({}),
  effect: 'change',
  before: (_args, ports) => quietLook(ports),
  run,
  view,
});

async function run(_: object, ports: Ports, _asked: Asked, before: QuietLook): Promise<Facts> {
  const holder = await quietHolder(ports);
  if (holder !== undefined) {
    throw new UserError(
      `\`${holder.text.replaceAll('`', "'")}\` of ${holder.name} holds the quiet-down while it waits for builds. Nothing was changed.`,
      `\`cancel ${holder.id}\` ends that change, and takes the quiet-down back if it set it.`,
    );
  }
  if (before.quieting) await ports.jenkins.cancelQuietDown();
  return { before, after: await quietLook(ports) };
}

function view({ before, after }: Facts, { actor }: Asked): { ok: boolean; message: Message } {
  if (after.quieting)
    return {
      ok: false,
      message: say(md`:red_circle: Jenkins still quiets down: read back, somebody else has asked for it again.`),
    };
  if (!before.quieting)
    return { ok: true, message: say(md`:bell: Jenkins was not quieting down. Nothing was changed.`) };
  const { waiting } = after;
  const queue =
    waiting === null
      ? md``
      : waiting === 0
        ? md` Nothing waits in the queue.`
        : md` ${counted(waiting, 'build')} ${waiting === 1 ? 'waits' : 'wait'} in the queue and may start now.`;
  return {
    ok: true,
    message: say(md`:bell: ${mention(actor.userId)} ended the quiet-down: Jenkins starts builds again.${queue}`),
  };
}
