// What Slack is asked of people and channels, with a client that notes each question.
import type { WebClient } from '@slack/web-api';
import { expect, test } from 'vitest';
import { slackClients } from '../../../src/adapters/slack/client.js';
import { slackPeople } from '../../../src/adapters/slack/people.js';
import { startSlack } from '../../../src/playground/slack/workspace.js';
import { manualClock } from '../../support/manual-clock.js';

function asking() {
  const questions: string[] = [];
  const client = {
    conversations: {
      async info({ channel }: { channel: string }) {
        questions.push(channel);
        return { ok: true, channel: { is_ext_shared: channel === 'C0SHARED' } };
      },
    },
  };
  const clock = manualClock();
  return { questions, clock, people: slackPeople(client as unknown as WebClient, { teamId: 'T0HOME' }, clock) };
}

test('a channel is asked about, once a minute', async () => {
  const { people, questions } = asking();
  expect(await people.channel('C0SHARED')).toEqual({ isSharedOutside: true });
  expect(await people.channel('C0SHARED')).toEqual({ isSharedOutside: true });
  expect(questions).toEqual(['C0SHARED']);
});

test('a channel is asked about again after the clock was set back', async () => {
  const { people, questions, clock } = asking();
  await people.channel('C0SHARED');
  await clock.advance(-1);
  await people.channel('C0SHARED');
  expect(questions).toEqual(['C0SHARED', 'C0SHARED']);
});

test('a direct message is not: Slack would refuse the question, and with it the command', async () => {
  const { people, questions } = asking();
  expect(await people.channel('D0ANA')).toEqual({ isUnseen: true });
  expect(questions).toEqual([]);
});

test('a private channel without the bot is unseen, not one of our own', async () => {
  const slack = await startSlack();
  const { repeatable } = slackClients(slack.botToken, slack.slackApiUrl);
  slack.directory.channels.get('C0OPS')?.members.delete('U0BELL');
  expect(await slackPeople(repeatable, { teamId: 'T0HOUSE' }, manualClock()).channel('C0OPS')).toEqual({
    isUnseen: true,
  });
  await slack.close();
});
