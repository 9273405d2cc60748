// `/ci digest`: when the next usage digest comes, or one right now.
import { z } from 'zod';
import { type Asked, defineCommand, type Ports } from '../core/command.js';
import { type Message, say } from '../core/conversation.js';
import { nextTime, type Period, periodUntil, type Schedule, scheduleWords } from '../core/schedule.js';
import { code, md, prose, type Rich } from '../core/text.js';
import { duration, localTime } from '../core/words.js';

const args = z.object({
  when: z.literal('now', { error: 'Expected nothing, or `now`.' }).optional(),
  span: z.literal(['day', 'week'], { error: 'Expected `day` or `week` after `now`.' }).default('day'),
});

type Facts =
  | { kind: 'next'; schedule: Schedule; channelId: string | undefined; next: number; last: number | undefined }
  | { kind: 'posted'; channelId: string }
  | { kind: 'just'; channelId: string; agoMs: number }
  | { kind: 'here'; message: Message };

export const digest = defineCommand({
  name: 'digest',
  usage: 'digest [now [day|week]]',
  summary: 'When the next usage digest comes, or one at once.',
  examples: ['digest', 'digest now', 'digest now week'],
  details: [
    '`now` posts the digest of the last 24 h, or of the last `week`, in the digest channel; with `--here` in this one.',
  ],
  syntax: { words: ['when', 'span'] },
  args,
  effect: 'read',
  run,
  view,
});

async function run({ when, span }: z.output<typeof args>, ports: Ports, asked: Asked): Promise<Facts> {
  const { digests, clock } = ports;
  const { schedule, channelId } = digests;
  const now = clock.now();
  if (when === undefined) {
    return { kind: 'next', schedule, channelId, next: nextTime(schedule, now), last: await digests.last() };
  }
  const period: Period = periodUntil(now, span, schedule.zone);
  if (channelId === undefined || asked.here) return { kind: 'here', message: await digests.compose(period) };
  const before = await digests.post(period, asked.id);
  return before === undefined
    ? { kind: 'posted', channelId }
    : { kind: 'just', channelId, agoMs: Math.max(0, now - before) };
}

function view(facts: Facts, _asked: Asked): Message {
  switch (facts.kind) {
    case 'here':
      return facts.message;
    case 'posted':
      return say(md`:newspaper: The digest is on its way to ${channel(facts.channelId)}.`);
    case 'just':
      return say(
        md`A digest was asked for ${duration(facts.agoMs)} ago and is in ${channel(facts.channelId)}: one every 5 min is enough. ${code('digest now --here')} shows another one here.`,
      );
    case 'next':
      return nextView(facts);
  }
}

const channel = (id: string): Rich => prose(`<#${id}>`);

function nextView({ schedule, channelId, next, last }: Extract<Facts, { kind: 'next' }>): Message {
  if (channelId === undefined) {
    return say(
      md`:newspaper: No digest is posted, because neither ${code('DIGEST_CHANNEL')} nor ${code('ALERT_CHANNEL')} is set. ${code('digest now')} shows one to you.`,
    );
  }
  const { zone } = schedule;
  const before = last === undefined ? md`` : md` The last one was due ${localTime(last, zone)}.`;
  return say(
    md`:newspaper: The next digest comes *${localTime(next, zone)}* (${zone}) in ${channel(channelId)}: ${scheduleWords(schedule)}.${before} ${code('digest now')} posts one at once.`,
  );
}
