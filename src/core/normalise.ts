// Undoes what keyboards, phones and Slack do to typed text, so that the parser sees what the person meant.

/** Full-width forms of a Chinese or Japanese input method, U+FF01–U+FF5E, are ASCII shifted by this much. */
const FULL_WIDTH_SHIFT = 0xfee0;

const SINGLE_QUOTES = /[‘’‚‛′＇]/g;
const DOUBLE_QUOTES = /[“”„‟″＂«»]/g;
const SPACES = /[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\ufeff]/g;
const INVISIBLE = /\u200b|\u200c|\u200d|\u200e|\u200f|\u2060|\u00ad|\ufe0f/g;
/** Slack and phones turn `--` into one long dash. */
const LONG_DASH_BEFORE_WORD = /(^|\s)[–—―]+(?=[A-Za-z])/g;

export function normalise(text: string): string {
  return (
    slackMarkup(text)
      .replace(/[\uff01-\uff5e]/g, (char) => String.fromCharCode(char.charCodeAt(0) - FULL_WIDTH_SHIFT))
      .replaceAll('。', '.')
      .replace(SINGLE_QUOTES, "'")
      .replace(DOUBLE_QUOTES, '"')
      .replace(SPACES, ' ')
      .replace(INVISIBLE, '')
      .replace(LONG_DASH_BEFORE_WORD, '$1--')
      .replaceAll('−', '-')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: line breaks and other controls end a word like a space
      .replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ')
      .trim()
  );
}

/** `<@U1|ann>` → `@U1`, `<#C1|ci>` → `#C1`, `<https://x|x>` → `https://x`, and the three escapes back. */
function slackMarkup(text: string): string {
  return text
    .replace(/<([@#])([A-Z0-9]+)(?:\|[^<>]*)?>/g, '$1$2')
    .replace(/<((?:https?|ssh|mailto):[^|<>\s]+)(?:\|[^<>]*)?>/g, (_, url: string) => url.replace(/^mailto:/, ''))
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
