// The Mesos master and the Mesos agents of the cluster benchmark, in a process of their own. Below `/old` is a master that
// knows nothing but its whole state. Answers are packed as a real master packs them, once: what is measured is who reads.
import { createServer } from 'node:http';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createGzip } from 'node:zlib';
import { runningTasks, slavesText, stateText, statisticsText, summaryText, tasksText } from './mesos-text.mjs';

/** Of text that is packed or sent at a time. */
const PIECE = 64 * 1024;
/** Where nobody listens; the agents that are asked have ports of their own. */
const NO_PORT = 9;

const ports = new Map();
const portOf = (index) => ports.get(index) ?? NO_PORT;
const answers = {
  '/slaves': () => slavesText(portOf),
  '/state-summary': () => summaryText(portOf),
  '/tasks': tasksText,
  '/state': () => stateText(portOf),
  '/master/state': () => stateText(portOf),
  '/old/master/state.json': () => stateText(portOf),
};
const packed = new Map();

await Promise.all([...runningTasks()].map(async ([index, tasks]) => ports.set(index, await serveAgent(tasks))));
await pack('state', answers['/state']());
const port = await listen(serveMaster);
process.send?.({ port });

async function serveMaster(request, response) {
  const { pathname, searchParams } = new URL(request.url, 'http://localhost');
  const text = answers[pathname];
  if (text === undefined) return response.writeHead(404).end();
  const headers = { 'content-type': 'application/json' };
  if (!/\bgzip\b/.test(request.headers['accept-encoding'] ?? '')) {
    response.writeHead(200, headers);
    return Readable.from(pieces(text(searchParams))).pipe(response);
  }
  const body = await pack(isState(pathname) ? 'state' : request.url, text(searchParams));
  response.writeHead(200, { ...headers, 'content-encoding': 'gzip', 'content-length': body.length });
  response.end(body);
}

function isState(pathname) {
  return /state(\.json)?$/.test(pathname);
}

/** Text is only made where it was not packed before. */
function pack(name, text) {
  if (!packed.has(name)) packed.set(name, buffer(Readable.from(pieces(text)).pipe(createGzip({ level: 1 }))));
  return packed.get(name);
}

function serveAgent(tasks) {
  return listen((request, response) => {
    const known = request.url === '/monitor/statistics';
    response.writeHead(known ? 200 : 404, { 'content-type': 'application/json' });
    response.end(known ? statisticsText(tasks, Date.now()) : '');
  });
}

async function listen(handle) {
  const server = createServer(handle);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server.address().port;
}

function* pieces(parts) {
  let piece = '';
  for (const part of parts) {
    piece += part;
    if (piece.length < PIECE) continue;
    yield Buffer.from(piece);
    piece = '';
  }
  yield Buffer.from(piece);
}
