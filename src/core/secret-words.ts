// Which typed words look like secrets; `accept` refuses them before anything is stored.

/** `PASSWORD`, `API_TOKEN`, `SECRET_KEY` …: the name of an environment variable that holds a secret. */
export function looksSecret(name: string): boolean {
  if (/pass(word|wd|phrase)?|token|secret|credential|private|api_?key|(^|_)key($|_)|auth(?!or)/i.test(name))
    return true;
  return name.split(/[^A-Za-z]+|(?<=[a-z])(?=[A-Z])/).some((word) => SHORT_WORDS.test(word));
}

/** Too short to be looked for inside of words: `spin`, `pinned`, `power` hold none. */
const SHORT_WORDS = /^(?:pwd|pw|pin)$/i;

/** `https://user:password@host`, also inside a longer text. */
export function hasUrlPassword(text: string): boolean {
  return /[a-z0-9+.-]:\/\/[^\s/@:]*:[^\s/@]+@/i.test(text);
}
