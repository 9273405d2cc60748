// Which labels a label expression of Jenkins asks for, with Jenkins' own precedence (jenkinsci/jenkins
// `LabelExpressionParser.g4`). Pure; called by `queue-executor.ts`.

/** A Jenkins that answers nonsense must not lead us deep into brackets. */
const LONGEST = 1_000;
/** Signs, a name between quotes, a name; what is none of these stands alone and is no name. An open quote takes the rest. */
const TOKENS = /&&|\|\||<->|->|[!()]|"(?:\\.|[^"\\])*"?|(?:-(?!>)|[^&|!<>()\s"'-])+|\S/g;
const NAME = /^[^&|!<>()"']+$/;

/** The loosest first. */
const OPERATORS: readonly [sign: string, holds: (left: boolean, right: boolean) => boolean][] = [
  ['<->', (left, right) => left === right],
  ['->', (left, right) => !left || right],
  ['||', (left, right) => left || right],
  ['&&', (left, right) => left && right],
];

/** @returns undefined: the expression is not understood */
export function matchesLabels(expression: string, labels: readonly string[]): boolean | undefined {
  const tokens = expression.length > LONGEST ? [] : (expression.match(TOKENS) ?? []);

  const term = (level: number): boolean | undefined => {
    const operator = OPERATORS[level];
    if (operator === undefined) return name();
    const [sign, holds] = operator;
    let left = term(level + 1);
    while (tokens[0] === sign) {
      tokens.shift();
      const right = term(level + 1);
      left = left === undefined || right === undefined ? undefined : holds(left, right);
    }
    return left;
  };

  const name = (): boolean | undefined => {
    const token = tokens.shift() ?? '';
    if (token === '!') {
      const inner = name();
      return inner === undefined ? undefined : !inner;
    }
    if (token === '(') {
      const inner = term(0);
      return tokens.shift() === ')' ? inner : undefined;
    }
    if (/^".*"$/s.test(token)) return labels.includes(token.slice(1, -1).replace(/\\(.)/g, '$1'));
    return NAME.test(token) ? labels.includes(token) : undefined;
  };

  const matches = term(0);
  return tokens.length === 0 ? matches : undefined;
}
