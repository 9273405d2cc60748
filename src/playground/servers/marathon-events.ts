// `GET /v2/events` of the simulated Marathon: the stream's framing, heartbeat and filters as on the wire (contract
// marathon §6.1). `marathon.ts` routes here.
import type { ServerResponse } from 'node:http';
import { SECOND } from '../../core/time.js';
import { lightOf, type MarathonEvent } from '../world/marathon/events.js';
import { atLeast } from '../world/marathon/generation.js';
import type { MarathonWorld } from '../world/marathon/world.js';
import { type Answer, html, type PlainRequest } from './http.js';

/** One empty line every ten seconds, whatever else is sent (core/event/impl/stream/HttpEventStreamServlet.scala). */
const HEARTBEAT_MS = 10 * SECOND;

/** @param isSilent while it says true, what happens is written to nobody, as on a dead connection */
export function eventStream(world: MarathonWorld, request: PlainRequest, isSilent: () => boolean): Answer {
  if (request.headers.accept !== 'text/event-stream') return html(405, 'HTTP method GET is not supported by this URL');
  return {
    status: 200,
    headers: { 'content-type': 'text/event-stream;charset=UTF-8', connection: 'close', 'cache-control': 'no-cache' },
    stream: (res) => attach(world, request, res, isSilent),
  };
}

function attach(world: MarathonWorld, request: PlainRequest, res: ServerResponse, isSilent: () => boolean): void {
  const wanted = request.query.getAll('event_type');
  // 1.3.7 brought the filter, 1.5.9 the light plans; older servers ignore both.
  const filters = wanted.length > 0 && atLeast(world.generation, '1.3');
  const light = request.query.get('plan-format') === 'light' && atLeast(world.generation, '1.5');
  const send = (event: MarathonEvent) => {
    if (!isSilent() && (!filters || wanted.includes(event.type))) res.write(frame(light ? lightOf(event) : event));
  };
  const stops = [world.onEvent(send), world.onLeadershipLost(() => res.end()), beat(world, res, isSilent)];
  world.events.streamAttached(request.remoteAddress);
  res.once('close', () => {
    for (const stop of stops) stop();
    world.events.streamDetached(request.remoteAddress);
  });
}

const frame = ({ type, body }: MarathonEvent) => `event: ${type}\r\ndata: ${JSON.stringify(body)}\r\n\r\n`;

function beat(world: MarathonWorld, res: ServerResponse, isSilent: () => boolean): () => void {
  let cancel = () => {};
  const next = () => {
    cancel = world.clock.after(HEARTBEAT_MS, () => {
      next();
      if (isSilent()) return;
      // CR and LF are flushed one by one, so a reader may get them in two reads.
      res.write('\r');
      res.write('\n');
    });
  };
  next();
  return () => cancel();
}
