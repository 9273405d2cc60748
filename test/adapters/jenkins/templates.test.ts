// Agent templates and what agents do, as our client asks for them: what is sent, what is read, and nothing secret of it;
// first against answers as the scripts print them, then against the simulated Jenkins of both lines.
import { describe, expect, it } from 'vitest';
import type { TemplateSeen } from '../../../src/core/agent-templates.js';
import { failureOf } from '../failing.js';
import { closeServersAfterEach } from '../local-server.js';
import { answer } from './example.js';
import { jenkins } from './scene.js';
import { closeWorldsAfterEach, worldOf } from './world.js';

closeServersAfterEach();
closeWorldsAfterEach();

async function printing(result: object) {
  const { client, server } = await jenkins((asked, response) => {
    if (asked.method === 'GET') return answer(response, '404.http');
    response.writeHead(200, { 'Content-Type': 'text/plain;charset=utf-8' });
    response.end(`@@CIBOT@@${JSON.stringify({ ok: true, ...result })}@@END@@\n`);
  });
  const sent = () => {
    const body = server.asked.find(({ method }) => method === 'POST')?.body ?? '';
    const script = new URLSearchParams(body).get('script') ?? '';
    const encoded = /'([^']*)'\.decodeBase64\(\)/.exec(script)?.[1] ?? '';
    return { script, args: JSON.parse(Buffer.from(encoded, 'base64').toString('utf8')) };
  };
  return { client, sent };
}

const OLD = {
  mesosPlugin: { version: '0.7.0', active: true },
  configurationAsCode: false,
  clouds: [
    {
      index: 1,
      generation: 0,
      name: 'MesosCloud',
      frameworkName: 'Jenkins',
      onDemandRegistration: false,
      schedulerRunning: false,
      templates: [
        {
          index: 0,
          label: '',
          maxExecutors: 2,
          idleTerminationMinutes: 3,
          cpus: 0.2,
          mem: 512,
          executorCpus: 0.1,
          executorMem: 128,
          jvmArgs: '-Xms16m -DtrustStorePassword=hunter22',
          jnlpArgs: '-credentials bot:hunter22 -noReconnect',
          container: false,
        },
      ],
    },
  ],
};

describe('templates', () => {
  it('are read with their clouds, and what they keep secret is hidden', async () => {
    const { client } = await printing(OLD);
    const read = await client.mesosClouds();
    expect(read).toEqual({
      plugin: { version: '0.7.0', active: true },
      isConfiguredAsCode: false,
      clouds: [
        {
          index: 1,
          name: 'MesosCloud',
          generation: 0,
          frameworkName: 'Jenkins',
          onDemandRegistration: false,
          schedulerRunning: false,
          templates: [
            {
              cloud: 1,
              generation: 0,
              index: 0,
              label: '',
              maxExecutors: 2,
              idleMinutes: 3,
              cpus: 0.2,
              memMiB: 512,
              executorCpus: 0.1,
              executorMemMiB: 128,
              jvmArguments: '-Xms16m -DtrustStorePassword=•••',
              jnlpArguments: '-credentials ••• -noReconnect',
              hasContainer: false,
              dockerImage: undefined,
            },
          ],
        },
      ],
    });
  });

  it('of a Jenkins without the plugin are none', async () => {
    const { client } = await printing({ clouds: [], configurationAsCode: true });
    expect(await client.mesosClouds()).toEqual({ plugin: undefined, isConfiguredAsCode: true, clouds: [] });
  });

  it('are changed by their place, and no word of a label reaches the compiler', async () => {
    const label = `'; Jenkins.instance.doExit() // ünï`;
    const row = { cloud: 1, template: 0, label, now: { mem: 512 } };
    const { client, sent } = await printing({ changed: [row], unchanged: [], refused: [], saved: true });
    const seen = { cloud: 1, index: 0, label, settings: { memMiB: 512 } };
    expect(await client.setTemplates({ memMiB: 1_024 }, [seen])).toEqual({
      changed: [seen],
      unchanged: [],
      refused: [],
      saved: true,
    });
    expect(sent().script).not.toContain('doExit');
    expect(sent().args).toEqual({
      wanted: { mem: 1_024 },
      templates: [{ cloud: 1, template: 0, label, ifCurrent: { mem: 512 } }],
    });
  });

  it.each([
    ['403-permission.http', 'chatbot lacks the right Overall/Administer'],
    ['403-permission-1.596.2.http', 'chatbot lacks the right Overall/RunScripts'],
  ])('without the right name it: %s', async (file, seen) => {
    const { client } = await jenkins(({ method }, response) => answer(response, method === 'GET' ? '404.http' : file));
    expect(await failureOf(client.mesosClouds())).toMatchObject({ status: 403, seen, mayHaveArrived: false });
  });
});

describe('what agents do', () => {
  it('is told with ages by the clock of Jenkins', async () => {
    const { client } = await printing({
      now: 1_000_000,
      agents: [
        { name: 'a', label: 'linux', connecting: false, since: 940_000 },
        { name: 'b', label: '', connecting: true, since: 1_000_500, why: 'Connection was broken' },
        { name: 'c' },
      ],
    });
    expect(await client.agentActivity()).toEqual([
      { name: 'a', label: 'linux', forMs: 60_000, isConnecting: false, offlineWhy: undefined },
      { name: 'b', label: '', forMs: 0, isConnecting: true, offlineWhy: 'Connection was broken' },
      { name: 'c', label: '', forMs: undefined, isConnecting: false, offlineWhy: undefined },
    ]);
  });
});

describe.each([
  ['old', 0, 'mesos'],
  ['modern', 2, 'linux'],
] as const)('the simulated Jenkins of the %s line', (line, generation, label) => {
  it('shows its template, takes a change once, and refuses a raced one', async () => {
    const { client, world } = await worldOf(line);
    const [cloud] = (await client.mesosClouds()).clouds;
    expect(cloud).toMatchObject({ index: 0, generation, templates: [{ label, memMiB: 512, idleMinutes: 3 }] });
    const seen = { cloud: 0, index: 0, label, settings: { memMiB: 512, idleMinutes: 3 } };
    const wanted = { memMiB: 1_024, idleMinutes: 5 };
    const lists = async (now: TemplateSeen, wish = wanted) => {
      const { changed, unchanged, refused, saved } = await client.setTemplates(wish, [now]);
      return [changed.length, unchanged.length, refused.length, saved];
    };
    expect(await lists(seen)).toEqual([1, 0, 0, true]);
    expect(await lists(seen)).toEqual([0, 1, 0, false]);
    expect(await lists(seen, { memMiB: 2_048, idleMinutes: 5 })).toEqual([0, 0, 1, false]);
    expect(await lists({ ...seen, label: 'other' })).toEqual([0, 0, 0, false]);
    expect((await client.mesosClouds()).clouds[0]?.templates[0]).toMatchObject({ memMiB: 1_024, idleMinutes: 5 });
    expect(
      world.accessLog.filter(({ action, tookEffect }) => action === 'set template settings' && tookEffect),
    ).toHaveLength(1);
    expect(await failureOf(client.setTemplates({ memMiB: 1 }, [seen]))).toMatchObject({
      seen: expect.stringMatching(/^the script failed: java\.lang\.IllegalArgumentException: mem/),
    });
  });

  it('tells since when an agent is on its way', async () => {
    const { client, world, clock } = await worldOf(line);
    world.startBuild('team-a/api');
    const nodes = () => world.current?.farm.agents.nodes ?? [];
    for (let seconds = 0; seconds < 150 && nodes().length === 0; seconds += 1) await clock.advance(1_000);
    await clock.advance(2_000);
    expect(await client.agentActivity()).toEqual([
      {
        name: nodes()[0]?.name,
        label,
        forMs: clock.now() - (nodes()[0]?.idleSince ?? 0),
        isConnecting: false,
        offlineWhy: undefined,
      },
    ]);
    await clock.advance(30_000);
    expect(await client.agentActivity()).toMatchObject([{ name: nodes()[0]?.name, forMs: undefined }]);
  });
});
