// Runs a read as the journey does, and shows its message the way people read it.
import type { Command } from '../../src/core/command.js';
import type { Message, MessageBlock } from '../../src/core/conversation.js';
import type { Rich } from '../../src/core/text.js';
import { asked, type FakeCalls, fakePorts } from './fakes.js';
import { passing } from './fakes-journey.js';
import { type ManualClock, manualClock } from './manual-clock.js';

export async function read(command: Command, calls: FakeCalls = {}, args: object = {}): Promise<Message> {
  if (command.effect !== 'read') throw new Error(`${command.name} is no read`);
  const clock: ManualClock = manualClock();
  const facts = await passing(clock, command.run(args, fakePorts({ clock, ...calls }), asked()), 500);
  return command.view(facts, asked());
}

/** One line a block, in Slack's markup; a field is `label: value`. */
export const linesOf = ({ blocks }: Message): string[] => blocks.flatMap(linesOfBlock);

function linesOfBlock(block: MessageBlock): string[] {
  const fields = (list: { label: string; value: Rich }[]) =>
    list.map(({ label, value }) => `${label}: ${value.mrkdwn}`);
  switch (block.type) {
    case 'section':
      return [...block.text.mrkdwn.split('\n'), ...fields(block.fields ?? [])];
    case 'context':
      return [`(${block.text.mrkdwn})`];
    case 'fields':
      return fields(block.fields);
    case 'table':
      return block.rows.map((row) => row.join(' | '));
    case 'code':
      return block.text.split('\n');
    case 'header':
      return [block.text];
    case 'actions':
      return block.buttons.map((button) => `[${button.label}]`);
    case 'divider':
      return [];
  }
}
