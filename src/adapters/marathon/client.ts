// Marathon 0.8 to 1.11 over HTTP: the port `Marathon` of `core/cluster.ts`.
import type { JsonObject, Marathon, MarathonInfo } from '../../core/cluster.js';
import { UpstreamError } from '../../core/errors.js';
import { MINUTE } from '../../core/time.js';
import { atLeast } from '../../core/version.js';
import { type HttpOptions, httpClient } from '../http.js';
import { explainRefusal } from './refusal.js';
import { AppAnswer, appOf, Changed, Created, Deployments, Info, Queue, Versions } from './schema.js';

export interface MarathonOptions
  extends Pick<HttpOptions, 'credentials' | 'clock' | 'scrub' | 'onResponse' | 'timeouts' | 'retryDelaysMs'> {
  urls: readonly string[];
  publicUrl: string | undefined;
}

/** A cluster is upgraded now and then; a minute-old version does no harm. */
const INFO_KEPT_MS = MINUTE;

export function marathonClient(options: MarathonOptions): Marathon {
  const { publicUrl, ...rest } = options;
  const http = httpClient({
    ...rest,
    urls: () => options.urls,
    system: 'Marathon',
    explain: explainRefusal,
    leaderHeader: 'x-marathon-leader',
  });
  let known: { at: number; epoch: number; info: MarathonInfo } | undefined;

  const info = async (): Promise<MarathonInfo> => {
    const fresh = known !== undefined && known.epoch === http.epoch() && options.clock.now() - known.at < INFO_KEPT_MS;
    if (known !== undefined && fresh) return known.info;
    const { value } = await http.ask({ path: '/v2/info' }, Info);
    known = { at: options.clock.now(), epoch: http.epoch(), info: value };
    return value;
  };

  return {
    publicUrl: publicUrl ?? options.urls[0] ?? '',
    info,
    async app(appId) {
      try {
        const { value, raw } = await http.ask({ path: appPath(appId) }, AppAnswer);
        return appOf(value.app, (raw as { app: JsonObject }).app);
      } catch (error) {
        if (error instanceof UpstreamError && error.status === 404) return undefined;
        throw error;
      }
    },
    deployments: async () => (await http.ask({ path: '/v2/deployments' }, Deployments)).value,
    async launchQueue(appId) {
      const { value } = await http.ask({ path: '/v2/queue' }, Queue);
      return value.queue.find((entry) => entry.appId === appId);
    },
    async versions(appId) {
      const { value } = await http.ask({ path: `${appPath(appId)}/versions` }, Versions);
      return value.versions.sort().reverse();
    },
    async appVersion(appId, version) {
      const answer = await http.send({
        path: `${appPath(appId)}/versions/${encodeURIComponent(version)}`,
        accept: [404],
      });
      return answer.status === 404 ? undefined : (JSON.parse(answer.text) as JsonObject);
    },
    async create(definition) {
      const { value } = await http.ask({ method: 'POST', path: '/v2/apps', json: definition }, Created);
      return { deploymentId: value.deployments?.[0]?.id, version: value.version };
    },
    async replace(appId, definition) {
      // Before 1.4 a PUT merges; `core/manifest-diff.ts` says what it cannot remove.
      const query = atLeast((await info()).version, '1.4') ? { partialUpdate: false } : {};
      return (await http.ask({ method: 'PUT', path: appPath(appId), query, json: definition }, Changed)).value;
    },
    async setInstances(appId, instances) {
      return (await http.ask({ method: 'PUT', path: appPath(appId), json: { instances } }, Changed)).value;
    },
    async cancelDeployment(id, how) {
      const request = {
        method: 'DELETE',
        path: `/v2/deployments/${encodeURIComponent(id)}`,
        query: { force: how === 'leave' ? true : undefined },
        accept: [404],
      } as const;
      const answer = await http.send(request);
      if (answer.status === 404) return undefined;
      return {
        deploymentId: answer.text.trim() === '' ? undefined : Changed.parse(JSON.parse(answer.text)).deploymentId,
      };
    },
  };
}

/** Slashes are written plainly: `/v2/apps/ci/jenkins` (contract marathon §3.1). */
const appPath = (appId: string): string =>
  `/v2/apps/${appId.replace(/^\/+/, '').split('/').map(encodeURIComponent).join('/')}`;
