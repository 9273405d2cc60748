// `/ci silence A17 --for 1h reason`: the trouble stays known and nobody hears of it for a while. The silence is on what
// rings, not on this one ring, so a flapping controller does not end it. Also what the button *Silence 1 h* runs.
import { z } from 'zod';
import { durationMs, given } from '../core/arguments.js';
import type { JsonObject } from '../core/cluster.js';
import { type Asked, defineCommand, type Ports } from '../core/command.js';
import { type Message, say } from '../core/conversation.js';
import { findIncident, incidentId } from '../core/incident-id.js';
import { md, mention, moment } from '../core/text.js';
import { DAY, HOUR, MINUTE } from '../core/time.js';

interface Args {
  id: string;
  forMs: number;
  off: boolean;
  reason: string | null;
}

type Facts = { id: string } & ({ did: 'silenced'; until: number; reason: string | null } | { did: 'ended' | 'none' });

const args = z
  .object({
    id: incidentId,
    for: durationMs('--for', MINUTE, 7 * DAY, '1m to 7d').default(HOUR),
    off: given,
    reason: z.string().max(200, { error: 'Expected the reason to have at most 200 characters.' }).optional(),
  })
  .transform(({ id, for: forMs, off, reason }): Args => ({ id, forMs, off, reason: reason ?? null }));

export const silence = defineCommand({
  name: 'silence',
  usage: 'silence <id> [--for 1h] [--off] [reason]',
  summary: 'Keeps an alert, and what rings for the same cause, quiet for a while.',
  examples: ['silence A17 --for 2h disk is being replaced', 'silence A17 --off'],
  details: [
    '`--for` takes 1m to 7d; 1h unless said. `--off` ends it. What happens meanwhile is kept and `alerts` shows it.',
  ],
  syntax: { words: ['id'], rest: 'reason', options: { for: 'value', off: 'switch' } },
  picks: {
    id: { label: 'Alert', from: 'alerts' },
    for: { label: 'For how long', oneOf: ['30m', '1h', '2h', '4h', '12h', '1d', '3d', '7d'], optional: true },
    reason: { label: 'Reason', write: 'What everybody reads.', optional: true },
  },
  args,
  effect: 'change',
  before,
  run,
  view,
});

/** What is silenced, and from when on: a run that another worker takes over sets the same silence, not a longer one. */
interface Before extends JsonObject {
  fingerprint: string;
  at: number;
}

async function before({ id }: Args, ports: Ports, _asked: Asked): Promise<Before> {
  return { fingerprint: (await findIncident(id, ports)).fingerprint, at: ports.clock.now() };
}

async function run(
  { id, forMs, off, reason }: Args,
  ports: Ports,
  asked: Asked,
  { fingerprint, at }: Before,
): Promise<Facts> {
  const { incidents } = ports;
  if (off) {
    const had = (await incidents.silences())[fingerprint];
    await incidents.endSilence(fingerprint);
    await incidents.refresh();
    return { id, did: had === undefined || had.until <= at ? 'none' : 'ended' };
  }
  const until = at + forMs;
  await incidents.silence(fingerprint, { userId: asked.actor.userId, at, until, reason });
  await incidents.refresh();
  return { id, did: 'silenced', until, reason };
}

function view(facts: Facts, asked: Asked): { ok: boolean; message: Message } {
  const who = mention(asked.actor.userId);
  switch (facts.did) {
    case 'silenced': {
      const why = facts.reason === null ? md`` : md`: ${facts.reason}`;
      return {
        ok: true,
        message: say(
          md`:no_bell: ${who} silenced ${facts.id}, and what rings for the same cause, until ${moment(facts.until)}${why}.`,
        ),
      };
    }
    case 'ended':
      return { ok: true, message: say(md`:bell: ${who} ended the silence of ${facts.id}.`) };
    case 'none':
      return { ok: false, message: say(md`:bell: ${facts.id} was not silenced.`) };
  }
}
