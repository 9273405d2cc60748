// Shows one rule the world look by look, as the alert journey does, with everything that crosses Redis as JSON.
import { type AlertPorts, type AlertWords, isPolled, type Rule } from '../../src/core/alert.js';
import type { BoardState } from '../../src/core/board.js';
import { apply, type Detection, detectPolled, detectSighting, sightingOf, type What } from '../../src/core/decide.js';
import type { Incident } from '../../src/core/incident.js';
import type { Signal } from '../../src/core/signal.js';
import { MINUTE } from '../../src/core/time.js';
import { NOW } from './ci-service.js';
import { type FakeCalls, fakePorts } from './fakes.js';

const asJson = <T>(value: T): T => JSON.parse(JSON.stringify(value));

const EMPTY: BoardState = {
  watch: undefined,
  memories: {},
  incidents: {},
  shown: {},
  acks: {},
  silences: {},
  number: 0,
};

export const alertPorts = (calls: FakeCalls = {}, slackSilentSince?: number): AlertPorts => ({
  ...fakePorts(calls),
  slackSilentSince: async () => slackSilentSince,
  remembered: async () => undefined,
});

export interface Shown {
  /** The latest incident, or that of a fingerprint. */
  incident(fingerprint?: string): Incident;
  words(fingerprint?: string): AlertWords;
  /** The same in Slack's markup, one line a field. */
  said(fingerprint?: string): Record<string, unknown>;
}

function boardFor(rule: Rule) {
  let board = EMPTY;
  let now = NOW;
  const ledger = new Set<string>();
  const incident = (fingerprint?: string): Incident => {
    const found = fingerprint === undefined ? Object.values(board.incidents).at(-1) : board.incidents[fingerprint];
    if (found === undefined) throw new Error('nothing has rung');
    return found;
  };
  const words = (fingerprint?: string) => rule.view(incident(fingerprint), now);
  const shown: Shown = { incident, words, said: (fingerprint) => inMarkup(words(fingerprint)) };
  return {
    shown,
    board: () => board,
    settled: (identity: string) => ledger.has(identity),
    /** @returns what is news: `rang`, `updated`, `over`, or nothing */
    take(atMin: number, detect: (board: BoardState, now: number) => Detection): string[] {
      now = NOW + atMin * MINUTE;
      const before = board.incidents;
      const decision = apply(board, detect(board, now), ledger, now);
      for (const row of decision.change.ledger) ledger.add(row.identity);
      board = { ...decision.board, ...asJson({ watch: decision.board.watch, memories: decision.board.memories }) };
      return decision.change.incidents.map((after) => changeOf(before[after.fingerprint], after));
    },
  };
}

function changeOf(before: Incident | undefined, after: Incident): string {
  const rang = after.count > (before?.count ?? 0);
  const over = after.resolvedAt !== undefined && before?.resolvedAt !== after.resolvedAt;
  return [...(rang ? ['rang'] : []), ...(over ? ['over'] : [])].join(' and ') || 'updated';
}

export interface Polled extends Shown {
  /** Asks the fakes and detects. */
  look(atMin: number, calls?: FakeCalls, slackSilentSince?: number): Promise<string[]>;
}

export function polled(rule: Rule): Polled {
  if (!isPolled(rule)) throw new Error(`${rule.name} is not polled`);
  const { shown, board, take } = boardFor(rule);
  return {
    ...shown,
    async look(atMin, calls, slackSilentSince) {
      const facts = asJson(await rule.gather(alertPorts(calls, slackSilentSince), board().memories[rule.name]));
      return take(atMin, (known, now) => detectPolled(known, rule, facts, now));
    },
  };
}

export interface Watched extends Shown {
  see(atMin: number, what: What): string[];
  /** What the rule said to the last of it. */
  signals(): Signal[];
}

export function watched(rule: Rule): Watched {
  const { shown, take, settled } = boardFor(rule);
  let last: Detection['signals'] = [];
  const see = (atMin: number, what: What) =>
    take(atMin, (board, now) => {
      const detection = detectSighting(board, [rule], { ...sightingOf(board, '/jenkins', what), settled }, now);
      last = detection.signals;
      return detection;
    });
  return { ...shown, see, signals: () => last.map(({ signal }) => signal) };
}

function inMarkup({ headline, over, fields, notes, remedy }: AlertWords): Record<string, unknown> {
  return {
    headline: headline.mrkdwn,
    over: over.mrkdwn,
    fields: fields.map(({ label, value }) => `${label}: ${value.mrkdwn}`),
    ...(notes === undefined ? {} : { notes: notes.map((note) => note.mrkdwn) }),
    ...(remedy === undefined ? {} : { remedy }),
  };
}
