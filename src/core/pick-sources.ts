// Where the choices of forms come from: each source asks the systems once, in a worker, and what it found is kept for the
// bot, which has no time to ask (`journeys/gather-choices.ts`).
import type { CloudTemplate } from './agent-templates.js';
import { canBeGiven } from './build-parameters.js';
import type { BuildStory } from './build-reads.js';
import { buildStateWords } from './build-words.js';
import { cancellable } from './cancellable.js';
import type { ChangeInfo } from './changes.js';
import type { Ports } from './command.js';
import { known, told } from './gather.js';
import type { ParameterDefinition } from './jenkins-build.js';
import { normalise } from './normalise.js';
import type { Choice, PickSource } from './pick.js';
import { carries } from './template-words.js';
import { shorten } from './text.js';
import { SECOND } from './time.js';
import { duration } from './words.js';

/** @param of the thing picked before, of which these are · @throws UpstreamError */
export type Source = (ports: Ports, of: string | undefined) => Promise<Choice[]>;

/** More nobody scrolls through; Slack shows 100 of them at a time. */
const MOST_ALERTS = 50;

/** Of all jobs. Jenkins reads builds from disk; of every other job the newest can be named too. */
const MOST_NEWEST = 20;
const NEWEST_MS = 12 * SECOND;

export const SOURCES: Readonly<Record<PickSource, Source>> = {
  async abortable({ jenkins, clock }) {
    const now = clock.now();
    const [running, queue] = await Promise.all([jenkins.runningBuilds(), jenkins.buildQueue()]);
    return [
      ...running.map((build) => buildChoice(build, now)),
      ...queue.map(({ id, name, inQueueSince }) => ({
        value: `q${id}`,
        text: `q${id} ${name}`,
        about: `waits for ${duration(Math.max(0, now - inQueueSince))}`,
      })),
    ];
  },

  async alerts({ incidents, rules, clock }) {
    const now = clock.now();
    const recent = await incidents.recent(MOST_ALERTS);
    return recent
      .filter(({ resolvedAt }) => resolvedAt === undefined)
      .map((incident) => ({
        value: incident.id,
        text: `${incident.id} ${rules.find(({ name }) => name === incident.rule)?.view(incident, now).headline.plain ?? incident.rule}`,
        about: `for ${duration(now - incident.raisedAt)}`,
      }));
  },

  /** What runs, what began last, and of every job its newest build. */
  async builds({ jenkins, clock }) {
    const now = clock.now();
    const [running, newest, { names }] = await Promise.all([
      jenkins.runningBuilds(),
      // Of thousands of jobs that takes long, and is not needed to name one.
      told(clock, 'Jenkins', () => jenkins.newestBuilds(MOST_NEWEST), NEWEST_MS * clock.speed),
      jenkins.jobNames(),
    ]);
    const builds = [...running, ...(known(newest)?.builds ?? [])].map((build) => buildChoice(build, now));
    const unique = new Map([...builds].reverse().map((choice) => [choice.value, choice]));
    const jobs = names.sort().map((value) => ({ value, about: 'the newest build' }));
    return [...[...unique.values()].reverse(), ...jobs];
  },

  async cancellable(ports) {
    const { running, waiting, deployments } = await cancellable(ports);
    return [
      ...(running === undefined ? [] : [changeChoice(running, 'runs now')]),
      ...waiting.map((change) => changeChoice(change, 'waits for its turn')),
      ...(known(deployments) ?? []).map(({ id, affectedApps }) => ({
        value: id,
        text: `Deployment ${shorten(id, 12)}`,
        about: affectedApps.join(', '),
      })),
    ];
  },

  async jobs({ jenkins }) {
    const { names } = await jenkins.jobNames();
    return names.sort().map((value) => ({ value }));
  },

  async labels({ jenkins }) {
    const { templates } = await jenkins.executorSettings();
    const labels = new Set(templates.flatMap(({ label }) => label.split(/\s+/)).filter((label) => label !== ''));
    return [...labels].sort().map((value) => ({ value }));
  },

  /** Those that a job takes from Slack, with its defaults. */
  async parameters({ jenkins }, jobName = '') {
    const job = await jenkins.jenkinsJob(jobName);
    const unique = new Map((job?.parameters ?? []).filter(canBeGiven).map((one) => [one.name, one]));
    return [...unique.values()].map(parameterChoice);
  },

  /** Of agent templates with that label. */
  async settings({ jenkins }, label = '') {
    const { clouds } = await jenkins.mesosClouds();
    const templates = clouds.flatMap((cloud) => cloud.templates).filter((template) => carries(template, label));
    const now = (of: (template: CloudTemplate) => number) =>
      [...new Set(templates.map(of))].map((value) => value.toLocaleString('en')).join(' or ');
    return [
      { value: 'cpus', about: `0.1 to 128, now ${now(({ cpus }) => cpus)}.` },
      { value: 'mem', about: `64 to 1,048,576 MiB, now ${now(({ memMiB }) => memMiB)}.` },
      { value: 'idle', about: `1 to 1,440 minutes, now ${now(({ idleMinutes }) => idleMinutes)}.` },
    ];
  },

  async versions({ marathon, settings, clock }) {
    const versions = await marathon.versions(settings.appId);
    const now = clock.now();
    return versions.map((value, index) => {
      const at = Date.parse(value);
      const age = Number.isNaN(at) ? '' : `${duration(Math.max(0, now - at))} ago`;
      return { value, about: index === 0 ? `the newest, ${age}` : age };
    });
  },
};

const changeChoice = ({ jobId, text }: ChangeInfo, about: string): Choice => ({ value: jobId, text, about });

const buildChoice = (build: BuildStory, now: number): Choice => ({
  value: `${build.jenkinsJob}#${build.number}`,
  about: buildStateWords(build, now),
});

/** Longer than people read, and than a field should begin with. */
const LONGEST_DEFAULT = 150;

/** A field that is left empty gets the default, whatever that is. */
function parameterChoice({ name, type, description = '', choices, defaultValue }: ParameterDefinition): Choice {
  const mayBe = type === 'BooleanParameterDefinition' ? ['true', 'false'] : choices;
  // What a command cannot say as it stands is left to Jenkins.
  const isPlain = defaultValue !== undefined && defaultValue !== '' && normalise(defaultValue) === defaultValue;
  const initial = isPlain && defaultValue.length <= LONGEST_DEFAULT ? defaultValue : undefined;
  const otherwise = defaultValue === undefined || initial !== undefined ? '' : 'Left empty, it has its default.';
  const about = [shorten(description, 300), otherwise].filter((text) => text !== '').join(' ');
  return {
    value: name,
    ...(about === '' ? {} : { about }),
    ...(mayBe === undefined ? {} : { choices: [...new Set(mayBe)].filter((one) => one.trim() !== '') }),
    ...(initial === undefined ? {} : { initial }),
  };
}
