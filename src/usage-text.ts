// What the program says about itself on the command line.
import { roles } from './config.js';
import { nearestName } from './core/parse.js';

export const USAGE = `Usage: bellboard [role]

  all         ears and hands in one process (the default)
  bot         ears: Slack in, jobs into Redis
  worker      hands: jobs out of Redis, calls to Marathon, Mesos and Jenkins, answers to Slack
  playground  everything on this machine with nothing else needed: a simulated cluster and a simulated Slack
  doctor      checks configuration, reach and rights of every system, and says what to fix

Settings come from the environment; .env.example explains each. bellboard playground --help tells its options.
Exit codes: 0 stopped on request, 1 failure at run time, 2 wrong configuration or unknown role.
`;

export function nearestRole(word: string): string {
  const near = nearestName(word, roles);
  return near === undefined ? `No role "${word}".` : `No role "${word}". Did you mean "${near}"?`;
}
