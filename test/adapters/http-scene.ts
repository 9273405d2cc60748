// An HTTP client under test, and a server that gives every request the same status.
import { type HttpClient, type HttpOptions, httpClient } from '../../src/adapters/http.js';
import { hastyClock } from './failing.js';
import { type Handler, json } from './local-server.js';

export const clock = hastyClock();

export function client(urls: string[], more: Partial<HttpOptions> = {}): HttpClient {
  return httpClient({ system: 'Marathon', urls: () => urls, clock, scrub: (text) => text, ...more });
}

export const answering =
  (status: number): Handler =>
  (_asked, response) =>
    json(response, { message: 'as told' }, status);
