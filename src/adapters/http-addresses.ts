// Which base URL of a system to ask first: the leader it announced, else the one that answered last. Called by `http.ts`.
import { isConfigured } from './http-redirect.js';

export interface AddressBook {
  /** Configured base URLs without user info, the best bet first. */
  bases(): Promise<URL[]>;
  /** An answer came from there. */
  learn(from: URL, bases: readonly URL[], announced: string | undefined): void;
  /** Nobody, or only a proxy, answered there: whoever answers next may be another process. */
  doubt(): void;
  leader(): string | undefined;
  epoch(): number;
}

export function addressBook(urls: () => Promise<readonly string[]> | readonly string[]): AddressBook {
  let preferred: string | undefined;
  let leader: string | undefined;
  let epoch = 0;
  const prefer = (host: string, bases: readonly URL[]) => {
    preferred = bases.find((base) => base.host === host)?.href ?? preferred;
  };
  return {
    bases: async () => {
      const bases = (await urls()).map(withoutUserInfo);
      return bases.sort((a, b) => Number(b.href === preferred) - Number(a.href === preferred));
    },
    learn: (from, bases, announced) => {
      prefer(from.host, bases);
      const found = announced !== undefined && URL.canParse(announced) ? new URL(announced) : undefined;
      if (found === undefined || !isAddressable(found, bases)) return;
      if (leader !== undefined && leader !== found.origin) epoch += 1;
      leader = found.origin;
      prefer(found.host, bases);
    },
    doubt: () => {
      epoch += 1;
      preferred = undefined;
      leader = undefined;
    },
    leader: () => leader,
    epoch: () => epoch,
  };
}

/** Behind a path (DC/OS) the announced name is one of the inside; it counts only where somebody configured it. */
function isAddressable(leader: URL, bases: readonly URL[]): boolean {
  return isConfigured(leader, bases) || bases.every((base) => base.pathname === '/');
}

function withoutUserInfo(text: string): URL {
  const url = new URL(text);
  url.username = '';
  url.password = '';
  return url;
}
