// A Marathon that lives through a recorded transcript: a real server to which a bot can be pointed. Its event stream
// sends the recorded bytes when the test says so, and its other answers are those of a Marathon at that moment.
import { plainRequest, send, serve } from '../../src/playground/servers/http.js';
import { APP, readTranscript } from './transcript-file.js';
import { type Delivery, Playback } from './transcript-playback.js';
import { respond } from './transcript-routes.js';
import { TranscriptState } from './transcript-state.js';
import { EventStreams, Threshold } from './transcript-streams.js';
import type { Labels } from './transcript-views.js';

export interface PlayOptions extends Delivery {
  /** Names in `sequences/`; each is the body of one connection, at whose end the server closes it. */
  files: readonly string[];
  /** Labels of the served app beside its own. The recorded events do not show them. */
  labels?: Labels;
  /** Mesos' address in `GET /v2/info`, told from 0.11. */
  mesosUrl?: string;
}

export interface AccessLogEntry {
  method: string;
  path: string;
  query: string;
  /** Our clock. */
  at: number;
}

export interface TranscriptMarathon {
  url: string;
  /** Oldest first. */
  requests: readonly AccessLogEntry[];
  /** Resolves when that many streams are open at once; 0.8, which has none, counts how often the app was asked for. */
  attached(count: number): Promise<void>;
  /** Streams open now. */
  open(): number;
  /**
   * Lets the world go on by that many frames, without a number to the end. Until the first call and between calls
   * nothing is sent, after the end only heartbeats. After a cut it waits until as many clients are back as were cut off.
   * Resolves when all streams have been written, or the server was closed.
   */
  play(frames?: number): Promise<void>;
  /** Resolves when everything was sent; rejects if the server is closed before. */
  played: Promise<void>;
  close(): Promise<void>;
}

export async function playTranscript(options: PlayOptions): Promise<TranscriptMarathon> {
  const { files, labels = {}, mesosUrl, ...delivery } = options;
  const transcript = readTranscript(files);
  const state = new TranscriptState(transcript);
  const streams = new EventStreams();
  const playback = new Playback(transcript, state, streams, delivery);
  const isStreaming = transcript.generation !== '0.8';
  const requests: AccessLogEntry[] = [];
  const polls = new Threshold();
  const listening = await serve(async (req, res) => {
    const request = await plainRequest(req);
    const { method, path, query } = request;
    requests.push({ method, path, query: query.toString(), at: Date.now() });
    if (path === `/v2/apps${APP}`) polls.count += 1;
    if (path === '/v2/events' && isStreaming) send(res, streams.answer(request));
    else send(res, respond(request, { state, labels, mesosUrl, leader: req.headers.host ?? '' }));
  });
  return {
    url: listening.url,
    requests,
    attached: (count) => (isStreaming ? streams.attached(count) : polls.reached(count)),
    open: () => streams.open,
    play: (frames = Number.POSITIVE_INFINITY) => playback.play(frames),
    played: playback.played,
    async close() {
      playback.stop();
      await listening.close();
    },
  };
}
