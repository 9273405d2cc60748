// The bot's side of forms, as records: what was opened, drawn anew, asked for and kept.
import { catalogueOf, commands } from '../../src/commands/index.js';
import { allowance } from '../../src/core/allowance.js';
import { UpstreamError } from '../../src/core/errors.js';
import type { Form, Kept } from '../../src/core/form.js';
import type { ReplyTo } from '../../src/core/jobs.js';
import type { Shown } from '../../src/journeys/form-change.js';
import type { FormPorts } from '../../src/journeys/ports.js';
import {
  type FakeChoices,
  type FakeLog,
  type FakeScreens,
  fakeChoices,
  fakeLog,
  fakePeople,
  fakeScreens,
  POLICY,
} from './fakes-journey.js';
import { type ManualClock, manualClock } from './manual-clock.js';

export interface FakeForms extends FormPorts {
  screens: FakeScreens;
  choices: FakeChoices;
  wall: ManualClock;
  log: FakeLog;
  asked: string[];
  kept: Map<string, ReplyTo>;
}

export function fakeForms(): FakeForms {
  const clock = manualClock();
  const asked: string[] = [];
  const kept = new Map<string, ReplyTo>();
  return {
    asked,
    kept,
    catalogue: catalogueOf(commands),
    policy: () => POLICY,
    people: fakePeople(),
    queue: { accept: async () => {} },
    audit: { record: async () => undefined },
    allowance: { any: allowance(20, clock), urgent: allowance(120, clock) },
    scrub: (text) => text,
    clock,
    log: fakeLog(),
    slash: '/ci',
    screens: fakeScreens(),
    choices: fakeChoices(),
    replies: { keep: async (id, to) => void kept.set(id, to), read: async (id) => kept.get(id) },
    errands: {
      gather: async (source, of) => void asked.push([source, of].filter((one) => one !== undefined).join(' ')),
      home: async () => {},
    },
    wall: manualClock(),
  };
}

export const at = (kept: Partial<Kept>, filled: Shown['filled'] = {}): Shown => ({
  delivery: 'd-form',
  actor: { userId: 'U0ANA', teamId: 'T0HOME' },
  place: { channelId: 'C0CI', teamId: 'T0HOME' },
  viewId: 'V1',
  kept: { v: 1, kind: 'pick', command: '', channelId: 'C0CI', ...kept },
  filled,
});

export const outcome = (form: Form | undefined) => JSON.stringify(form?.outcome);
export const names = (form: Form | undefined) => form?.fields.map(({ name }) => name);

export const REDIS_IS_AWAY = new UpstreamError({
  ...{ system: 'Redis', request: 'read', seen: 'is not connected' },
  ...{ retryable: true, mayHaveArrived: false },
});
