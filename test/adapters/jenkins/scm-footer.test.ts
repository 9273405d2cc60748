import { describe, expect, it } from 'vitest';
import { scmFooter } from '../../../src/adapters/jenkins/scm-footer.js';
import { failureOf, fixture } from '../failing.js';
import { type Asked, closeServersAfterEach, type Handler } from '../local-server.js';
import { answer } from './example.js';
import { jenkins } from './scene.js';

closeServersAfterEach();

const HEADERS = { 'X-Jenkins': '1.596.2', 'X-Jenkins-Session': 'c0ffee12', 'Content-Type': 'text/html;charset=utf-8' };
const path = ({ url }: Asked) => url.replace('/ci', '');

/** Pages by path; any other has no footer. */
const pages =
  (footers: Record<string, string>): Handler =>
  (asked, response) => {
    response.writeHead(200, HEADERS);
    response.end(`<!DOCTYPE html><html><body><h1>Jenkins</h1>${footers[path(asked)] ?? ''}</body></html>`);
  };

const footer = (name: string) => fixture(`jenkins/scm-sync-footer-${name}.html`);
const read = (text: string) => scmFooter({ status: 200, headers: { 'x-jenkins-session': 'c0ffee12' }, text }, 7);

describe('the footer', () => {
  it.each(['failure', 'failure-escaped'])('shows the newest failure (%s)', (name) => {
    expect(read(footer(name))).toEqual({
      plugin: 'active',
      session: 'c0ffee12',
      now: 7,
      failedAt: Date.UTC(2015, 4, 28, 18, 41, 10),
      failText: 'Error while checking in file to scm repository',
      failDate: 'Thu May 28 18:41:10 CST 2015',
      source: 'footer',
    });
  });

  it('shows the last success, when nothing has failed since the sandbox was made', () => {
    expect(read(footer('success'))).toMatchObject({
      successAt: Date.UTC(2015, 4, 28, 18, 7, 31),
      failedAt: undefined,
    });
  });

  it('shows nothing before the first success', () => {
    expect(read(footer('none'))).toMatchObject({ plugin: 'active', successAt: undefined, failedAt: undefined });
  });

  it('is missing on many pages, and sometimes not to be read', () => {
    expect(read('<html><body>Jenkins</body></html>')).toBeUndefined();
    expect(read(footer('failure').replaceAll(/\w{3} May 28 [\d:]+ CST 2015/g, 'gestern'))).toBeUndefined();
  });

  it('may quote what would be markup', () => {
    const odd = '<br/>Thu May 28 18:41:10 CST 2015 : Delete jobs/a &amp;amp; <b>b</b> &lt;c&gt; : d<br/>';
    expect(read(footer('failure').replace(/<br\/>Thu[\s\S]*?<br\/><br\/>/, odd))?.failText).toBe(
      'Delete jobs/a &amp; b  : d',
    );
  });
});

describe('a look at it', () => {
  it('finds it below the login page of old cores, without credentials', async () => {
    const { client, server } = await jenkins(pages({ '/login': footer('failure') }));
    expect(await client.scmSyncFooter()).toMatchObject({ source: 'footer', session: 'c0ffee12' });
    expect(server.asked.map(({ url, headers }) => [url, headers.authorization, headers.accept])).toEqual([
      ['/ci/login', undefined, 'text/html'],
    ]);
  });

  it('finds it below a page of modern cores that only readers see', async () => {
    const { client, server } = await jenkins(pages({ '/': footer('failure-escaped') }));
    expect(await client.scmSyncFooter()).toMatchObject({ failText: expect.stringMatching(/^Error while checking in/) });
    expect(server.asked.map(({ url, headers }) => [url, headers.authorization !== undefined])).toEqual([
      ['/ci/login', false],
      ['/ci/', true],
    ]);
  });

  it('fails where no page shows it', async () => {
    const { client } = await jenkins(pages({}));
    expect((await failureOf(client.scmSyncFooter())).message).toBe(
      'Jenkins: GET /: 200, its pages show no SCM sync status',
    );
  });

  it('fails once, without repeating, while Jenkins is starting', async () => {
    const { client, server } = await jenkins((_asked, response) => answer(response, '503-starting.http'));
    expect((await failureOf(client.scmSyncFooter())).seen).toBe('Jenkins is starting');
    expect(server.asked).toHaveLength(1);
  });

  it('quotes no password', async () => {
    const shown = footer('failure').replaceAll('scm repository', 'https://ana:hunter22@git/x.git');
    const scrub = (text: string) => text.replaceAll('hunter22', '•••');
    const { client } = await jenkins(pages({ '/login': shown }), { scrub });
    expect(JSON.stringify(await client.scmSyncFooter())).not.toContain('hunter22');
  });
});
