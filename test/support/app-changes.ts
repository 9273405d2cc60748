// Disruptive commands of the controller's app over plain records: typed, planned, written, read back.
import { catalogueOf } from '../../src/commands/index.js';
import type { App, JsonObject, Marathon } from '../../src/core/cluster.js';
import type { Command, DisruptCommand } from '../../src/core/command.js';
import { UserError } from '../../src/core/errors.js';
import { parse } from '../../src/core/parse.js';
import { anApp } from './ci-service.js';
import { asked, type FakeCalls, fakePorts } from './fakes.js';

export interface Driven {
  command: DisruptCommand;
  /** What is typed, as its schema understands it. */
  typed(text: string): unknown;
  /** @param text as typed; the command's bare name unless said */
  plan<Plan extends JsonObject>(calls?: FakeCalls, text?: string): Promise<Plan>;
}

export function driven(command: Command): Driven {
  if (command.effect !== 'disrupt') throw new Error(`${command.name} is not disruptive`);
  const typed = (text: string) => parse(text, catalogueOf([command])).args;
  return {
    command,
    typed,
    async plan<Plan extends JsonObject>(calls: FakeCalls = {}, text: string = command.name) {
      return (await command.plan(typed(text), fakePorts(calls), asked({ text }))) as Plan;
    },
  };
}

/** What is said, and the hint, when it is refused. */
export async function refusalOf(work: Promise<unknown>): Promise<[string, string | undefined]> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof UserError)) throw new Error(`not refused: ${String(error)}`);
  return [error.message, error.hint];
}

/** A version made after that of `anApp`. */
export const NEWER = '2015-05-28T09:59:00.000Z';
/** A version made after that. */
export const NEWEST = '2015-05-28T09:59:30.000Z';

/** What Marathon keeps: version → fields of its definition. */
export const versionsOf = (kept: Record<string, JsonObject>): Pick<Marathon, 'versions' | 'appVersion'> => ({
  versions: async () => Object.keys(kept).sort().reverse(),
  appVersion: async (_id, version) => {
    const fields = kept[version];
    return fields === undefined ? undefined : appWith(fields).definition;
  },
});

/** `anApp` with these fields of its definition. */
export const appWith = (fields: JsonObject, patch: Partial<App> = {}): App =>
  anApp({ ...patch, definition: { ...anApp().definition, ...fields } });
