// Faults on request, the same for every simulated system: a test or the playground pushes what should go wrong, and the
// next matching requests meet it. Sits between the socket (`http.ts`) and the system's own answers.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../core/time.js';
import { type Answer, type Handler, html, type PlainRequest, plainRequest, send } from './http.js';

/**
 * `apply-…`: the system carries the request out, and the client is not told. `html`: a 200 page as a login gateway
 * sends it. `truncate`: half of the body, then the socket ends. `close`: nothing is applied, the socket ends.
 */
export type FaultHow =
  | 'html'
  | 'truncate'
  | 'close'
  | 'hang'
  | 'redirect-loop'
  | 'apply-then-close'
  | 'apply-then-502'
  | 'apply-then-hang'
  | { slowMs: number }
  | { status: number; body?: string; headers?: Record<string, string> };

export interface Fault {
  match: (request: PlainRequest) => boolean;
  /** How many matching requests meet it; every one when absent. */
  times?: number;
  how: FaultHow;
}

/** Moments a test may hold a request at, for instance to kill the client's process there. */
export interface FaultHooks {
  /** The request has arrived and nothing has been applied. */
  before?: (request: PlainRequest) => void | Promise<void>;
  /** It has been applied and not been answered. */
  after?: (request: PlainRequest, answer: Answer) => void | Promise<void>;
  /** The answer has left. */
  answered?: (request: PlainRequest, answer: Answer) => void | Promise<void>;
}

export type Responder = (request: PlainRequest) => Answer | Promise<Answer>;

export interface Faults {
  /** @returns how to take it back before it was met */
  push(fault: Fault): () => void;
  /** The system is silent from now on: no request is answered, open streams say nothing. @returns how to end it */
  silence(): () => void;
  readonly silent: boolean;
  /** How many requests it has heard and takes its time over. */
  readonly slow: number;
  clear(): void;
  hooks: FaultHooks;
  /** Puts the faults in front of a system's answers; the result goes to `serve`. */
  around(respond: Responder): Handler;
}

export function createFaults(clock: Clock): Faults {
  let pending: { fault: Fault; left: number }[] = [];
  const silences = new Set<symbol>();
  const slow = new Set<PlainRequest>();
  const take = (request: PlainRequest): FaultHow | undefined => {
    const found = pending.find((entry) => entry.fault.match(request));
    if (found === undefined) return undefined;
    found.left -= 1;
    if (found.left <= 0) pending = pending.filter((entry) => entry !== found);
    return found.fault.how;
  };
  const faults: Faults = {
    hooks: {},
    push: (fault) => {
      const entry = { fault, left: fault.times ?? Number.POSITIVE_INFINITY };
      pending.push(entry);
      return () => {
        pending = pending.filter((other) => other !== entry);
      };
    },
    silence: () => {
      const key = Symbol('silence');
      silences.add(key);
      return () => void silences.delete(key);
    },
    get silent() {
      return silences.size > 0;
    },
    get slow() {
      return slow.size;
    },
    clear: () => {
      pending = [];
      silences.clear();
    },
    around: (respond) => async (req, res) => {
      const request = await plainRequest(req);
      if (faults.silent) return;
      await faults.hooks.before?.(request);
      const applied = async () => {
        const answer = await respond(request);
        await faults.hooks.after?.(request, answer);
        return answer;
      };
      const how = take(request);
      if (isSlow(how)) slow.add(request);
      const met = how === undefined ? applied() : suffer(how, { clock, req, res, applied });
      const answer = await met.finally(() => slow.delete(request));
      if (answer === undefined) return;
      send(res, answer);
      await faults.hooks.answered?.(request, answer);
    },
  };
  return faults;
}

const isSlow = (how: FaultHow | undefined): how is { slowMs: number } => typeof how === 'object' && 'slowMs' in how;

interface Exchange {
  clock: Clock;
  req: IncomingMessage;
  res: ServerResponse;
  applied: () => Promise<Answer>;
}

/** @returns what to send, or undefined when the socket has been dealt with */
async function suffer(how: FaultHow, { clock, req, res, applied }: Exchange): Promise<Answer | undefined> {
  if (isSlow(how)) {
    await clock.sleep(how.slowMs);
    return applied();
  }
  if (typeof how === 'object')
    return { status: how.status, headers: { 'content-type': 'text/plain', ...how.headers }, body: how.body ?? '' };
  switch (how) {
    case 'html':
      return { ...html(200, 'Please sign in'), status: 200 };
    case 'redirect-loop':
      return { status: 302, headers: { location: req.url ?? '/' } };
    case 'apply-then-502':
      await applied();
      return html(502, 'Bad Gateway');
    case 'truncate':
      truncate(res, await applied());
      return undefined;
    case 'apply-then-close':
      await applied();
      res.destroy();
      return undefined;
    case 'close':
      res.destroy();
      return undefined;
    case 'apply-then-hang':
      await applied();
      return undefined;
    case 'hang':
      return undefined;
  }
}

function truncate(res: ServerResponse, answer: Answer): void {
  const body = Buffer.from(answer.body ?? '');
  res.writeHead(answer.status, { ...answer.headers, 'content-length': String(Math.max(body.length, 2)) });
  res.write(body.subarray(0, Math.floor(body.length / 2)), () => res.destroy());
}
