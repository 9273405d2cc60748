// What the program says about itself on the command line.
import { roles } from './config.js';
import { nearestName } from './core/parse.js';

export const USAGE = `Usage: bellboard [role]

  all         ears and hands in one process (the default)
  bot         ears: Slack in, jobs into Redis
  worker      hands: jobs out of Redis, calls to Marathon, Mesos and Jenkins, answers to Slack
  playground  everything on this machine with nothing else needed: a simulated cluster and a simulated Slack
  doctor      checks configuration, reach and rights of every system, and says what to fix
  audit       prints who changed what, when and how it ended, from Redis

Settings come from the environment; .env.example explains each. bellboard playground --help and
bellboard audit --help tell their options.
Exit codes: 0 stopped on request, 1 failure at run time, 2 wrong configuration or unknown role.
`;

export const AUDIT_USAGE = `Usage: bellboard audit [--since 30d]

Prints the audit trail, one JSON object a line, oldest first: who, what was typed, what it was understood as, where, how
it ended, how long it took, who agreed. Plans that ended without a yes and what somebody was not allowed are in it as
\`neverBegan\`. Secrets are hidden in it. Times are milliseconds since 1970.

  --since 30d  only what ended in this time; without it everything that is kept (400 days)

Needs REDIS_URL and BELLBOARD_NAME, as bots and workers have them, and nothing else.
`;

/** What may stand where a role stands, and is none: it starts nothing. */
export const AUDIT = 'audit';

export function nearestRole(word: string): string {
  const near = nearestName(word, [...roles, AUDIT]);
  return near === undefined ? `No role "${word}".` : `No role "${word}". Did you mean "${near}"?`;
}
