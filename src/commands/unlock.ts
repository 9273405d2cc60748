// `/ci unlock`: ends the lock on the app before its time; one's own, or with `--take-over` somebody else's.
import { z } from 'zod';
import { type AppLock, holderWords } from '../core/app-lock.js';
import { given } from '../core/arguments.js';
import { type Asked, defineCommand, type Ports } from '../core/command.js';
import { type Message, say } from '../core/conversation.js';
import { UserError } from '../core/errors.js';
import { Offer } from '../core/offer.js';
import { md, mention } from '../core/text.js';

interface Args {
  takeOver: boolean;
}

/** A type, so that it is JSON to the journey. */
type Before = { [Field in keyof AppLock]: AppLock[Field] };

interface Facts {
  appId: string;
  opened: AppLock;
  /** Somebody locked anew between the look and the act. */
  now: AppLock | undefined;
}

export const unlock = defineCommand<Args, Before, Facts>({
  name: 'unlock',
  usage: 'unlock [--take-over]',
  summary: 'Ends the lock on the app, so that others may change it again.',
  examples: ['unlock', 'unlock --take-over'],
  details: ['`--take-over` also ends the lock of somebody else, who is told.'],
  syntax: { options: { 'take-over': 'switch' } },
  args: z.object({ 'take-over': given }).transform((typed): Args => ({ takeOver: typed['take-over'] })),
  effect: 'change',
  async before({ takeOver }, ports, asked) {
    const lock = await ports.locks.standing();
    if (lock === undefined) throw new UserError('Nobody holds a lock.', '`lock` sets one.');
    if (lock.userId !== asked.actor.userId && !takeOver) throw heldBy(lock, ports);
    return lock;
  },
  run,
  view,
});

async function run(_args: Args, { locks, settings }: Ports, asked: Asked, lock: Before): Promise<Facts> {
  await locks.open(lock.id);
  const now = await locks.standing();
  if (lock.userId !== asked.actor.userId) {
    const { channelId } = asked.place;
    await locks.tellOver(lock, { id: asked.id, userId: asked.actor.userId, channelId, how: 'opened' });
  }
  return { appId: settings.appId, opened: lock, now };
}

function heldBy(held: AppLock, { settings, clock }: Ports): Offer {
  return new Offer(
    `\`${settings.appId}\` is ${holderWords(held, settings.timeZone, clock.now())}. Nothing was changed.`,
    'Ask them to `unlock`, wait, or end it for them: they are told.',
    {
      label: 'Unlock it for them',
      action: 'run',
      value: 'unlock --take-over',
      style: 'danger',
      confirm: {
        title: 'End their lock?',
        text: 'Somebody locked the app for a reason. Their lock ends, everybody may change the app again, and they are told by direct message.',
        yes: 'Unlock',
        no: 'Leave it',
      },
    },
  );
}

function view({ appId, opened, now }: Facts, { actor }: Asked): { ok: boolean; message: Message } {
  const whose = opened.userId === actor.userId ? md`their lock` : md`the lock of ${mention(opened.userId)}`;
  const who = mention(actor.userId);
  if (now !== undefined) {
    return {
      ok: false,
      message: say(md`:lock: ${who} ended ${whose}, and ${mention(now.userId)} has locked ${appId} since.`),
    };
  }
  return { ok: true, message: say(md`:unlock: ${who} ended ${whose}: ${appId} may be changed again.`) };
}
