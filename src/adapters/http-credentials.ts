// What one HTTP client logs in with: kept fresh after a 401, and never part of a text that leaves. Called by `http.ts`.
import { type Scrub, scrubber } from './secrets.js';

export interface CredentialSource {
  /** Value of the `Authorization` header: Basic, or DC/OS' `token=…`. */
  header(): string | undefined;
  /** Reads secret files again, after a 401. @returns whether there is something new to try */
  refresh(): boolean;
}

/** For constant credentials and for tests. */
export function basicHeader(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;
}

export interface Keyring extends CredentialSource {
  /** Hides every credential this client has used, those that came after the start included. */
  clean: Scrub;
}

/** Tokens rotate; the last few may still be in texts that are on their way. */
const REMEMBERED = 8;

export function keyring(source: CredentialSource | undefined, scrub: Scrub): Keyring {
  let used: string[] = [];
  let hide = scrubber([]);
  const remember = (header: string | undefined) => {
    if (header === undefined || used.includes(header)) return header;
    used = [...used, header].slice(-REMEMBERED);
    hide = scrubber(used.flatMap(secretsOf));
    return header;
  };
  return {
    header: () => remember(source?.header()),
    refresh: () => source?.refresh() ?? false,
    clean: (text) => hide(scrub(text)),
  };
}

function secretsOf(header: string): string[] {
  const value = header.replace(/^(?:basic |bearer |token=)/i, '');
  if (!/^basic /i.test(header)) return [value];
  const [, password = ''] = /^[^:]*:(.*)$/s.exec(Buffer.from(value, 'base64').toString('utf8')) ?? [];
  return [value, password];
}
