// Machines an operator works on, from the master's two answers about it. Called by `client.ts`.
import { z } from 'zod';
import type { MachineWindow } from '../../core/mesos-maintenance.js';
import { unlessAbsent } from '../absent.js';
import type { HttpClient } from '../http.js';
import { maybe } from '../maybe.js';

const Machine = z.object({ hostname: maybe(z.string()), ip: maybe(z.string()) });
type Machine = z.infer<typeof Machine>;

/** One that is being left is named with how its frameworks answered, one that is down by itself. */
const Listed = z.union([z.object({ id: Machine }).transform(({ id }) => id), Machine]);
const listed = maybe(z.array(Listed));

const Status = z.object({ draining_machines: listed, down_machines: listed });

/** Beyond 2^53, so they are some hundred nanoseconds off as numbers: of no account in milliseconds. */
const Nanoseconds = z.object({ nanoseconds: z.number() }).transform(({ nanoseconds }) => Math.round(nanoseconds / 1e6));

const Schedule = z.object({
  windows: maybe(
    z.array(
      z.object({
        machine_ids: maybe(z.array(Machine)),
        unavailability: maybe(z.object({ start: Nanoseconds, duration: maybe(Nanoseconds) })),
      }),
    ),
  ),
});

const nameOf = ({ hostname, ip }: Machine): string => hostname || ip || 'a machine without a name';

export async function machinesInMaintenance(http: HttpClient): Promise<MachineWindow[]> {
  const ask = <T>(what: string, schema: z.ZodType<T>) =>
    unlessAbsent(async () => (await http.ask({ path: `/maintenance/${what}` }, schema)).value);
  const { down_machines: down = [], draining_machines: left = [] } = (await ask('status', Status)) ?? {};
  if (down.length + left.length === 0) return [];
  const { windows = [] } = (await ask('schedule', Schedule)) ?? {};
  const planned = new Map(
    windows.flatMap(({ machine_ids = [], unavailability }) =>
      machine_ids.map((machine) => [nameOf(machine), unavailability] as const),
    ),
  );
  const windowOf = (state: MachineWindow['state']) => (machine: Machine) => {
    const { start, duration } = planned.get(nameOf(machine)) ?? {};
    const endsAt = start === undefined || duration === undefined ? undefined : start + duration;
    return { hostname: nameOf(machine), state, startsAt: start, endsAt };
  };
  return [...down.map(windowOf('down')), ...left.map(windowOf('planned'))];
}
