// A Marathon whose controller ends as often as a test wants: the frames and the app of the recorded 1.5 with task ids and
// times of its own, cut at any byte.
import type { JsonObject } from '../../src/core/cluster.js';
import type { Clock } from '../../src/core/time.js';
import { json, plainRequest, send, serve } from '../../src/playground/servers/http.js';
import { APP, readTranscript, recordedSnapshot } from './transcript-file.js';
import { EventStreams, Threshold } from './transcript-streams.js';

const TRANSCRIPT = readTranscript(['c-crash.1.5.txt']);
const FRAMES = { failed: frameOf('TASK_FAILED'), running: frameOf('TASK_RUNNING'), healthy: frameOf('"alive":true') };
export type Frame = keyof typeof FRAMES;

export interface Cut {
  frame: Frame;
  /** So many of its bytes are sent. */
  at: number;
}

export interface RestlessMarathon {
  url: string;
  /** Tasks that have ended, oldest first. */
  ended: readonly string[];
  /** Streams open now. */
  open(): number;
  attached(count: number): Promise<void>;
  /** Bytes of a frame; the same for every task. */
  lengthOf(frame: Frame): number;
  /** The controller ends and another begins; with a cut it goes on when who came back has looked. */
  crash(cut?: Cut): Promise<void>;
  /** What runs now passes its check. */
  recover(cut?: Cut): Promise<void>;
  close(): Promise<void>;
}

export async function restlessMarathon(clock: Clock): Promise<RestlessMarathon> {
  const streams = new EventStreams();
  const looks = new Threshold();
  const ended: string[] = [];
  const born = clock.now();
  let failure: JsonObject | undefined;
  let task: Life = { number: 0, stagedAt: born - 60_000, healthyAt: born - 30_000 };
  let told = 0;
  /** No two events at one time. */
  const moment = () => {
    told = Math.max(told + 1, clock.now());
    return told;
  };
  const listening = await serve(async (req, res) => {
    const request = await plainRequest(req);
    const { path } = request;
    if (path === '/v2/events') return send(res, streams.answer(request));
    if (path === `/v2/apps${APP}`) {
      send(res, json(200, { app: appNow(task, failure, clock.now()) }));
      looks.count += 1;
      return;
    }
    if (path === '/v2/info') return send(res, json(200, { ...INFO, leader: req.headers.host ?? '' }));
    return send(res, path === '/v2/deployments' ? json(200, []) : json(200, { queue: [] }));
  });
  // Empty lines, as a Marathon sends them, much more often.
  const heart = setInterval(() => void streams.write('\r\n'), 500);
  const tell = async (frame: Frame, at: number, cut: Cut | undefined) => {
    const bytes = frameFor(frame, task, at);
    if (cut?.frame !== frame) return streams.write(bytes);
    await streams.write(bytes.subarray(0, cut.at));
    const before = looks.count;
    await streams.closeAll();
    await streams.attached(1);
    await looks.reached(before + 1);
  };
  return {
    url: listening.url,
    ended,
    open: () => streams.open,
    attached: (count) => streams.attached(count),
    lengthOf: (frame) => frameFor(frame, task, born).length,
    async crash(cut) {
      const at = moment();
      const frame = task;
      ended.push(idOf(task));
      failure = failureOf(task, at);
      const next: Life = { number: task.number + 1, stagedAt: at + 1, healthyAt: undefined };
      // What runs is only told of when the frames say so: until then nothing runs.
      task = { ...frame, over: true };
      await tell('failed', at, cut);
      task = next;
      await tell('running', moment(), cut);
    },
    async recover(cut) {
      const at = moment();
      task = { ...task, healthyAt: at };
      await tell('healthy', at, cut);
    },
    async close() {
      clearInterval(heart);
      await listening.close();
    },
  };
}

interface Life {
  number: number;
  stagedAt: number;
  healthyAt: number | undefined;
  over?: boolean;
}

function frameOf(mark: string): string {
  const piece = TRANSCRIPT.pieces.find(({ bytes }) => bytes.includes(mark));
  if (piece === undefined) throw new Error(`no recorded frame has ${mark}`);
  return piece.bytes.toString('utf8');
}

const uuidOf = (number: number): string => `${number.toString(16).padStart(8, '0')}-0a4e-11e8-94e1-be5b2935a987`;
const idOf = ({ number }: Life): string => `ci_jenkins.${uuidOf(number)}`;
const instanceIdOf = ({ number }: Life): string => `ci_jenkins.marathon-${uuidOf(number)}`;
const iso = (at: number): string => new Date(at).toISOString();

function frameFor(frame: Frame, life: Life, at: number): Buffer {
  const filled = FRAMES[frame]
    .replace(/ci_jenkins\.[0-9a-f]{8}-[0-9a-f-]{27}/g, idOf(life))
    .replace(/ci_jenkins\.marathon-[0-9a-f]{8}-[0-9a-f-]{27}/g, instanceIdOf(life))
    .replace(/"timestamp":"[^"]*"/, `"timestamp":"${iso(at)}"`);
  return Buffer.from(filled);
}

const RUNNING = recordedSnapshot('gap-1-before.1.5.app.json')['app'] as JsonObject;
const [MODEL = {}] = RUNNING['tasks'] as JsonObject[];
const [HEALTH = {}] = MODEL['healthCheckResults'] as JsonObject[];
const FAILURE = (recordedSnapshot('gap-2-after.1.5.app.json')['app'] as JsonObject)['lastTaskFailure'] as JsonObject;
const INFO = { name: 'marathon', version: '1.5.15', frameworkId: '20150707-153709-218108076-5050-25588-0000' };

const failureOf = (life: Life, at: number): JsonObject => ({ ...FAILURE, taskId: idOf(life), timestamp: iso(at) });

function appNow(life: Life, failure: JsonObject | undefined, now: number): JsonObject {
  return {
    ...RUNNING,
    ...(failure === undefined ? {} : { lastTaskFailure: failure }),
    tasks: life.over === true ? [] : [taskNow(life, now)],
  };
}

function taskNow(life: Life, now: number): JsonObject {
  const { healthyAt } = life;
  const health = { ...HEALTH, instanceId: instanceIdOf(life), lastSuccess: iso(now) };
  return {
    ...MODEL,
    id: idOf(life),
    stagedAt: iso(life.stagedAt),
    startedAt: iso(life.stagedAt + 1),
    healthCheckResults: healthyAt === undefined ? [] : [{ ...health, firstSuccess: iso(healthyAt) }],
  };
}
