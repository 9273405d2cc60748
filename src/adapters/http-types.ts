// What callers of `http.ts` ask and get: the adapters of Marathon, Mesos and Jenkins, and Marathon's event stream.
import type { z } from 'zod';
import type { System, UpstreamError } from '../core/errors.js';
import type { Clock } from '../core/time.js';
import type { CredentialSource } from './http-credentials.js';
import type { Scrub } from './secrets.js';

export interface HttpRequest {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** A POST that only asks: as free to be repeated and redirected as a GET. */
  onlyAsks?: boolean;
  /** Below the base URL, begins with `/`. */
  path: string;
  query?: Record<string, string | number | boolean | undefined>;
  headers?: Record<string, string>;
  /** Body as JSON … */
  json?: unknown;
  /** … or as a form. */
  form?: Record<string, string>;
  /** A base URL outside the configured ones that a configured system named, such as a Mesos agent. */
  at?: string;
  /** Without credentials. */
  anonymous?: boolean;
  /** From the request to the end of the answer; of a stream to its first byte, and between two bytes. */
  timeoutMs?: number;
  maxBytes?: number;
  /** Statuses beside 2xx that are an answer and no failure. */
  accept?: readonly number[];
  /** 3xx are answers; default is to follow where that is safe. */
  manualRedirects?: boolean;
  /** False: a failed GET is not repeated, for callers that look again anyway. */
  repeat?: boolean;
  signal?: AbortSignal;
}

export interface HttpAnswer {
  status: number;
  /** Lower-case names. */
  headers: Record<string, string>;
  text: string;
}

export interface HttpStream {
  status: number;
  headers: Record<string, string>;
  /** Ends, or throws UpstreamError when it breaks off, falls silent or is given up. */
  chunks: AsyncIterable<Buffer>;
}

/** What a client reads out of an error answer. */
export interface Explanation {
  seen: string;
  /** A 5xx that says of itself that the request was not looked at. */
  notDone?: boolean;
  deploymentIds?: readonly string[];
}

export interface HttpOptions {
  system: System;
  /** Base URLs; a path prefix is kept. Asked before every request, for they may be learned. */
  urls: () => Promise<readonly string[]> | readonly string[];
  /** Said when `urls` is empty. */
  noAddress?: string;
  credentials?: CredentialSource | undefined;
  clock: Clock;
  scrub: Scrub;
  onResponse?: ((response: { system: System; status: number | undefined }) => void) | undefined;
  /** A status that is no answer, in this system's words. */
  explain?: (answer: HttpAnswer) => Explanation | undefined;
  /** Repairs JSON text before it is parsed. */
  mend?: (text: string) => string;
  headers?: Record<string, string>;
  /** Name of an answer header that carries the leader's base URL. */
  leaderHeader?: string;
  timeouts?: { connectMs?: number; readMs?: number } | undefined;
  /** Pauses before a read is repeated; their number is the number of repeats. */
  retryDelaysMs?: readonly number[] | undefined;
  maxBytes?: number;
}

export interface HttpClient {
  /** @throws UpstreamError */
  send(request: HttpRequest): Promise<HttpAnswer>;
  /** Parses an answer of `send`. @throws UpstreamError */
  read<T>(request: HttpRequest, answer: HttpAnswer, schema: z.ZodType<T>): { value: T; raw: unknown };
  /** Sends and parses. `raw` is the body before the schema took its part. @throws UpstreamError */
  ask<T>(request: HttpRequest, schema: z.ZodType<T>): Promise<{ value: T; raw: unknown; answer: HttpAnswer }>;
  /** For bodies too long to hold, or without end. @throws UpstreamError */
  stream(request: HttpRequest): Promise<HttpStream>;
  /** For an answer whose status was fine and whose content was not. */
  refuse(request: HttpRequest, status: number | undefined, seen: string, cause?: unknown): UpstreamError;
  /** Base URL of the leader as last announced, when it may be addressed directly. */
  leader(): string | undefined;
  /** Rises whenever another process may answer than before: a lost connection, 502–504, another leader. */
  epoch(): number;
  close(): void;
}
