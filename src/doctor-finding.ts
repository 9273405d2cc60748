// What `doctor` says: one line each, whether it is well, to be known, or to be fixed. Made by its checks.

export interface Finding {
  ok: boolean | 'note';
  about: string;
  text: string;
}

export const good = (about: string, text: string): Finding => ({ ok: true, about, text });
export const bad = (about: string, text: string): Finding => ({ ok: false, about, text });
export const note = (about: string, text: string): Finding => ({ ok: 'note', about, text });
