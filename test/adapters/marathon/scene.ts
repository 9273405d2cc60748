// Our Marathon client in front of a server that answers as a test says.
import { type MarathonClient, type MarathonOptions, marathonClient } from '../../../src/adapters/marathon/client.js';
import { fixture, hastyClock } from '../failing.js';
import { type Handler, json, type LocalServer, localServer } from '../local-server.js';

export async function marathon(
  handler: Handler,
  more: Partial<MarathonOptions> = {},
): Promise<{ client: MarathonClient; server: LocalServer }> {
  const server = await localServer(handler);
  const client = marathonClient({
    urls: [server.url],
    publicUrl: undefined,
    credentials: undefined,
    clock: hastyClock(),
    scrub: (text) => text,
    ...more,
  });
  return { client, server };
}

/** Answers each path with a file of `test/fixtures/marathon`, or with the value itself. */
export function serving(answers: Record<string, string | object>): Handler {
  return ({ url }, response) => {
    const answer = answers[url.split('?', 1)[0] ?? ''];
    if (answer === undefined) json(response, { message: 'does not exist' }, 404);
    else json(response, typeof answer === 'string' ? JSON.parse(fixture(`marathon/${answer}`)) : answer);
  };
}
