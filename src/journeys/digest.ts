// The digest journey. schedule(): the clock's ticks in Redis, by any worker. Then, tick by tick: one sample a minute, and at
// its time, or late when nobody was there, one digest.
import { context, type Message, type Messages } from '../core/conversation.js';
import type { Digest, DigestDesk, DigestPorts, DigestStore } from '../core/digest.js';
import type { DigestTick } from '../core/jobs.js';
import { type Period, periodOf, previousTime, type Schedule } from '../core/schedule.js';
import { md } from '../core/text.js';
import { HOUR, MINUTE } from '../core/time.js';
import { SOONEST_MS, type UsageStore } from '../core/usage-sample.js';
import { type SamplePorts, takeSample } from '../core/usage-sampler.js';
import { duration, localClock } from '../core/words.js';
import { putWithChart } from './chart.js';
import type { Log } from './ports.js';

export interface DigestJourneyPorts {
  digests: readonly Digest[];
  asking: DigestPorts;
  sampling: SamplePorts;
  usage: UsageStore;
  store: DigestStore;
  messages: Messages;
  /** Undefined: none is posted. */
  channelId: string | undefined;
  schedule: Schedule;
  log: Log;
}

/** One tick of the clock. */
export async function digestTick(job: DigestTick, ports: DigestJourneyPorts): Promise<void> {
  // A tick at the cron's own time may be lost with Redis or with the last worker: the one of every minute looks too.
  if (job.kind === 'sample') await sample(ports);
  await sendDue(ports);
}

/** A sample by whoever's tick comes first; the others of the same minute add nothing. */
export async function sample(ports: DigestJourneyPorts): Promise<void> {
  const latest = await ports.usage.latest();
  if (latest !== undefined && ports.sampling.clock.now() - latest.at < SOONEST_MS) return;
  const { sample: taken, memory } = await takeSample(ports.sampling, await ports.store.remembered());
  if (!(await ports.usage.add(taken))) return;
  await ports.store.remember(memory);
}

/** Older than this it is no news any more. */
const LATEST_MS = 6 * HOUR;
/** Later than this it says so. */
const ON_TIME_MS = 5 * MINUTE;
/** Whoever gathers may take so long; then another one may try. What is put is the same message. */
const CLAIM_MS = 3 * MINUTE;

/** Sends what is due. Called at the cron's times, every minute, and when a worker starts: a slot is done once. */
export async function sendDue(ports: DigestJourneyPorts): Promise<void> {
  const { store, schedule, asking, channelId } = ports;
  if (channelId === undefined) return;
  const now = asking.clock.now();
  const slot = previousTime(schedule, now);
  const last = await store.last();
  // Nothing is owed for the time before there was a digest, or before it had this schedule.
  if (last === undefined) return store.begin({ v: 1, slot, ...schedule });
  if (last.cron !== schedule.cron || last.zone !== schedule.zone) return store.done({ v: 1, slot, ...schedule });
  if (last.slot >= slot) return;
  const lateMs = now - slot;
  if (lateMs <= LATEST_MS) {
    if (!(await store.claim(String(slot), '', CLAIM_MS))) return;
    await put(`digest:${slot}`, periodOf(schedule, slot), lateMs, ports);
  } else ports.log.warn({ slot, lateMs }, 'a digest was due while nobody ran, and is too old to be sent');
  await store.done({ v: 1, slot, ...schedule });
}

async function put(key: string, period: Period, lateMs: number, ports: DigestJourneyPorts): Promise<void> {
  for (const digest of ports.digests) {
    const message = await compose(digest, period, ports);
    await putInChannel(`${key}:${digest.name}`, withLateness(message, lateMs, period, ports.schedule.zone), ports);
  }
}

const compose = async (
  digest: Digest,
  period: Period,
  { asking }: Pick<DigestJourneyPorts, 'asking'>,
): Promise<Message> => digest.view(await digest.gather(period, asking));

async function putInChannel(key: string, message: Message, { messages, channelId }: DigestJourneyPorts): Promise<void> {
  if (channelId === undefined) return;
  await putWithChart(key, { kind: 'channel', channelId }, message, { messages }, { once: true });
}

function withLateness(message: Message, lateMs: number, { to }: Period, zone: string): Message {
  if (lateMs < ON_TIME_MS) return message;
  const note = md`Due ${localClock(to, zone)}, sent ${duration(lateMs)} late: no worker of Bellboard ran then.`;
  return { ...message, blocks: [...message.blocks, context(note)] };
}

/** What people may ask for by hand is not repeated sooner. */
const BY_HAND_EVERY_MS = 5 * MINUTE;

/** For `/ci digest`. */
export function digestDesk(ports: DigestJourneyPorts): DigestDesk {
  const { schedule, channelId, store, asking } = ports;
  const [digest] = ports.digests;
  return {
    schedule,
    channelId,
    last: async () => (await store.last())?.slot,
    async compose(period) {
      if (digest === undefined) throw new Error('there is no digest in the list');
      return compose(digest, period, ports);
    },
    async post(period, key) {
      const now = asking.clock.now();
      // The job that was begun before may run again: its own claim is no other's.
      const mine = `${key} ${now}`;
      if (!(await store.claim('by-hand', mine, BY_HAND_EVERY_MS))) {
        const [theirs, at] = ((await store.claimed('by-hand')) ?? '').split(' ');
        if (theirs !== key && at !== undefined) return Number(at);
      }
      await put(`digest:${key}`, period, 0, ports);
      return undefined;
    },
  };
}
