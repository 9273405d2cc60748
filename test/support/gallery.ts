// Hangs an alert in every state: what the alert journey puts for it, as Slack gets it and as the terminal draws it.
import { type Rendered, render } from '../../src/adapters/slack/render.js';
import type { Rule } from '../../src/core/alert.js';
import type { JsonObject } from '../../src/core/cluster.js';
import type { Incident } from '../../src/core/incident.js';
import { MINUTE, SECOND } from '../../src/core/time.js';
import { show } from '../../src/journeys/alert-show.js';
import type { SlackMessage, Wire } from '../../src/playground/slack/workspace.js';
import { draw } from '../../src/playground/terminal/draw.js';
import { anIncident } from './alert-scene.js';
import { NOW } from './ci-service.js';
import { anAck, aSilence, fakeRaise } from './fakes-alert.js';
import type { Case } from './gallery-cases.js';
import { manualClock } from './manual-clock.js';

export const STATES = [
  'open',
  'acknowledged',
  'silenced',
  'hidden',
  'escalated',
  'reopened',
  'flapping',
  'resolved',
] as const;
export type State = (typeof STATES)[number];

/** What hangs in one place: the messages of an alert in one state, as they are put. */
export interface Picture {
  title: string;
  messages: { key: string; rendered: Rendered }[];
}

const LINES = Array.from({ length: 19 }, (_, at) => ({
  at: NOW + (at + 1) * SECOND,
  text: `runs again on <!channel> & *bold* \`agent-${at}\``,
}));

function incidentOf(one: Case, rule: Rule): Incident {
  return anIncident({
    rule: rule.name,
    fingerprint: one.fingerprint,
    facts: one.facts,
    timeline: [{ at: NOW, text: one.line }, ...(one.long ? LINES : [])],
    dropped: one.long ? 7 : 0,
  });
}

/** Of a controller's restart the next death is another; of everything else the same again. */
const latestOf = ({ fingerprint, facts }: Case): JsonObject =>
  fingerprint === 'controller-restarted'
    ? { ...facts, kind: 'exit-code', words: 'exit code 1', certain: true, today: 4 }
    : facts;

const IN_STATE: Readonly<Record<State, (incident: Incident, one: Case) => { incident: Incident; afterMs: number }>> = {
  open: (incident) => ({ incident, afterMs: 40 * SECOND }),
  acknowledged: (incident) => ({ incident, afterMs: 3 * MINUTE }),
  silenced: (incident) => ({ incident, afterMs: 3 * MINUTE }),
  hidden: (incident) => ({ incident, afterMs: 3 * MINUTE }),
  escalated: (incident) => ({
    incident: {
      ...incident,
      escalatedAt: NOW + 10 * MINUTE,
      escalation: 'Marathon refused 12 offers from Mesos: no agent has 2048 MiB of memory free.',
    },
    afterMs: 12 * MINUTE,
  }),
  reopened: (incident) => ({
    incident: { ...incident, count: 2, reopened: 1, raisedAt: NOW + 6 * MINUTE, happenedAt: NOW + 6 * MINUTE },
    afterMs: 7 * MINUTE,
  }),
  flapping: (incident, one) => ({
    incident: {
      ...incident,
      count: 4,
      reopened: 2,
      flapping: true,
      rings: [0, 3, 6, 9].map((at) => NOW + at * MINUTE),
      latest: latestOf(one),
    },
    afterMs: 10 * MINUTE,
  }),
  resolved: (incident, one) => ({
    incident: {
      ...incident,
      facts: { ...incident.facts, ...one.over },
      overAt: NOW + 130 * SECOND,
      resolvedAt: NOW + 132 * SECOND,
    },
    afterMs: 140 * SECOND,
  }),
};

export async function picture(one: Case, rule: Rule, state: State, rules: readonly Rule[]): Promise<Picture> {
  const { incident, afterMs } = IN_STATE[state](incidentOf(one, rule), one);
  const ports = { ...fakeRaise({}, rules), clock: manualClock(NOW + afterMs) };
  const { state: board } = ports.board;
  board.incidents[incident.fingerprint] = incident;
  if (state === 'acknowledged') board.acks[incident.id] = anAck({}, NOW + MINUTE);
  if (state === 'silenced')
    board.silences[incident.fingerprint] = aSilence({ reason: 'the disk <!here> is being replaced' }, NOW + MINUTE);
  if (state === 'hidden') {
    const parent = rule.hiddenBy?.[0] ?? '';
    board.incidents['parent'] = anIncident({ id: 'A16', rule: parent, fingerprint: parent });
  }
  await show(board, ports);
  const own = ports.messages.said.filter(({ key }) => key.startsWith(`alert:${incident.id}`));
  return {
    title: `${one.title}, ${state}`,
    messages: own.map(({ key, message }) => ({ key, rendered: render(message) })),
  };
}

/** What stands in the thread is hung once for each alert, not again in every state it does not change in. */
export function withoutRepeats(pictures: readonly Picture[]): Picture[] {
  const seen = new Set<string>();
  return pictures.map(({ title, messages }) => {
    const news = messages.filter((message) => {
      const same = `${title.replace(/, \w+$/, '')} ${JSON.stringify(message)}`;
      return !seen.has(same) && seen.add(same);
    });
    return { title, messages: news };
  });
}

const NAMES: Readonly<Record<string, string>> = {
  U0ANA: '@ana',
  U0LEE: '@lee',
  U0BELL: '@bellboard',
  C0CIALERTS: '#ci-alerts',
  S0CIOPS: '@ci-ops',
};

/** As `npm run playground` shows it, a thread below its root. */
export function drawn({ title, messages }: Picture): string {
  let last = 0;
  const look = {
    width: 110,
    color: false,
    timeZone: 'UTC',
    nameOf: (id: string) => NAMES[id] ?? id,
    numberOf: () => {
      last += 1;
      return last;
    },
  };
  const rows = messages.flatMap(({ rendered }, index) => draw(asPosted(rendered, index > 0), look));
  return [`═══ ${title}`, `    text: ${messages[0]?.rendered.text}`, ...rows].join('\n');
}

const asPosted = ({ text, blocks }: Rendered, inThread: boolean): SlackMessage => ({
  ts: `${NOW / 1_000}.0001`,
  channelId: 'C0CIALERTS',
  authorId: 'U0BELL',
  text,
  blocks: blocks as unknown as Wire[],
  attachments: [],
  broadcast: false,
  history: [],
  markedEdited: false,
  files: [],
  deleted: false,
  ...(inThread ? { threadTs: '1.0' } : {}),
});

/** One block a line. */
export function asJson(pictures: readonly Picture[]): string {
  const list = (items: string[], indent: string) =>
    items.length === 0 ? '[]' : `[\n${items.map((item) => `${indent}  ${item}`).join(',\n')}\n${indent}]`;
  const message = ({ key, rendered }: Picture['messages'][number]) =>
    `${JSON.stringify(key)}: ${list(
      rendered.blocks.map((block) => JSON.stringify(block)),
      '    ',
    )}`;
  const all = pictures.map(
    ({ title, messages }) => `${JSON.stringify(title)}: {\n    ${messages.map(message).join(',\n    ')}\n  }`,
  );
  return `{\n  ${all.join(',\n  ')}\n}\n`;
}
