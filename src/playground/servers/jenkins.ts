// The simulated Jenkins as an HTTP server: finds the controller a request is meant for, answers in its stead while it
// boots, and hands the rest to reads and actions. Works behind `serve` and behind a proxy that resolves simulated hosts.
import type { Controller } from '../world/jenkins/controller.js';
import type { JenkinsWorld } from '../world/jenkins/world.js';
import { createFaults, type Faults } from './faults.js';
import type { Answer, Handler, PlainRequest } from './http.js';
import { act } from './jenkins-actions.js';
import { admit } from './jenkins-call.js';
import { notFound, notReady } from './jenkins-pages.js';
import { read } from './jenkins-reads.js';

export interface JenkinsHandlerOptions {
  /** Faults shared with a test; own ones when absent. */
  faults?: Faults;
  /** Which controller answers; by the Host header when absent. */
  controllerFor?: (request: PlainRequest) => Controller | undefined;
}

/** Nothing listens: the socket ends without an answer, which is as near as a shared server comes to "refused". */
class NobodyListens extends Error {}

/** It listens and never answers: the socket stays open until the client gives up. */
class NeverAnswers extends Error {}

export function jenkinsHandler(world: JenkinsWorld, options: JenkinsHandlerOptions = {}): Handler {
  const faults = options.faults ?? createFaults(world.clock);
  const controllerFor = options.controllerFor ?? ((request) => world.answeringAt(request.headers.host));
  const handle = faults.around((request) => respond(world, controllerFor(request), request));
  return async (req, res) => {
    try {
      await handle(req, res);
    } catch (error) {
      if (error instanceof NeverAnswers) return;
      if (!(error instanceof NobodyListens)) throw error;
      req.socket.destroy();
    }
  };
}

function respond(world: JenkinsWorld, controller: Controller | undefined, request: PlainRequest): Answer {
  if (controller === undefined || controller.phase === 'unreachable' || controller.phase === 'ended')
    throw new NobodyListens();
  if (controller.hung) throw new NeverAnswers();
  if (world.answersEmpty) return { status: 200 };
  const context = { world, controller };
  if (controller.phase !== 'up') return notReady(context);
  if (!`${request.path}/`.startsWith(`${world.prefix}/`)) return notFound(context, request.path);
  const call = admit(world, controller, request);
  if ('status' in call) return call;
  return act(call) ?? (request.method === 'POST' ? notFound(context, request.path) : read(call));
}
