// A change of the board, as it is typed: parsed, looked at, carried out and said; what it did stands in `did`.
import { catalogueOf } from '../../src/commands/index.js';
import type { Ack, Silence } from '../../src/core/board.js';
import type { Command } from '../../src/core/command.js';
import type { Message } from '../../src/core/conversation.js';
import { UserError } from '../../src/core/errors.js';
import type { Incident } from '../../src/core/incident.js';
import { parse } from '../../src/core/parse.js';
import { anIncident } from './alert-scene.js';
import { asked, fakePorts } from './fakes.js';

export interface Stands {
  incident?: Incident;
  ack?: Ack;
  silence?: Silence;
}

export interface Changed {
  ok: boolean;
  message: Message;
  did: unknown[][];
}

/** @param byWhom the person who types */
export async function typedOf(command: Command, text: string, stands: Stands = {}, byWhom = 'U0ANA'): Promise<Changed> {
  if (command.effect !== 'change') throw new Error(`${command.name} is no change`);
  const did: unknown[][] = [];
  const { incident = anIncident(), ack, silence } = stands;
  const ports = fakePorts({
    incidents: {
      find: async (id) => (id === incident.id ? incident : undefined),
      ackOf: async () => ack,
      silences: async () => (silence === undefined ? {} : { [incident.fingerprint]: silence }),
      async ack(id, by) {
        did.push(['ack', id, by]);
        return ack ?? by;
      },
      silence: async (...call) => void did.push(['silence', ...call]),
      endSilence: async (...call) => void did.push(['endSilence', ...call]),
      refresh: async () => void did.push(['refresh']),
    },
  });
  const by = asked({ actor: { userId: byWhom, teamId: 'T0HOME' } });
  const { args } = parse(text, catalogueOf([command]));
  const before = await command.before(args, ports, by);
  return { ...command.view(await command.run(args, ports, by, before), by), did };
}

export async function mistakeOf(command: Command, text: string, stands?: Stands): Promise<string> {
  const error = await typedOf(command, text, stands).catch((reason: unknown) => reason);
  if (!(error instanceof UserError)) throw new Error(`no mistake: ${JSON.stringify(error)}`);
  return `${error.message} ${error.hint}`;
}
