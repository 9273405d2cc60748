// Jenkins 1.596 and modern over HTTP: the port `Jenkins` of `core/cluster.ts`.
import type { z } from 'zod';
import type { BuildQueueItem, Jenkins, JenkinsExecutors, ScmSyncStatus } from '../../core/cluster.js';
import { UpstreamError } from '../../core/errors.js';
import { SECOND } from '../../core/time.js';
import { type HttpOptions, type HttpRequest, httpClient } from '../http.js';
import type { Scrub } from '../secrets.js';
import { buildActs } from './build-acts.js';
import { CAUSES } from './build-schema.js';
import { readBuilds } from './builds.js';
import { jobReader } from './jobs.js';
import { writer } from './post.js';
import { pulseOf } from './pulse.js';
import { explainJenkins } from './refusal.js';
import { BuildQueue, Computers, Controller, Jobs, NodeNames, WhoAmI } from './schema.js';
import { readFooter } from './scm-footer.js';
import { type ScriptName, scriptAnswer, scriptText } from './script.js';
import { ControllerSet, ExecutorsRead, ScmStatus, TemplateSet } from './script-schema.js';
import { buildReader } from './stories.js';
import { templateCalls } from './templates.js';
import { jenkinsUpkeep } from './upkeep.js';

export interface JenkinsOptions
  extends Pick<HttpOptions, 'credentials' | 'clock' | 'scrub' | 'onResponse' | 'timeouts' | 'retryDelaysMs'> {
  /** Undefined while nobody knows where the controller is; with path prefix. */
  baseUrl(): Promise<string | undefined>;
  publicUrl: string | undefined;
}

export interface JenkinsClient extends Jenkins {
  close(): void;
}

/** What a path cannot carry, and no node does. */
const NO_LABEL = /^(?:\s*|\.\.?)$/;

type Limits = Pick<HttpRequest, 'timeoutMs' | 'maxBytes'>;

/** Contract jenkins §4.4: scripts may take twice as long as other answers, 30 s; so may builds, which lie on disk. */
const READ_MS = 15 * SECOND;
/** Some 100,000 builds, which take 200 MB while they are read; the bot has 512. */
const BUILDS_MAX_BYTES = 16 * 1024 * 1024;

/** Texts come translated otherwise (contract jenkins §1). */
const ENGLISH = { 'Accept-Language': 'en' };

/** Names an old core does not know are ignored by it, so one query serves both lines. */
const CONTROLLER = 'mode,numExecutors,quietingDown,quietDownReason,url,primaryView[url]';
const RUNNING = 'currentExecutable[number,url,fullDisplayName]';
const COMPUTERS = `busyExecutors,totalExecutors,computer[displayName,assignedLabels[name],offline,idle,numExecutors,executors[${RUNNING}],oneOffExecutors[${RUNNING}]]`;
const QUEUE = `items[id,why,buildable,stuck,inQueueSince,task[name,url],${CAUSES}]`;

export function jenkinsClient(options: JenkinsOptions): JenkinsClient {
  const { baseUrl, publicUrl, ...rest } = options;
  const http = httpClient({
    ...rest,
    system: 'Jenkins',
    headers: ENGLISH,
    mend: withoutControls,
    noAddress: 'Marathon has no running task of the controller, so nobody knows where it is',
    explain: explainJenkins,
    urls: async () => {
      const url = await baseUrl();
      return url === undefined ? [] : [url];
    },
  });
  const post = writer(http);
  const readMs = rest.timeouts?.readMs ?? READ_MS;

  const read = async <T>(path: string, tree: string | undefined, schema: z.ZodType<T>, limits?: Limits): Promise<T> =>
    (await http.ask({ path, query: { tree }, ...limits }, schema)).value;
  const buildLimits = { timeoutMs: 2 * readMs, maxBytes: BUILDS_MAX_BYTES };

  const computers = () => read('/computer/api/json', COMPUTERS, Computers);

  const script = async <T>(name: ScriptName, args: object, schema: z.ZodType<T>): Promise<T> => {
    const request = { path: '/scriptText', form: { script: scriptText(name, args) }, timeoutMs: 2 * readMs };
    const { text } = await post(request);
    const failed = (seen: string) => http.refuse({ method: 'POST', path: `/scriptText (${name})` }, 200, seen);
    return scriptAnswer(text, schema, failed);
  };

  return {
    ...jobReader(http, rest.scrub),
    ...buildReader(http, rest.scrub),
    ...buildActs(http, post, rest.scrub),
    close: http.close,
    publicUrl: async () => (publicUrl ?? (await baseUrl().catch(unknownWhere)))?.replace(/(?<!\/)\/+$/, ''),
    pulse: () => pulseOf(http, readMs),
    async controller() {
      const { value, answer } = await http.ask({ path: '/api/json', query: { tree: CONTROLLER } }, Controller);
      const { 'x-jenkins': version, 'x-jenkins-session': session } = answer.headers;
      return { ...value, version, session };
    },
    executors: computers,
    buildQueue: async () =>
      (await read('/queue/api/json', QUEUE, BuildQueue)).map((item) => withoutSecretsIn(item, rest.scrub)),
    builds: (from) => readBuilds(from, (path, tree) => read(path, tree, Jobs, buildLimits)),
    async nodesWith(label) {
      if (NO_LABEL.test(label)) return [];
      const names = await read(`/label/${encodeURIComponent(label)}/api/json`, 'nodes[nodeName]', NodeNames);
      return names.includes('') ? withController(names, await computers()) : names;
    },
    executorSettings: () => script('executors-read', {}, ExecutorsRead),
    setTemplateMax({ max, label = null, ifCurrent = null }) {
      return script('template-max-set', { max, label, ifCurrent, cloud: null }, TemplateSet);
    },
    ...templateCalls(script, rest.scrub),
    setControllerExecutors: (n) => script('controller-executors-set', { n }, ControllerSet),
    scmSync: async () => withoutSecrets(await script('scm-sync-status', {}, ScmStatus), rest.scrub),
    scmSyncFooter: async () => withoutSecrets(await readFooter(http, () => rest.clock.now()), rest.scrub),
    async quietDown(reason) {
      // The text's name changed with 2.414; cores before 2.267 ignore both.
      await post({ path: '/quietDown', query: { reason, message: reason } });
    },
    async cancelQuietDown() {
      await post({ path: '/cancelQuietDown' });
    },
    ...jenkinsUpkeep({ http, post, script, scrub: rest.scrub, patienceMs: 2 * readMs }),
    whoAmI: () => read('/whoAmI/api/json', undefined, WhoAmI),
  };
}

/** The controller's node has no name; its computer has, another one in each line. */
const withController = (names: readonly string[], { computers }: JenkinsExecutors): string[] =>
  names.flatMap((name) => (name === '' ? (computers.find(({ isController }) => isController)?.name ?? []) : name));

/** Core 1.596 does not escape control characters in its JSON (contract jenkins §1). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this removes
const withoutControls = (text: string): string => text.replace(/[\x00-\x08\x0b\x0c\x0e-\x1f]/g, '');

/** Before anybody shortens what people and programs wrote: half a secret would no longer be known as one. */
const withoutSecretsIn = ({ why, causes = [], ...item }: BuildQueueItem, scrub: Scrub): BuildQueueItem => ({
  ...item,
  why: scrub(why),
  causes: causes.map(({ text }) => ({ text: scrub(text) })),
});

/** A link is not worth an error; without an address there is none. */
function unknownWhere(error: unknown): undefined {
  if (!(error instanceof UpstreamError)) throw error;
}

/** What git and the plugin wrote may quote a URL with a password; the script hides some, we hide the rest. */
function withoutSecrets(status: ScmSyncStatus, scrub: Scrub): ScmSyncStatus {
  const clean = (text: string | undefined) => (text === undefined ? undefined : scrub(text));
  const { url, failText, logText, filesAtRisk } = status;
  const texts = { url: clean(url), failText: clean(failText), logText: clean(logText) };
  return { ...status, ...texts, filesAtRisk: filesAtRisk?.map(scrub) };
}
