// Why a build waits in Jenkins' queue, read out of Jenkins' own `why` texts, old and modern (which puts names in ‘…’;
// contract jenkins §4.1). `queue` joins it with what else is known; alerts say it as it is.

export type WaitCause =
  | { kind: 'quiet-period'; left: string }
  | { kind: 'quieting-down' }
  /** A build of the same job, which builds one at a time. `left`: Jenkins' guess, `3 min 2 sec`. */
  | { kind: 'same-job'; build: number; left: string | undefined }
  | { kind: 'other-job'; way: 'upstream' | 'downstream'; jenkinsJob: string }
  /** `on`: a label or the name of a node; undefined where Jenkins names none. */
  | { kind: 'executor'; seen: 'busy' | 'offline' | 'none'; on: string | undefined; isNode?: boolean }
  | { kind: 'other'; words: string };

const NAME = `[‘'"]?(.+?)[’'"]?`;
const whole = (text: string): RegExp => new RegExp(`^${text}$`);

const CAUSES: readonly [pattern: RegExp, cause: (found: readonly string[]) => WaitCause][] = [
  [/^In the quiet period\. Expires in (.+)$/, ([left = '']) => ({ kind: 'quiet-period', left })],
  [/^Jenkins is about to shut down/, () => ({ kind: 'quieting-down' })],
  [/^Build #(\d+) is already in progress(?: \(ETA: ?(.+)\))?$/, ([build, left]) => sameJob(Number(build), left)],
  [
    whole(`(Upstream|Downstream) project ${NAME} is already building\\.?`),
    ([way, jenkinsJob = '']) => ({
      kind: 'other-job',
      way: way === 'Upstream' ? 'upstream' : 'downstream',
      jenkinsJob: jenkinsJob.replaceAll(' » ', '/'),
    }),
  ],
  [/^Waiting for next available executor$/, () => ({ kind: 'executor', seen: 'busy', on: undefined })],
  [whole(`Waiting for next available executor on ${NAME}`), ([on]) => ({ kind: 'executor', seen: 'busy', on })],
  [whole(`All nodes of label ${NAME} are offline`), ([on]) => ({ kind: 'executor', seen: 'offline', on })],
  [whole(`There are no nodes with the label ${NAME}`), ([on]) => ({ kind: 'executor', seen: 'none', on })],
  [whole(`${NAME} is offline`), ([on]) => ({ kind: 'executor', seen: 'offline', on, isNode: true })],
];

const sameJob = (build: number, left: string | undefined): WaitCause => ({
  kind: 'same-job',
  build,
  left: left === 'N/A' ? undefined : left,
});

/** @param why as Jenkins says it, in English */
export function waitCause(why: string): WaitCause {
  const text = why.trim();
  for (const [pattern, cause] of CAUSES) {
    const found = pattern.exec(text);
    if (found !== null) return cause(found.slice(1));
  }
  return ofSeveralNodes(text) ?? { kind: 'other', words: text };
}

/** Since 2.57 each node has a say, one after the other: `‘a’ is offline; ‘b’ doesn’t have label ‘linux’`. */
function ofSeveralNodes(text: string): WaitCause | undefined {
  const parts = text.split('; ');
  const on = parts.map((part) => /doesn.t have label ['‘]?(.+?)['’]?$/.exec(part)?.[1]).find(Boolean);
  if (on === undefined) return undefined;
  const says = (pattern: RegExp) => parts.some((part) => pattern.test(part));
  return { kind: 'executor', seen: says(/^Waiting for/) ? 'busy' : says(/is offline$/) ? 'offline' : 'none', on };
}

/** Continues "it waits because". A text that is not known is Jenkins' own. */
export function waitWords(why: string): string {
  const cause = waitCause(why);
  if (cause.kind !== 'executor') return why === '' ? 'Jenkins does not say why' : why;
  const { seen, on, isNode } = cause;
  if (on === undefined) return 'every executor is busy, or there is none';
  if (isNode === true) return `the agent ${on} is offline`;
  if (seen === 'busy') return `every executor of ${on} is busy`;
  return seen === 'offline' ? `every agent with the label ${on} is offline` : `no agent with the label ${on} is there`;
}

/** It may run on the controller only, so no agent would help. */
export const waitsForController = (why: string): boolean =>
  /^(?:Waiting for next available executor on )?[‘'"]?(?:the )?(?:master|built-in(?: node)?)[’'"]?(?: is offline)?$/i.test(
    why,
  );
