// The playground's own command line.
import { parseArgs } from 'node:util';
import parseDuration from 'parse-duration';
import { UserError } from '../core/errors.js';
import { DAY, SECOND } from '../core/time.js';
import { DEFAULT_FILES } from './terminal/files.js';
import type { JenkinsGeneration, MarathonGeneration } from './world/types.js';

/** In the order given: a press belongs to the command before it, and `as` says who does what follows. */
export type Act = { run: string } | { press: string } | { as: string } | { incident: string } | { waitMs: number };

export interface PlaygroundOptions {
  acts: Act[];
  json: boolean;
  help: boolean;
  /** World seconds per real second. */
  speed: number;
  marathon: MarathonGeneration;
  jenkins: JenkinsGeneration;
  user: string;
  channel: string;
  /** How many others must agree to what interrupts Jenkins. */
  approvals: number;
  /** Folder for the files that come with messages. */
  files: string;
}

export const PLAYGROUND_USAGE = `Usage: bellboard playground [options]      (npm run playground -- [options])

Without options: a terminal where you type /ci commands as @ana and press buttons by number.

  --run '/ci where'     runs a command, prints the answer; may be given several times; also '@ci where' (a mention),
                        '!home', '!shortcut', '!fill Field = value', '!submit' and the like (the list: ? in the terminal)
  --press Deploy        presses a button of the last message and waits for its end
  --as @lee             who types and presses from here on
  --incident 'kill controller'   breaks something (the list: !list in the terminal)
  --wait 10min          lets that much time of the simulated world pass, an hour in a minute
  --json                prints one JSON object with the base URLs of marathon, mesos, jenkins and slack, and stays up
  --user @dev           who types: @ana (operator, the default), @dev, @lee …
  --channel '#ci'       where
  --approvals 1         how many others must agree to deploy, restart and the like (0 unless given)
  --files DIR           where charts and other files of messages are saved;
                        bellboard-playground in the folder for temporary files unless given
  --speed 4             how much faster than real time the simulated world runs (1 to 100;
                        4 in the terminal, 20 with --run and the like)
  --marathon 1.5        which Marathon is simulated: 0.8, 0.11, 1.3, 1.5 or 1.11
  --jenkins old         old (1.596 with Mesos plugin 0.7) or modern (2.479 with Mesos plugin 2.x)

With --run, --press, --incident or --wait it exits 0 when each of them was carried out, 1 when one was not.
`;

const MARATHONS: readonly MarathonGeneration[] = ['0.8', '0.11', '1.3', '1.5', '1.11'];
const JENKINSES: readonly JenkinsGeneration[] = ['old', 'modern'];

export function readOptions(argv: string[]): PlaygroundOptions {
  const { values, tokens } = parse(argv);
  const acts: Act[] = tokens.flatMap((token): Act[] => {
    if (token.kind !== 'option' || token.value === undefined) return [];
    if (token.name === 'run') return [{ run: token.value }];
    if (token.name === 'press') return [{ press: token.value }];
    if (token.name === 'as') return [{ as: personOf(token.value) }];
    if (token.name === 'wait') return [{ waitMs: durationOf('--wait', token.value) }];
    return token.name === 'incident' ? [{ incident: token.value }] : [];
  });
  return {
    acts,
    json: values.json === true,
    help: values.help === true,
    speed: speedOf('--speed', values.speed ?? (acts.length > 0 ? '20' : '4')),
    marathon: oneOf('--marathon', values.marathon, MARATHONS, '1.5'),
    jenkins: oneOf('--jenkins', values.jenkins, JENKINSES, 'old'),
    user: personOf(values.user ?? 'ana'),
    approvals: approvalsOf('--approvals', values.approvals ?? '0'),
    channel: values.channel ?? '#ci',
    files: values.files ?? DEFAULT_FILES,
  };
}

function parse(argv: string[]) {
  try {
    return parseArgs({
      args: argv,
      tokens: true,
      options: {
        run: { type: 'string', multiple: true },
        press: { type: 'string', multiple: true },
        as: { type: 'string', multiple: true },
        approvals: { type: 'string' },
        incident: { type: 'string', multiple: true },
        wait: { type: 'string', multiple: true },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        speed: { type: 'string' },
        marathon: { type: 'string' },
        jenkins: { type: 'string' },
        user: { type: 'string' },
        channel: { type: 'string' },
        files: { type: 'string' },
      },
    });
  } catch (error) {
    throw new UserError(
      error instanceof Error ? error.message : String(error),
      'bellboard playground --help lists the options.',
    );
  }
}

/** `lee` and `@lee` are the same. */
export const personOf = (typed: string): string => `@${typed.trim().replace(/^@/, '')}`;

/** @param name what the person called it, for the refusal · @throws UserError */
export function approvalsOf(name: string, typed: string): number {
  if (/^[0-3]$/.test(typed.trim())) return Number(typed);
  throw new UserError(`Expected ${name} to be a whole number from 0 to 3 people, got "${typed}".`);
}

/** @param name what the person called it, for the refusal · @throws UserError */
export function speedOf(name: string, typed: string): number {
  const speed = typed.trim() === '' ? Number.NaN : Number(typed);
  if (speed >= 1 && speed <= 100) return speed;
  throw new UserError(`Expected ${name} to be a number from 1 to 100, got "${typed}".`);
}

/** @returns ms · @throws UserError */
export function durationOf(name: string, typed: string): number {
  const ms = /[a-z]/i.test(typed) ? parseDuration(typed) : null;
  if (ms !== null && ms >= SECOND && ms <= DAY) return ms;
  throw new UserError(`Expected ${name} to be a time from 1 s to 1 day with its unit, such as 10min, got "${typed}".`);
}

function oneOf<T extends string>(name: string, typed: string | undefined, known: readonly T[], otherwise: T): T {
  if (typed === undefined) return otherwise;
  const found = known.find((value) => value === typed);
  if (found === undefined) throw new UserError(`Expected ${name} to be one of ${known.join(', ')}, got "${typed}".`);
  return found;
}
