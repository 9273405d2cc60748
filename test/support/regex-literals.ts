// Finds the regular expressions in a TypeScript text: every literal, told from divisions, comments, strings and templates
// by what stands before it (the formatter sees to it that nothing unusual does).

export interface RegexLiteral {
  source: string;
  flags: string;
  line: number;
}

const BEFORE_A_LITERAL = /(?:^|[([{,;=:!&|?+>]|\b(?:return|typeof|case|of|in))$/;

export function regexLiteralsIn(text: string): RegexLiteral[] {
  const found: RegexLiteral[] = [];
  /** Depth of braces at which each open template goes on. */
  const templates: number[] = [];
  let depth = 0;
  let before = '';
  let at = /^(?:#![^\n]*)?/.exec(text)?.[0].length ?? 0;
  const past = (end: RegExp): string => {
    end.lastIndex = at;
    const piece = end.exec(text)?.[0] ?? text.slice(at, at + 1);
    at += piece.length;
    return piece;
  };
  const template = () => {
    if (past(/(?:[^`\\$]|\\[\s\S]|\$(?!\{))*(?:`|\$\{)/y).endsWith('`')) return;
    depth += 1;
    templates.push(depth);
  };
  while (at < text.length) {
    const char = text[at] ?? '';
    if (text.startsWith('//', at)) past(/[^\n]*/y);
    else if (text.startsWith('/*', at)) past(/[\s\S]*?\*\//y);
    else if (char === "'") before = past(/'(?:[^'\\\n]|\\[\s\S])*'/y);
    else if (char === '"') before = past(/"(?:[^"\\\n]|\\[\s\S])*"/y);
    else if (char === '`') {
      at += 1;
      template();
      before = '`';
    } else if (char === '/' && BEFORE_A_LITERAL.test(before)) {
      const line = text.slice(0, at).split('\n').length;
      const literal = past(/\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y);
      const end = literal.lastIndexOf('/');
      found.push({ source: literal.slice(1, end), flags: literal.slice(end + 1), line });
      before = '/';
    } else if (/\s/.test(char)) past(/\s+/y);
    else if (/[\w$]/.test(char)) before = past(/[\w$]+/y);
    else {
      at += 1;
      before = char;
      if (char === '{') depth += 1;
      if (char !== '}') continue;
      depth -= 1;
      if (templates.at(-1) === depth + 1) {
        templates.pop();
        template();
        before = '`';
      }
    }
  }
  return found;
}
