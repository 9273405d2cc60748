// Where a redirect may lead. Mesos sends readers of a stand-by master to the leader (307, scheme-less Location), Marathon
// 1.7+ does so for its event stream (302); a gateway may send people to a login page. `http.ts` asks here before it follows.

/** Stand-by → leader is one hop, a load balancer in front may add one; more is a loop (contract mesos). */
export const MOST_REDIRECTS = 3;

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

export function isRedirect(status: number): boolean {
  return REDIRECTS.has(status);
}

export interface Hop {
  from: URL;
  location: string | undefined;
  write: boolean;
  /** Base URLs the operator configured. */
  bases: readonly URL[];
}

/** @returns where to go on, or in words why not */
export function follow({ from, location, write, bases }: Hop): { to: URL } | { refused: string } {
  const to = location === undefined ? undefined : resolve(location, from);
  if (to === undefined) return { refused: 'redirects without saying where to' };
  if (from.protocol === 'https:' && to.protocol === 'http:') {
    return { refused: `redirects from https to plain http (${to.host}), which is not followed` };
  }
  if (isConfigured(to, bases)) return { to };
  // Behind a path (DC/OS `/service/marathon`) the public entry already reaches the leader; inside names are not for us.
  if (bases.some((base) => base.pathname !== '/'))
    return { refused: `redirects to ${to.host}, which is not configured` };
  // A definition's environment may hold passwords, so only reads go where nobody told us to go.
  if (write) return { refused: `redirects a write to ${to.host}, which is not configured` };
  return { to };
}

/** Same host and port as a configured base URL: only there credentials are sent. */
export function isConfigured(url: URL, bases: readonly URL[]): boolean {
  return bases.some((base) => base.host === url.host);
}

function resolve(location: string, from: URL): URL | undefined {
  if (!URL.canParse(location, from.href)) return undefined;
  const to = new URL(location, from);
  to.username = '';
  to.password = '';
  return to.protocol === 'http:' || to.protocol === 'https:' ? to : undefined;
}
