// Everything a GET may ask the simulated Jenkins for: the JSON views, the log, and the few full pages clients look at.
import { randomBytes } from 'node:crypto';
import type { Answer } from './http.js';
import { buildView, className, isModern } from './jenkins-build-views.js';
import { buildAt, type Call, crumbField, crumbFor, decoded, jobAt, sessionOf } from './jenkins-call.js';
import { type Bean, exportBean, record } from './jenkins-exported.js';
import { jobView } from './jenkins-job-views.js';
import { consoleLog, progressiveText } from './jenkins-log.js';
import { advertised, fullPage, jetty, missingRight, notFound, redirect } from './jenkins-pages.js';
import { queueItemView, queueView } from './jenkins-queue-views.js';
import {
  computersView,
  computerView,
  controllerView,
  labelView,
  loadView,
  pluginsView,
  whoAmIView,
} from './jenkins-views.js';

type Found = Bean | Answer | undefined;
type Look = (call: Call, parts: readonly string[]) => Found;

const JOB = '((?:job/[^/]+/)+)';
const BUILD = `${JOB}(\\d+|last\\w*Build)/`;

const READS: [RegExp, Look][] = [
  ['api/json', controllerView],
  ['computer/api/json', computersView],
  ['computer/([^/]+)/api/json', oneComputer],
  ['queue/api/json', queueView],
  ['queue/item/(\\d+)/api/json', queueItem],
  [`${JOB}api/json`, (call: Call, [path = '']: readonly string[]) => inJob(call, path, (job) => jobView(call, job))],
  [
    `${BUILD}api/json`,
    (call: Call, parts: readonly string[]) => inBuild(call, parts, (build) => buildView(call, build)),
  ],
  [
    `${BUILD}logText/progressiveText`,
    (call: Call, parts: readonly string[]) => inBuild(call, parts, (build) => logFrom(call, build)),
  ],
  [
    `${BUILD}consoleText`,
    (call: Call, parts: readonly string[]) => inBuild(call, parts, (build) => wholeLog(call, build)),
  ],
  ['crumbIssuer/api/json', crumb],
  ['whoAmI/api/json', (call: Call) => whoAmIView(call, call.who)],
  ['pluginManager/api/json', plugins],
  ['overallLoad/api/json', loadView],
  ['label/([^/]+)/api/json', (call: Call, [label = '']: readonly string[]) => labelView(call, decoded(label))],
  ['label/([^/]+)/loadStatistics/api/json', loadView],
  ['login/?', (call: Call) => fullPage(call, 'Jenkins', '<h1>Welcome to Jenkins!</h1>', !isModern(call))],
  ['', (call: Call) => fullPage(call, 'Dashboard [Jenkins]', '<h1>Jenkins</h1>')],
  [
    JOB,
    (call: Call, [path = '']: readonly string[]) =>
      inJob(call, path, (job) => fullPage(call, job.fullName, `<h1>${job.fullName}</h1>`)),
  ],
  ['((?:job/[^/]+/)*job/[^/]+)', (call: Call) => redirect(call, `${call.request.path}/`)],
].map(([pattern, look]) => [new RegExp(`^${pattern as string}$`), look as Look]);

export function read(call: Call): Answer {
  for (const [pattern, look] of READS) {
    const match = pattern.exec(call.path);
    if (match === null) continue;
    const found = look(call, match.slice(1));
    if (found === undefined) break;
    return 'status' in found ? found : json(call, found);
  }
  return notFound(call, call.request.path);
}

/** Core 1.596 writes control characters as they are, which is not JSON (contract jenkins §1). */
function json(call: Call, bean: Bean): Answer {
  let body: string;
  try {
    body = JSON.stringify(exportBean(bean, call.request.query));
  } catch (error) {
    return jetty(call, 400, error instanceof Error ? error.message : 'bad tree', call.request.path);
  }
  if (!isModern(call))
    body = body.replace(/\\(\\|u00[01][0-9a-f])/g, (written, what: string) =>
      what === '\\' ? written : String.fromCharCode(Number.parseInt(what.slice(1), 16)),
    );
  return {
    status: 200,
    headers: {
      ...advertised(call),
      'x-content-type-options': 'nosniff',
      'content-type': 'application/json;charset=utf-8',
    },
    body,
  };
}

type Job = NonNullable<ReturnType<typeof jobAt>>;
type Build = NonNullable<ReturnType<typeof buildAt>>;

function inJob(call: Call, path: string, show: (job: Job) => Found): Found {
  const job = jobAt(call, path);
  return job === undefined ? undefined : show(job);
}

function inBuild(call: Call, [path = '', which = '']: readonly string[], show: (build: Build) => Found): Found {
  return inJob(call, path, (job) => {
    const build = buildAt(call, job, which);
    return build === undefined ? undefined : show(build);
  });
}

const logFrom = (call: Call, build: Build) =>
  progressiveText(build, call.world.clock.now(), Number(call.request.query.get('start') ?? 0));

const wholeLog = (call: Call, build: Build): Answer => ({
  status: 200,
  headers: { ...advertised(call), 'content-type': 'text/plain;charset=utf-8' },
  body: consoleLog(build, call.world.clock.now()),
});

function oneComputer(call: Call, [name = '']: readonly string[]): Found {
  const wanted = decoded(name);
  const isController = wanted === '(master)' || wanted === '(built-in)';
  const node = call.controller.farm.nodes.find((other) => (isController ? other.isController : other.name === wanted));
  return node === undefined ? undefined : computerView(call, node);
}

function queueItem(call: Call, [id = '']: readonly string[]): Found {
  const item = call.controller.farm.queue.find(Number(id));
  return item === undefined ? undefined : queueItemView(call, item);
}

/** 404 says: protection is off. A crumb call without an HTTP session opens one. */
function crumb(call: Call): Found {
  if (!call.world.accounts.useCrumbs) return undefined;
  const known = sessionOf(call.request);
  const httpSession = known ?? `node0${randomBytes(8).toString('hex')}`;
  const answer = json(
    call,
    record(className(call, 'hudson.security.csrf.DefaultCrumbIssuer'), {
      crumb: crumbFor(call, httpSession),
      crumbRequestField: crumbField(call.world),
    }),
  );
  if (known !== undefined || !isModern(call)) return answer;
  const cookie = `JSESSIONID.${call.controller.session}=${httpSession}; Path=/; HttpOnly`;
  return { ...answer, headers: { ...answer.headers, 'set-cookie': cookie } };
}

function plugins(call: Call): Found {
  const mayRead = !isModern(call) || call.world.accounts.may(call.who, 'Administer');
  return mayRead ? pluginsView(call) : missingRight(call, call.who, 'SystemRead');
}
