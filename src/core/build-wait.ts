// Why a build waits in Jenkins' queue, in plain words: Jenkins' own `why` texts are those of contract jenkins §4.1, old
// and modern (which puts names in ‘…’).

const NAME = `[‘'"]?(.+?)[’'"]?`;

const WORDS: readonly [pattern: RegExp, words: (name: string) => string][] = [
  [new RegExp(`^Waiting for next available executor on ${NAME}$`), (name) => `every executor of ${name} is busy`],
  [/^Waiting for next available executor$/, () => 'every executor is busy, or there is none'],
  [new RegExp(`^All nodes of label ${NAME} are offline$`), (name) => `every agent with the label ${name} is offline`],
  [new RegExp(`^There are no nodes with the label ${NAME}$`), (name) => `no agent with the label ${name} is there`],
  [new RegExp(`^${NAME} is offline$`), (name) => `the agent ${name} is offline`],
];

/** Continues "it waits because". A text that is not known is Jenkins' own. */
export function waitWords(why: string): string {
  for (const [pattern, words] of WORDS) {
    const found = pattern.exec(why);
    if (found !== null) return words(found[1] ?? '');
  }
  return why === '' ? 'Jenkins does not say why' : why;
}

/** It may run on the controller only, so no agent would help. */
export const waitsForController = (why: string): boolean =>
  /^(?:Waiting for next available executor on )?[‘'"]?(?:the )?(?:master|built-in(?: node)?)[’'"]?(?: is offline)?$/i.test(
    why,
  );
