// The simulated Jenkins held against the example answers of both lines: same keys, same types, same pages.
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { MINUTE } from '../../src/core/time.js';
import { upScene } from './jenkins-scene.js';

type Stage = Awaited<ReturnType<typeof upScene>>;
let stage: Stage | undefined;
afterEach(() => stage?.close());

const fixture = (name: string) => readFileSync(new URL(`../fixtures/jenkins/${name}`, import.meta.url), 'utf8');
const example = (name: string) => JSON.parse(fixture(name));
const printed = (name: string) => JSON.parse(/@@CIBOT@@(.*)@@END@@/.exec(fixture(name))?.[1] ?? '');
const groovy = (name: string, args?: object) =>
  fixture(`groovy/${name}.groovy`).replace('@@ARGS_B64@@', Buffer.from(JSON.stringify(args ?? {})).toString('base64'));

/**
 * Where `actual` is shaped otherwise than `wanted`: keys and types. An element of a list may look like any example of
 * that list; `null` fits everything, because the examples show one moment only.
 */
function differences(wanted: unknown, actual: unknown, path = '$'): string[] {
  if (wanted === null || actual === null) return [];
  if (Array.isArray(wanted) && Array.isArray(actual)) return listDifferences(wanted, actual, path);
  if (kind(wanted) !== kind(actual)) return [`${path}: ${kind(actual)} instead of ${kind(wanted)}`];
  if (kind(wanted) !== 'object') return [];
  const [left, right] = [wanted as Record<string, unknown>, actual as Record<string, unknown>];
  const missing = Object.keys(left).filter((key) => !(key in right));
  const extra = Object.keys(right).filter((key) => !(key in left));
  return [
    ...missing.map((key) => `${path}.${key}: missing`),
    ...extra.map((key) => `${path}.${key}: not in the example`),
    ...Object.keys(left).flatMap((key) => (key in right ? differences(left[key], right[key], `${path}.${key}`) : [])),
  ];
}

function listDifferences(wanted: unknown[], actual: unknown[], path: string): string[] {
  if (wanted.length === 0) return [];
  return actual.flatMap((item, index) => {
    const tries = wanted.map((one) => differences(one, item, `${path}[${index}]`));
    return tries.some((found) => found.length === 0) ? [] : (tries[0] ?? []);
  });
}

const kind = (value: unknown) => (Array.isArray(value) ? 'array' : typeof value);

it('is compared by a ruler that sees missing, extra and mistyped fields', () => {
  expect(differences({ a: 1, b: [{ c: '' }] }, { a: '1', b: [{ d: '' }] })).toEqual([
    '$.a: string instead of number',
    '$.b[0].c: missing',
    '$.b[0].d: not in the example',
  ]);
});

const COMPUTERS =
  'computer/api/json?tree=busyExecutors,totalExecutors,displayName,computer[displayName,assignedLabels[name],offline,temporarilyOffline,offlineCauseReason,idle,numExecutors,executors[number,idle,progress,likelyStuck,currentExecutable[number,url,fullDisplayName]],oneOffExecutors[currentExecutable[number,url]]]';
const JOB =
  'job/app-build/api/json?tree=name,fullName,displayName,description,url,color,buildable,disabled,inQueue,nextBuildNumber,concurrentBuild,healthReport[score,description],queueItem[id,why],lastBuild[number,url],lastCompletedBuild[number,url],lastSuccessfulBuild[number,url],lastFailedBuild[number,url],builds[number,url,result,building,timestamp,duration]{0,10},property[parameterDefinitions[name,type,description,choices,defaultParameterValue[name,value]]]';

/** One build done, one running, one blocked behind it. */
async function busy(generation: 'old' | 'modern'): Promise<Stage> {
  stage = await upScene({ generation });
  const { world, clock } = stage;
  const cause = { shortDescription: 'Started by user Chat Bot', userId: 'chatbot', userName: 'Chat Bot' };
  for (const BRANCH of ['main', 'next', 'last']) world.startBuild('app-build', { parameters: { BRANCH }, cause });
  await clock.advance(5.5 * MINUTE);
  return stage;
}

const suffix = { old: '-1.596.2', modern: '' };

describe.each(['old', 'modern'] as const)('the %s line', (generation) => {
  const file = (name: string) => example(`${name}${suffix[generation]}.json`);

  it('shows controller, computers, job, build and load as the examples do', async () => {
    const { get } = await busy(generation);
    const controller = await get<{ jobs: { name: string }[] }>('api/json');
    // The old example holds no folder, which has no colour.
    const jobs = controller.jobs.filter(({ name }) => generation === 'modern' || name !== 'team-a');
    expect(differences(file('api'), { ...controller, jobs })).toEqual([]);
    const computers = await get(COMPUTERS);
    expect(differences(file('computer'), computers)).toEqual([]);
    expect(computers.busyExecutors).toBe(1);
    const build = await get<{ actions: object[] }>('job/app-build/1/api/json');
    // The old example is of a job without parameters.
    const actions = build.actions.filter((action) => generation === 'modern' || 'causes' in action);
    expect(differences(file('build'), { ...build, actions })).toEqual([]);
    expect(differences(file('overallLoad'), await get('overallLoad/api/json?depth=2'))).toEqual([]);
  });

  it('shows builds below folders, in the ranges asked for', async () => {
    const { get, world, clock } = await busy(generation);
    world.startBuild('team-a/web/feature%2Flogin', { quietMs: 0 });
    await clock.advance(10 * MINUTE);
    const job = 'url,builds[number,result,building,duration]{0,2}';
    const { jobs } = await get<{ jobs: unknown[] }>(`api/json?tree=jobs[${job},jobs[${job},jobs[${job}]{1,2}]]`);
    const [appBuild] = jobs as [{ builds: object[] }];
    expect(appBuild.builds).toMatchObject([{ number: 3 }, { number: 2, building: false }]);
    expect(differences(file('job').builds[0], { ...appBuild.builds[1], timestamp: 1, url: '' })).toEqual([]);
    const folder = jobs.find((one) => (one as { jobs?: unknown }).jobs !== undefined);
    expect(folder).not.toHaveProperty('builds');
    expect(folder).toMatchObject({
      jobs: [
        { builds: [] },
        {
          jobs: [
            {
              url: expect.stringMatching(/\/job\/team-a\/job\/web\/job\/feature%252Flogin\/$/),
              builds: [{ number: 1, result: 'SUCCESS', building: false, duration: 4 * MINUTE }],
            },
          ],
        },
      ],
    });
  });

  it('shows who carries a label: agents by name, itself without one, nobody for an unknown label', async () => {
    const { get, world } = await busy(generation);
    const { controllerLabel, template } = world.line;
    const agent = world.current?.farm.nodes.find(({ isController }) => !isController)?.name;
    const nodes = async (label: string) => {
      const path = `label/${encodeURIComponent(label)}/api/json?tree=nodes[nodeName]`;
      const found = (await get<{ nodes: { nodeName: string }[] }>(path)).nodes;
      return found.map(({ nodeName }) => nodeName);
    };
    expect(await nodes(template.label)).toContain(agent);
    expect(await nodes(`${template.label}&&${agent}`)).toEqual([agent]);
    expect(await nodes(controllerLabel)).toEqual(['']);
    expect(await nodes('no such/label')).toEqual([]);
  });

  it('shows the queue as the example does', async () => {
    const { get, world } = await busy(generation);
    world.quietDown();
    world.startBuild('team-a/api', { quietMs: 0 });
    world.startBuild('load-test');
    const queue = await get<{ items: { blocked: boolean; buildable: boolean }[] }>('queue/api/json');
    const wanted = file('queue').items;
    const shown = queue.items;
    expect(shown.map((item) => item.blocked)).toEqual([false, false, true]);
    const buildable = wanted.at(generation === 'old' ? 0 : -1);
    const found = shown.find((item) => item.buildable);
    expect(differences({ ...buildable, actions: buildable.actions.slice(1) }, found)).toEqual([]);
    expect(Object.keys(queue)).toEqual(Object.keys(file('queue')));
  });
});

describe('the modern line', () => {
  it('shows a job with parameters, queue items that left, label and account as the examples do', async () => {
    const { get, world } = await busy('modern');
    expect(differences(example('job.json'), await get(JOB))).toEqual([]);
    expect(differences(example('queue-item-started.json'), await get('queue/item/1/api/json'))).toEqual([]);
    const { id } = world.startBuild('load-test');
    world.current?.farm.queue.cancel(id);
    expect(differences(example('queue-item-cancelled.json'), await get(`queue/item/${id}/api/json`))).toEqual([]);
    const label = await get(
      'label/linux/api/json?tree=name,busyExecutors,idleExecutors,totalExecutors,offline,nodes[nodeName],clouds',
    );
    expect(differences(example('label.json'), label)).toEqual([]);
    expect(await get('whoAmI/api/json')).toEqual(example('whoAmI.json'));
    expect(differences(example('crumb.json'), await get('crumbIssuer/api/json'))).toEqual([]);
  });
});

describe('the old line', () => {
  it('shows a job without parameters as the example does', async () => {
    stage = await upScene({ generation: 'old' });
    stage.world.startBuild('housekeeping', { quietMs: 0 });
    await stage.clock.advance(MINUTE);
    const job = await stage.get(JOB.replace('app-build', 'housekeeping'));
    expect(differences(example('job-1.596.2.json'), job)).toEqual([]);
    expect(job).toMatchObject({ color: 'blue', nextBuildNumber: 2, healthReport: [{ score: 100 }] });
  });
});

describe('the scripts', () => {
  it('print what they print on each plugin line', async () => {
    stage = await upScene({ generation: 'old' });
    const read = groovy('executors-read');
    expect(differences(printed('scriptText-executors-read.txt'), await stage.script(read))).toEqual([]);
    const { script } = await upScene({ generation: 'modern' });
    expect(differences(printed('scriptText-executors-read-2.x.txt'), await script(read))).toEqual([]);
  });

  it('report a failing SCM sync with every field', async () => {
    stage = await upScene({ generation: 'old' });
    stage.world.failGitPush(true);
    stage.world.changeConfig();
    await stage.clock.advance(MINUTE);
    // Our script prints these beside what the example has.
    const { filesAtRisk, loadedAt, ...status } = await stage.script(groovy('scm-sync-status'));
    expect(filesAtRisk).toEqual(['config.xml']);
    expect(loadedAt).toBeLessThan(status['now']);
    expect(differences(printed('scriptText-scm-sync-failing.txt'), status)).toEqual([]);
  });

  it('change a template as the example shows', async () => {
    stage = await upScene({ generation: 'old' });
    expect(await stage.script(groovy('template-max-set', { max: 4, ifCurrent: 2 }))).toEqual(
      printed('scriptText-template-max-set.txt'),
    );
  });
});

/** Status, headers but the session, and body of an example. */
function http(name: string) {
  const [head = '', ...rest] = fixture(name).split(/\r?\n\r?\n/);
  const [status = '', ...lines] = head.split(/\r?\n/);
  const names = lines.map((line) => line.split(':')[0]?.toLowerCase() ?? '');
  return { status: Number(status.split(' ')[1]), names, body: rest.join('\n\n') };
}

async function expectLike(name: string, answer: Response, world: Stage['world']): Promise<void> {
  const wanted = http(name);
  const session = world.current?.session ?? '';
  expect(answer.status).toBe(wanted.status);
  const body = (await answer.text()).replaceAll(session, 'c0ffee12');
  expect(body.trim()).toBe(wanted.body.trim());
  for (const header of wanted.names) expect([header, answer.headers.has(header)]).toEqual([header, true]);
}

describe('refusals and pages', () => {
  it('are those of the modern line, to the letter', async () => {
    stage = await upScene({ generation: 'modern' });
    const { world, call, post, url, clock } = stage;
    await expectLike('404.http', await call('job/nope/api/json'), world);
    await expectLike('405-get-on-post.http', await call('quietDown'), world);
    await expectLike('403-anonymous.http', await fetch(`${url}/api/json`), world);
    await expectLike('403-crumb.http', await fetch(`${url}/scriptText`, { method: 'POST' }), world);
    world.withdrawScriptRight();
    await expectLike('403-permission.http', await post('scriptText', { script: '1' }), world);
    world.expireToken();
    await expectLike('401-bad-token.http', await call('api/json'), world);
    world.current?.reload();
    await expectLike('503-starting.http', await call('api/json'), world);
    await clock.advance(MINUTE);
    world.current?.restart('safe');
    await clock.advance(0);
    await expectLike('503-restarting.http', await call('api/json'), world);
    world.breakEmptyBody();
    await expectLike('200-empty-body.http', await call('api/json'), world);
  });

  it('are those of the old line, to the letter', async () => {
    stage = await upScene({ generation: 'old', useCrumbs: true });
    const { world, call, post } = stage;
    await expectLike('404-1.596.2.http', await call('job/nope/api/json'), world);
    await expectLike('403-crumb-1.596.2.http', await post('job/app-build/build'), world);
    world.accounts.useCrumbs = false;
    world.withdrawScriptRight();
    await expectLike('403-permission-1.596.2.http', await post('scriptText', { script: '1' }), world);
    world.current?.reload();
    await expectLike('503-starting-1.596.2.http', await call('api/json'), world);
  });
});
