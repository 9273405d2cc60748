// A chart as data: what `usage-chart.ts` makes of statistics, what a Message carries through the queue, and what
// `adapters/chart/` draws. Everything a reader sees is in here in words already, so drawing decides nothing.

export interface Chart {
  /** Of the file, without extension: `jenkins-usage-7d`. */
  name: string;
  /** One line above the panels. */
  title: string;
  /** The same story for those who do not see the picture; Slack takes at most 1,000 characters. */
  altText: string;
  /** ms since the epoch. */
  from: number;
  to: number;
  /** IANA zone of the axis. */
  zone: string;
  /** The values of a panel stand for stretches of this length, the first at `from`. */
  bucketMs: number;
  /** From top to bottom. */
  panels: readonly Panel[];
  /** When the controller ended unasked, ms since the epoch. */
  restarts: readonly number[];
}

export interface Panel {
  /** With its unit: `cpus`, `memory, GB`. */
  title: string;
  /** Given by Mesos, drawn as a line; null where it is not known, which is a gap. */
  allocated: readonly (number | null)[];
  /** Really used, drawn as an area. */
  used: readonly (number | null)[];
  /** What the cluster has: drawn as a rule where the scale reaches it, else told in words at the panel's edge. */
  limit: { value: number; words: string } | null;
}

/** Draws a chart as a PNG. */
export type DrawChart = (chart: Chart) => Promise<Uint8Array>;
