// Plays cases of the table side by side: each lane is a scene of its own, in which one case comes after the other.
import { type Played, play } from './play.js';
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
  for (let one = left.shift(); one !== undefined; one = left.shift()) {
    try {
      scene ??= await openScene(cast, seed);
      const how = await play(scene, one);
      played(one, how);
      if (how.faults.length === 0) continue;
    } catch (error) {
      played(one, brokenBy(one, error));
    }
    // What went wrong once must not be taken for the fault of the next.
    await scene?.close().catch(() => {});
    scene = undefined;
  }
  await scene?.close();
}

const brokenBy = ({ name }: Case, error: unknown): Played => ({
  name,
  acts: 0,
  injected: false,
  doubled: false,
  unanswered: false,
  forgotten: false,
  faults: [`it could not be played: ${error instanceof Error ? error.message : String(error)}`],
});
