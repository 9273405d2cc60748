// Builds asked for and taken back, and what Jenkins remembers of them while they wait (contract jenkins §4.1, §4.2), on both
// lines. Called by `client.ts`.
import { z } from 'zod';
import { UpstreamError } from '../../core/errors.js';
import { type BuildActs, type BuildOrigin, type BuildQueueEntry, jobPath } from '../../core/jenkins-build.js';
import { unlessAbsent } from '../absent.js';
import type { HttpAnswer, HttpClient } from '../http.js';
import { maybe } from '../maybe.js';
import type { Scrub } from '../secrets.js';
import { causeTexts } from './build-schema.js';
import type { Post } from './post.js';
import { fullName, pathOf } from './schema.js';

const ACTIONS = 'actions[causes[userId,shortDescription],parameters[name,value]]';
const ITEM = `id,why,inQueueSince,cancelled,task[url,name],executable[number],${ACTIONS}`;
/** As many as a person, or several, could have started since we looked. */
const NEWEST = 30;
const JOB = `nextBuildNumber,builds[number,queueId,${ACTIONS}]{0,${NEWEST}}`;

const Cause = z.object({ userId: maybe(z.string()), shortDescription: maybe(z.string()) });
const Value = z.union([z.string(), z.number(), z.boolean()]).transform(String).optional().catch(undefined);
const Action = z
  .object({ causes: maybe(z.array(Cause)), parameters: maybe(z.array(z.object({ name: z.string(), value: Value }))) })
  .nullish();

/** Each kind of action stands among the others, most of them empty to us. */
const Actions = maybe(z.array(Action)).transform((actions = []) => {
  const causes = actions.flatMap((action) => action?.causes ?? []);
  const values = actions.flatMap((action) => action?.parameters ?? []);
  return {
    causes: causeTexts(causes),
    account: causes.map(accountOf).find((account) => account !== undefined),
    parameters: Object.fromEntries(values.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]]))),
  };
});

/** Whoever has not logged in has no id; the words are English because we ask for that (contract jenkins §1). */
function accountOf({ userId, shortDescription }: z.output<typeof Cause>): string | undefined {
  return userId ?? (shortDescription === 'Started by user anonymous' ? 'anonymous' : undefined);
}

const Item = z.object({
  id: z.number(),
  why: maybe(z.string()),
  inQueueSince: z.number(),
  cancelled: maybe(z.boolean()),
  task: maybe(z.object({ url: maybe(z.string()), name: maybe(z.string()) })),
  executable: maybe(z.object({ number: maybe(z.number()) })),
  actions: Actions,
});
type Item = z.output<typeof Item>;

const Queue = z.object({ items: z.array(Item) });

const Job = z.object({
  nextBuildNumber: maybe(z.number()),
  builds: maybe(z.array(z.object({ number: z.number(), queueId: maybe(z.number()), actions: Actions }).nullish())),
});

const originOf = (
  queueId: number | undefined,
  number: number | undefined,
  { account, parameters }: Item['actions'],
): BuildOrigin => ({ queueId, number, account, parameters });

/** @param scrub over what people and programs wrote: it is kept with the job that asked */
export function buildActs(http: HttpClient, post: Post, scrub: Scrub): BuildActs {
  /** What the queue and then the job have: in this order nothing is missed on its way from one to the other. */
  const jobTrace: BuildActs['jobTrace'] = async (name) => {
    const { value: queue } = await http.ask({ path: '/queue/api/json', query: { tree: `items[${ITEM}]` } }, Queue);
    const asked = { path: `${jobPath(name)}/api/json`, query: { tree: JOB } };
    const found = await unlessAbsent(() => http.ask(asked, Job));
    if (found === undefined) return undefined;
    const { nextBuildNumber, builds = [] } = found.value;
    const waiting = queue.items.filter((item) => nameOf(item) === name);
    return {
      session: found.answer.headers['x-jenkins-session'],
      nextNumber: nextBuildNumber ?? 1,
      origins: [
        ...waiting.map(({ id, actions }) => originOf(id, undefined, actions)),
        ...builds.flatMap((build) =>
          build === null || build === undefined ? [] : [originOf(build.queueId, build.number, build.actions)],
        ),
      ],
    };
  };

  return {
    jobTrace,
    async startBuild(name, parameters) {
      const path = `${jobPath(name)}/${parameters === undefined ? 'build' : 'buildWithParameters'}`;
      // A parameter called `delay` would be given twice, which Jenkins refuses.
      const query = parameters !== undefined && 'delay' in parameters ? {} : { delay: '0sec' };
      return queueIdOf(path, await post({ path, query, form: parameters ?? {} }));
    },
    async queueItem(id) {
      const asked = { path: `/queue/item/${id}/api/json`, query: { tree: ITEM } };
      const found = await unlessAbsent(() => http.ask(asked, Item));
      return found === undefined ? undefined : entryOf(found.value, scrub);
    },
    cancelQueueItem: async (id) => void (await unlessAbsent(() => post({ path: '/queue/cancelItem', query: { id } }))),
    stopBuild: async (name, number, how) => void (await post({ path: `${jobPath(name)}/${number}/${how}` })),
  };
}

const nameOf = ({ task }: Item): string | undefined => fullName(pathOf(task?.url)) ?? task?.name;

/** `Location` is absolute and built from whatever host the container saw: only the number is of use (contract jenkins §4.2). */
function queueIdOf(path: string, { status, headers }: HttpAnswer): number | undefined {
  const id = /\/queue\/item\/(\d+)\/?$/.exec(headers['location'] ?? '')?.[1];
  if (id !== undefined) return Number(id);
  if (status < 300) return undefined;
  const seen = 'the build queue did not take it';
  const request = `POST ${path}`;
  throw new UpstreamError({ system: 'Jenkins', request, status, seen, retryable: false, mayHaveArrived: false });
}

function entryOf(item: Item, scrub: Scrub): BuildQueueEntry {
  const number = item.executable?.number;
  return {
    id: item.id,
    jenkinsJob: nameOf(item) ?? 'a job that may not be seen',
    why: scrub(item.why ?? ''),
    inQueueSince: item.inQueueSince,
    causes: item.actions.causes.map(({ text }) => ({ text: scrub(text) })),
    state: item.cancelled === true ? 'cancelled' : number === undefined ? 'waiting' : 'started',
    number,
  };
}
