// The far side that answers with a little wrong: what the simulated systems say, and what real ones were recorded to say,
// remembered per request, and spoilt anew for each look at it.
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { fillManifest } from '../../src/core/manifest.js';
import { buildWorld, startController } from '../../src/playground/world.js';
import { manualClock } from '../support/manual-clock.js';
import { until } from '../support/rig.js';
import { type Fault, faults, fewSlips, type Slip, withFault, withSlip } from './hostile.js';

/** How all answers of one look are spoilt. */
export interface Spoiling {
  /** Which of several recorded answers. */
  pick: number;
  faults: Fault[];
  slips: Slip[];
  /** Every how many-th answer is another status. */
  status: { every: number; code: number };
}

export const spoiling: fc.Arbitrary<Spoiling> = fc.record({
  pick: fc.nat(),
  faults: faults(3),
  slips: fewSlips,
  status: fc.record({
    every: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat({ max: 12 }) }),
    code: fc.constantFrom(200, 204, 301, 307, 400, 401, 403, 404, 409, 500, 502, 503),
  }),
});

interface Said {
  status: number;
  type: string;
  headers: Record<string, string>;
  text: string;
}

export interface FarSide {
  marathon: string;
  mesos: string;
  jenkins: string;
  /** From now on. */
  spoil(how: Spoiling): void;
  close(): Promise<void>;
}

const FIXTURES = new URL('../fixtures/', import.meta.url);
const LARGEST_FIXTURE = 60_000;

/** Recorded answers to a request. */
const RECORDED: [RegExp, string, RegExp][] = [
  [/^\/v2\/info/, 'marathon', /info\.json$/],
  [/^\/v2\/apps\/.*\/versions/, 'marathon', /app_list\.json$/],
  [/^\/v2\/apps/, 'marathon', /(app|app_tasks|AppDefinition)\.json$/],
  [/^\/v2\/deployments/, 'marathon', /deployments(_result)?\.json$/],
  [/^\/v2\/queue/, 'marathon', /queue\.json$/],
  [/^(\/master)?\/slaves/, 'mesos', /master-slaves\.json$/],
  [/^\/maintenance/, 'mesos', /master-maintenance-.*\.json$/],
  [/frameworks/, 'mesos', /master-frameworks.*\.json$/],
  [/state/, 'mesos', /(master-state|state-summary)\.json$/],
  [/tasks/, 'mesos', /master-tasks.*\.json$/],
  [/statistics/, 'mesos', /statistics\.json$/],
  [/files\/read/, 'mesos', /files-read.*\.json$/],
  [/api\/v1/, 'mesos', /v1-master.*\.json$/],
  [/^\/api\/json\?tree=jobs/, 'jenkins', /job.*\.json$/],
  [/^\/api\/json/, 'jenkins', /\/api.*\.json$/],
  [/^\/computer/, 'jenkins', /computer.*\.json$/],
  [/^\/queue/, 'jenkins', /\/queue.*\.json$/],
  [/^\/job\/[^?]*\/\d+\/api/, 'jenkins', /\/build.*\.json$/],
  [/^\/job\/[^?]*\/api/, 'jenkins', /\/job.*\.json$/],
  [/^\/label/, 'jenkins', /label\.json$/],
  [/^\/(me|whoAmI)/, 'jenkins', /whoAmI\.json$/],
  [/^\/scriptText/, 'jenkins', /scriptText.*\.txt$/],
  [/^\/(login)?$/, 'jenkins', /footer.*\.html$/],
];

function recordings(): (url: string) => Said[] {
  const all = (readdirSync(FIXTURES, { recursive: true }) as string[]).map((name) => name.replaceAll('\\', '/'));
  const texts = new Map<string, string>();
  const pools = RECORDED.map(([path, system, file]) => {
    const names = all.filter((name) => name.startsWith(`${system}/`) && file.test(name));
    for (const name of names)
      texts.set(name, readFileSync(new URL(name, FIXTURES), 'utf8').replaceAll('"/foo"', '"/jenkins"'));
    return { path, names: names.filter((name) => (texts.get(name) ?? '').length < LARGEST_FIXTURE) };
  });
  return (url) => {
    const names = pools.find(({ path }) => path.test(url))?.names ?? [];
    return names.map((name) => ({
      status: 200,
      type: /json$/.test(name) ? 'application/json' : 'text/plain',
      headers: {},
      text: texts.get(name) ?? '',
    }));
  };
}

const KEPT = new Set(['x-jenkins', 'x-jenkins-session', 'x-marathon-leader']);

/** @param base the system, or the proxy that knows the simulated addresses */
function answered(base: string, { method, url, headers }: IncomingMessage, body: string): Promise<Said> {
  const { hostname, port } = new URL(base);
  return new Promise((resolve, reject) => {
    const asked = httpRequest(
      {
        hostname,
        port,
        method,
        path: url,
        headers: { ...headers, connection: 'close', 'accept-encoding': 'identity' },
      },
      async (answer) => {
        const parts: Buffer[] = [];
        for await (const part of answer) parts.push(part as Buffer);
        resolve({
          status: answer.statusCode ?? 200,
          type: answer.headers['content-type'] ?? 'application/json',
          headers: Object.fromEntries(
            Object.entries(answer.headers).flatMap(([name, value]) => (KEPT.has(name) ? [[name, String(value)]] : [])),
          ),
          text: Buffer.concat(parts).toString('utf8'),
        });
      },
    );
    asked.on('error', reject);
    asked.end(body);
  });
}

export async function farSide(): Promise<FarSide> {
  const clock = manualClock();
  const world = await buildWorld({ clock: { ...clock, speed: 1 }, bootMs: 1_000 });
  const given = { SCM_SYNC_GIT: 'git@git.example.com:core/jenkins-on-mesos.git', APP_USER: 'jenkins' };
  startController(world, fillManifest(readFileSync('manifests/jenkins.json', 'utf8'), given));
  let done = false;
  void until(() => world.jenkins.current?.phase === 'up').finally(() => {
    done = true;
  });
  while (!done) await clock.advance(1_000);

  const recorded = recordings();
  const remembered = new Map<string, Said[]>();
  let how: Spoiling = { pick: 0, faults: [], slips: [], status: { every: 0, code: 200 } };
  let answers = 0;

  const says = async (base: string, request: IncomingMessage, body: string): Promise<Said[]> => {
    const url = request.url ?? '/';
    const key = `${request.method} ${base}${url} ${body}`;
    const known = remembered.get(key);
    if (known !== undefined) return known;
    const simulated = await answered(base, request, body);
    // The simulated answer hangs together with the others, so it is given more often.
    const said = [simulated, simulated, simulated, ...recorded(url.replace(/^https?:\/\/[^/]*/, ''))];
    if (remembered.size > 2_000) remembered.clear();
    remembered.set(key, said);
    return said;
  };

  const spoilt = (said: Said): Said => {
    answers += 1;
    const { every, code } = how.status;
    const status = every > 0 && answers % every === 0 ? code : said.status;
    let { text } = said;
    if (how.faults.length > 0) {
      const marked = /^([\s\S]*?@@CIBOT@@)([\s\S]*)(@@END@@[\s\S]*)$/.exec(text);
      try {
        const value = how.faults.reduce(withFault, JSON.parse(marked?.[2] ?? text) as unknown);
        text = `${marked?.[1] ?? ''}${JSON.stringify(value) ?? ''}${marked?.[3] ?? ''}`;
      } catch {
        // Not JSON: the slips are for that.
      }
    }
    return { ...said, status, text: how.slips.reduce(withSlip, text) };
  };

  const door = async (base: string) => {
    const server = createServer(async (request: IncomingMessage, response: ServerResponse) => {
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(part as Buffer);
      const all = await says(base, request, Buffer.concat(parts).toString()).catch(() => []);
      if (all.length === 0) return void response.destroy();
      const { status, type, headers, text } = spoilt(all[how.pick % all.length] as Said);
      response.writeHead(status, { ...headers, 'content-type': type });
      response.end(text);
    });
    server.keepAliveTimeout = 30_000;
    server.listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
  };

  const { servers } = world;
  const doors = await Promise.all(
    [servers.marathon.url, servers.mesos.url, servers.jenkins.url, world.proxyUrl].map((url) =>
      door(url.replace(/\/$/, '')),
    ),
  );
  const [marathon, mesos, jenkins, proxy] = doors.map(({ url }) => url) as [string, string, string, string];
  // Whatever address an answer names, nothing leaves this machine.
  process.env['http_proxy'] = proxy;
  process.env['https_proxy'] = proxy;
  process.env['no_proxy'] = '127.0.0.1';
  return {
    marathon,
    mesos,
    jenkins,
    spoil: (next) => {
      how = next;
      answers = next.pick % 12;
    },
    close: async () => {
      for (const { server } of doors) {
        server.close();
        server.closeAllConnections();
      }
      await world.close();
    },
  };
}
