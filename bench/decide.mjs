// From the bytes of Marathon's event stream to what is decided, against eventsource-parser and JSON.parse alone on the
// same bytes. The stream is a busy Marathon's: one event in a hundred is of the controller's app.
import { createParser } from 'eventsource-parser';
import { frameReader } from '../dist/adapters/marathon/event-frames.js';
import { rules } from '../dist/alerts/index.js';
import { apply, candidates, detectSighting, rings, sightingOf } from '../dist/core/decide.js';
import { median } from './figures.mjs';

const EVENTS = 20_000;
const OURS_EVERY = 100;
const CHUNK = 16_384;
const ROUNDS = 5;
const APP = '/ci/jenkins';

export async function decideBench() {
  const chunks = chunksOf(Array.from({ length: EVENTS }, (_, index) => frameAt(index)).join(''));
  const ratios = [];
  const each = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const bare = timed(() => parseOnly(chunks));
    const ours = timed(() => decideAll(chunks));
    if (round === 0) continue; // warms up
    ratios.push(bare / ours);
    each.push((ours / EVENTS) * 1_000);
  }
  const ratio = median(ratios);
  return [
    {
      row: 'Marathon event bytes → decision',
      target: '≥ 0.5 × eventsource-parser + JSON.parse',
      figure: `${ratio.toFixed(2)} × (${median(each).toFixed(1)} µs an event, 1 in ${OURS_EVERY} of our app)`,
      ok: ratio >= 0.5,
    },
  ];
}

function timed(act) {
  const startedAt = performance.now();
  act();
  return performance.now() - startedAt;
}

function parseOnly(chunks) {
  const decoder = new TextDecoder();
  let seen = 0;
  const parser = createParser({
    onEvent: ({ data }) => {
      if (JSON.parse(data).eventType !== undefined) seen += 1;
    },
  });
  for (const chunk of chunks) parser.feed(decoder.decode(chunk, { stream: true }));
  if (seen !== EVENTS) throw new Error(`${seen} events seen`);
}

const NOBODY = new Set();

function decideAll(chunks) {
  let board = { watch: undefined, memories: {}, incidents: {}, shown: {}, acks: {}, silences: {}, number: 0 };
  let rang = 0;
  const reader = frameReader({
    appId: APP,
    skip: (why) => {
      throw new Error(why);
    },
    take(event) {
      const sighting = sightingOf(board, APP, { kind: 'event', event });
      candidates(sighting);
      const found = detectSighting(board, rules, { ...sighting, settled: () => false }, event.at);
      rang += rings(found).length;
      board = apply(board, found, NOBODY, event.at).board;
    },
  });
  for (const chunk of chunks) reader.push(chunk);
  if (rang === 0) throw new Error('nothing rang');
}

function chunksOf(text) {
  const bytes = Buffer.from(text, 'utf8');
  return Array.from({ length: Math.ceil(bytes.length / CHUNK) }, (_, index) =>
    bytes.subarray(index * CHUNK, (index + 1) * CHUNK),
  );
}

/** In turn: it runs, it fails. */
function frameAt(index) {
  const ours = index % OURS_EVERY === 0;
  const turn = Math.floor(index / OURS_EVERY);
  const app = ours ? APP : `/shop/service-${index % 400}`;
  const life = ours ? Math.floor(turn / 2) : index;
  const data = {
    slaveId: '7d1f3b2a-5a0c-4d33-9a0e-5d0c7f9a1c11-S3',
    taskId: `${app.slice(1).replaceAll('/', '_')}.${String(life).padStart(8, '0')}-0a4e-11e8-94e1-be5b2935a987`,
    taskStatus: ours && turn % 2 === 1 ? 'TASK_FAILED' : 'TASK_RUNNING',
    message: ours && turn % 2 === 1 ? 'Command exited with status 1' : '',
    appId: app,
    host: 'agent-03.example.org',
    ipAddresses: [{ ipAddress: '10.0.1.13', protocol: 'IPv4' }],
    ports: [31_512],
    version: '2018-02-02T09:00:00.000Z',
    eventType: 'status_update_event',
    timestamp: new Date(1_517_821_200_000 + index * 100).toISOString(),
  };
  return `event: status_update_event\r\ndata: ${JSON.stringify(data)}\r\n\r\n`;
}
