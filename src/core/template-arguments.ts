// What people type behind `template`: a label and settings with their rules. Pure.
import { z } from 'zod';
import type { TemplateSettings } from './agent-templates.js';
import { decimal, wholeNumber, words } from './arguments.js';
import { nearestName } from './parse.js';
import { shorten } from './text.js';

/** Below this no JVM starts, above it no machine is known. An idle time of 0 is "at once" in 0.7 and "never" later. */
const RULES = {
  cpus: decimal('cpus', 0.1, 128, 'cpus'),
  mem: wholeNumber('mem', 64, 1_048_576, 'MiB'),
  idle: wholeNumber('idle', 1, 1_440, 'minutes'),
};
type Name = keyof typeof RULES;
const NAMES = Object.keys(RULES) as Name[];
const isName = (word: string): word is Name => Object.hasOwn(RULES, word);

const HOW = 'such as `cpus=0.5`, `mem=1024` (MiB) or `idle=5` (minutes)';

const settings = z.string({ error: `Say what to change, ${HOW}.` }).transform((typed, context) => {
  const found: Partial<Record<Name, number>> = {};
  const fail = (message: string) => {
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  };
  for (const pair of typed.split(/\s+/).filter((word) => word !== '')) {
    const [name = '', ...rest] = pair.split('=');
    const key = name.toLowerCase();
    if (rest.length === 0) return fail(`Expected settings ${HOW}, got \`${shorten(pair, 40)}\`.`);
    if (!isName(key)) {
      const near = nearestName(key.slice(0, 40), NAMES);
      const hint = near === undefined ? '' : ` Did you mean \`${near}=\`?`;
      return fail(
        `A template has no setting \`${shorten(name, 40)}\`: there are \`cpus\`, \`mem\` and \`idle\`.${hint}`,
      );
    }
    if (found[key] !== undefined) return fail(`\`${key}\` is given twice.`);
    const checked = RULES[key].safeParse(rest.join('='));
    if (!checked.success) return fail(checked.error.issues[0]?.message ?? '');
    found[key] = checked.data;
  }
  return Object.keys(found).length === 0 ? fail(`Say what to change, ${HOW}.`) : found;
});

export const templateArguments = z
  .object({
    label: words('label', 200),
    settings,
    cloud: wholeNumber('--cloud', 1, 100, 'as `templates` counts them').optional(),
  })
  .transform(({ label, cloud, settings: { cpus, mem, idle } }) => ({ label, cloud, cpus, mem, idle }));

export type TemplateArguments = z.output<typeof templateArguments>;

export const wantedOf = ({ cpus, mem, idle }: TemplateArguments): Partial<TemplateSettings> => ({
  ...(cpus === undefined ? {} : { cpus }),
  ...(mem === undefined ? {} : { memMiB: mem }),
  ...(idle === undefined ? {} : { idleMinutes: idle }),
});
