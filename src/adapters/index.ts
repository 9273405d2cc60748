// The systems on the far side of a socket: configuration in, ports out.
import type { Config, Upstream } from '../config.js';
import type { Jenkins, Marathon, Mesos } from '../core/cluster.js';
import { addressOf, runningTask } from '../core/controller.js';
import { UpstreamError } from '../core/errors.js';
import { failureWords } from '../core/gather.js';
import { type Clock, SECOND } from '../core/time.js';
import type { CredentialSource, HttpOptions } from './http.js';
import { jenkinsClient } from './jenkins/client.js';
import { marathonClient } from './marathon/client.js';
import { type EventStreamOptions, type Listening, listenToMarathon } from './marathon/events.js';
import { mesosClient } from './mesos/client.js';
import type { Scrub } from './secrets.js';

export interface Ports {
  marathon: Marathon;
  mesos: Mesos;
  jenkins: Jenkins;
}

export interface Connected {
  ports: Ports;
  /** Ends connections that are kept open. */
  close(): void;
}

export interface ConnectOptions {
  clock: Clock;
  scrub: Scrub;
  onResponse: NonNullable<HttpOptions['onResponse']>;
}

/** Opens Marathon's event stream for whoever listens. */
export function marathonEvents(
  config: Config,
  common: ConnectOptions & Pick<EventStreamOptions, 'wall' | 'log'>,
): (hear: EventStreamOptions['hear']) => Listening {
  const { urls } = config.marathon;
  const options = { ...common, urls, credentials: loginOf(config.marathon), appId: config.marathon.appId };
  return (hear) => listenToMarathon({ ...options, hear });
}

/** A controller that moved is found again within this time. */
const ADDRESS_KEPT_MS = 2 * SECOND;

export function connect(config: Config, common: ConnectOptions): Connected {
  const marathon = marathonClient({
    ...common,
    urls: config.marathon.urls,
    publicUrl: config.marathon.publicUrl,
    credentials: loginOf(config.marathon),
  });
  const mesos = mesosClient({
    ...common,
    urls: async () => {
      if (config.mesos.urls.length > 0) return config.mesos.urls;
      const { mesosUrl } = await marathon.info();
      return mesosUrl === undefined ? [] : [mesosUrl];
    },
    publicUrl: config.mesos.publicUrl,
    credentials: loginOf(config.mesos),
  });
  const jenkins = jenkinsClient({
    ...common,
    baseUrl: controllerAddress(config, marathon, common.clock),
    publicUrl: config.jenkins.publicUrl,
    credentials: loginOf(config.jenkins),
  });
  return {
    ports: { marathon, mesos, jenkins },
    close() {
      for (const client of [marathon, mesos, jenkins]) client.close();
    },
  };
}

/** `JENKINS_URL`, or wherever Marathon runs the controller now. */
function controllerAddress(config: Config, marathon: Marathon, clock: Clock): () => Promise<string | undefined> {
  let known: { at: number; url: string | undefined } | undefined;
  return async () => {
    const [configured] = config.jenkins.urls;
    if (configured !== undefined) return configured;
    if (known !== undefined && clock.now() - known.at < ADDRESS_KEPT_MS) return known.url;
    const app = await marathon.app(config.marathon.appId).catch((error: unknown) => {
      throw error instanceof UpstreamError ? addressUnknown(error) : error;
    });
    const task = app === undefined ? undefined : runningTask(app);
    known = { at: clock.now(), url: task === undefined ? undefined : `http://${addressOf(task)}` };
    return known.url;
  };
}

/** That Marathon is silent is not to say that it has no controller. */
const addressUnknown = (error: UpstreamError): UpstreamError =>
  new UpstreamError({
    system: 'Jenkins',
    request: 'its address',
    seen: `where it is, only Marathon knows: ${failureWords(error)}`,
    retryable: false,
    mayHaveArrived: false,
    cause: error,
  });

/** Without credentials nothing is sent; after a 401 the secret's file is read again. */
function loginOf({ credentials }: Upstream): CredentialSource {
  const { username, password, token } = credentials;
  return {
    header() {
      if (token !== undefined) return `token=${token.value()}`;
      if (username === undefined || password === undefined) return undefined;
      return `Basic ${Buffer.from(`${username}:${password.value()}`, 'utf8').toString('base64')}`;
    },
    refresh: () => [password, token].filter((secret) => secret?.refresh() === true).length > 0,
  };
}
