// The words Mesos uses when a task ends, by release: `cluster.ts` puts them into status updates, and people (and alert
// rules) read them. Sources: mesos src/launcher/executor.cpp, src/master/master.cpp, src/slave/containerizer/fetcher.cpp.

/** The Mesos that usually ran beneath each Marathon: 0.22 under 0.8–0.11, 1.0 under 1.1–1.3, 1.4 under 1.4–1.5, 1.10 under 1.8–1.11. */
export type MesosGeneration = '0.22' | '1.0' | '1.4' | '1.10';

/** `message`: the agent's own words, for ends this file does not know (the Docker executor's `Container exited with status 137`). */
export type Crash = { signal: string } | { status: number } | { oom: true } | { message: string };

/** The command executor adds 32 MB to every container (mesos src/slave/constants.hpp, DEFAULT_EXECUTOR_MEM). */
export const EXECUTOR_MEM_MIB = 32;
/** ... and 0.1 cpus (DEFAULT_EXECUTOR_CPUS). */
export const EXECUTOR_CPUS = 0.1;

export const exited = (status: number) => `Command exited with status ${status}`;
export const terminated = (signal: string) => `Command terminated with signal ${signal}`;

export function crashMessage(crash: Crash, memMiB: number): string {
  if ('signal' in crash) return terminated(crash.signal);
  if ('status' in crash) return exited(crash.status);
  if ('message' in crash) return crash.message;
  return memoryLimit(memMiB + EXECUTOR_MEM_MIB);
}

function memoryLimit(limitMiB: number): string {
  const rss = limitMiB * 1_048_576 - 4_096;
  return [
    `Memory limit exceeded: Requested: ${limitMiB}MB Maximum Used: ${limitMiB}MB`,
    '',
    'MEMORY STATISTICS: ',
    'cache 4096',
    `rss ${rss}`,
    'rss_huge 0',
    'mapped_file 0',
    'pgpgin 412873',
    'pgpgout 142539',
    '',
  ].join('\n');
}

export function fetchFailed(mesos: MesosGeneration, containerId: string): string {
  if (mesos === '0.22') return 'Abnormal executor termination';
  const where = `Failed to launch container: Failed to fetch all URIs for container '${containerId}'`;
  return mesos === '1.0'
    ? `${where} with exit status: 256; Container destroyed while fetching`
    : `${where}: exited with status 1`;
}

export function agentLost(mesos: MesosGeneration, hostname: string): string {
  return mesos === '0.22' || mesos === '1.0'
    ? `Slave ${hostname} removed: health check timed out`
    : `Agent ${hostname} is unreachable: health check timed out`;
}

export const agentDisconnected = (hostname: string) => `Agent ${hostname} disconnected`;
export const agentBack = (hostname: string) => `Agent ${hostname} re-registered`;

/** What an executor leaves in a fresh sandbox before the task's own output. */
export function executorLines(at: number, agentId: string, taskId: string): { stdout: string; stderr: string } {
  const stamp = glogStamp(at);
  return {
    stderr: [
      `I${stamp}  4122 exec.cpp:164] Version: 1.4.1`,
      `I${stamp}  4130 exec.cpp:237] Executor registered on agent ${agentId}`,
      `I${stamp}  4130 executor.cpp:186] Starting task ${taskId}`,
      '',
    ].join('\n'),
    stdout: '',
  };
}

/** It said so on stdout first, and in its own log later (mesos src/launcher/executor.cpp). */
export function executorSawEnd(
  mesos: MesosGeneration,
  at: number,
  message: string,
): { file: 'stdout' | 'stderr'; text: string } {
  return mesos === '0.22' || mesos === '1.0'
    ? { file: 'stdout', text: `${message} (pid: 4131)\n` }
    : { file: 'stderr', text: `I${glogStamp(at)}  4130 executor.cpp:1041] ${message} (pid: 4131)\n` };
}

/** glog prints month, day and time with microseconds. */
function glogStamp(at: number): string {
  const iso = new Date(at).toISOString();
  return `${iso.slice(5, 7)}${iso.slice(8, 10)} ${iso.slice(11, 23)}000`;
}
