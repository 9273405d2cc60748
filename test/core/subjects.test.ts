// What a message is about, and which commands fit it.
import { describe, expect, it } from 'vitest';
import { catalogueOf, commands } from '../../src/commands/index.js';
import { offersFor, subjectsOf } from '../../src/core/subjects.js';

const about = (text: string) => subjectsOf({ text }).named.map(({ kind, value }) => `${kind} ${value}`);

describe('a message names', () => {
  it.each<[string, string[]]>([
    ['A17 is open since noon, and A3 too', ['alerts A17', 'alerts A3']],
    ['team/app#12 failed', ['builds team/app#12', 'jobs team/app']],
    ['app-build - #7 Failure after 3 min', ['builds app-build#7', 'jobs app-build']],
    ['team » app » main #4', ['builds team/app/main#4', 'jobs team/app/main']],
    ['团队/应用#3', ['builds 团队/应用#3', 'jobs 团队/应用']],
    ['see <http://ci:8080/job/team/job/my%20app/12/|the log>', ['builds team/my app#12', 'jobs team/my app']],
    ['see http://ci:8080/job/app/', ['jobs app']],
    ['http://ci/job/%E0%A4%A/3', ['builds %E0%A4%A#3', 'jobs %E0%A4%A']],
    ['an A4 page, in BA12, /A13, A14-x', ['alerts A4']],
    ['colour #123456789012 and <#C0CI|ci>', []],
    ['nothing of the kind', []],
  ])('`%s`: %j', (text, named) => {
    expect(about(text)).toEqual(named);
  });

  it('at most three of a kind, each once, wherever they stand', () => {
    const message = {
      text: 'A1',
      blocks: [{ type: 'section', text: { type: 'mrkdwn', text: 'A1 A2 A3 A4' } }],
      attachments: [{ fallback: 'app #5', title_link: 'http://ci/job/other/6/' }],
    };
    expect(subjectsOf(message).named).toEqual([
      { kind: 'alerts', value: 'A1' },
      { kind: 'alerts', value: 'A2' },
      { kind: 'alerts', value: 'A3' },
      { kind: 'builds', value: 'app#5' },
      { kind: 'builds', value: 'other#6' },
      { kind: 'jobs', value: 'app' },
      { kind: 'jobs', value: 'other' },
    ]);
  });

  it('no less for whatever else it holds', () => {
    const deep = Array.from({ length: 30 }).reduce<unknown>((inner) => [inner], { text: 'A1' });
    for (const message of [undefined, null, 7, 'A1', [], deep, { text: 7, blocks: 'x' }]) {
      expect(subjectsOf(message).named).toEqual([]);
    }
  });
});

describe('offered are', () => {
  const offers = (message: unknown) => offersFor(subjectsOf(message), catalogueOf(commands)).map(({ text }) => text);

  it('commands of its own buttons, then those about what it names, then what is often asked', () => {
    const button = { type: 'button', action_id: 'run:0', value: 'logs --previous' };
    const cancel = { type: 'button', action_id: 'plan.cancel:1', value: 'd123' };
    const message = { text: 'A17 rings', blocks: [{ type: 'actions', elements: [button, cancel] }] };
    expect(offers(message)).toEqual(['logs --previous', 'ack A17', 'silence A17', 'status', 'alerts', 'where', 'logs']);
  });

  it('every command that picks such a thing, those that only look before those that change it', () => {
    expect(offers({ text: 'team/app#12 failed' })).toEqual([
      'console team/app#12',
      'abort team/app#12',
      'builds team/app',
      'build team/app',
      'status',
      'alerts',
      'where',
      'logs',
    ]);
    const link = 'see <http://ci:8080/job/team/job/my%20app/|the job>';
    expect(offers({ text: link }).slice(0, 2)).toEqual(['builds "team/my app"', 'build "team/my app"']);
  });

  it('to look first, also of a message with a button that stops what it is about', () => {
    const button = { type: 'button', action_id: 'run:0', value: 'abort app#12' };
    const all = offers({ text: 'app #12 runs', blocks: [{ type: 'actions', elements: [button] }] });
    expect(all.slice(0, 3)).toEqual(['console app#12', 'abort app#12', 'builds app']);
  });

  it('none that the catalogue lacks', () => {
    const few = commands.filter(({ name }) => name !== 'abort');
    const texts = offersFor(subjectsOf({ text: 'team/app#12' }), catalogueOf(few)).map(({ text }) => text);
    expect(texts).not.toContain('abort team/app#12');
  });

  it('none about a name that no command can hold', () => {
    expect(offers({ text: 'see http://ci/job/a%22b%27c/' })).toEqual(['status', 'alerts', 'where', 'logs']);
  });

  it('none that is no command', () => {
    const button = (value: string) => ({ type: 'button', action_id: 'run:0', value });
    expect(offers({ elements: [button('nonsense'), button(' ')] })).toEqual(['status', 'alerts', 'where', 'logs']);
  });
});
