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

const releaseParameters: JobDefinition['parameters'] = [
  { name: 'VERSION', type: 'string', description: 'what it is called', defaultValue: 'next' },
  { name: 'DRY_RUN', type: 'boolean', description: 'build it and publish nothing', defaultValue: 'true' },
  { name: 'SIGNING_PASSWORD', type: 'password', description: 'of the key', defaultValue: 'kept in Jenkins' },
];

/** As a shell writes it: with colours, and with more than anybody should see. */
const TESTS_FAIL = [
  '+ git fetch https://robot:Wq7vK2pLx9@git.example.com/core/app.git',
  'Running 214 tests in 31 files',
  '\u001b[32mok\u001b[0m     213 tests',
  '\u001b[31mFAILED\u001b[0m 1 test',
  '',
  '  cart › keeps what was put into it while the session is renewed',
  '',
  '    Expected: 3 items',
  '    Received: 0 items',
  '',
  '      at test/cart.test.js:48:27',
  '',
  'make: *** [integration] Error 1',
  "Build step 'Execute shell' marked build as failure",
];

export function firstConfig(line: Line, rootUrl: string | undefined): ControllerConfig {
  const label = line.template.label;
  /** Where the controller has executors of its own, some jobs run there. */
  const onController = line.controllerExecutors > 0 ? undefined : label;
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
      job('housekeeping', onController, {
        durationMs: 20 * SECOND,
        concurrent: true,
        cpus: 0.1,
      }),
      job('team-a', undefined, { kind: 'folder' }),
      job('team-a/api', label, { durationMs: 90 * SECOND }),
      job('team-a/web', undefined, { kind: 'multibranch' }),
      job('team-a/web/main', label, { kind: 'pipeline', durationMs: 4 * MINUTE }),
      job('team-a/web/feature%2Flogin', label, { kind: 'pipeline', durationMs: 4 * MINUTE, endsOnlyBy: 'kill' }),
      // The article's own: with the limit at two executors, two of them run and two wait.
      ...['test', 'test2', 'test3', 'test4'].map((name) => job(name, onController, { cpus: 0.1, memMiB: 60 })),
      job('integration-test', label, { durationMs: 40 * SECOND, result: 'FAILURE', lastWords: TESTS_FAIL }),
      job('release', label, { description: 'Publishes the app', parameters: releaseParameters }),
    ],
  };
}
