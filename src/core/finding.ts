// What reading a manifest can find, and the three ways to say it; made by the rules of `manifest-lint.ts`.

export interface Finding {
  /** refuse: not deployed · warn: deployed, but it will hurt · hint: works, could be written better */
  level: 'refuse' | 'warn' | 'hint';
  /** What was seen, why it matters, what to write. Backticks enclose what stands in the manifest. */
  text: string;
}

export const refuse = (text: string): Finding => ({ level: 'refuse', text });
export const warn = (text: string): Finding => ({ level: 'warn', text });
export const hint = (text: string): Finding => ({ level: 'hint', text });
