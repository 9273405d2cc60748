// A history of what is seen of the controller, shown to the rule that tells of its ends.
import { controllerRestarted } from '../../src/alerts/controller-restarted.js';
import type { AppSnapshot } from '../../src/core/cluster.js';
import type { What } from '../../src/core/decide.js';
import type { MarathonEvent } from '../../src/core/marathon-event.js';
import { MINUTE } from '../../src/core/time.js';
import { seenEvent, seenSnapshot } from './alert-scene.js';
import { anApp, NOW } from './ci-service.js';
import { watched } from './rule-run.js';

/** Time by the watch of the bot and by Marathon's alike; an event carries the time it is seen at. */
export type Seen = [atMin: number, what: MarathonEvent | What];

const isEvent = (what: MarathonEvent | What): what is MarathonEvent => 'at' in what;
const asWhat = (atMin: number, what: MarathonEvent | What): What =>
  isEvent(what) ? seenEvent({ ...what, at: NOW + atMin * MINUTE }) : what;

export function follow(...all: Seen[]) {
  const rule = watched(controllerRestarted);
  const news = all.map(([atMin, what]) => rule.see(atMin, asWhat(atMin, what)).join() || '-');
  const kinds = () => rule.signals().map(({ kind }) => kind);
  return { rule, news: news.join(' '), kinds };
}

export const HEALTHY: Seen = [0, seenSnapshot()];

/** The app without a task. */
export const none = (patch: Parameters<typeof anApp>[0] = {}, more: Partial<AppSnapshot> = {}): What =>
  seenSnapshot(anApp({ tasks: [], ...patch }), more);
