// Our Jenkins client in front of a server that answers as a test says, below the path prefix `/ci`.
import { type JenkinsClient, type JenkinsOptions, jenkinsClient } from '../../../src/adapters/jenkins/client.js';
import { hastyClock } from '../failing.js';
import { type Handler, type LocalServer, localServer } from '../local-server.js';
import { answer } from './example.js';

export const credentials = { header: () => 'Basic Y2hhdGJvdDoxMWFiYzIyZGVm', refresh: () => false };

export async function jenkins(
  handler: Handler,
  more: Partial<JenkinsOptions> = {},
): Promise<{ client: JenkinsClient; server: LocalServer }> {
  const server = await localServer(handler);
  const client = jenkinsClient({
    baseUrl: async () => `${server.url}/ci`,
    publicUrl: undefined,
    credentials,
    clock: hastyClock(),
    scrub: (text) => text,
    ...more,
  });
  return { server, client };
}

export const example =
  (name: string): Handler =>
  (_asked, response) =>
    answer(response, name);
