// What a read comes to, for `command.ts`: run within its time, then answered to who asked alone, or to the channel where
// they want that and the bot can see who reads there.
import type { Asked, Command } from '../core/command.js';
import { context, type MessageBlock } from '../core/conversation.js';
import type { CommandJob } from '../core/jobs.js';
import type { Parsed } from '../core/parse.js';
import { prose } from '../core/text.js';
import { putWithChart } from './chart.js';
import { inTime } from './deadline.js';
import type { PerformPorts } from './ports.js';
import { answerKey, answerTo, channelRefusal, withChannelFault } from './reply.js';

export async function read(
  job: CommandJob,
  command: Extract<Command, { effect: 'read' }>,
  parsed: Parsed,
  asked: Asked,
  ports: PerformPorts,
): Promise<void> {
  const isUnseen = await answersUnseen(job, ports);
  const facts = await inTime(ports.clock, command.run(parsed.args, ports.command, asked));
  const message = await withChannelFault(command.view(facts, asked), ports);
  const here = parsed.here && !isUnseen;
  // An answer to the channel cannot take the place of a private message.
  const to = answerTo(job, { here, replace: !here });
  const note = parsed.here && isUnseen ? [keptPrivate(job.place, ports.command.settings.name)] : [];
  const button = parsed.here || isUnseen ? [] : showButton(job, parsed);
  const shown = { ...message, blocks: [...message.blocks, ...note, ...button] };
  const asker = { userId: job.actor.userId, channelId: job.place.channelId };
  await putWithChart(answerKey(job.delivery), to, shown, { messages: ports.messages, asker });
  ports.counted(command.name, 'succeeded');
}

/** A `response_url` takes an answer to all into places that the bot cannot see, where another company may read it. */
async function answersUnseen({ replyTo, place }: CommandJob, { people }: PerformPorts): Promise<boolean> {
  return replyTo.responseUrl !== undefined && (await people.channel(place.channelId)).isUnseen === true;
}

const keptPrivate = ({ channelId }: CommandJob['place'], botName: string): MessageBlock =>
  context(
    prose(
      channelId.startsWith('D')
        ? 'Shown to you alone: in a direct message nobody else is answered. Use a channel to show it to others.'
        : `Shown to you alone: another organisation may read here. ${channelRefusal('channel_not_found', botName)}`,
    ),
  );

/** A private answer can be asked for again in the channel, by whoever clicks. */
function showButton({ replyTo }: CommandJob, { command, text }: Parsed): MessageBlock[] {
  if (replyTo.responseUrl === undefined || command.name === 'help') return [];
  return [{ type: 'actions', buttons: [{ label: 'Show in channel', action: 'run', value: `${text} --here` }] }];
}
