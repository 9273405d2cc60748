// `/ci ack A17`: somebody has it in hand, so nobody else is called. Also what the button *Acknowledge* runs.
import { z } from 'zod';
import type { Ack } from '../core/board.js';
import { type Asked, defineCommand, type Ports } from '../core/command.js';
import { type Message, say } from '../core/conversation.js';
import { findIncident, incidentId } from '../core/incident-id.js';
import { md, mention, moment } from '../core/text.js';

interface Facts {
  id: string;
  standing: Ack;
  /** This very request is the acknowledgement that stands. */
  mine: boolean;
  over: boolean;
}

export const ack = defineCommand({
  name: 'ack',
  aliases: ['acknowledge'],
  usage: 'ack <id>',
  summary: 'Says that you look after an alert, so that nobody else is called.',
  examples: ['ack A17'],
  syntax: { words: ['id'] },
  picks: { id: { label: 'Alert', from: 'alerts' } },
  args: z.object({ id: incidentId }),
  effect: 'change',
  before: async ({ id }: { id: string }, ports: Ports, _asked: Asked) => (await findIncident(id, ports)).id,
  run,
  view,
});

/** Twice by the same request is once: the first acknowledgement stands. */
async function run({ id }: { id: string }, ports: Ports, asked: Asked): Promise<Facts> {
  const incident = await findIncident(id, ports);
  const over = incident.resolvedAt !== undefined;
  const by: Ack = { userId: asked.actor.userId, at: ports.clock.now() };
  if (over) return { id, standing: (await ports.incidents.ackOf(id)) ?? by, mine: false, over };
  const standing = await ports.incidents.ack(id, by);
  await ports.incidents.refresh();
  return { id, standing, mine: standing.userId === by.userId, over };
}

function view({ id, standing, mine, over }: Facts, asked: Asked): { ok: boolean; message: Message } {
  if (over)
    return { ok: false, message: say(md`:large_green_circle: ${id} is over; there is nothing to acknowledge.`) };
  if (!mine) {
    return {
      ok: false,
      message: say(md`:eyes: ${id} was acknowledged by ${mention(standing.userId)} already, ${moment(standing.at)}.`),
    };
  }
  return { ok: true, message: say(md`:eyes: ${mention(asked.actor.userId)} looks after ${id}.`) };
}
