// A build as `…/api/json` tells it, only the fields we read, old (1.596) and modern: `STORY` asks for them and `Build`
// reads them. Called by `stories.ts` and, for what started an item, by `schema.ts`.
import { z } from 'zod';
import type { BuildCause, BuildStory, Commit } from '../../core/build-reads.js';
import { maybe } from '../maybe.js';

/** A person reads three; the fourth tells that there are more. */
const COMMITS = 4;
const CHANGES = `items[msg,author[fullName]]{0,${COMMITS}}`;
export const CAUSES = 'actions[causes[shortDescription]]';

/** One query serves both lines and all kinds of jobs: a Pipeline has `changeSets`, one for each repository, and no node. */
export const STORY = `number,url,timestamp,building,duration,estimatedDuration,result,builtOn,${CAUSES},changeSet[${CHANGES}],changeSets[${CHANGES}]`;

const Cause = z.object({ shortDescription: maybe(z.string()) });

/** Among the actions of builds and queue items, most of which tell nothing. */
export const Causes = maybe(z.array(z.object({ causes: maybe(z.array(Cause.nullish())) }).nullish())).transform(
  (actions = []): BuildCause[] => causeTexts(actions.flatMap((action) => action?.causes ?? [])),
);

/** Each once. */
export function causeTexts(causes: readonly (z.output<typeof Cause> | null | undefined)[]): BuildCause[] {
  const texts = causes.flatMap((cause) => cause?.shortDescription ?? []).map(firstLine);
  return [...new Set(texts)].filter((text) => text !== '').map((text) => ({ text }));
}

const ChangeSet = maybe(
  z.object({
    items: maybe(
      z.array(z.object({ msg: maybe(z.string()), author: maybe(z.object({ fullName: maybe(z.string()) })) }).nullish()),
    ),
  }),
);

type ChangeSet = z.infer<typeof ChangeSet>;

const commitsIn = (changes: readonly ChangeSet[]): Commit[] =>
  changes
    .flatMap((set) => set?.items ?? [])
    .flatMap((item) => (item === null ? [] : [{ subject: firstLine(item?.msg ?? ''), author: item?.author?.fullName }]))
    .slice(0, COMMITS);

const firstLine = (text: string): string => text.trim().split(/\r?\n/, 1)[0] ?? '';

/** Without its job, which its address tells. */
export const Build = z
  .object({
    number: z.number(),
    url: maybe(z.string()),
    timestamp: z.number(),
    building: maybe(z.boolean()),
    duration: maybe(z.number()),
    estimatedDuration: maybe(z.number()),
    result: maybe(z.string()),
    builtOn: maybe(z.string()),
    actions: Causes,
    changeSet: ChangeSet,
    changeSets: maybe(z.array(ChangeSet)),
  })
  .transform((wire) => ({ url: wire.url, story: storyOf(wire) }));

interface Wire {
  number: number;
  timestamp: number;
  building?: boolean | undefined;
  duration?: number | undefined;
  estimatedDuration?: number | undefined;
  result?: string | undefined;
  builtOn?: string | undefined;
  actions: BuildCause[];
  changeSet?: ChangeSet;
  changeSets?: ChangeSet[] | undefined;
}

/** A Pipeline may know its result before its end; −1 is an estimate nobody can make. */
function storyOf(wire: Wire): Omit<BuildStory, 'jenkinsJob'> {
  const isRunning = wire.building === true;
  const estimate = wire.estimatedDuration ?? -1;
  return {
    number: wire.number,
    at: wire.timestamp,
    isRunning,
    durationMs: isRunning ? 0 : (wire.duration ?? 0),
    estimateMs: estimate > 0 ? estimate : undefined,
    result: isRunning ? undefined : wire.result,
    nodeName: wire.builtOn,
    causes: wire.actions,
    commits: commitsIn([wire.changeSet, ...(wire.changeSets ?? [])]),
  };
}
