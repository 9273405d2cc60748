// The bot's ears, as a list of what they heard.
import type { SlackEars } from '../../src/adapters/slack/ears.js';
import { say } from '../../src/core/conversation.js';
import { md } from '../../src/core/text.js';

/** @param hear is told the name of the ear and what it heard */
export function fakeEars(hear: (ear: string, incoming: never) => unknown, more: Partial<SlackEars> = {}): SlackEars {
  const ear = (name: string) => async (incoming: unknown) => void (await hear(name, incoming as never));
  return {
    command: async (incoming) => void (await hear('command', incoming as never)),
    press: ear('press'),
    mention: ear('mention'),
    pick: ear('pick'),
    ask: ear('ask'),
    changed: ear('changed'),
    async submitted(incoming) {
      await hear('submitted', incoming as never);
      return { kind: 'closed' };
    },
    async suggest(incoming) {
      await hear('suggest', incoming as never);
      return [];
    },
    home: ear('home'),
    async unread(incoming, why) {
      await hear(`unread ${why}`, incoming as never);
    },
    acked() {},
    bug: () => say(md`a bug`),
    ...more,
  };
}
