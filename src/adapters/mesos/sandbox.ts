// The end of a file in a task's sandbox, read on the agent that keeps it. Called by `client.ts`.
import type { MesosAgent } from '../../core/cluster.js';
import { plainLog } from '../../core/log-tail.js';
import { SECOND } from '../../core/time.js';
import { unlessAbsent } from '../absent.js';
import type { HttpRequest } from '../http.js';
import type { Scrub } from '../secrets.js';
import { wholeText } from '../whole-text.js';
import { agentById, type FarSide, toAgent } from './agents.js';
import { ENOUGH, readList } from './listing.js';
import { Executor, FilePart } from './schema.js';

interface Sandboxed {
  mesosAgentId: string;
  frameworkId: string;
  executorId: string;
  taskId: string;
}

/** All calls together. A person waits for it, or an alert. */
const PATIENCE_MS = 5 * SECOND;
/** An agent gives no more at once, whatever is asked for (contract mesos). */
const MOST_PER_CALL = 65_536;
/** A part of that size in which every byte is escaped as six. */
const LARGEST_ANSWER = 512 * 1024;

/** A file where this agent has it: agents of different ages have it at different addresses. */
interface Place {
  call: '/files/read' | '/files/read.json';
  path: string;
  size: number;
}

export async function sandboxTail(
  far: FarSide,
  task: Sandboxed,
  file: 'stdout' | 'stderr',
  bytes: number,
  scrub: Scrub,
): Promise<string | undefined> {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const agent = await agentById(far.http, task.mesosAgentId, { signal, repeat: false });
  if (agent === undefined) return undefined;
  const desk = deskOf(far, agent, signal);
  const place = await desk.find(task, file);
  if (place === undefined) return undefined;
  // One byte more, which tells whether the first line is whole.
  const from = Math.max(0, place.size - bytes - 1);
  const text = wholeText(await desk.read(place, from), place.size > bytes);
  // Hidden before anybody cuts the text into lines: half a secret would no longer be known as one.
  return scrub(plainLog(text));
}

function deskOf(far: FarSide, agent: MesosAgent, signal: AbortSignal) {
  const ask = (request: HttpRequest) => toAgent(far, agent, { ...request, signal });

  /** `undefined`: no such file, or no such call. */
  const part = (call: Place['call'], path: string, offset: number, length?: number) =>
    unlessAbsent(() => readPart(far, ask({ path: call, query: { path, offset, length } })));

  const sizeAt = async (call: Place['call'], path: string): Promise<Place | undefined> => {
    const told = await part(call, path, -1);
    return told === undefined ? undefined : { call, path, size: told.offset };
  };

  return {
    async find(task: Sandboxed, file: string): Promise<Place | undefined> {
      const executorId = task.executorId || task.taskId;
      const sandbox = `/frameworks/${task.frameworkId}/executors/${executorId}/runs/latest`;
      const place = await sizeAt('/files/read', `${sandbox}/${file}`);
      if (place !== undefined) return place;
      // Before agents knew that address they had to be asked for the directory.
      const directory = await directoryOf(far, ask, task.frameworkId, executorId);
      if (directory === undefined) return undefined;
      const path = `${directory}/${file}`;
      return (await sizeAt('/files/read', path)) ?? (await sizeAt('/files/read.json', path));
    },

    async read({ call, path, size }: Place, from: number): Promise<Buffer> {
      const parts: Buffer[] = [];
      for (let offset = from; offset < size; ) {
        const told = await part(call, path, offset, Math.min(MOST_PER_CALL, size - offset));
        // It was cut or cleared away since.
        if (told === undefined || told.data.length === 0) break;
        parts.push(told.data);
        offset += told.data.length;
      }
      return Buffer.concat(parts);
    },
  };
}

/**
 * Offsets count bytes, and a part may begin or end inside a character, which is no UTF-8 then: so the answer is read
 * byte by byte as latin1, and its text turned back into the bytes it was.
 */
async function readPart({ http }: FarSide, request: HttpRequest): Promise<{ data: Buffer; offset: number }> {
  const { chunks, status } = await http.stream(request);
  const parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > LARGEST_ANSWER) throw http.refuse(request, status, 'answered more than was asked for');
    parts.push(chunk);
  }
  try {
    const { data, offset } = FilePart.parse(JSON.parse(Buffer.concat(parts).toString('latin1')));
    return { data: Buffer.from(data, 'latin1'), offset };
  } catch {
    // What JSON.parse complains of would quote the file.
    throw http.refuse(request, status, 'answered something else than a part of a file');
  }
}

async function directoryOf(
  far: FarSide,
  ask: (request: HttpRequest) => HttpRequest,
  frameworkId: string,
  executorId: string,
): Promise<string | undefined> {
  const lists = ['executors', 'completed_executors'];
  const cuts = { each: ['frameworks', 'completed_frameworks'].flatMap((of) => lists.map((list) => `${of}.${list}`)) };
  const calls = ['/state', '/state.json'].map((path) => ({ ...ask({ path }), cuts }));
  let directory: string | undefined;
  await readList(far.http, calls, (entry) => {
    const executor = Executor.parse(entry);
    if (executor.id !== executorId || !executor.directory.includes(`/frameworks/${frameworkId}/`)) return undefined;
    directory = executor.directory;
    return ENOUGH;
  });
  return directory;
}
