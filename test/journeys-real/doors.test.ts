// Every door, by somebody who may, who may less and who may nothing: real Bolt, real Redis, the simulated Slack. Each is
// answered, refused, or told where it works, where the person who asked sees it. (Every command: `journeys/every-command`.)
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runningClock } from '../../src/core/time.js';
import type { Delivery, SlackMessage, SlackView } from '../../src/playground/slack/workspace.js';
import { type Rig, startRig } from '../support/rig.js';

let rig: Rig;
let topic: SlackMessage;

beforeAll(async () => {
  // Time passes as people's does, so that "working on it" stays away and trigger ids live their three seconds.
  rig = await startRig({ slack: { burst: 10_000 }, wall: runningClock() });
  topic = rig.slack.people.say({ user: '@ana', channel: '#ci', text: 'what about team/app#12?' });
}, 60_000);
afterAll(() => rig.close());

interface Door {
  name: string;
  /** Where the person stands, and who else reads it. */
  where: 'channel' | 'thread' | 'direct' | 'outside';
  /** @returns what Slack made of it */
  go(user: string, text: string): Promise<Delivery>;
}

const formOf = async (user: string): Promise<SlackView> => {
  const id = ID[user];
  return rig.slack.changed(() =>
    rig.slack.views.findLast((view) => view.kind === 'modal' && view.open && view.userId === id),
  );
};
const ID: Readonly<Record<string, string>> = { '@ana': 'U0ANA', '@dev': 'U0DEV', '@guest': 'U0GUEST' };

const DOORS: Door[] = [
  {
    name: 'typed in a channel',
    where: 'channel',
    go: (user, text) => rig.slack.command({ user, channel: '#ci', text }),
  },
  {
    name: 'typed where the bot is not',
    where: 'outside',
    go: (user, text) => rig.slack.command({ user, channel: '#random', text }),
  },
  {
    name: 'typed in direct messages',
    where: 'direct',
    go: (user, text) => rig.slack.command({ user, channel: 'dm', text }),
  },
  {
    name: 'mentioned in a channel',
    where: 'thread',
    go: (user, text) => rig.slack.mention({ user, channel: '#ci', text }),
  },
  {
    name: 'mentioned in a thread',
    where: 'thread',
    go: (user, text) => rig.slack.mention({ user, channel: '#ci', text, threadTs: topic.ts }),
  },
  {
    name: 'said in direct messages',
    where: 'direct',
    go: (user, text) => rig.slack.mention({ user, channel: 'dm', text }),
  },
  {
    name: 'sent by the form of the shortcut',
    where: 'thread',
    async go(user, text) {
      const called = await rig.slack.people.shortcut({ user, channel: '#ci', messageTs: topic.ts });
      if (!called.acked) return called;
      const { id: viewId } = await formOf(user);
      await rig.slack.screens.fill({ user, viewId, field: 'Or another', value: text });
      return rig.slack.screens.submitView({ user, viewId });
    },
  },
];

const WHO = ['@ana', '@dev', '@guest'] as const;
type Who = (typeof WHO)[number];

interface Deed {
  text: string;
  /** Who may: operators change things, members read, guests nothing. */
  to: readonly Who[];
  answer: RegExp;
  /** Where the bot cannot speak and nobody would see it. */
  outside: RegExp;
}
const DEEDS: Deed[] = [
  { text: 'where', to: ['@ana', '@dev'], answer: /controller runs on/, outside: /controller runs on/ },
  { text: 'ack A999', to: ['@ana'], answer: /no alert A999/, outside: /not in this channel.*Invite me/ },
  { text: 'restart', to: ['@ana'], answer: /restart/i, outside: /not in this channel.*Invite me/ },
];
const REFUSED = /You may not|Guests may not give commands/;

/** What this person can read and could not before. */
function newsFor(user: string, from: number): SlackMessage[] {
  const id = ID[user] ?? '';
  const reads = ({ channelId, visibleTo }: SlackMessage) =>
    (visibleTo === undefined || visibleTo === id) &&
    rig.slack.directory.channels.get(channelId)?.members.has(id) === true;
  return rig.slack.messages.slice(from).filter((one) => one.authorId !== id && reads(one) && !one.deleted);
}

/** In the form that was sent: what was refused before anything was queued. */
const toldInForm = (user: string): string =>
  JSON.stringify(
    rig.slack.views
      .filter((view) => view.kind === 'modal' && view.open && view.userId === ID[user])
      .map(({ view }) => view),
  );

const isVisibleIn: Record<Door['where'], (message: SlackMessage) => boolean> = {
  channel: ({ channelId }) => channelId === 'C0CI',
  outside: ({ channelId, visibleTo }) => channelId === 'C0RANDOM' && visibleTo !== undefined,
  direct: ({ channelId }) => channelId.startsWith('D'),
  thread: ({ channelId, threadTs, visibleTo }) =>
    channelId === 'C0CI' && (threadTs !== undefined || visibleTo !== undefined),
};

describe.each(DOORS)('$name', (door) => {
  const all = WHO.flatMap((who) => DEEDS.map((deed) => [who, deed.text, deed] as const));
  // A guest is in few channels.
  it.each(all.filter(([who]) => door.where !== 'outside' || who !== '@guest'))(
    'by %s: `%s`',
    async (who, text, deed) => {
      for (const view of rig.slack.views.filter((one) => one.kind === 'modal' && one.open)) {
        rig.slack.screens.closeView({ user: view.userId, viewId: view.id });
      }
      const from = rig.slack.messages.length;
      const delivery = await door.go(who, text);
      expect([delivery.failure, delivery.refused]).toEqual([undefined, undefined]);
      const expected = !deed.to.includes(who) ? REFUSED : door.where === 'outside' ? deed.outside : deed.answer;
      const found = await rig.slack.changed(() => {
        const message = newsFor(who, from).find((one) => expected.test(one.text));
        return message ?? (expected.test(toldInForm(who)) ? 'in the form' : undefined);
      }, 20_000);
      if (found === 'in the form') return expect(expected).toBe(REFUSED);
      expect(isVisibleIn[door.where](found)).toBe(true);
    },
  );
});

describe('told where it works', () => {
  const inThread = (ts: string, says: RegExp) =>
    rig.slack.changed(() => rig.slack.messages.find((one) => one.threadTs === ts && says.test(one.text)));

  it('an edited mention, which is not run again', async () => {
    await rig.slack.mention({ user: '@ana', channel: '#ci', text: 'where' });
    const said = rig.slack.messages.findLast(({ authorId }) => authorId === 'U0ANA');
    const ts = said?.ts ?? '';
    await inThread(ts, /controller runs on/);
    await rig.slack.people.edit({ user: '@ana', channel: '#ci', ts, text: 'suspend' });
    expect((await inThread(ts, /edit/)).text).toBe(
      'A message is read once, as it was first sent, so this edit was not run. Send it again as a new message.',
    );
    expect(rig.slack.messages.some(({ text }) => /Suspend/.test(text))).toBe(false);
  });

  it('an edited direct message, and a word nobody knows', async () => {
    await rig.slack.mention({ user: '@ana', channel: 'dm', text: 'wher' });
    const direct = (says: RegExp) =>
      rig.slack.changed(() => rig.slack.messages.find((one) => one.channelId === 'D00ANA' && says.test(one.text)));
    expect((await direct(/No command/)).text).toMatch(/Did you mean .*where/);
    const ts = rig.slack.messages.findLast(({ authorId }) => authorId === 'U0ANA')?.ts ?? '';
    await rig.slack.people.edit({ user: '@ana', channel: 'dm', ts, text: 'where' });
    await direct(/this edit was not run/);
  });

  it('a word nobody knows, once, however often Slack delivers it', async () => {
    await rig.slack.mention({ user: '@ana', channel: '#ci', text: 'wher', deliveries: 2 });
    const ts = rig.slack.messages.findLast(({ authorId }) => authorId === 'U0ANA')?.ts ?? '';
    await inThread(ts, /No command/);
    // Whatever comes after it in the same channel has let it pass.
    await rig.slack.mention({ user: '@ana', channel: '#ci', text: 'where' });
    await inThread(rig.slack.messages.findLast(({ authorId }) => authorId === 'U0ANA')?.ts ?? '', /controller runs on/);
    expect(rig.slack.messages.filter(({ threadTs }) => threadTs === ts)).toHaveLength(1);
  });

  it('what the bot itself says in direct messages is no command to it', async () => {
    const before = rig.slack.messages.length;
    await rig.slack.mention({ user: '@ana', channel: 'dm', text: 'status' });
    await rig.slack.changed(() => rig.slack.messages.slice(before).find((one) => /Jenkins answers/.test(one.text)));
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(rig.slack.messages.slice(before).filter(({ text }) => /No command/.test(text))).toEqual([]);
  });

  it('another app that mentions it, in words and without end', async () => {
    await rig.slack.mention({ user: '@robot', channel: '#ci', text: 'where' });
    const said = rig.slack.messages.findLast(({ authorId }) => authorId === 'U0ROBOT');
    await inThread(said?.ts ?? '', /Bots may not give commands/);
  });
});

describe('a form', () => {
  it('of a version nobody knows is acknowledged at once and told of', async () => {
    const { triggerId = '' } = await rig.slack.people.shortcut({ user: '@ana', channel: '#ci', messageTs: topic.ts });
    expect(triggerId).not.toBe('');
    const { id: viewId } = await formOf('@ana');
    const view = rig.slack.views.find(({ id }) => id === viewId);
    if (view !== undefined) view.view['private_metadata'] = '{"v":9}';
    const delivery = await rig.slack.screens.submitView({ user: '@ana', viewId });
    expect(delivery).toMatchObject({ acked: true, failure: undefined });
    expect(delivery.ackMs).toBeLessThan(1_000);
    expect(toldInForm('@ana')).toContain('older than what is remembered of it, so nothing was done');
  });

  it('picks a label, shows the command all the while and runs it, answered where it was opened', async () => {
    const from = rig.slack.messages.length;
    await rig.slack.command({ user: '@ana', channel: '#ci', text: 'scale executors' });
    const wrong = await rig.slack.changed(() => newsFor('@ana', from).find(({ text }) => /whole number/.test(text)));
    for (const view of rig.slack.views.filter((one) => one.open && one.kind === 'modal')) view.open = false;
    await rig.slack.press({ user: '@ana', channel: '#ci', messageTs: wrong.ts, label: 'Choose …' });
    const { id: viewId } = await formOf('@ana');
    const shows = (text: string) => rig.slack.changed(() => toldInForm('@ana').includes(text));
    await rig.slack.screens.fill({ user: '@ana', viewId, field: 'Executors', value: '3' });
    await shows('/ci scale executors 3');
    await rig.slack.screens.fill({ user: '@ana', viewId, field: 'Only', value: 'mesos' });
    await shows('/ci scale --label mesos executors 3');
    await rig.slack.screens.submitView({ user: '@ana', viewId });
    const inChannel = (says: RegExp) =>
      rig.slack.messages.filter((one) => one.channelId === 'C0CI' && says.test(JSON.stringify([one.text, one.blocks])));
    await rig.slack.changed(() => inChannel(/2 → 3 executors/).length > 0);
    // The ack was lost, so the form still stood there; and what it showed was drawn anew meanwhile.
    const form = rig.slack.views.find(({ id }) => id === viewId);
    if (form !== undefined) Object.assign(form, { open: true, hash: 'drawn anew' });
    await rig.slack.screens.submitView({ user: '@ana', viewId });
    await rig.slack.command({ user: '@ana', channel: '#ci', text: 'scale executors 4' });
    await rig.slack.changed(() => inChannel(/3 → 4 executors/).length > 0);
    expect(inChannel(/scale --label mesos executors 3/)).toHaveLength(1);
  });
});

describe('a channel that the bot cannot see', () => {
  it('hears nothing: who asked to show it there is answered alone, and told why', async () => {
    const ops = rig.slack.directory.channels.get('C0OPS');
    ops?.members.delete('U0BELL');
    const from = rig.slack.messages.length;
    await rig.slack.command({ user: '@ana', channel: 'C0OPS', text: 'where --here' });
    const answer = await rig.slack.changed(() => newsFor('@ana', from).find(({ text }) => /runs on/.test(text)));
    ops?.members.add('U0BELL');
    expect(answer).toMatchObject({ channelId: 'C0OPS', visibleTo: 'U0ANA' });
    expect(JSON.stringify(answer.blocks)).toMatch(/Shown to you alone: another organisation may read here/);
    expect(JSON.stringify(answer.blocks)).not.toContain('Show in channel');
  });
});

describe('the Home tab', () => {
  const homeOf = (user: string) =>
    JSON.stringify(rig.slack.views.find(({ id }) => id === `VHOME${ID[user]}`)?.view ?? {});

  it('stands at once, and again with what the systems say', async () => {
    // The first one of a process takes longer than any other.
    await rig.slack.screens.openHome('@ana');
    await rig.slack.changed(() => homeOf('@ana').includes('The board'));
    const startedAt = performance.now();
    await rig.slack.screens.openHome('@dev');
    await rig.slack.changed(() => homeOf('@dev').includes('The board'));
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    await rig.slack.changed(() => /192\.168\.3\.25.*healthy/.test(homeOf('@dev')));
    await rig.slack.changed(() => !homeOf('@dev').includes('being looked at again'));
  });

  it('opened again at once is looked at again too', async () => {
    for (let times = 0; times < 2; times += 1) {
      const drawn = rig.slack.callsOf('views.publish').length;
      await rig.slack.screens.openHome('@dev');
      const isDrawnTwice = () => rig.slack.callsOf('views.publish').length === drawn + 2;
      await rig.slack.changed(() => isDrawnTwice() && !homeOf('@dev').includes('being looked at again'));
    }
  });

  it('runs commands as whoever presses, and answers in direct messages', async () => {
    const from = rig.slack.messages.length;
    await rig.slack.screens.pressInView({ user: '@dev', viewId: 'VHOMEU0DEV', label: 'Where' });
    await rig.slack.changed(() =>
      newsFor('@dev', from).find((one) => one.channelId === 'D00DEV' && /controller runs on/.test(one.text)),
    );
    await rig.slack.changed(() => homeOf('@dev').includes('/ci where'));
    await rig.slack.screens.pressInView({ user: '@dev', viewId: 'VHOMEU0DEV', label: 'Rollback …' });
    await rig.slack.changed(() => newsFor('@dev', from).find(({ text }) => /You may not rollback/.test(text)));
  });

  it('of a guest says why there is nothing to see', async () => {
    await rig.slack.screens.openHome('@guest');
    await rig.slack.changed(() => homeOf('@guest').includes('Guests may not give commands'));
    expect(homeOf('@guest')).not.toContain('The board');
  });
});
