import { describe, expect, it } from 'vitest';
import { scrubber } from '../../../src/adapters/secrets.js';
import { closeServersAfterEach, json } from '../local-server.js';
import { example, jenkins } from './scene.js';
import { addJob, closeWorldsAfterEach, worldOf } from './world.js';

closeServersAfterEach();
closeWorldsAfterEach();

const BRANCH = {
  name: 'BRANCH',
  type: 'StringParameterDefinition',
  description: 'git branch',
  choices: undefined,
  defaultValue: 'main',
};
const ENV = {
  name: 'ENV',
  type: 'ChoiceParameterDefinition',
  description: undefined,
  choices: ['staging', 'production'],
  defaultValue: 'staging',
};

describe.each(['old', 'modern'] as const)('a job of the %s line', (generation) => {
  it('is told with its parameters', async () => {
    const { client } = await worldOf(generation);
    expect(await client.jenkinsJob('app-build')).toEqual({
      fullName: 'app-build',
      kind: 'job',
      isDisabled: false,
      parameters: [BRANCH, ENV],
      members: [],
    });
  });

  it('is told to be disabled', async () => {
    const { client } = await worldOf(generation);
    expect((await client.jenkinsJob('nightly'))?.isDisabled).toBe(true);
  });

  it('is found in folders, as a branch, with a space and in Chinese', async () => {
    const stage = await worldOf(generation);
    for (const name of ['my job', '构建']) addJob(stage, name);
    for (const name of ['team-a/api', 'team-a/web/feature%2Flogin', 'my job', '构建']) {
      expect(await stage.client.jenkinsJob(name)).toMatchObject({ fullName: name, kind: 'job' });
    }
  });

  it('that is a folder or has branches says what is in it', async () => {
    const { client } = await worldOf(generation);
    expect(await client.jenkinsJob('team-a')).toMatchObject({
      kind: 'folder',
      isDisabled: false,
      members: ['team-a/api', 'team-a/web'],
    });
    expect((await client.jenkinsJob('team-a/web'))?.members).toEqual(['team-a/web/main', 'team-a/web/feature%2Flogin']);
  });

  it('that is not there is none', async () => {
    const { client } = await worldOf(generation);
    expect(await client.jenkinsJob('team-a/nope')).toBeUndefined();
  });

  it('is in the list of names, through folders', async () => {
    const stage = await worldOf(generation);
    const { names, isCut } = await stage.client.jobNames();
    expect(names).toEqual(expect.arrayContaining(['app-build', 'team-a/api', 'team-a/web/feature%2Flogin']));
    expect(names).not.toContain('team-a');
    expect(isCut).toBe(false);
  });
});

describe('a job', () => {
  it.each([
    ['job.json', 2],
    ['job-1.596.2.json', 0],
  ])('is read from %s', async (file, parameters) => {
    const { client, server } = await jenkins(example(file));
    const job = await client.jenkinsJob('team-a/web/feature%2Flogin');
    expect([job?.kind, job?.isDisabled, job?.parameters.length]).toEqual(['job', false, parameters]);
    expect(server.asked[0]?.url?.split('?')[0]).toBe('/ci/job/team-a/job/web/job/feature%252Flogin/api/json');
  });

  it.each(['404.http', '404-1.596.2.http'])('is none where Jenkins answers with %s', async (file) => {
    const { client } = await jenkins(example(file));
    expect(await client.jenkinsJob('nope')).toBeUndefined();
  });

  it('that may not be read fails with the right that is missing', async () => {
    const { client } = await jenkins((_asked, response) => {
      response.writeHead(403, {
        'X-You-Are-Authenticated-As': 'chatbot',
        'X-Required-Permission': 'hudson.model.Item.Read',
      });
      response.end('<html><body>Access Denied</body></html>');
    });
    await expect(client.jenkinsJob('secret')).rejects.toMatchObject({
      status: 403,
      seen: 'chatbot lacks the right Job/Read',
    });
  });

  it('is disabled by its colour on cores before 2.218', async () => {
    const { client } = await jenkins((_asked, response) =>
      json(response, { color: 'disabled_anime', property: [null] }),
    );
    expect((await client.jenkinsJob('nightly'))?.isDisabled).toBe(true);
  });

  it('has parameters of every kind, whatever plugins make of them', async () => {
    const parameterDefinitions = [
      { name: 'DRY', type: 'BooleanParameterDefinition', defaultParameterValue: { value: false } },
      { name: 'PASS', type: 'PasswordParameterDefinition', defaultParameterValue: {} },
      { name: 'FILE', type: 'FileParameterDefinition', defaultParameterValue: null },
      { name: 'ODD', choices: { a: 1 }, defaultParameterValue: { value: { deep: true } } },
    ];
    const { client } = await jenkins((_asked, response) =>
      json(response, { color: 'blue', property: [{}, { parameterDefinitions }] }),
    );
    expect(
      (await client.jenkinsJob('app'))?.parameters.map(({ name, type, choices, defaultValue }) => [
        name,
        type,
        choices,
        defaultValue,
      ]),
    ).toEqual([
      ['DRY', 'BooleanParameterDefinition', undefined, 'false'],
      ['PASS', 'PasswordParameterDefinition', undefined, undefined],
      ['FILE', 'FileParameterDefinition', undefined, undefined],
      ['ODD', 'ParameterDefinition', undefined, undefined],
    ]);
  });

  it('keeps to itself what is secret in its parameters', async () => {
    const parameterDefinitions = [
      { name: 'DB_PASSWORD', type: 'StringParameterDefinition', defaultParameterValue: { value: 'hunter2hunter2' } },
      { name: 'API_KEY', type: 'ChoiceParameterDefinition', choices: ['k-1', 'k-2'] },
      {
        name: 'REPO',
        type: 'ChoiceParameterDefinition',
        choices: ['https://ana:s3cret@git/x', 'https://git/y'],
        defaultParameterValue: { value: 'https://ana:s3cret@git/x' },
        description: 'as in https://ana:s3cret@git/x, by configured-1',
      },
      { name: 'NOTE', type: 'StringParameterDefinition', defaultParameterValue: { value: 'by configured-1' } },
    ];
    const { client } = await jenkins(
      (_asked, response) => json(response, { color: 'blue', property: [{ parameterDefinitions }] }),
      { scrub: scrubber(['configured-1']) },
    );
    const told = (await client.jenkinsJob('app'))?.parameters;
    expect(told?.map(({ name, choices, defaultValue }) => [name, choices, defaultValue])).toEqual([
      ['DB_PASSWORD', undefined, undefined],
      ['API_KEY', [], undefined],
      ['REPO', ['https://git/y'], undefined],
      ['NOTE', undefined, undefined],
    ]);
    expect(told?.[2]?.description).toBe('as in https://•••@git/x, by •••');
  });

  it('is one of 5,000, which are read 200 at a time', async () => {
    const all = Array.from({ length: 5_000 }, (_, index) => ({ url: `http://ci/job/job-${index}/`, color: 'blue' }));
    const { client, server } = await jenkins((asked, response) => {
      const [from, to] =
        /\{(\d+),(\d+)\}$/
          .exec(decodeURIComponent(asked.url ?? ''))
          ?.slice(1)
          .map(Number) ?? [];
      json(response, { jobs: all.slice(from, to) });
    });
    const { names, isCut } = await client.jobNames();
    expect([names.length, isCut, server.asked.length]).toEqual([5_000, false, 26]);
  });

  it('is one of more than anybody reads: the list has an end', async () => {
    const page = Array.from({ length: 200 }, (_, index) => ({ url: `http://ci/job/job-${index}/`, color: 'blue' }));
    const { client, server } = await jenkins((_asked, response) => json(response, { jobs: page }));
    expect((await client.jobNames()).isCut).toBe(true);
    expect(server.asked.length).toBe(40);
  });
});
