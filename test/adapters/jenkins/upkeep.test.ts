// SCM sync's and Jenkins' own actions, against answers as the contract has them.
import { describe, expect, it } from 'vitest';
import { jenkinsClient } from '../../../src/adapters/jenkins/client.js';
import { scrubber } from '../../../src/adapters/secrets.js';
import { failureOf, hastyClock } from '../failing.js';
import { closeServersAfterEach, localServer } from '../local-server.js';
import { answer } from './example.js';

closeServersAfterEach();

/** A controller without CSRF protection that answers every POST with a file, or with a body of its own. */
async function jenkins(said: string) {
  const server = await localServer((asked, response) => {
    if (asked.method === 'GET') return answer(response, '404.http');
    if (/\.(?:txt|http)$/.test(said)) return answer(response, said);
    response.writeHead(200, { 'Content-Type': 'text/html;charset=utf-8' }).end(said);
  });
  const client = jenkinsClient({
    baseUrl: async () => `${server.url}/ci`,
    publicUrl: undefined,
    credentials: undefined,
    clock: hastyClock(),
    scrub: scrubber(['hunter22']),
  });
  const posts = () => server.asked.filter(({ method }) => method === 'POST').map(({ url }) => url);
  return { client, posts };
}

const printing = (result: object) => `@@CIBOT@@${JSON.stringify(result)}@@END@@`;

describe('what git would bring', () => {
  it('is read by the script', async () => {
    const { client } = await jenkins('scriptText-scm-sync-incoming.txt');
    expect(await client.scmIncoming()).toEqual({
      session: '1b2c3d4e',
      git: {
        refusal: undefined,
        ahead: 0,
        behind: 1,
        commit: '712903fa8e71c0f67d8737b11264bf388ec1e30e',
        overwritten: ['config.xml'],
        overwrittenCount: 1,
        added: ['jobs/a b/config.xml', 'jobs/新/config.xml'],
        addedCount: 2,
      },
    });
  });

  it('is not known when git refuses, in git’s own words', async () => {
    const { client } = await jenkins('scriptText-scm-sync-incoming-refused.txt');
    expect((await client.scmIncoming()).git?.refusal).toBe('Permission denied (publickey).');
  });

  it('is nothing where the plugin has no checkout', async () => {
    const { client } = await jenkins(printing({ ok: true, session: 's', checkout: false }));
    expect(await client.scmIncoming()).toEqual({ session: 's', git: undefined });
  });

  it('hides secrets in git’s words and in paths', async () => {
    const wire = { ok: true, session: 's', checkout: true, commit: 'c' };
    const refusal = 'fatal: unable to access https://ana:hunter22@git.example.org/x.git';
    const { client } = await jenkins(
      printing({ ...wire, fetched: false, refusal, overwritten: ['jobs/hunter22.xml'] }),
    );
    expect(JSON.stringify(await client.scmIncoming())).not.toContain('hunter22');
  });
});

describe('writes', () => {
  it('pull by the page of the plugin, and count what it took over', async () => {
    const { client, posts } = await jenkins('scm-sync-reloaded.http');
    expect(await client.scmPull()).toEqual({ modified: 2 });
    expect(posts()).toEqual(['/ci/plugin/scm-sync-configuration/reloadAllFilesFromScm']);
  });

  it('do not take another page for a pull', async () => {
    const { client } = await jenkins('<html><head><title>Sign in</title></head></html>');
    expect(await failureOf(client.scmPull())).toMatchObject({
      seen: 'its page does not say how many files it took over',
      mayHaveArrived: true,
    });
  });

  it('purge, and tell whether there was a note', async () => {
    const { client } = await jenkins('scriptText-scm-sync-purge.txt');
    expect(await client.scmPurge()).toEqual({ had: true });
  });

  it('fail with what the script says', async () => {
    const error = 'java.lang.IllegalStateException: the plugin scm-sync-configuration is not installed';
    const { client } = await jenkins(printing({ ok: false, error }));
    expect((await failureOf(client.scmSaveAll())).seen).toBe(`the script failed: ${error}`);
  });

  it('reload and restart by their own actions', async () => {
    const { client, posts } = await jenkins('');
    await client.reload();
    await client.restartJvm('safe');
    await client.restartJvm('now');
    expect(posts()).toEqual(['/ci/reload', '/ci/safeRestart', '/ci/restart']);
  });

  it('name the right that is missing', async () => {
    const { client } = await jenkins('403-permission.http');
    expect((await failureOf(client.reload())).seen).toBe('chatbot lacks the right Overall/Administer');
  });
});
