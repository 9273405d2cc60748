// How Slack's answers are read, whole: at most so much of them, whatever stands between us and Slack. Called by `client.ts`.
import type { WebClientOptions } from '@slack/web-api';

type Fetch = NonNullable<WebClientOptions['fetch']>;

/** A page of 100 messages with their blocks has some hundred kB. */
const MOST_BYTES = 4 * 1024 * 1024;

export class AnswerTooLarge extends Error {
  override readonly name = 'AnswerTooLarge';
}

export const boundedFetch: Fetch = async (url, init) => {
  const answer = await fetch(url, init as RequestInit);
  const text = () => textOf(answer);
  return {
    ok: answer.ok,
    status: answer.status,
    statusText: answer.statusText,
    url: answer.url,
    headers: answer.headers,
    text,
    json: async () => JSON.parse(await text()) as unknown,
    arrayBuffer: async () => {
      const { buffer, byteOffset, byteLength } = await bytesOf(answer);
      return buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
    },
  };
};

/** @throws AnswerTooLarge */
export const textOf = async (answer: Response): Promise<string> => (await bytesOf(answer)).toString('utf8');

async function bytesOf(answer: Response): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of (answer.body ?? []) as AsyncIterable<Uint8Array>) {
    size += part.byteLength;
    // Leaving the loop cancels the rest.
    if (size > MOST_BYTES) throw new AnswerTooLarge(`more than ${MOST_BYTES} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}
