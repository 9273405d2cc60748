// Ports of this machine, for tests of what happens when one is taken or when nobody listens there.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server that takes connections and answers nothing until the test gives it something to say. */
export async function listening(): Promise<{ server: Server; port: number }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, port: (server.address() as AddressInfo).port };
}

/** Nobody listens there, unless another program takes it in this moment. */
export async function closedPort(): Promise<number> {
  const { server, port } = await listening();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
