// What differs between the generations of Marathon that are simulated; everything in this folder asks here instead of
// comparing versions itself (contract: marathon §1, §7, §8).
import type { MesosGeneration } from '../cluster-messages.js';
import type { MarathonGeneration } from '../types.js';

const ORDER: readonly MarathonGeneration[] = ['0.8', '0.11', '1.3', '1.5', '1.11'];

export const atLeast = (generation: MarathonGeneration, wanted: MarathonGeneration) =>
  ORDER.indexOf(generation) >= ORDER.indexOf(wanted);

/** What `GET /v2/info` says. 1.11 never had a tag in the source history, so its builds call themselves snapshots. */
export const VERSIONS: Record<MarathonGeneration, string> = {
  '0.8': '0.8.2',
  '0.11': '0.11.1',
  '1.3': '1.3.14',
  '1.5': '1.5.15',
  '1.11': '1.11.24-SNAPSHOT',
};

/** The Mesos each was usually run on. */
export const MESOS_BENEATH: Record<MarathonGeneration, MesosGeneration> = {
  '0.8': '0.22',
  '0.11': '0.22',
  '1.3': '1.0',
  '1.5': '1.4',
  '1.11': '1.10',
};

export type Condition =
  | 'Scheduled'
  | 'Provisioned'
  | 'Created'
  | 'Starting'
  | 'Running'
  | 'Failed'
  | 'Finished'
  | 'Killed'
  | 'Unreachable'
  | 'UnreachableInactive';

/** Ids of one life. Until 1.7 every life is a new instance; from 1.8 an instance is relaunched and counts its lives. */
export function namesOf(generation: MarathonGeneration, appId: string, uuid: string, life: number) {
  const safe = appId.slice(1).replaceAll('/', '_');
  if (generation === '1.11') {
    const instanceId = `${safe}.instance-${uuid}`;
    return { instanceId, taskId: `${instanceId}._app.${life}` };
  }
  return { instanceId: `${safe}.marathon-${uuid}`, taskId: `${safe}.${uuid}` };
}

/** 100 ns ticks between the start of the Gregorian calendar and 1970, in ms (RFC 4122 §4.1.4). */
const GREGORIAN_MS = 12_219_292_800_000;

/** A time-based id like Marathon's; `serial` keeps ids of one millisecond apart. */
export function timeUuid(at: number, serial: number): string {
  const ticks = ((BigInt(Math.floor(at)) + BigInt(GREGORIAN_MS)) * 10_000n + BigInt(serial % 10_000))
    .toString(16)
    .padStart(15, '0');
  return `${ticks.slice(7)}-${ticks.slice(3, 7)}-1${ticks.slice(0, 3)}-94e1-be5b2935a987`;
}
