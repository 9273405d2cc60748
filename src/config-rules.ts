// Rules over several variables: config.ts asks what a role cannot do without, and what contradicts itself.
import type { z } from 'zod';
import type { environment, Role, VariableName } from './config-variables.js';

/** The text of every variable that is set. */
export type Given = Partial<Record<VariableName, string>>;

/** What this role cannot do without. */
export function missing(given: Given, role: Role): string[] {
  const faults: string[] = [];
  const isSet = (name: VariableName) => given[name] !== undefined;
  const listens = role !== 'worker';
  if (!isSet('SLACK_BOT_TOKEN'))
    faults.push('SLACK_BOT_TOKEN: required (the bot token of the Slack app, xoxb-…), not set');
  if (listens && !isSet('SLACK_APP_TOKEN') && !isSet('SLACK_SIGNING_SECRET')) {
    faults.push(
      'SLACK_SIGNING_SECRET: required without SLACK_APP_TOKEN (one of the two says how Slack reaches Bellboard), not set',
    );
  }
  if (!isSet('MARATHON_URL')) faults.push('MARATHON_URL: required (such as http://marathon.example.org:8080), not set');
  if ((role === 'bot' || role === 'worker') && !isSet('REDIS_URL')) {
    faults.push(`REDIS_URL: required for the role ${role} (bots and workers meet in one Redis), not set`);
  }
  return faults;
}

/** Settings that exclude or need each other. */
export function contradictions(given: Given, values: z.output<typeof environment>, role: Role): string[] {
  const faults: string[] = [];
  const isSet = (name: VariableName) => given[name] !== undefined;
  for (const system of ['MARATHON', 'MESOS'] as const) {
    faults.push(...halfLogin(`${system}_USERNAME`, `${system}_PASSWORD`, isSet));
    if (isSet(`${system}_TOKEN`) && (isSet(`${system}_USERNAME`) || isSet(`${system}_PASSWORD`))) {
      faults.push(`${system}_TOKEN: set either the token or user name and password, not both`);
    }
  }
  faults.push(...halfLogin('JENKINS_USERNAME', 'JENKINS_API_TOKEN', isSet));
  if (values.EXECUTORS_APP_ID !== undefined && values.EXECUTORS_APP_ID === values.MARATHON_APP_ID) {
    faults.push(
      `EXECUTORS_APP_ID: expected another app than MARATHON_APP_ID, got ${values.EXECUTORS_APP_ID}; scaling it would start a second controller`,
    );
  }
  const overHttp = role !== 'worker' && !isSet('SLACK_APP_TOKEN');
  if (overHttp && portsCollide(values)) {
    faults.push(`ADMIN_PORT: expected another port than PORT, got ${values.ADMIN_PORT}`);
  }
  return faults;
}

function portsCollide({ HOST, PORT, ADMIN_HOST, ADMIN_PORT }: z.output<typeof environment>): boolean {
  const everywhere = ['0.0.0.0', '::'];
  const sameHost = HOST === ADMIN_HOST || everywhere.includes(HOST) || everywhere.includes(ADMIN_HOST);
  return sameHost && PORT !== 0 && PORT === ADMIN_PORT;
}

function halfLogin(user: VariableName, password: VariableName, isSet: (name: VariableName) => boolean): string[] {
  if (isSet(user) === isSet(password)) return [];
  return isSet(user)
    ? [`${password}: required with ${user}, not set`]
    : [`${user}: required with ${password}, not set`];
}
