// What one thing is that goes wrong.
import type { Faults } from '../../src/playground/servers/faults.js';
import type { Act } from './act.js';
import type { Cast, Scene } from './scene.js';

/** One thing that goes wrong. */
export interface Fault {
  name: string;
  /** Which of them are alike, for a subset that has something of each. */
  kind: string;
  cast: Cast;
  fits(act: Act): boolean;
  /** Slack's copies of what was typed or pressed. */
  deliveries?: number;
  /** Presses by a hand that trembles. */
  clicks?: number;
  /** Nothing of it is a reason not to do it. */
  harmless?: boolean;
  /** Waits for calls that end after 10 s or more of real time. */
  isSlow?: boolean;
  /** Redis may have forgotten what it had taken: what may be lost then is said in `judge.ts`. */
  forgetful?: boolean;
  /** @returns whether it has happened */
  arm(scene: Scene, act: Act): () => boolean;
}

export const always = () => true;

export const faultsOf = ({ rig }: Scene, { system }: Act): Faults => {
  const { marathon, jenkins } = rig.world.servers;
  return system === 'Jenkins' ? jenkins.faults : marathon.faults;
};
