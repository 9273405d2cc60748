// Says in plain words why no usable answer came, and what that means for a repeat. Called by `http.ts`; the only place
// that looks into errors of axios and sockets, which carry headers and passwords and therefore end here.
import { UnusableBody } from './http-body.js';
import { CONNECT_TIMEOUT } from './http-wire.js';

export interface Silence {
  seen: string;
  /** When an answer came, but not one to be used. */
  status?: number | undefined;
  /** A repeated read may succeed. */
  retryable: boolean;
  /** The client may repeat a read by itself: nobody has waited long. */
  again: boolean;
  mayHaveArrived: boolean;
  /** The socket's own words, for the log; still to be scrubbed. */
  because?: string | undefined;
}

const NOT_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', CONNECT_TIMEOUT]);

const WORDS: Record<string, string> = {
  ECONNREFUSED: 'refused the connection',
  ENOTFOUND: 'has a host name nobody knows',
  EAI_AGAIN: 'has a host name that could not be looked up just now',
  EHOSTUNREACH: 'cannot be reached over the network',
  ENETUNREACH: 'cannot be reached over the network',
  ECONNRESET: 'closed the connection before it had answered',
  EPIPE: 'closed the connection before it had answered',
  ETIMEDOUT: 'went silent on an open connection',
};

/** @param host who was asked, with port; shown to people */
export function silence(error: unknown, host: string, waited: Waited): Silence {
  return { ...judge(error, host, waited), because: error instanceof Error ? error.message : undefined };
}

export interface Waited {
  connectMs: number;
  readMs: number;
}

function judge(error: unknown, host: string, waited: Waited): Silence {
  if (error instanceof UnusableBody) {
    return { seen: error.message, retryable: false, again: false, mayHaveArrived: true };
  }
  const code = codeOf(error);
  if (code === 'ERR_CANCELED' || code === 'ABORT_ERR') return tooLate(waited.readMs);
  if (code === CONNECT_TIMEOUT) return notSent(`did not accept a connection within ${seconds(waited.connectMs)}`, host);
  if (NOT_SENT.has(code) || isConnectCall(error)) return notSent(WORDS[code] ?? 'could not be connected to', host);
  if (isCertificateFault(code))
    return { ...notSent(`showed a certificate that is not trusted (${code})`, host), ...NEVER };
  if (code === 'EPROTO')
    return { ...notSent('does not speak TLS there: http:// instead of https://?', host), ...NEVER };
  if (code.startsWith('HPE_')) return { ...lost('answered something that is not HTTP', host), ...NEVER };
  if (code.startsWith('Z_')) return lost('sent an answer that breaks off or is not what it says (gzip)', host);
  return lost(WORDS[code] ?? `broke off (${code || 'no reason given'})`, host);
}

/** For a body that ends early or is no use; the status had already come. */
export function cutShort(error: unknown, host: string, waited: Waited, status: number): Silence {
  const code = codeOf(error);
  if (error instanceof UnusableBody) return { ...silence(error, host, waited), status };
  if (code === 'ERR_CANCELED' || code === 'ABORT_ERR') return silence(error, host, waited);
  return lost('closed the connection in the middle of its answer', host);
}

const NEVER = { retryable: false, again: false };

function notSent(what: string, host: string): Silence {
  return { seen: `${host} ${what}`, retryable: true, again: true, mayHaveArrived: false };
}

function lost(what: string, host: string): Silence {
  return { seen: `${host} ${what}`, retryable: true, again: true, mayHaveArrived: true };
}

/** A person has waited long enough by then: the caller may ask again, the client does not by itself. */
function tooLate(readMs: number): Silence {
  return { seen: `did not answer within ${seconds(readMs)}`, retryable: true, again: false, mayHaveArrived: true };
}

export function seconds(ms: number): string {
  return `${ms / 1000} s`;
}

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  if ('code' in error && typeof error.code === 'string' && error.code !== 'ERR_NETWORK') return error.code;
  if ('name' in error && error.name === 'AbortError') return 'ABORT_ERR';
  return 'cause' in error ? codeOf(error.cause) : '';
}

/** A kernel that gives up connecting (`connect ETIMEDOUT`) had nothing to send yet. */
function isConnectCall(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  if ('syscall' in error && error.syscall === 'connect') return true;
  return 'cause' in error && isConnectCall(error.cause);
}

function isCertificateFault(code: string): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/.test(code);
}
