// Plays cases of the table side by side: each lane is a scene of its own, in which one case comes after the other.
import type { Played } from './judge.js';
import { play } from './play.js';
import { type Cast, openScene, type Scene } from './scene.js';
import type { Case } from './table.js';

const CASTS: readonly Cast[] = ['together', 'twins', 'worker apart', 'bot apart'];

export interface LanesOptions {
  seed: number;
  /** How many scenes of each cast there are at most. */
  lanes: Readonly<Record<Cast, number>>;
  played(one: Case, how: Played): void;
}

/** Resolves when all have been played, in an order that nobody may count on. */
export async function playAll(cases: readonly Case[], options: LanesOptions): Promise<void> {
  const lanes = CASTS.flatMap((cast, index) => {
    const left = cases.filter(({ fault }) => fault.cast === cast);
    const count = Math.min(left.length, options.lanes[cast]);
    return Array.from({ length: count }, (_, lane) => run(left, cast, options.seed + 100 * index + lane, options));
  });
  await Promise.all(lanes);
}

async function run(left: Case[], cast: Cast, seed: number, { played }: LanesOptions): Promise<void> {
  let scene: Scene | undefined;
  const open = async () => {
    scene ??= await openScene(cast, seed);
    return scene;
  };
  const shut = async () => {
    await scene?.close().catch(() => {});
    scene = undefined;
  };
  for (let one = left.shift(); one !== undefined; one = left.shift()) {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const how: Played = await open().then(
        (ready) => play(ready, one as Case).catch((error: unknown) => brokenBy(one as Case, error)),
        (error: unknown) => brokenBy(one as Case, error),
      );
      // What went wrong once must not be taken for the fault of the next.
      if (how.faults.length > 0) await shut();
      if (how.broken && attempt < ATTEMPTS) continue;
      played(one, how);
      break;
    }
  }
  await shut();
}

/** A machine that has no time for us gets another chance; Bellboard does not. */
const ATTEMPTS = 3;

const brokenBy = ({ name }: Case, error: unknown): Played => ({
  name,
  acts: 0,
  injected: false,
  doubled: false,
  unanswered: false,
  forgotten: false,
  broken: true,
  faults: [`it could not be played: ${error instanceof Error ? error.message : String(error)}`],
});
