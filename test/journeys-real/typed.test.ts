// What people type, the way keyboards, phones and haste make it: what they are told, and what the systems saw of it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pressables } from '../../src/playground/slack/workspace.js';
import { type Rig, startRig } from '../support/rig.js';
import { actsIn, ask, audit, change, deploy, markupSaid, press, settle, shown, told } from '../support/talk.js';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());

const TEMPLATE = 'set template maximum';
const CONTROLLER = 'set controller executors';
const maxOfTemplate = () => rig.world.jenkins.current?.home.config.templates[0]?.maxExecutors;

describe('a command as it is typed', () => {
  it('answers the bare word with what one may do, commands and who can do the rest', async () => {
    const answer = await ask(rig, '');
    expect(answer.text).toMatch(/^What you may do here: help, where, .*deploy/);
    const mayNot = await ask(rig, '', { user: '@dev' });
    expect(mayNot.text).not.toMatch(/\bdeploy\b/);
    expect(shown(mayNot)).toMatch(/Not for you here: .*deploy/);
  });

  it('reads capitals and a full stop at the end', async () => {
    expect((await ask(rig, 'Where.')).text).toMatch(/controller runs on 192\.168\.3\.25:31052/);
  });

  it('reads smart quotes and a long dash for two hyphens', async () => {
    const root = await change(rig, 'scale executors “3” —label ‘mesos’');
    expect(shown(root)).toContain('2 → *3 executors*');
    expect(maxOfTemplate()).toBe(3);
  });

  it('reads full-width letters, digits, spaces and punctuation', async () => {
    const root = await change(rig, 'ｓｃａｌｅ　ｅｘｅｃｕｔｏｒｓ　４');
    expect(shown(root)).toContain('3 → *4 executors*');
    expect(maxOfTemplate()).toBe(4);
    expect((await ask(rig, 'ｗｈｅｒｅ。')).text).toMatch(/controller runs on/);
  });

  it('offers the nearest command as a button, which runs as the person who presses', async () => {
    const writes = actsIn(rig).length;
    const answer = await ask(rig, 'scael executors 5', { user: '@lee' });
    expect(answer.text).toMatch(/No command scael.*Did you mean .*scale executors 5/);
    expect(pressables(answer).map((button) => button.label)).toEqual(['Run /ci scale executors 5']);
    const from = rig.slack.messages.length;
    await press(rig, answer, 'Run /ci scale executors 5', { user: '@lee' });
    const refusal = await rig.slack.changed(() => told(rig, 'U0LEE', from)[0]);
    expect(refusal.text).toMatch(/You may not scale executors: that is for operators/);
    expect(actsIn(rig)).toHaveLength(writes);

    const hers = await ask(rig, 'wheer');
    const before = rig.slack.messages.length;
    await press(rig, hers, 'Run /ci where');
    await rig.slack.changed(
      () =>
        /controller runs on/.test(hers.text) ||
        told(rig, 'U0ANA', before).some((m) => /controller runs on/.test(m.text)),
    );
  });

  it('offers nothing for a word that resembles no command', async () => {
    const answer = await ask(rig, 'xyzzyplugh');
    expect(answer.text).toMatch(/No command xyzzyplugh.*help/);
    expect(pressables(answer)).toEqual([]);
  });
});

describe('a number of executors', () => {
  for (const count of ['four', '0', '-1', '65', '1e9', '']) {
    it(`refuses ${count === '' ? 'none at all' : count}, saying the rule and the unit`, async () => {
      // Jenkins is asked for its SCM sync by itself now and then, which changes nothing.
      const acts = actsIn(rig).length;
      const answer = await ask(rig, `scale executors ${count}`);
      expect(answer.text).toMatch(/whole number/);
      expect(answer.text).toMatch(/1 to 64/);
      expect(answer.text).toMatch(/executors/);
      if (count !== '') expect(answer.text).toContain(count);
      await settle(50);
      expect(actsIn(rig)).toHaveLength(acts);
    });
  }

  it('takes 0 for the controller itself', async () => {
    const root = await change(rig, 'scale executors 0 --controller');
    expect(shown(root)).toContain('The controller: 2 → *0 executors*');
    expect(actsIn(rig, CONTROLLER)).toHaveLength(1);
  });
});

describe('much text and strange text', () => {
  it('refuses ten thousand characters in few words and stores nothing of them', async () => {
    const answer = await ask(rig, `deploy --user ${'x'.repeat(10_000)}`);
    expect(answer.text).toMatch(/10,0\d\d characters long.*At most 2,000/);
    expect(answer.text.length).toBeLessThan(300);
  });

  it('says back nothing that pages, links or formats', async () => {
    const evil = [
      '<!channel>',
      '<!here|x>',
      '<@U0LEE>',
      '&amp;lt;!everyone&gt;',
      '*bold* _it_ ~no~ `tick`',
      '<http://x|y>',
    ];
    for (const text of evil) {
      await ask(rig, text);
      await ask(rig, `help "${text}"`);
      await ask(rig, `where "${text}"`);
      await ask(rig, `scale "${text}" 3`);
      await ask(rig, `deploy --user '${text}' --dry-run`);
    }
    const root = await change(rig, "scale executors 3 --label 'x` <@U0LEE> `y <!channel>'");
    expect(root.text).toMatch(/No agent template has the label/);
    await deploy(rig, "deploy --now --set NOTE='<!channel> & *x* _y_ ~z~'");
    const said = markupSaid(rig).join('\n');
    expect(said).not.toMatch(/<!(channel|here|everyone)/);
    expect(said).not.toContain('<@U0LEE>');
    expect(said).not.toContain('<http://x');
    expect(said).toContain('&lt;!channel&gt;');
  });
});

describe('two people or one hand twice', () => {
  it('answers both of two equal commands 50 ms apart and acts once', async () => {
    const acts = actsIn(rig, TEMPLATE).length;
    const entries = (await audit(rig)).length;
    const [first, second] = await Promise.all([
      change(rig, 'scale executors 7'),
      settle(50).then(() => change(rig, 'scale executors 7 ')),
    ]);
    await rig.slack.changed(
      () => rig.slack.messages.filter((m) => /: 4 → 7 executors|already 7 executors/.test(m.text)).length === 2,
      15_000,
    );
    expect([first, second].every((message) => message !== undefined)).toBe(true);
    // The first is followed until git has it.
    await expect.poll(async () => (await audit(rig)).length, { timeout: 15_000 }).toBe(entries + 2);
    expect(actsIn(rig, TEMPLATE)).toHaveLength(acts + 1);
  });

  it('acts once and answers once when Slack delivers a change three times', async () => {
    const from = rig.slack.messages.length;
    const entries = (await audit(rig)).length;
    await change(rig, 'scale executors 9', { deliveries: 3 });
    await settle();
    expect(rig.slack.messages.slice(from).filter((m) => /→ 9 executors/.test(m.text))).toHaveLength(1);
    expect(told(rig, 'U0ANA', from)).toEqual([]);
    expect(await audit(rig)).toHaveLength(entries + 1);
  });

  it('answers once when Slack delivers a question three times', async () => {
    const from = rig.slack.messages.length;
    await ask(rig, 'where', { deliveries: 3 });
    await settle();
    expect(told(rig, 'U0ANA', from)).toHaveLength(1);
  });
});

describe('people who may not', () => {
  it('refuses a guest even a question', async () => {
    expect((await ask(rig, 'where', { user: '@guest' })).text).toMatch(/Guests may not give commands/);
    expect((await ask(rig, 'where', { user: '@ultra' })).text).toMatch(/Guests may not give commands/);
  });

  const refusals: [string, { user: string; channel?: string }, RegExp][] = [
    ['a member whom no rule names', { user: '@dev' }, /You may not scale executors: that is for operators/],
    ['a guest', { user: '@guest' }, /may not scale executors|Guests may not/],
    ['a guest of one channel', { user: '@ultra' }, /may not scale executors|Guests may not/],
    [
      'a person of another company',
      { user: '@other', channel: '#shared-with-others' },
      /Only members of this workspace/,
    ],
    [
      'an operator in a channel shared with another company',
      { user: '@ana', channel: '#shared-with-others' },
      /shared with another organisation/,
    ],
  ];
  for (const [who, where, reason] of refusals) {
    it(`refuses ${who}, twice, and does nothing`, async () => {
      const acts = actsIn(rig).length;
      expect((await ask(rig, 'scale executors 11', where)).text).toMatch(reason);
      // The second time the bot remembers who that is.
      expect((await ask(rig, 'scale executors 11', where)).text).toMatch(reason);
      expect(actsIn(rig)).toHaveLength(acts);
    });
  }
});
