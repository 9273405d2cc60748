// The two tables of the promise "exactly once": what people can have done, and what can go wrong meanwhile. A command is
// one entry of `ACTS`; every fault that fits it is tried on it.
import { commands } from '../../src/commands/index.js';
import { type Act, nameOf } from './act.js';
import { JENKINS_ACTS } from './acts-jenkins.js';
import { MARATHON_ACTS } from './acts-marathon.js';
import { OWN_ACTS } from './acts-own.js';
import type { Fault } from './fault.js';
import { LEADER, SLACK, SYSTEMS } from './faults-outside.js';
import { FALLS, HARMLESS } from './faults-own.js';

const ACTS: readonly Act[] = [...MARATHON_ACTS, ...JENKINS_ACTS, ...OWN_ACTS];
const FAULTS: readonly Fault[] = [...HARMLESS, ...FALLS, ...SLACK, ...SYSTEMS, ...LEADER];

export interface Case {
  act: Act;
  fault: Fault;
  name: string;
}

export const CASES: readonly Case[] = ACTS.flatMap((act) =>
  FAULTS.filter((fault) => fault.fits(act)).map((fault) => ({ act, fault, name: `${nameOf(act)}: ${fault.name}` })),
);

/** Changing commands nobody has entered above. */
export const missing = (): string[] =>
  commands
    .filter(({ effect }) => effect !== 'read')
    .map(({ name }) => name)
    .filter((name) => ACTS.every(({ command }) => command !== name));
