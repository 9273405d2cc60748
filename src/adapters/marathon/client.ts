// Marathon 0.8 to 1.11 over HTTP: the port `Marathon` of `core/cluster.ts`.
import type { z } from 'zod';
import type { App, JsonObject, Marathon, MarathonInfo } from '../../core/cluster.js';
import { withoutReadOnly } from '../../core/manifest-normal.js';
import { MINUTE, SECOND } from '../../core/time.js';
import { atLeast } from '../../core/version.js';
import { type HttpAnswer, type HttpClient, type HttpOptions, type HttpRequest, httpClient } from '../http.js';
import { explainRefusal, isMissing } from './refusal.js';
import { AnyObject, AppAnswer, appOf, Changed, Created, Deployments, Info, Queue, Versions } from './schema.js';

export interface MarathonOptions
  extends Pick<HttpOptions, 'credentials' | 'clock' | 'scrub' | 'onResponse' | 'timeouts' | 'retryDelaysMs'> {
  /** All Marathon instances, best behind their own names (contract marathon §2.1). */
  urls: readonly string[];
  publicUrl: string | undefined;
}

export interface MarathonClient extends Marathon {
  /** Base URL of the leader as Marathon last announced it, for what a proxy in between would spoil. */
  leader(): string | undefined;
  close(): void;
}

/** A cluster is upgraded now and then; a minute-old version does no harm while the same leader answers. */
const INFO_KEPT_MS = MINUTE;

/** Whoever asks decides alerts one at a time, and looks again within 30 s. */
const SNAPSHOT_MS = 5 * SECOND;

export function marathonClient(options: MarathonOptions): MarathonClient {
  const { publicUrl, urls, ...rest } = options;
  const http = httpClient({
    ...rest,
    urls: () => urls,
    system: 'Marathon',
    explain: explainRefusal,
    leaderHeader: 'x-marathon-leader',
  });
  const info = rememberedInfo(http, options);
  const orMissing = <T>(request: HttpRequest, schema: z.ZodType<T>) => askOrMissing(http, request, schema);

  const readApp = ({ value, raw }: { value: z.output<typeof AppAnswer>; raw: unknown }): App => {
    const app = appOf(value.app, (raw as { app: JsonObject }).app);
    const failure = app.lastTaskFailure;
    // It may quote the command that ended.
    return failure === undefined
      ? app
      : { ...app, lastTaskFailure: { ...failure, message: rest.scrub(failure.message) } };
  };

  return {
    publicUrl: (publicUrl ?? urls[0] ?? '').replace(/(?<!\/)\/+$/, ''),
    leader: http.leader,
    close: http.close,
    info,
    async app(appId): Promise<App | undefined> {
      const found = await orMissing({ path: appPath(appId) }, AppAnswer);
      return found === undefined ? undefined : readApp(found);
    },
    deployments: async () => (await http.ask({ path: '/v2/deployments' }, Deployments)).value,
    async snapshot(appId) {
      const brief = { timeoutMs: SNAPSHOT_MS, repeat: false };
      const [found, deployments, { version }] = await Promise.all([
        orMissing({ path: appPath(appId), ...brief }, AppAnswer),
        http.ask({ path: '/v2/deployments', ...brief }, Deployments),
        info(),
      ]);
      const app = found === undefined ? undefined : readApp(found);
      return { app, deployments: deployments.value, marathonVersion: version };
    },
    async launchQueue(appId) {
      const { value } = await http.ask({ path: '/v2/queue' }, Queue);
      return value.queue.find((entry) => entry.appId === withSlash(appId));
    },
    async versions(appId) {
      const { value } = await http.ask({ path: `${appPath(appId)}/versions` }, Versions);
      // ISO text sorts as time does; Marathon promises no order.
      return value.versions.sort().reverse();
    },
    async appVersion(appId, version) {
      const path = `${appPath(appId)}/versions/${encodeURIComponent(version)}`;
      return (await orMissing({ path }, AnyObject))?.raw as JsonObject | undefined;
    },
    async create(definition) {
      const request = { method: 'POST', path: '/v2/apps', json: withoutReadOnly(definition) } as const;
      const { value, answer } = await http.ask(request, Created);
      const deploymentId = value.deployments?.[0]?.id ?? answer.headers['marathon-deployment-id'];
      return { deploymentId, version: value.version };
    },
    async replace(appId, definition) {
      // Before 1.4 a PUT merges; `core/manifest-diff.ts` says what it cannot remove.
      const query = atLeast((await info()).version, '1.4') ? { partialUpdate: false } : {};
      const json = withoutReadOnly(definition);
      return (await http.ask({ method: 'PUT', path: appPath(appId), query, json }, Changed)).value;
    },
    async setInstances(appId, instances) {
      const { value } = await http.ask({ method: 'PUT', path: appPath(appId), json: { instances } }, Changed);
      return { deploymentId: value.deploymentId };
    },
    async restart(appId) {
      return (await http.ask({ method: 'POST', path: `${appPath(appId)}/restart` }, Changed)).value;
    },
    async rollBack(appId, version) {
      // Any field beside it is refused, and so is `partialUpdate=false` (contract marathon §3.2).
      return (await http.ask({ method: 'PUT', path: appPath(appId), json: { version } }, Changed)).value;
    },
    async cancelDeployment(id, how) {
      const request = { method: 'DELETE', path: `/v2/deployments/${encodeURIComponent(id)}` } as const;
      // Forced, the plan is forgotten and the answer is empty (202).
      if (how === 'leave') {
        const answer = await http.send({ ...request, query: { force: true }, accept: [404] });
        return wasThere(http, request, answer) ? { deploymentId: undefined } : undefined;
      }
      const ended = await orMissing(request, Changed);
      return ended === undefined ? undefined : { deploymentId: ended.value.deploymentId };
    },
  };
}

/** The version decides how a write is spelled, so it is read again when another process may answer. */
function rememberedInfo(http: HttpClient, { clock }: MarathonOptions): () => Promise<MarathonInfo> {
  let known: { at: number; epoch: number; info: MarathonInfo } | undefined;
  return async () => {
    if (known !== undefined && known.epoch === http.epoch() && clock.now() - known.at < INFO_KEPT_MS) return known.info;
    const { value } = await http.ask({ path: '/v2/info' }, Info);
    known = { at: clock.now(), epoch: http.epoch(), info: value };
    return value;
  };
}

async function askOrMissing<T>(http: HttpClient, request: HttpRequest, schema: z.ZodType<T>) {
  const answer = await http.send({ ...request, accept: [404] });
  if (!wasThere(http, request, answer)) return undefined;
  return { ...http.read(request, answer, schema), answer };
}

/** A gateway's 404 page is not Marathon saying that an app is gone. */
function wasThere(http: HttpClient, request: HttpRequest, answer: HttpAnswer): boolean {
  if (answer.status !== 404) return true;
  if (isMissing(answer)) return false;
  throw http.refuse(request, 404, 'knows no such path: is the URL right, with its path prefix?');
}

const withSlash = (appId: string): string => `/${appId.replace(/^\/+/, '')}`;

/** Slashes are written plainly: `/v2/apps/ci/jenkins` (contract marathon §3.1). */
const appPath = (appId: string): string => `/v2/apps${withSlash(appId).split('/').map(encodeURIComponent).join('/')}`;
