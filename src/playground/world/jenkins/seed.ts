// The configuration the git repository of the article's CI service holds at first: a handful of jobs, one of them
// parameterised, one switched off, some in a folder, one with branches.
import { MINUTE, SECOND } from '../../../core/time.js';
import type { Line } from './line.js';
import type { ControllerConfig, JobDefinition } from './model.js';

function job(fullName: string, label: string | undefined, rest: Partial<JobDefinition> = {}): JobDefinition {
  return {
    fullName,
    kind: 'freestyle',
    description: '',
    label,
    durationMs: 3 * MINUTE,
    parameters: [],
    concurrent: false,
    disabled: false,
    cpus: 0.25,
    memMiB: 220,
    ...rest,
  };
}

const appParameters: JobDefinition['parameters'] = [
  { name: 'BRANCH', type: 'string', description: 'git branch', defaultValue: 'main' },
  { name: 'ENV', type: 'choice', description: null, defaultValue: 'staging', choices: ['staging', 'production'] },
];

export function firstConfig(line: Line, rootUrl: string | undefined): ControllerConfig {
  const label = line.template.label;
  return {
    numExecutors: line.controllerExecutors,
    templates: [structuredClone(line.template)],
    rootUrl,
    revision: 1,
    jobs: [
      job('app-build', label, { description: 'Builds the app', parameters: appParameters }),
      job('load-test', label, {
        durationMs: 5 * MINUTE,
        concurrent: true,
        cpus: 0.4,
        memMiB: 300,
        parameters: [{ name: 'TARGET', type: 'string', description: 'host to press', defaultValue: 'staging' }],
      }),
      job('nightly', label, { disabled: true, durationMs: 40 * MINUTE }),
      job('housekeeping', line.controllerExecutors > 0 ? undefined : label, {
        durationMs: 20 * SECOND,
        concurrent: true,
        cpus: 0.1,
      }),
      job('team-a', undefined, { kind: 'folder' }),
      job('team-a/api', label, { durationMs: 90 * SECOND }),
      job('team-a/web', undefined, { kind: 'multibranch' }),
      job('team-a/web/main', label, { kind: 'pipeline', durationMs: 4 * MINUTE }),
      job('team-a/web/feature%2Flogin', label, { kind: 'pipeline', durationMs: 4 * MINUTE }),
    ],
  };
}
