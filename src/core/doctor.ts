// What the doctor says, by `/ci doctor` and by `bellboard doctor`: a line for each thing it looked at.

export interface Checked {
  /** Well, to be known, or to be fixed. */
  ok: boolean | 'note';
  about: string;
  /** What was seen and, where it is to be fixed, what to do. */
  text: string;
}

/** Checks reach and rights of every system; changes nothing. */
export type Examine = () => Promise<Checked[]>;

export const good = (about: string, text: string): Checked => ({ ok: true, about, text });
export const bad = (about: string, text: string): Checked => ({ ok: false, about, text });
export const note = (about: string, text: string): Checked => ({ ok: 'note', about, text });

export const toFix = (checked: readonly Checked[]): Checked[] => checked.filter(({ ok }) => ok === false);

export const verdict = (faults: number): string => (faults === 0 ? 'Everything needed is there.' : `${faults} to fix.`);
