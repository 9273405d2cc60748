// `/ci lock [reason] [--for 2h]`: nobody else changes the app meanwhile. Also what the buttons *Take over* and
// *Extend 1 h* run.
import { z } from 'zod';
import {
  type AppLock,
  holderWords,
  LOCK_RANGE,
  LOCKED_FOR_MS,
  LONGEST_LOCK_MS,
  LONGEST_REASON,
  SHORTEST_LOCK_MS,
} from '../core/app-lock.js';
import { durationMs, given } from '../core/arguments.js';
import type { ChangeInfo } from '../core/changes.js';
import { type Asked, defineCommand, type Ports } from '../core/command.js';
import { context, type Message, say } from '../core/conversation.js';
import { UserError } from '../core/errors.js';
import { Offer } from '../core/offer.js';
import { code, join, md, mention, moment, type Rich } from '../core/text.js';
import { MINUTE } from '../core/time.js';
import { counted } from '../core/words.js';

interface Args {
  reason: string | undefined;
  forMs: number | undefined;
  extendMs: number | undefined;
  takeOver: boolean;
}

const args = z
  .object({
    reason: z
      .string()
      .max(LONGEST_REASON, { error: `Expected the reason to have at most ${LONGEST_REASON} characters.` })
      .optional(),
    for: durationMs('--for', SHORTEST_LOCK_MS, LONGEST_LOCK_MS, LOCK_RANGE).optional(),
    extend: durationMs('--extend', MINUTE, LONGEST_LOCK_MS, '1m to 24h').optional(),
    'take-over': given,
  })
  .refine((typed) => typed.extend === undefined || (typed.for === undefined && !typed['take-over']), {
    error: '`--extend` moves the end of your own lock, so it stands alone: without `--for` and `--take-over`.',
  })
  .transform(
    (typed): Args => ({
      reason: typed.reason,
      forMs: typed.for,
      extendMs: typed.extend,
      takeOver: typed['take-over'],
    }),
  );

/** The lock as it stood before; null: none. A type, so that it is JSON to the journey. */
type Before = { stood: { [Field in keyof AppLock]: AppLock[Field] } | null };

interface Facts {
  appId: string;
  lock: AppLock;
  did: 'locked' | 'extended' | 'taken over';
  from: AppLock | null;
  running: ChangeInfo | undefined;
  waiting: number;
}

export const lock = defineCommand<Args, Before, Facts>({
  name: 'lock',
  usage: 'lock [reason] [--for 2h] [--extend 1h] [--take-over]',
  summary: 'Nobody else changes the app for a while.',
  examples: ['lock', 'lock --for 4h moving the repository', 'lock --extend 1h', 'lock --take-over'],
  details: [
    '`--for` takes 10m to 24h; 2h unless said. Typed again it starts anew from now. You are reminded 10 min before it ends; `unlock` ends it sooner.',
    'Meanwhile what writes the app or the configuration of Jenkins is refused to everybody but you, also what waits in the queue; what runs already goes on, and `cancel`, `ack` and `silence` stay open to all.',
    '`--take-over` ends the lock of somebody else, who is told, and begins yours. It binds what is asked of Bellboard: the pages of Marathon and Jenkins know nothing of it.',
  ],
  syntax: { rest: 'reason', options: { for: 'value', extend: 'value', 'take-over': 'switch' } },
  args,
  effect: 'change',
  before: async (_args, ports) => ({ stood: (await ports.locks.standing()) ?? null }),
  run,
  view,
});

async function run(wanted: Args, ports: Ports, asked: Asked, { stood }: Before): Promise<Facts> {
  const me = asked.actor.userId;
  const theirs = stood !== null && stood.userId !== me ? stood : null;
  if (theirs !== null && !wanted.takeOver) throw heldBy(theirs, wanted, ports, asked);
  if (theirs === null && wanted.takeOver) {
    throw new UserError(
      'Nobody else holds a lock, so there is nothing to take over.',
      'Without `--take-over` it locks.',
    );
  }
  const next = nextLock(wanted, theirs === null ? stood : null, ports, asked);
  const lock = await ports.locks.take(next, theirs?.id);
  if (lock.id !== next.id) throw heldBy(lock, wanted, ports, asked);
  if (theirs !== null) {
    const { channelId } = asked.place;
    await ports.locks.tellOver(theirs, { id: asked.id, userId: me, channelId, how: 'taken over' });
  }
  const [running, waiting] = await Promise.all([ports.changes.running(), ports.changes.waiting()]);
  return {
    appId: ports.settings.appId,
    lock,
    did: theirs !== null ? 'taken over' : wanted.extendMs === undefined ? 'locked' : 'extended',
    from: theirs,
    running: running?.userId === me ? undefined : running,
    waiting: waiting.filter((change) => change.userId !== me).length,
  };
}

/** @param own the lock this person holds already */
function nextLock({ reason, forMs, extendMs }: Args, own: AppLock | null, { clock }: Ports, asked: Asked): AppLock {
  const now = clock.now();
  const id = asked.id;
  if (extendMs === undefined) {
    const until = now + (forMs ?? LOCKED_FOR_MS);
    const { userId } = asked.actor;
    return { v: 1, id, userId, reason: reason ?? own?.reason ?? null, at: own?.at ?? now, until };
  }
  if (own === null) throw new UserError('You hold no lock that could be extended.', '`lock` sets one.');
  const until = own.until + extendMs;
  if (until - now > LONGEST_LOCK_MS) {
    throw new UserError(
      'A lock ends at most 24 h from now.',
      'Extend it by less, or type `lock --for 24h`. Nothing was changed.',
    );
  }
  return { ...own, id, reason: reason ?? own.reason, until };
}

function heldBy(held: AppLock, { extendMs }: Args, { settings, clock }: Ports, asked: Asked): UserError {
  const what = `\`${settings.appId}\` is ${holderWords(held, settings.timeZone, clock.now())}. Nothing was changed.`;
  if (extendMs !== undefined) return new UserError(what, 'Only your own lock can be extended.');
  const hint = 'Ask them to `unlock`, wait, or take it over: their lock ends, yours begins, and they are told.';
  return new Offer(what, hint, {
    label: 'Take over',
    action: 'run',
    value: asked.text.replace(/^\S+/, 'lock --take-over'),
    style: 'danger',
    confirm: {
      title: 'Take over the lock?',
      text: 'Somebody locked the app for a reason. Their lock ends, yours begins, and they are told by direct message.',
      yes: 'Take over',
      no: 'Leave it',
    },
  });
}

function view({ appId, lock, did, from, running, waiting }: Facts): { ok: boolean; message: Message } {
  const who = mention(lock.userId);
  const why = lock.reason === null ? md`` : md`: ${lock.reason}`;
  const what: Record<Facts['did'], Rich> = {
    locked: md`${who} locked ${appId} until ${moment(lock.until)}`,
    extended: md`${who} keeps ${appId} locked until ${moment(lock.until)}`,
    'taken over': md`${who} took over the lock of ${appId}${from === null ? md`` : md` from ${mention(from.userId)}`}, until ${moment(lock.until)}`,
  };
  const notes = [
    ...(running === undefined
      ? []
      : [md`${code(running.text)} by ${mention(running.userId)} is under way and goes on`]),
    ...(waiting === 0 ? [] : [md`${counted(waiting, 'waiting change')} of others will be refused at its turn`]),
  ];
  return {
    ok: true,
    message: say(
      md`:lock: ${what[did]}${why}. Nobody else changes it from here meanwhile; \`unlock\` ends that.`,
      ...(notes.length === 0 ? [] : [context(md`${join(notes, '; ')}.`)]),
    ),
  };
}
