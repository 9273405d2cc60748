import { describe, expect, it } from 'vitest';
import { checkParameters } from '../../src/core/build-parameters.js';
import { UserError } from '../../src/core/errors.js';
import type { JenkinsJob, ParameterDefinition } from '../../src/core/jenkins-build.js';

const parameter = (name: string, more: Partial<ParameterDefinition> = {}): ParameterDefinition => ({
  name,
  type: 'StringParameterDefinition',
  description: undefined,
  choices: undefined,
  defaultValue: undefined,
  ...more,
});

const BRANCH = parameter('BRANCH', { defaultValue: 'main' });
const ENV = parameter('ENV', {
  type: 'ChoiceParameterDefinition',
  choices: ['staging', 'production'],
  defaultValue: 'staging',
});
const DRY = parameter('DRY_RUN', { type: 'BooleanParameterDefinition', defaultValue: 'true' });
const PIN = parameter('PIN', { type: 'PasswordParameterDefinition', defaultValue: 'hunter2' });

const jobWith = (...parameters: ParameterDefinition[]): JenkinsJob => ({
  fullName: 'app',
  kind: 'job',
  isDisabled: false,
  parameters,
  members: [],
});

function refusal(job: JenkinsJob, given: Record<string, string>): string {
  try {
    checkParameters(job, given);
  } catch (error) {
    if (error instanceof UserError) return `${error.message} ${error.hint ?? ''}`.trim();
    throw error;
  }
  throw new Error('it was not refused');
}

describe('parameters', () => {
  it('of a job that takes none are none', () => {
    expect(checkParameters(jobWith(), {})).toEqual({ send: null, expected: {}, shown: [] });
  });

  it('that are left out are not sent, and told with their defaults', () => {
    expect(checkParameters(jobWith(BRANCH, ENV, PIN), { BRANCH: 'fix' })).toEqual({
      send: { BRANCH: 'fix' },
      expected: { BRANCH: 'fix', ENV: 'staging' },
      shown: [
        { name: 'BRANCH', value: 'fix', isDefault: false, others: [] },
        { name: 'ENV', value: 'staging', isDefault: true, others: ['production'] },
        { name: 'PIN', value: null, isDefault: true, others: [] },
      ],
    });
  });

  it('that are choices with full-width characters are known by what is left of them when typed', () => {
    const choices = ['生产（主）', '生产（备）'];
    const job = jobWith(parameter('ENV', { type: 'ChoiceParameterDefinition', choices }));
    expect(checkParameters(job, { ENV: '生产(备)' }).send).toEqual({ ENV: '生产（备）' });
    const alike = jobWith(parameter('ENV', { type: 'ChoiceParameterDefinition', choices: ['主（x）', '主（x)'] }));
    expect(refusal(alike, { ENV: '主(x)' })).toContain('nothing was built');
  });

  it('of a job with defaults alone are sent as a form without any', () => {
    expect(checkParameters(jobWith(BRANCH), {}).send).toEqual({});
  });

  it('called as what we send ourselves are sent by their name', () => {
    expect(checkParameters(jobWith(parameter('delay', { defaultValue: '5' })), {}).send).toEqual({ delay: '5' });
  });

  it('may be named as anything, and empty', () => {
    const odd = Object.fromEntries([['__proto__', '']]);
    expect(checkParameters(jobWith(parameter('__proto__')), odd).send).toEqual(odd);
  });

  it('that are true or false are taken in any case', () => {
    expect(checkParameters(jobWith(DRY), { DRY_RUN: 'False' }).send).toEqual({ DRY_RUN: 'false' });
  });
});

describe('a parameter is refused', () => {
  it.each<[string, JenkinsJob, Record<string, string>, string]>([
    [
      'when the job takes none',
      jobWith(),
      { A: '1' },
      '`app` takes no parameters, so `A` was not sent and nothing was built. `build app` starts it.',
    ],
    [
      'when the job does not have it, with the nearest one and all there are',
      jobWith(BRANCH, ENV, PIN),
      { branhc: 'x' },
      '`app` has no parameter `branhc`, and nothing was built. Did you mean `BRANCH`? It takes `BRANCH` (default `main`), `ENV` (`staging` or `production`, default `staging`), `PIN`.',
    ],
    [
      'when it is none of the choices',
      jobWith(ENV),
      { ENV: 'productoin' },
      'Expected `ENV` of `app` to be `staging` or `production`, got `productoin`: nothing was built. Choose one of them. Did you mean `production`?',
    ],
    [
      'when it is neither true nor false',
      jobWith(DRY),
      { DRY_RUN: 'maybe' },
      'Expected `DRY_RUN` of `app` to be `true` or `false`, got `maybe`: nothing was built.',
    ],
    [
      'when it is a file',
      jobWith(parameter('DATA', { type: 'FileParameterDefinition' })),
      { DATA: 'x' },
      '`DATA` of `app` is a file, which cannot be given here: nothing was built. Start it on its page.',
    ],
  ])('%s', (_when, job, given, words) => {
    expect(refusal(job, given)).toBe(words);
  });

  it('when it is a password, which is not said back', () => {
    const words = refusal(jobWith(PIN), { PIN: 'hunter2' });
    expect(words).toMatch(/^`PIN` of `app` is a password, .* Change the one you typed: Slack has seen it\.$/);
    expect(words).not.toContain('hunter2');
  });

  it('with a list that has an end', () => {
    const many = Array.from({ length: 60 }, (_, index) => parameter(`P${index}`));
    expect(refusal(jobWith(...many), { nothing_like_it: '' })).toContain('`P7` and 52 more.');
  });
});
