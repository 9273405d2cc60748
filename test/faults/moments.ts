// The moments of a change, and how to strike at one of them.
import { type Act, isDisruptive, isFollowed } from './act.js';
import { always, type Fault } from './fault.js';
import type { Cast, Scene } from './scene.js';

/** A moment of a change, as the worker asks Redis. */
export interface Moment {
  name: string;
  pattern: RegExp;
  fits(act: Act): boolean;
}

const STEP = (step: string): RegExp => new RegExp(`"progress":\\{"step":"${step}"`);
const ROOT = String.raw`message:root:[^\r]*\r\n`;

const MOMENTS: readonly Moment[] = [
  ...['posted', 'quieting', 'applying', 'applied', 'following', 'done'].map((step) => ({
    name: `the step ${step} is recorded`,
    pattern: STEP(step),
    fits: step === 'following' ? isFollowed : ['posted', 'applying', 'done'].includes(step) ? always : isDisruptive,
  })),
  { name: 'the plan is kept', pattern: /"madeAt":\d+,"validUntil":/, fits: isDisruptive },
  { name: 'the click is claimed', pattern: /"what":"confirmed"/, fits: isDisruptive },
  { name: 'the confirmed change is queued', pattern: /"kind":"confirmed"/, fits: isDisruptive },
  {
    name: 'the first send to the channel is marked as begun',
    pattern: new RegExp(`${ROOT}\\$7\\r\\nsending\\r\\n\\$1\\r\\n1`),
    fits: always,
  },
  {
    name: 'it is recorded that Slack took the first message',
    pattern: new RegExp(`${ROOT}\\$4\\r\\nsent\\r\\n`),
    fits: always,
  },
  {
    name: 'the outcome is put',
    pattern: new RegExp(`"outcome":\\{"outcome"[\\s\\S]*local rank = tonumber[\\s\\S]*${ROOT}`),
    fits: always,
  },
  {
    name: 'it is recorded that Slack took the outcome',
    pattern: new RegExp(`:audited:[\\s\\S]*${ROOT}\\$4\\r\\nsent\\r\\n`),
    fits: always,
  },
  { name: 'the audit entry is written', pattern: /:audited:/, fits: always },
];

type When = 'before' | 'after' | 'meanwhile';

/** @param strike what happens at that moment */
export function at(moment: Moment, when: When, strike: (scene: Scene) => Promise<void>): Fault['arm'] {
  return (scene) => {
    let struck = false;
    scene.gate.strike({
      pattern: moment.pattern,
      when,
      async act() {
        struck = true;
        await strike(scene);
      },
    });
    return () => struck;
  };
}

/** Something taken away at each of those moments. */
export function blows(
  kind: string,
  cast: Cast,
  whens: readonly When[],
  strike: (scene: Scene) => Promise<void>,
): Fault[] {
  return MOMENTS.flatMap((moment) =>
    whens.map((when) => ({
      name: `${kind} ${when === 'meanwhile' ? 'when' : when} ${moment.name}`,
      kind,
      cast,
      fits: moment.fits,
      arm: at(moment, when, strike),
    })),
  );
}
