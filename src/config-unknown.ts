// Names in the environment that look like ours and are not: config.ts warns about them, because a misspelt variable is
// otherwise a setting that silently does nothing.
import { closest, distance } from 'fastest-levenshtein';
import { isSecretName, secretNames, variableNames } from './config-variables.js';

const OUR_PREFIXES = [
  'BELLBOARD_',
  'SLACK_',
  'REDIS_',
  'MARATHON_',
  'MESOS_',
  'JENKINS_',
  'EXECUTORS_',
  'MANIFEST_',
  'SCM_SYNC_',
  'POLICY_',
  'ADMIN_',
  'ALERT_',
  'DIGEST_',
  'USAGE_',
  'ONCALL_',
];

/** Owned by other software that sets them where we run, or beside us. */
const FOREIGN: readonly RegExp[] = [
  // Marathon tells every task about its own app and ports (mesosphere/marathon docs/docs/task-environment-vars.md).
  /^MARATHON_APP_(VERSION|DOCKER_IMAGE|LABELS?(_.*)?|RESOURCE_.*)$/,
  /^(HOSTS|PORTS|PORT\d+|PORT_.*)$/,
  // Mesos agents, executors and their libraries (apache/mesos docs/executor-http-api.md, docs/sandbox.md).
  /^MESOS_(TASK_ID|SANDBOX|DIRECTORY|EXECUTOR_.*|FRAMEWORK_ID|AGENT_.*|SLAVE_.*|CHECKPOINT|RECOVERY_TIMEOUT)$/,
  /^MESOS_(SUBSCRIPTION_.*|NATIVE_.*|CONTAINER_.*|HTTP_COMMAND_EXECUTOR|ALLOCATION_ROLE|DOMAIN_SOCKET)$/,
  /^MESOS_(SHUTDOWN_.*|LOCAL|WORK_DIR|LOG_DIR|LOGGING_LEVEL|IP|ADVERTISE_IP|MASTER|ZK|QUORUM|RESOURCES)$/,
  // The Jenkins controller, its packages, images and agents, and what it gives its builds.
  /^JENKINS_(HOME|WAR|JAR|OPTS|ARGS|JAVA_.*|USER|GROUP|VERSION|SHA|UC.*|INCREMENTALS_.*|ENABLE_.*|PREFIX|LOG)$/,
  /^JENKINS_(AGENT_.*|SLAVE_.*|SECRET|NAME|TUNNEL|WEB_SOCKET|DIRECT_CONNECTION|INSTANCE_IDENTITY|.*_COOKIE)$/,
  // Docker links and Kubernetes name variables after the neighbours they announce; Redis' images say what they hold.
  /^[A-Z0-9_]+_(SERVICE_(HOST|PORT)(_.*)?|PORT(_\d+_(TCP|UDP)(_.*)?)|ENV_.*)$/,
  /^(REDIS|JENKINS|MARATHON|MESOS|BELLBOARD)_PORT$/,
  /^REDIS_(VERSION|DOWNLOAD_.*)$/,
  /^SLACK_WEBHOOK_URL$/,
];

/** Nearly every short word is one letter off from `HOST` or `PORT` (`POST`, `HOSTS`). */
const SHORTEST_LIKENED = 8;

/** One sentence per suspicious name; values are not shown. */
export function unknownVariables(names: readonly string[]): string[] {
  const files = secretNames.map((name) => `${name}_FILE`);
  const known = new Set<string>([...variableNames, ...files]);
  return names
    .filter((name) => !known.has(name) && !FOREIGN.some((pattern) => pattern.test(name)))
    .flatMap((name) => suspicion(name, files))
    .sort();
}

function suspicion(name: string, files: readonly string[]): string[] {
  const plain = name.replace(/_FILE$/, '');
  if (plain !== name && variableNames.some((known) => known === plain)) {
    return [`${name} is not read: only secrets can be given as a file; set ${plain}.`];
  }
  const right = closest(name, [...variableNames, ...files]);
  if (right.length >= SHORTEST_LIKENED && distance(name, right) <= 2)
    return [`${name} is not read: did you mean ${right}?`];
  const prefix = OUR_PREFIXES.find((ours) => name.startsWith(ours));
  return prefix === undefined ? [] : [`${name} is not read; the nearest setting is ${nearest(name, prefix)}.`];
}

/** Among those of the same system, and a secret for what sounds like one: JENKINS_PASSWORD is JENKINS_API_TOKEN here. */
function nearest(name: string, prefix: string): string {
  const ours = variableNames.filter((known) => known.startsWith(prefix));
  const secrets = /PASS|TOKEN|SECRET|KEY/.test(name) ? ours.filter(isSecretName) : [];
  const candidates = [secrets, ours, variableNames].find((some) => some.length > 0) ?? variableNames;
  return closest(name, [...candidates]);
}
