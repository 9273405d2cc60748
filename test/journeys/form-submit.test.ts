// Forms that are sent: the command that is run, and what is told instead.
import { describe, expect, it } from 'vitest';
import { say } from '../../src/core/conversation.js';
import type { CommandJob } from '../../src/core/jobs.js';
import { md } from '../../src/core/text.js';
import type { Shown } from '../../src/journeys/form-change.js';
import { submit } from '../../src/journeys/form-submit.js';
import { NOW } from '../support/ci-service.js';
import { at, fakeForms, REDIS_IS_AWAY } from '../support/fake-forms.js';

describe('a form that is sent', () => {
  it('runs its command, once, as whoever sent it, and answers where it was opened', async () => {
    const bot = fakeForms();
    bot.kept.set('d-click', { responseUrl: 'https://hooks.slack.com/1' });
    const jobs: CommandJob[] = [];
    const shown = at({ command: 'ack', threadTs: '1.1', reply: 'd-click' }, { id: 'A17' });
    expect(await submit(shown, async (job) => void jobs.push(job), bot)).toEqual({ kind: 'closed' });
    expect(jobs).toEqual([
      {
        v: 1,
        kind: 'command',
        delivery: 'd-form',
        actor: { userId: 'U0ANA', teamId: 'T0HOME' },
        place: { channelId: 'C0CI', teamId: 'T0HOME', threadTs: '1.1' },
        replyTo: { responseUrl: 'https://hooks.slack.com/1' },
        at: NOW,
        text: 'ack A17',
      },
    ]);
  });

  it.each<[string, Shown['filled'], Record<string, RegExp>]>([
    ['scale', { count: 'many' }, { count: /whole number from 1 to 64 executors, got many/ }],
    ['logs', { lines: '9999' }, { lines: /from 1 to 2000 lines/ }],
    ['rollback', { version: 'x' }, { version: /at least 4 characters/ }],
  ])('with a mistake in `%s` says so under the field', async (command, filled, errors) => {
    const sent = await submit(at({ command }, filled), async () => undefined, fakeForms());
    if (sent.kind !== 'errors') throw new Error(sent.kind);
    expect(Object.keys(sent.errors)).toEqual(Object.keys(errors));
    for (const [name, words] of Object.entries(errors)) expect(sent.errors[name]).toMatch(words);
  });

  it('with a secret in it says so, and not which', async () => {
    const bot = { ...fakeForms(), scrub: (text: string) => text.replaceAll('planted', '•••') };
    const sent = await submit(
      at({ command: 'scale' }, { count: 'planted' }),
      () => Promise.reject(new Error('ran')),
      bot,
    );
    expect(JSON.stringify(sent)).toMatch(/looks like a secret.*Slack has seen it/);
    expect(JSON.stringify(sent)).not.toContain('planted');
  });

  it('shows what is said instead of an answer, without buttons', async () => {
    const refusal = { text: 'No.', blocks: [...say(md`No.`).blocks, { type: 'actions' as const, buttons: [] }] };
    const sent = await submit(at({ command: 'ack' }, { id: 'A1' }), async () => refusal, fakeForms());
    expect(sent).toMatchObject({ kind: 'told', form: { fields: [], kept: { kind: 'told' } } });
    expect(JSON.stringify(sent)).not.toContain('actions');
  });

  it.each<[string, Partial<Shown>]>([
    ['of another version', { kept: undefined }],
    ['that only tells', at({ kind: 'told' })],
  ])('%s is told of, and runs nothing', async (_which, patch) => {
    const sent = await submit({ ...at({}), ...patch }, () => Promise.reject(new Error('ran')), fakeForms());
    expect(JSON.stringify(sent)).toContain('This form is older than what is remembered of it, so nothing was done.');
  });

  it('while Redis is away says that nothing was queued', async () => {
    const bot = fakeForms();
    bot.replies.read = () => Promise.reject(REDIS_IS_AWAY);
    const shown = at({ command: 'ack', reply: 'd-click' }, { id: 'A17' });
    const sent = await submit(shown, () => Promise.reject(new Error('ran')), bot);
    expect(JSON.stringify(sent)).toContain('nothing was queued and nothing was done');
  });

  it('for a command that is gone says so', async () => {
    const sent = await submit(at({ command: 'gone' }), () => Promise.reject(new Error('ran')), fakeForms());
    expect(sent).toMatchObject({ kind: 'errors' });
  });
});
