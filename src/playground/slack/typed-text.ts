// What Slack makes of the text a person types before an app sees it.
// (docs.slack.dev/interactivity/implementing-slash-commands, "should_escape")
import type { Directory } from './directory.js';

/** `&`, `<` and `>` travel escaped. */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** `@ana` → `<@U0ANA|ana>`, `#ci` → `<#C0CI|ci>`, addresses into angle brackets. */
export function escapedForCommand(text: string, directory: Directory): string {
  const users = new Map([...directory.users.values()].map((one) => [one.name, one.id]));
  const channels = new Map([...directory.channels.values()].map((one) => [one.name, one.id]));
  return escaped(text)
    .replace(/(?<=^|\s)@([a-z0-9._-]+)/g, (word, name: string) => linked(word, '@', users.get(name), name))
    .replace(/(?<=^|\s)#([a-z0-9._-]+)/g, (word, name: string) => linked(word, '#', channels.get(name), name))
    .replace(/(?<=^|\s)(https?:\/\/[^\s]+)/g, '<$1>');
}

function linked(word: string, sign: string, id: string | undefined, name: string): string {
  return id === undefined ? word : `<${sign}${id}|${name}>`;
}

/** In messages a mention is the bare id. */
export function escapedForMessage(text: string, directory: Directory): string {
  return escapedForCommand(text, directory).replace(/<([@#][A-Z0-9]+)\|[^>]*>/g, '<$1>');
}
