// Puts one request together: URL, headers and body. Called by `http.ts`.
import type { HttpRequest } from './http-types.js';

/** The base's path prefix stays: `https://dcos/service/marathon` + `/v2/info`. */
export function urlOf(base: URL, { path, query = {} }: HttpRequest): URL {
  const url = new URL(base.origin + base.pathname.replace(/(?<!\/)\/+$/, '') + path);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.append(name, String(value));
  }
  return url;
}

export function bodyOf({ json, form }: HttpRequest): string | undefined {
  if (json !== undefined) return JSON.stringify(json);
  return form === undefined ? undefined : new URLSearchParams(form).toString();
}

export function bodyHeaders({ json, form }: HttpRequest): Record<string, string> {
  if (json !== undefined) return { 'Content-Type': 'application/json' };
  if (form !== undefined) return { 'Content-Type': 'application/x-www-form-urlencoded; charset=UTF-8' };
  return {};
}

export function isAnswer({ accept, manualRedirects }: HttpRequest, status: number): boolean {
  if (status >= 200 && status < 300) return true;
  return accept?.includes(status) === true || (manualRedirects === true && status >= 300 && status < 400);
}

/** For a status whose answer brought no text of its own. */
export function statusInWords(status: number): string {
  return WORDS[status] ?? (status >= 500 ? 'failed inside' : 'refused the request');
}

const WORDS: Record<number, string> = {
  401: 'refused the credentials, or wants some',
  403: 'forbids this',
  404: 'knows no such thing',
  405: 'does not take this method',
  409: 'is in conflict with something else that goes on',
  422: 'refused the content',
  429: 'is asked too often',
  500: 'failed inside',
  502: 'is not reached by the proxy in front of it',
  503: 'is not available just now',
  504: 'did not answer the proxy in front of it in time',
};
