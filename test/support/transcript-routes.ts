// What a `transcript-marathon.ts` answers beside its event stream: reads only, in the shape of the recorded generation.
import { type Answer, html, json, type PlainRequest, text } from '../../src/playground/servers/http.js';
import { APP, atLeast } from './transcript-file.js';
import type { TranscriptState } from './transcript-state.js';
import { appView, deploymentView, infoView, type Labels, labelled, queueView, tasksView } from './transcript-views.js';

export interface Served {
  state: TranscriptState;
  labels: Labels;
  mesosUrl: string | undefined;
  /** `host:port` under which the client reached us. */
  leader: string;
}

export function respond(request: PlainRequest, served: Served): Answer {
  const { state, leader } = served;
  const answer = route(request, served) ?? notFound(state);
  // 0.8 names no leader.
  if (!atLeast(state.generation, '0.9')) return answer;
  return { ...answer, headers: { ...answer.headers, 'x-marathon-leader': `http://${leader}` } };
}

function notFound({ generation }: TranscriptState): Answer {
  return generation === '1.11' ? json(500, { message: 'URI not found' }) : html(404, 'Not Found');
}

function route({ method, path }: PlainRequest, served: Served): Answer | undefined {
  const { state, labels, mesosUrl, leader } = served;
  // A transcript is over and cannot be changed: who tries is wrong.
  if (method !== 'GET' && method !== 'HEAD') return json(403, { message: 'Not Authorized to perform this action!' });
  if (path.startsWith(`/v2/apps${APP}`)) return appRoute(path.slice(`/v2/apps${APP}`.length), served);
  if (path.startsWith('/v2/apps/')) return missing(path.slice('/v2/apps'.length));
  switch (path) {
    case '/ping':
      return text(200, 'pong');
    case '/v2/info':
      return json(200, infoView(state, leader, mesosUrl));
    case '/v2/leader':
      return json(200, { leader });
    case '/v2/apps':
      return json(200, { apps: state.definition ? [appView(state, state.definition, labels)] : [] });
    case '/v2/tasks':
      return json(200, { tasks: tasksView(state) });
    case '/v2/deployments':
      return json(
        200,
        state.plans.open.map((plan) => deploymentView(state, plan)),
      );
    case '/v2/queue':
      return json(200, queueView(state, labels));
    default:
      return undefined;
  }
}

function appRoute(below: string, { state, labels }: Served): Answer | undefined {
  const { definition, generation } = state;
  if (definition === undefined) return missing(APP);
  if (below === '') return json(200, { app: appView(state, definition, labels) });
  if (below === '/tasks') {
    const tasks = tasksView(state);
    return tasks.length === 0 && generation === '0.8' ? missing(APP) : json(200, { tasks });
  }
  if (below === '/versions') return json(200, { versions: state.history.map(({ version }) => String(version)) });
  const wanted = /^\/versions\/(.+)$/.exec(below)?.[1];
  if (wanted === undefined) return undefined;
  const found = state.history.find(({ version }) => version === decodeURIComponent(wanted));
  return found === undefined ? missing(APP) : json(200, labelled(found, labels));
}

const missing = (appId: string): Answer => json(404, { message: `App '${appId}' does not exist` });
