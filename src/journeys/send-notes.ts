// What `send.ts` adds to a message when it could not be sent as it should have been.
import type { Destination, Message } from '../core/conversation.js';
import { md, mention } from '../core/text.js';

export const mayRepeat = (message: Message): Message => ({
  text: message.text,
  blocks: [
    ...message.blocks,
    { type: 'context', text: md`May repeat: Slack did not say whether an earlier attempt arrived.` },
  ],
});

/** A private answer has no thread, and takes no file. */
export const continued = (message: Message, { here, userId }: Extract<Destination, { kind: 'answer' }>): Message => {
  const whose = here === true ? md`a direct message to ${mention(userId)}` : md`a direct message to you`;
  return {
    text: message.text,
    blocks: [...message.blocks, { type: 'context', text: md`What was cut is in ${whose}, as a file in its thread.` }],
  };
};
