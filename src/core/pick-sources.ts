// Where the choices of forms come from: each source asks the systems once, in a worker, and what it found is kept for the
// bot, which has no time to ask (`journeys/gather-choices.ts`).
import type { Ports } from './command.js';
import type { Choice, PickSource } from './pick.js';
import { shorten } from './text.js';
import { duration } from './words.js';

/** @param of the thing picked before, of which these are · @throws UpstreamError */
export type Source = (ports: Ports, of: string | undefined) => Promise<Choice[]>;

/** More nobody scrolls through; Slack shows 100 of them at a time. */
const MOST_ALERTS = 50;

export const SOURCES: Readonly<Record<PickSource, Source>> = {
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

  async cancellable({ changes, marathon, settings }) {
    const [running, waiting, deployments] = await Promise.all([
      changes.running(),
      changes.waiting(),
      // Changes of ours can be cancelled whether Marathon answers or not.
      marathon.deployments().catch(() => []),
    ]);
    const ours = [...(running === undefined ? [] : [running]), ...waiting];
    const apps = [settings.appId, settings.executorsAppId];
    return [
      ...ours.map((change) => ({
        value: change.jobId,
        text: change.text,
        about: change === running ? 'runs now' : 'waits for its turn',
      })),
      ...deployments
        .filter(({ affectedApps }) => affectedApps.some((app) => apps.includes(app)))
        .map(({ id, affectedApps }) => ({
          value: id,
          text: `Deployment ${shorten(id, 12)}`,
          about: affectedApps.join(', '),
        })),
    ];
  },

  async labels({ jenkins }) {
    const { templates } = await jenkins.executorSettings();
    const labels = new Set(templates.flatMap(({ label }) => label.split(/\s+/)).filter((label) => label !== ''));
    return [...labels].sort().map((value) => ({ value }));
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
