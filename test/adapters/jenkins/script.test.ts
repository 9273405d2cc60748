import { describe, expect, it } from 'vitest';
import { jenkinsClient } from '../../../src/adapters/jenkins/client.js';
import { scrubber } from '../../../src/adapters/secrets.js';
import { failureOf, fixture, hastyClock } from '../failing.js';
import { closeServersAfterEach, localServer } from '../local-server.js';
import { answer } from './example.js';

closeServersAfterEach();

/** A controller without CSRF protection whose script console prints a file, or the text itself. */
async function console(printed: string) {
  const server = await localServer((asked, response) => {
    if (asked.method === 'GET') return answer(response, '404.http');
    if (/\.(?:txt|http)$/.test(printed)) return answer(response, printed);
    response.writeHead(200, { 'Content-Type': 'text/plain;charset=utf-8' }).end(printed);
  });
  const client = jenkinsClient({
    baseUrl: async () => server.url,
    publicUrl: undefined,
    credentials: undefined,
    clock: hastyClock(),
    scrub: scrubber(['hunter22']),
  });
  const sent = () =>
    new URLSearchParams(server.asked.find(({ method }) => method === 'POST')?.body).get('script') ?? '';
  return { client, server, sent };
}

const answering = (result: object) =>
  console(`noise\n@@CIBOT@@${JSON.stringify({ ok: true, ...result })}@@END@@\nResult: x`);

function argumentsIn(script: string): unknown {
  const encoded = /'([^']*)'\.decodeBase64\(\)/.exec(script)?.[1] ?? '';
  return JSON.parse(Buffer.from(encoded, 'base64').toString('utf8'));
}

describe('executor settings', () => {
  it('of the old line', async () => {
    const { client, server } = await console('scriptText-executors-read.txt');
    expect(await client.executorSettings()).toEqual({
      controllerExecutors: 2,
      schedulerRunning: true,
      onDemandRegistration: false,
      frameworkName: 'Jenkins',
      templates: [
        {
          cloud: 0,
          generation: 0,
          index: 0,
          label: 'mesos',
          maxExecutors: 2,
          idleMinutes: 3,
          cpus: 0.2,
          memMiB: 512,
          executorCpus: 0.1,
          executorMemMiB: 128,
        },
      ],
    });
    expect(server.asked[1]).toMatchObject({ method: 'POST', url: '/scriptText' });
    expect(server.asked[1]?.headers['content-type']).toBe('application/x-www-form-urlencoded; charset=UTF-8');
  });

  it('of the modern line, whose scheduler cannot be asked', async () => {
    const { client } = await console('scriptText-executors-read-2.x.txt');
    expect(await client.executorSettings()).toMatchObject({
      controllerExecutors: 0,
      schedulerRunning: undefined,
      templates: [{ generation: 2, label: 'linux', maxExecutors: 1, cpus: 0.1, memMiB: 512, executorCpus: undefined }],
    });
  });

  it('without a Mesos cloud have no framework', async () => {
    const { client } = await answering({ controller: { numExecutors: 1 }, clouds: [] });
    expect(await client.executorSettings()).toMatchObject({
      templates: [],
      frameworkName: undefined,
      schedulerRunning: undefined,
    });
  });

  it('of several clouds are not running when one is not', async () => {
    const cloud = (index: number, schedulerRunning: boolean) => ({
      index,
      generation: 0,
      schedulerRunning,
      templates: [],
    });
    const { client } = await answering({ controller: { numExecutors: 1 }, clouds: [cloud(0, true), cloud(1, false)] });
    expect((await client.executorSettings()).schedulerRunning).toBe(false);
  });
});

describe('changes', () => {
  it('of a template maximum', async () => {
    const { client, sent } = await console('scriptText-template-max-set.txt');
    expect(await client.setTemplateMax({ max: 4, label: 'mesos', ifCurrent: 2 })).toEqual({
      changed: [{ cloud: 0, template: 0, label: 'mesos', from: 2, to: 4 }],
      unchanged: [],
      refused: [],
      saved: true,
    });
    expect(argumentsIn(sent())).toEqual({ max: 4, label: 'mesos', ifCurrent: 2, cloud: null });
  });

  it('that are refused come with their reason', async () => {
    const row = { cloud: 0, template: 0, label: 'linux', from: 1, to: 4, reason: 'generation2' };
    const { client } = await answering({ changed: [], unchanged: [], refused: [row], saved: false });
    expect((await client.setTemplateMax({ max: 4 })).refused).toEqual([row]);
  });

  it('of the controller', async () => {
    const { client, sent } = await answering({ from: 2, to: 3, applied: true, live: 3 });
    expect(await client.setControllerExecutors(3)).toEqual({ from: 2, to: 3, applied: true });
    expect(argumentsIn(sent())).toEqual({ n: 3 });
  });

  it('hand no text to the Groovy compiler, whatever the label', async () => {
    const label = `'; Jenkins.instance.doExit() // " \${1} \\' \n ünï`;
    const { client, sent } = await console('scriptText-template-max-set.txt');
    await client.setTemplateMax({ max: 1, label });
    expect(sent()).not.toContain('doExit');
    expect(argumentsIn(sent())).toMatchObject({ label });
  });
});

describe('SCM sync', () => {
  it('that fails', async () => {
    const { client } = await console('scriptText-scm-sync-failing.txt');
    expect(await client.scmSync()).toEqual({
      plugin: 'active',
      scm: 'Git',
      head: '664132208613409f70367f10e9c43be4d5ce9158',
      url: 'git@git.example.com:core/jenkins-on-mesos.git',
      session: '1b2c3d4e',
      now: 1432809730000,
      queuedCommits: 1,
      unpushedCommits: 2,
      dirtyFiles: 0,
      configInSync: true,
      successAt: 1432807651000,
      failedAt: 1432809670000,
      failSize: 164,
      failText: 'Error while checking in file to scm repository',
      failDate: 'Thu May 28 18:41:10 CST 2015',
      logText: 'Permission denied (publickey).',
      logAt: 1432809669990,
      source: 'script',
    });
  });

  it('names the files that git lacks', async () => {
    const none = { exists: false };
    const filesAtRisk = ['jobs/web/config.xml', 'config.xml'];
    const { client } = await answering({ now: 1, plugin: 'active', success: none, fail: none, filesAtRisk });
    expect((await client.scmSync()).filesAtRisk).toEqual(filesAtRisk);
  });

  it.each([
    ['the first line that says why', 'Permission denied (publickey).\r\nfatal: Could not read', /^Permission denied/],
    ['past an empty line', '\n*** Please tell me who you are.\n\nRun\n', /^\*{3} Please tell me who you are\.$/],
    ['past where it pushed to', 'To git@git:x.git\n ! [rejected]  master -> master (fetch first)', /^! \[rejected\]/],
    ['past a warning of ssh', "Warning: Permanently added 'git' to known hosts.\nfatal: no", /^fatal: no$/],
    [
      'past the frame of ssh',
      `${'@'.repeat(20)}\n@  WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!  @`,
      /HAS CHANGED/,
    ],
    ['of an empty answer the record itself', '', /^\[checkinFiles\] Problem/],
  ])('quotes of git %s', async (_what, said, quote) => {
    const none = { exists: false };
    const log = [
      { millis: 5, message: 'Error while processing commit queue : x' },
      { millis: 4, message: `[checkinFiles] Problem during SCM commit : ${said}` },
    ];
    const { client } = await answering({ now: 9, plugin: 'active', success: none, fail: none, log });
    expect(await client.scmSync()).toMatchObject({ logText: expect.stringMatching(quote), logAt: 4 });
  });

  it.each([
    [
      '[checkout] Error during checkout : The git-clone command failed. || Cloning into x...\nfatal: repository not found',
      'fatal: repository not found',
    ],
    ['Error while adding SCM file : The following paths are ignored', 'The following paths are ignored'],
    ['[deleteHierarchy] Problem during remove : fatal: pathspec did not match', 'fatal: pathspec did not match'],
    ['Error while processing commit queue : disk', 'Error while processing commit queue : disk'],
  ])('takes git out of the record %s', async (message, quote) => {
    const none = { exists: false };
    const { client } = await answering({ now: 9, plugin: 'active', success: none, fail: none, log: [{ message }] });
    expect((await client.scmSync()).logText).toBe(quote);
  });

  it('that is not installed', async () => {
    const { client } = await answering({
      now: 1,
      plugin: 'absent',
      success: { exists: false },
      fail: { exists: false },
      log: [],
    });
    expect(await client.scmSync()).toMatchObject({
      plugin: 'absent',
      successAt: undefined,
      failedAt: undefined,
      failText: undefined,
    });
  });

  it.each([
    ['scm-sync-configuration.fail.log', 'Error while checking in file to scm repository'],
    ['scm-sync-configuration.fail-delete.log', 'Delete jobs/old-name/'],
    ['scm-sync-configuration.fail-checkout.log', /^Checkout \/var\/lib\/mesos\/.*checkoutConfiguration$/],
  ])('reads the last failure of %s', async (file, text) => {
    const fail = { exists: true, mtime: 1, size: 2, tail: fixture(`jenkins/${file}`).trim() };
    const { client } = await answering({ now: 1, plugin: 'active', success: { exists: false }, fail });
    expect((await client.scmSync()).failText).toEqual(typeof text === 'string' ? text : expect.stringMatching(text));
  });

  it('quotes no password', async () => {
    const { client } = await answering({
      now: 1,
      plugin: 'active',
      url: 'https://ana:hunter22@git/x.git',
      success: { exists: false },
      fail: { exists: true, mtime: 1, size: 2, tail: 'd 2015 : push to https://ana:hunter22@git failed<br/>' },
      log: [{ message: '[checkinFiles] Problem during SCM commit : fatal: https://ana:hunter22@git denied' }],
      filesAtRisk: ['https://ana:hunter22@git'],
    });
    expect(JSON.stringify(await client.scmSync())).not.toContain('hunter22');
  });
});

describe('a script that went wrong', () => {
  it.each([
    [
      'scriptText-error-compile.txt',
      'the script did not run: org.codehaus.groovy.control.MultipleCompilationErrorsException: startup failed:',
    ],
    [
      'scriptText-error-runtime.txt',
      'the script did not run: groovy.lang.MissingPropertyException: No such property: foo for class: Script1',
    ],
    ['@@CIBOT@@{"ok":false,"error":"max must be 1..64"}@@END@@', 'the script failed: max must be 1..64'],
    ['@@CIBOT@@{"ok":false}@@END@@', 'the script failed: no reason given'],
    ['@@CIBOT@@{broken@@END@@', 'the script printed something that is not its answer'],
    [
      '@@CIBOT@@{"ok":true}@@END@@',
      'the script answered something else than expected: controller: Invalid input: expected object, received undefined',
    ],
    ['200-empty-body.http', 'the script printed nothing: Jenkins is up but does not answer properly'],
    ['at https://ana:hunter22@git/x.git', 'the script did not run: at https://•••@git/x.git'],
  ])('%s', async (printed, seen) => {
    const { client, server } = await console(printed);
    expect(await failureOf(client.executorSettings())).toMatchObject({
      system: 'Jenkins',
      request: 'POST /scriptText (executors-read)',
      seen,
      retryable: false,
      mayHaveArrived: true,
    });
    expect(server.asked.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });

  it('for want of rights names the right', async () => {
    const { client } = await console('403-permission.http');
    expect(await failureOf(client.scmSync())).toMatchObject({
      status: 403,
      seen: 'chatbot lacks the right Overall/Administer',
    });
  });
});
