// Ways to take a worker away at a chosen moment of a change, seen from the systems it talks to.
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Rig } from './rig.js';

/** A moment, and what the test does there; `strike` is called once and awaited before the system goes on. */
export interface Moment {
  name: string;
  arm(rig: Rig, strike: () => Promise<void>): void;
}

interface Asked {
  method: string;
  path: string;
}

export const isPut = (request: Asked) => request.method === 'PUT' && request.path.startsWith('/v2/apps');
export const isRestart = (request: Asked) => request.method === 'POST' && request.path.endsWith('/restart');

function onlyOnce(strike: () => Promise<void>): () => Promise<void> {
  let struck = false;
  return async () => {
    if (struck) return;
    struck = true;
    await strike();
  };
}

/** At the first edit of the root message whose text matches. */
function whenSaid(pattern: RegExp): Moment['arm'] {
  return (rig, strike) => {
    const hit = onlyOnce(strike);
    rig.slack.onChange(() => {
      if (rig.slack.messages.some((message) => pattern.test(message.text))) void hit();
    });
  };
}

/** @param isWrite the change's one write · @param said what its outcome says */
export const momentsOf = (isWrite: (request: Asked) => boolean, said: RegExp): readonly Moment[] => [
  { name: 'when the click has been confirmed', arm: whenSaid(/confirmed by/) },
  {
    name: 'before Jenkins is told to quiet down',
    arm(rig, strike) {
      const hit = onlyOnce(strike);
      rig.world.servers.jenkins.faults.hooks.before = async (request) => {
        if (request.path.endsWith('/quietDown')) await hit();
      };
    },
  },
  {
    name: 'after Jenkins was told to quiet down',
    arm(rig, strike) {
      const hit = onlyOnce(strike);
      rig.world.servers.jenkins.faults.hooks.after = async (request) => {
        if (request.path.endsWith('/quietDown')) await hit();
      };
    },
  },
  {
    // At a look of its own: what it says of the wait may be coalesced with what it says next.
    name: 'while it waits for builds',
    arm(rig, strike) {
      const hit = onlyOnce(strike);
      let quieted = false;
      rig.world.servers.jenkins.faults.hooks.before = async (request) => {
        if (request.path.endsWith('/quietDown')) quieted = true;
        else if (quieted && request.path.startsWith('/computer/')) await hit();
      };
    },
  },
  {
    name: 'before Marathon applies the write, which is lost',
    arm(rig, strike) {
      let struck = false;
      rig.world.servers.marathon.faults.hooks.before = async (request) => {
        if (!isWrite(request) || struck) return;
        struck = true;
        await strike();
        throw new Error('lost with its client');
      };
    },
  },
  {
    name: 'before Marathon applies the write, which it applies nevertheless',
    arm(rig, strike) {
      const hit = onlyOnce(strike);
      rig.world.servers.marathon.faults.hooks.before = async (request) => {
        if (isWrite(request)) await hit();
      };
    },
  },
  {
    name: 'after Marathon applied the write, unanswered',
    arm(rig, strike) {
      const hit = onlyOnce(strike);
      rig.world.servers.marathon.faults.hooks.after = async (request) => {
        if (isWrite(request)) await hit();
      };
    },
  },
  {
    name: 'after Marathon answered the write',
    arm(rig, strike) {
      const hit = onlyOnce(strike);
      rig.world.servers.marathon.faults.hooks.answered = async (request) => {
        if (isWrite(request)) await hit();
      };
    },
  },
  {
    name: 'while it follows the deployment',
    arm(rig, strike) {
      const hit = onlyOnce(strike);
      const { faults, writes } = rig.world.servers.marathon;
      let looks = 0;
      faults.hooks.before = async (request) => {
        const applied = writes.some((write) => isWrite(write) && write.tookEffect);
        if (!applied || request.method !== 'GET') return;
        looks += 1;
        if (looks === 3) await hit();
      };
    },
  },
  { name: 'when the outcome has been said', arm: whenSaid(said) },
];

/** Of a deploy. */
export const moments = momentsOf(isPut, /Deployed \/jenkins in/);

export async function kill(worker: ChildProcess): Promise<void> {
  if (worker.exitCode !== null || worker.signalCode !== null) return;
  const gone = once(worker, 'exit');
  worker.kill('SIGKILL');
  await gone;
}
