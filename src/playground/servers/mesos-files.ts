// `/files/*` of a simulated Mesos agent: browse, read and download sandboxes, by real and by virtual path, with the
// limits and refusals recorded from a real agent. `mesos-agent.ts` routes here.
import type { Cluster } from '../world/cluster.js';
import type { ClusterAgent, ClusterTask } from '../world/cluster-parts.js';
import { type Answer, json, text } from './http.js';
import { seconds } from './mesos-views.js';

const WORK_DIR = '/var/lib/mesos';
/** One read gives this much, whatever is asked for (16 pages; mesos src/files/files.cpp). */
const MOST_PER_READ = 65_536;

export const sandboxPath = (agent: ClusterAgent, task: ClusterTask) =>
  `${WORK_DIR}/slaves/${agent.id}/frameworks/${task.frameworkId}/executors/${task.id}/runs/${task.containerId}`;

type Sandbox = { task: ClusterTask; directory: string; file: string | undefined };

export function filesRoute(cluster: Cluster, agent: ClusterAgent, action: string, query: URLSearchParams): Answer {
  const path = query.get('path');
  if (path === null || path === '') return text(400, "Expecting 'path=value' in query.\n");
  const found = find(cluster, agent, path);
  if (path.includes('/..')) return text(400, `'${path}' is inaccessible.\n`);
  if (action === '/files/browse') return found === undefined ? text(404, '') : browse(cluster, found);
  if (action === '/files/read') return found === undefined ? text(404, '') : read(found, query);
  if (action === '/files/download') return found === undefined ? text(404, '404 Not Found.') : download(found);
  return text(404, '404 Not Found.');
}

/** `/var/lib/mesos/slaves/S/frameworks/F/executors/E/runs/R[/file]`, or the virtual path from `/frameworks` with R `latest`. */
const SANDBOX =
  /^((?:\/var\/lib\/mesos\/slaves\/([^/]+))?\/frameworks\/([^/]+)\/executors\/([^/]+)\/runs\/([^/]+))(?:\/([^/]*))?$/;

function find(cluster: Cluster, agent: ClusterAgent, path: string): Sandbox | undefined {
  const [, directory = '', agentId, frameworkId, executorId, run, file] = SANDBOX.exec(path) ?? [];
  if (agentId !== undefined && agentId !== agent.id) return undefined;
  // The virtual path is younger than the others here; before it, a client asks the agent's state for the directory.
  if (agentId === undefined && cluster.mesos !== '1.10') return undefined;
  const task = cluster.tasksOn(agent).find((one) => one.frameworkId === frameworkId && one.id === executorId);
  if (task === undefined || (run !== 'latest' && run !== task.containerId)) return undefined;
  return { task, directory, file: file === '' ? undefined : file };
}

function contentOf({ task, file }: Sandbox): Buffer | undefined {
  return file === 'stdout' || file === 'stderr' ? Buffer.from(task.sandbox[file]) : undefined;
}

function browse(cluster: Cluster, sandbox: Sandbox): Answer {
  if (sandbox.file !== undefined) return contentOf(sandbox) === undefined ? text(404, '') : json(200, []);
  const entry = (name: 'stdout' | 'stderr') => ({
    gid: 'root',
    mode: '-rw-r--r--',
    mtime: Math.floor(seconds(cluster.clock.now())),
    nlink: 1,
    path: `${sandbox.directory}/${name}`,
    size: Buffer.byteLength(sandbox.task.sandbox[name]),
    uid: 'root',
  });
  return json(200, [entry('stderr'), entry('stdout')]);
}

function read(sandbox: Sandbox, query: URLSearchParams): Answer {
  if (sandbox.file === undefined) return text(400, 'Cannot read a directory.\n');
  const content = contentOf(sandbox);
  if (content === undefined) return text(404, '');
  const offset = query.get('offset') ?? '-1';
  const length = query.get('length') ?? '-1';
  if (!/^-?\d+$/.test(offset)) return text(400, `Failed to parse offset: Failed to convert '${offset}' to number.\n`);
  if (!/^-?\d+$/.test(length)) return text(400, `Failed to parse length: Failed to convert '${length}' to number.\n`);
  if (Number(offset) < -1) return text(400, `Negative offset provided: ${offset}.\n`);
  if (Number(length) < -1) return text(400, `Negative length provided: ${length}.\n`);
  // Without an offset, or with -1, only the size is told.
  if (Number(offset) === -1) return json(200, { data: '', offset: content.length });
  const wanted = length === '-1' ? MOST_PER_READ : Math.min(Number(length), MOST_PER_READ);
  const data = content.subarray(Number(offset), Number(offset) + wanted);
  return rawRead(data, Number(offset));
}

/** A cut inside a character is sent as it is: the bytes are not repaired, so the JSON text may be invalid UTF-8. */
function rawRead(data: Buffer, offset: number): Answer {
  const quoted = JSON.stringify(data.toString('latin1'));
  const body = Buffer.concat([
    Buffer.from('{"data":'),
    Buffer.from(quoted, 'latin1'),
    Buffer.from(`,"offset":${offset}}`),
  ]);
  return { status: 200, headers: { 'content-type': 'application/json' }, body };
}

function download(sandbox: Sandbox): Answer {
  const content = contentOf(sandbox);
  if (content === undefined) return text(404, '404 Not Found.');
  const headers = {
    'content-type': 'application/octet-stream',
    'content-disposition': `attachment; filename=${sandbox.file}`,
  };
  return { status: 200, headers, body: content };
}
