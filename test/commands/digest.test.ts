import { describe, expect, test } from 'vitest';
import { digest } from '../../src/commands/digest.js';
import { catalogueOf } from '../../src/commands/index.js';
import { say } from '../../src/core/conversation.js';
import type { DigestDesk } from '../../src/core/digest.js';
import { parse } from '../../src/core/parse.js';
import type { Period } from '../../src/core/schedule.js';
import { md } from '../../src/core/text.js';
import { DAY, MINUTE } from '../../src/core/time.js';
import { NOW } from '../support/ci-service.js';
import { asked, fakePorts } from '../support/fakes.js';
import { linesOf } from '../support/read-command.js';

const BERLIN = { cron: '0 9 * * 1-5', zone: 'Europe/Berlin' };

async function said(text: string, digests: Partial<DigestDesk> = {}, here = false) {
  if (digest.effect !== 'read') throw new Error('digest is a read');
  const { args } = parse(text, catalogueOf([digest]));
  const request = asked({ here });
  const facts = await digest.run(args, fakePorts({ digests: { schedule: BERLIN, ...digests } }), request);
  return linesOf(digest.view(facts, request));
}

describe('when the next one comes', () => {
  test('is said in words and in local time', async () => {
    expect(await said('digest', { last: async () => NOW - MINUTE })).toEqual([
      ':newspaper: The next digest comes *Fri 29 May 09:00* (Europe/Berlin) in <#C0CIALERTS>: At 09:00, Monday through Friday. The last one was due Thu 28 May 11:59. `digest now` posts one at once.',
    ]);
  });

  test('without one before nothing is said of it', async () => {
    expect((await said('digest')).join()).not.toContain('The last one');
  });

  test('without a channel it says what to set', async () => {
    expect(await said('digest', { channelId: undefined })).toEqual([
      ':newspaper: No digest is posted, because neither `DIGEST_CHANNEL` nor `ALERT_CHANNEL` is set. `digest now` shows one to you.',
    ]);
  });
});

describe('now', () => {
  const periods: Period[] = [];
  const compose = async (period: Period) => {
    periods.push(period);
    return say(md`the news`);
  };

  test('posts the last day in the digest channel, under the name of the delivery', async () => {
    const posted: [Period, string][] = [];
    const post = async (period: Period, key: string) => {
      posted.push([period, key]);
      return undefined;
    };
    expect(await said('digest now', { post })).toEqual([':newspaper: The digest is on its way to <#C0CIALERTS>.']);
    expect(posted).toEqual([[{ kind: 'day', from: NOW - DAY, to: NOW }, 'd-ana-go']]);
  });

  test('twice in a row is once', async () => {
    expect(await said('digest now', { post: async () => NOW - 2 * MINUTE })).toEqual([
      'A digest was asked for 2 min ago and is in <#C0CIALERTS>: one every 5 min is enough. `digest now --here` shows another one here.',
    ]);
  });

  test.each<[string, Partial<DigestDesk>, boolean]>([
    ['without a digest channel, to the one who asks', { channelId: undefined }, false],
    ['with --here, in the channel', {}, true],
  ])('%s', async (_what, digests, here) => {
    expect(await said('digest now week', { compose, ...digests }, here)).toEqual(['the news']);
    expect(periods.at(-1)).toEqual({ kind: 'week', from: NOW - 7 * DAY, to: NOW });
  });
});

test.each([
  ['digest tomorrow', 'Expected nothing, or `now`.'],
  ['digest now month', 'Expected `day` or `week` after `now`.'],
])('%s is refused with what to type', async (text, message) => {
  await expect(said(text)).rejects.toThrow(message);
});
