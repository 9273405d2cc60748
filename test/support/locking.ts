// A lock as it stands, for whoever asks about one: Lee's, set half an hour ago, for another hour.
import type { AppLock } from '../../src/core/app-lock.js';
import { HOUR, MINUTE } from '../../src/core/time.js';
import { NOW } from './ci-service.js';

export const aLock = (patch: Partial<AppLock> = {}): AppLock => ({
  v: 1,
  id: 'd-lee',
  userId: 'U0LEE',
  reason: 'moving the repository',
  at: NOW - 30 * MINUTE,
  until: NOW + HOUR,
  ...patch,
});
