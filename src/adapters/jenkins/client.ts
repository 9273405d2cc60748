// Jenkins 1.596 and modern over HTTP: the port `Jenkins` of `core/cluster.ts`.
import type { Jenkins, JenkinsPulse } from '../../core/cluster.js';
import { UpstreamError } from '../../core/errors.js';
import { SECOND } from '../../core/time.js';
import { type HttpAnswer, type HttpClient, type HttpOptions, type HttpRequest, httpClient } from '../http.js';
import { htmlTitle } from '../http-body.js';
import { explainJenkins } from './refusal.js';
import {
  BuildQueue,
  Computers,
  Controller,
  ControllerSet,
  Crumb,
  ExecutorsRead,
  ScmStatus,
  TemplateSet,
  WhoAmI,
} from './schema.js';
import { type ScriptName, scriptAnswer, scriptText } from './script.js';
import type { z } from 'zod';

export interface JenkinsOptions
  extends Pick<HttpOptions, 'credentials' | 'clock' | 'scrub' | 'onResponse' | 'timeouts' | 'retryDelaysMs'> {
  /** Undefined while nobody knows where the controller is; with path prefix. */
  baseUrl(): Promise<string | undefined>;
  publicUrl: string | undefined;
}

const SCRIPT_MS = 30 * SECOND;
const PULSE_MS = 5 * SECOND;
/** Bundled messages are translated otherwise. */
const ENGLISH = { 'accept-language': 'en' };

const COMPUTERS =
  'busyExecutors,totalExecutors,computer[displayName,offline,idle,numExecutors,executors[currentExecutable[number,url,fullDisplayName]],oneOffExecutors[currentExecutable[number,url,fullDisplayName]]]';

interface KnownCrumb {
  field: string;
  value: string;
  cookie: string | undefined;
}

export function jenkinsClient(options: JenkinsOptions): Jenkins {
  const http = httpClient({
    ...options,
    system: 'Jenkins',
    headers: ENGLISH,
    mend: withoutControls,
    noAddress: 'Marathon has no running task of the controller, so nobody knows where it is',
    explain: explainJenkins,
    urls: async () => {
      const url = await options.baseUrl();
      return url === undefined ? [] : [url];
    },
  });
  let crumb: KnownCrumb | 'off' | undefined;

  const read = async <T>(path: string, tree: string | undefined, schema: z.ZodType<T>): Promise<T> =>
    (await http.ask({ path: `/${path}`, query: { tree } }, schema)).value;

  const freshCrumb = async (): Promise<KnownCrumb | 'off'> => {
    const answer = await http.send({ path: '/crumbIssuer/api/json', accept: [404] });
    if (answer.status === 404) return 'off';
    const { crumb: value, crumbRequestField: field } = Crumb.parse(JSON.parse(answer.text));
    return { field, value, cookie: cookieOf(answer) };
  };

  const post = async (
    path: string,
    form: Record<string, string>,
    more: Partial<HttpRequest> = {},
  ): Promise<HttpAnswer> => {
    const send = async () => {
      crumb ??= await freshCrumb();
      const known = crumb === 'off' ? undefined : crumb;
      // As header and as field: a filter in front may drop a header named `.crumb`.
      const crumbPair = known === undefined ? {} : { [known.field]: known.value };
      const headers = { ...crumbPair, ...(known?.cookie === undefined ? {} : { cookie: known.cookie }) };
      return http.send({
        method: 'POST',
        path: `/${path}`,
        form: { ...form, ...crumbPair },
        headers,
        manualRedirects: true,
        ...more,
      });
    };
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof UpstreamError) || error.status !== 403 || !/crumb/i.test(error.seen)) throw error;
      crumb = undefined;
      return send();
    }
  };

  const script = async <T>(name: ScriptName, args: object, schema: z.ZodType<T>): Promise<T> => {
    const answer = await post('scriptText', { script: scriptText(name, args) }, { timeoutMs: SCRIPT_MS });
    return scriptAnswer(name, answer.text, schema);
  };

  return {
    publicUrl: async () => options.publicUrl ?? (await options.baseUrl()),
    pulse: () => pulse(http),
    async controller() {
      const tree = 'mode,numExecutors,quietingDown,url,primaryView[url]';
      const { value: body, answer } = await http.ask({ path: '/api/json', query: { tree } }, Controller);
      return {
        version: answer.headers['x-jenkins'],
        session: answer.headers['x-jenkins-session'],
        quietingDown: body.quietingDown ?? false,
        numExecutors: body.numExecutors ?? 0,
        rootUrl: body.url ?? body.primaryView?.url,
      };
    },
    executors: () => read('computer/api/json', COMPUTERS, Computers),
    buildQueue: async () =>
      (await read('queue/api/json', 'items[id,why,buildable,stuck,inQueueSince,task[name]]', BuildQueue)).items,
    executorSettings: () => script('executors-read', {}, ExecutorsRead),
    setTemplateMax: ({ max, label, ifCurrent }) =>
      script('template-max-set', { max, label: label ?? null, ifCurrent: ifCurrent ?? null, cloud: null }, TemplateSet),
    setControllerExecutors: (n) => script('controller-executors-set', { n }, ControllerSet),
    scmSync: () => script('scm-sync-status', {}, ScmStatus),
    async quietDown(reason) {
      // The text's name changed with 2.414; older cores ignore both.
      await post('quietDown', {}, { query: { reason, message: reason } });
    },
    async cancelQuietDown() {
      await post('cancelQuietDown', {});
    },
    whoAmI: async () => (await read('whoAmI/api/json', undefined, WhoAmI)).name,
  };
}

/** Core 1.596 does not escape control characters in its JSON. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this removes
const withoutControls = (text: string): string => text.replace(/[\x00-\x08\x0b\x0c\x0e-\x1f]/g, '');

const cookieOf = (answer: HttpAnswer): string | undefined =>
  /JSESSIONID[^=]*=[^;]+/.exec(answer.headers['set-cookie'] ?? '')?.[0];

/** `GET login` answers 200 to anybody on both lines; the order of the tests is the contract's (§1). */
async function pulse(http: HttpClient): Promise<JenkinsPulse> {
  try {
    const answer = await http.send({
      path: '/login',
      headers: { Accept: 'text/html' },
      accept: [401, 403, 404, 500, 502, 503, 504],
      repeat: false,
      timeoutMs: PULSE_MS,
    });
    return readPulse(answer);
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    return { state: 'unreachable', session: undefined, version: undefined, detail: error.seen };
  }
}

function readPulse({ status, text, headers }: HttpAnswer): JenkinsPulse {
  const seen = { session: headers['x-jenkins-session'], version: headers['x-jenkins'] };
  const title = htmlTitle(text) ?? `status ${status}`;
  if (status === 503) {
    if (/getting ready to work|Starting Jenkins/.test(text)) return { state: 'starting', ...seen, detail: undefined };
    if (/restarting/i.test(text)) return { state: 'restarting', ...seen, detail: undefined };
    return { state: 'broken', ...seen, detail: title };
  }
  if (status === 502 || status === 504) return { state: 'unreachable', ...seen, detail: `a proxy says ${status}` };
  // scm-sync's filter eats requests while its plugin object is missing: nothing is not "up" (contract §1).
  if (status === 200 && text.trim() === '')
    return { state: 'broken', ...seen, detail: 'it answers with an empty page' };
  if (status >= 500) return { state: 'broken', ...seen, detail: title };
  if (seen.version === undefined)
    return { state: 'broken', ...seen, detail: `something else answers there (${title})` };
  return { state: 'up', ...seen, detail: undefined };
}
