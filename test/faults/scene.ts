// Where the cases of `table.ts` are played: the whole rig, its Redis behind a gate, and the half that is to die, if any, in
// a process of its own. One scene bears many cases, one after the other.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { worker as patientRedis, type Redis } from '../../src/adapters/redis/connect.js';
import { keysOf } from '../../src/adapters/redis/keys.js';
import { openQueues, type Queues } from '../../src/adapters/redis/queue.js';
import { readConfig } from '../../src/config.js';
import { type AppManifest, readManifest } from '../../src/playground/slack/workspace.js';
import { type Running, start } from '../../src/start.js';
import { type FallingRedis, fallingRedis } from '../support/falling-redis.js';
import { type Gate, openGate } from '../support/gate.js';
import { kill } from '../support/killing.js';
import { type LeapingClock, leapingClock } from '../support/leaping-clock.js';
import { numbersFrom } from '../support/numbers.js';
import { type Rig, startRig, until } from '../support/rig.js';

/** Who is alone in a process that may be killed; `twins`: nobody, but there are two bots and two workers. */
export type Cast = 'together' | 'twins' | 'worker apart' | 'bot apart';

/** Real milliseconds. */
export const WELL_WITHIN_MS = 30_000;
export const ALERTS = 'C0CIALERTS';
const NAME = 'test';
/** More would be no more: a channel rests a second after each message. */
const CHANNELS = 8;
/** World time to real time: a second in which the machine is busy elsewhere is so many in the world. */
export const SPEED = 12;
/** Longer than a busy machine lets a process wait for its turn: who is only slow must not count as dead. */
const LOCK_TIMES = { lockMs: 3_000, stalledMs: 500 };

export interface Scene {
  cast: Cast;
  rig: Rig;
  redis: FallingRedis;
  /** Between Redis and the process that is to die; between Redis and everybody where nobody is. */
  gate: Gate;
  /** What Bellboard goes by. */
  clock: LeapingClock;
  /** Patient, not through the gate. */
  client: Redis;
  queues: Queues;
  /** SIGKILL for the half that is apart; another one comes in its place by itself. */
  strike(): Promise<void>;
  /** The half that is apart is there. */
  ready(): Promise<void>;
  /** Where the next case is played. */
  nextChannel(): string;
  /** From 0 to 1. */
  random(): number;
  /** A number nobody has had yet. */
  nextNumber(): number;
  close(): Promise<void>;
}

/** @param seed also decides whether the Slack app has the scopes with which it finds a message whose answer was lost */
export async function openScene(cast: Cast, seed: number): Promise<Scene> {
  const random = numbersFrom(seed);
  const history = random() < 0.5;
  let redis: FallingRedis | undefined;
  let gate: Gate | undefined;
  let clock: LeapingClock | undefined;
  const apart = cast === 'worker apart' ? 'worker' : cast === 'bot apart' ? 'bot' : undefined;
  const rig = await startRig({
    speed: SPEED,
    lockTimes: LOCK_TIMES,
    inProcess: apart === 'worker' ? 'bot' : apart === 'bot' ? 'worker' : 'all',
    redis: async (folder) => {
      redis = await fallingRedis(folder);
      gate = await openGate({ path: redis.socket });
      return redis;
    },
    ownClock: (world) => {
      clock = leapingClock(world);
      return clock;
    },
    // Several worlds live in one process, and there is one `http_proxy`.
    env: (world) => ({
      JENKINS_URL: world.servers.jenkins.url,
      ALERT_CHANNEL: ALERTS,
      ...(apart === undefined ? { REDIS_URL: `redis://127.0.0.1:${gate?.port}` } : {}),
    }),
    slack: { burst: 1_000, manifest: manifestWith(history ? ['channels:history', 'groups:history'] : []) },
  });
  if (redis === undefined || gate === undefined || clock === undefined) throw new Error('the rig did not ask for them');
  const through = { ...rig.env, REDIS_URL: `redis://127.0.0.1:${gate.port}` };
  const client = patientRedis(redis.url);
  const queues = openQueues(client, keysOf(NAME));
  const twins = cast === 'twins' ? await twinsOf(rig) : [];
  let child: ChildProcess | undefined;
  let coming: Promise<void> = Promise.resolve();
  const spawn = async () => {
    if (apart === undefined) return;
    const born = processOf(apart, through, rig);
    child = born;
    const [said] = await Promise.race([once(born, 'message'), once(born, 'exit')]);
    if (said?.ports === undefined) throw new Error(`the ${apart} did not start: ${said}`);
  };
  await spawn();
  for (let index = 0; index < CHANNELS; index += 1) addChannel(rig, index);
  await until(() => rig.world.marathon.deployments.length === 0);
  let channels = 0;
  let numbers = 0;
  return {
    cast,
    rig,
    redis,
    gate,
    clock,
    client,
    queues,
    async strike() {
      if (child === undefined) throw new Error('nobody is apart');
      await kill(child);
      coming = spawn();
      coming.catch(() => {});
    },
    ready: () => coming,
    random,
    nextChannel() {
      channels += 1;
      return channelId(channels % CHANNELS);
    },
    nextNumber() {
      numbers += 1;
      return numbers;
    },
    async close() {
      await coming.catch(() => {});
      if (child !== undefined) await kill(child);
      await Promise.all(twins.map((twin) => twin.stop()));
      await queues.close();
      client.disconnect();
      await rig.close();
      await gate?.close();
    },
  };
}

/** Another bot and another worker beside those of the rig. */
async function twinsOf(rig: Rig): Promise<Running[]> {
  const role = (name: 'bot' | 'worker') =>
    start(readConfig(rig.env, name).config, name, { clock: rig.clock, lockTimes: LOCK_TIMES });
  return [await role('bot'), await role('worker')];
}

function processOf(role: 'bot' | 'worker', env: Record<string, string>, rig: Rig): ChildProcess {
  const given = {
    role,
    envs: [env],
    speed: rig.clock.speed,
    wallSpeed: 1,
    origin: rig.origin,
    lockTimes: LOCK_TIMES,
  };
  return fork(new URL('../support/house-process.mjs', import.meta.url), [JSON.stringify(given)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}

function manifestWith(scopes: readonly string[]): AppManifest {
  const manifest = readManifest(readFileSync('manifests/slack-app.yaml', 'utf8'));
  manifest.oauth_config.scopes.bot.push(...scopes);
  return manifest;
}

const channelId = (index: number): string => `C0CASE${index}`;

function addChannel({ slack }: Rig, index: number): void {
  const id = channelId(index);
  slack.directory.channels.set(id, {
    id,
    name: id.toLowerCase(),
    kind: 'public',
    members: new Set(['U0ANA', slack.directory.bot.id]),
    isArchived: false,
    isExtShared: false,
  });
}

export const isWell = ({ rig: { world } }: Scene): boolean =>
  world.marathon.leader !== undefined &&
  world.marathon.deployments.length === 0 &&
  world.jenkins.current?.phase === 'up' &&
  !world.jenkins.current.farm.quietingDown;
