// What the lock on the app asks for besides being kept: its owner is reminded before it ends, and told when somebody else
// ends it. Commands reach it as their port `locks`; the reminder is a delayed job of `ticks`.
import { type AppLock, type LockDesk, type LockStore, remindedIn } from '../core/app-lock.js';
import type { Settings } from '../core/command.js';
import { type Button, type Messages, say } from '../core/conversation.js';
import type { LockTick } from '../core/jobs.js';
import { md, mention, moment, prose } from '../core/text.js';
import type { Clock } from '../core/time.js';
import { duration } from '../core/words.js';

export interface LockPorts {
  store: LockStore;
  /** The same lock with the same end again adds nothing. */
  remindIn(lock: AppLock, afterMs: number): Promise<void>;
  messages: Pick<Messages, 'put'>;
  settings: Pick<Settings, 'appId'>;
  clock: Pick<Clock, 'now'>;
}

export function lockDesk(ports: LockPorts): LockDesk {
  const { store, messages, settings, clock } = ports;
  return {
    standing: store.standing,
    open: store.open,
    async take(lock, replaces) {
      const stands = await store.take(lock, replaces);
      if (stands.id !== lock.id) return stands;
      const afterMs = remindedIn(stands, clock.now());
      if (afterMs !== undefined) await ports.remindIn(stands, afterMs);
      return stands;
    },
    async tellOver(lock, { id, userId, channelId, how }) {
      const message = say(
        md`:unlock: Your lock of ${settings.appId}${whyOf(lock)} is over: ${mention(userId)} has ${how === 'opened' ? 'opened it' : 'taken it over'}, in ${prose(`<#${channelId}>`)}.`,
      );
      await messages.put(`lock-over:${id}`, { kind: 'direct', userId: lock.userId }, message);
    },
  };
}

const EXTEND: Button = { label: 'Extend 1 h', action: 'run', value: 'lock --extend 1h', style: 'primary' };
const UNLOCK: Button = { label: 'Unlock now', action: 'run', value: 'unlock' };

/** A lock that was opened, taken over or set anew has another id, or none. */
export async function lockEnds({ lock: id, until }: LockTick, ports: LockPorts): Promise<void> {
  const lock = await ports.store.standing();
  if (lock === undefined || lock.id !== id || lock.until !== until) return;
  const left = duration(until - ports.clock.now());
  const message = say(
    md`:hourglass: Your lock of ${ports.settings.appId}${whyOf(lock)} ends in ${left}, ${moment(until)}. Then others may change it again.`,
    { type: 'actions', buttons: [EXTEND, UNLOCK] },
  );
  await ports.messages.put(`lock-ends:${id}`, { kind: 'direct', userId: lock.userId }, message);
}

const whyOf = ({ reason }: AppLock) => (reason === null ? md`` : md` (${reason})`);
