// What is found out about an end of the controller after the first message: Mesos' own word, the last lines it wrote, what
// was changed before and by whom, what git did not have; and, when it is back, whether Jenkins is all there again.
import type { AlertPorts, Findings } from './alert.js';
import { definedAt } from './app-versions.js';
import type { AuditEntry } from './audit.js';
import type { App, JsonObject, MesosTaskStatus } from './cluster.js';
import { jenkinsFramework } from './controller.js';
import { BY_LABEL } from './deploy.js';
import { causeOf } from './failure-cause.js';
import { gaps, known, READ_DEADLINE_MS, type Told, told } from './gather.js';
import type { Incident } from './incident.js';
import { lastLines } from './log-tail.js';
import { pulseInTime } from './pulse.js';
import type { RestartFacts } from './restart.js';
import { rollbackAgainst } from './restart-remedy.js';
import type { Diagnosis } from './restart-view.js';
import type { ScmSyncMemory } from './scm-sync-watch.js';
import { unsavedAtDeath } from './scm-unsaved.js';
import { scmState, scmWords } from './scm-words.js';
import type { Line } from './signal.js';
import { code, shorten } from './text.js';
import { type Clock, SECOND } from './time.js';
import { CLOCKS_APART_MS } from './version-author.js';

/** Nobody waits for these answers; and however fast a clock runs, an answer takes real time. */
const patienceMs = ({ speed }: Clock): number => Math.max(READ_DEADLINE_MS, SECOND * speed);
const EXCERPT_LINES = 10;
/** Ten long lines of a stack trace. */
const EXCERPT_BYTES = 16_384;

export async function investigate(incident: Incident, ports: AlertPorts): Promise<Findings> {
  const { marathon, mesos, audit, clock } = ports;
  const facts = incident.facts as RestartFacts;
  const [app, info, status, agents, entries, scm] = await Promise.all([
    told(clock, 'Marathon', () => marathon.app(facts.appId), patienceMs(clock)),
    told(clock, 'Marathon', () => marathon.info(), patienceMs(clock)),
    told(clock, 'Mesos', () => mesos.taskStatus(facts.taskId), patienceMs(clock)),
    told(clock, 'Mesos', () => mesos.agents(), patienceMs(clock)),
    audit.recent(100),
    ports.remembered('scm-sync-failed'),
  ]);
  const last = known(status);
  const stderr = await tailOf(facts, last, known(info)?.frameworkId, ports);
  const isGone = agents.ok && facts.mesosAgentId !== null && !agents.value.some(({ id }) => id === facts.mesosAgentId);
  const better = betterCause(facts, last, isGone);
  const kind = (better?.['kind'] ?? facts.kind) as RestartFacts['kind'];
  const changes = entries.filter(({ command, outcome }) => CHANGES.has(command) && DID.has(outcome));
  const diagnosis: Diagnosis = {
    mesos: last === undefined || last.message === '' ? null : oneLine(last.message),
    change: lastChange(known(app), entries),
    unsaved: unsavedAtDeath(scm as ScmSyncMemory | undefined, incident.happenedAt)?.text ?? null,
    missing: [...gaps(status), ...(stderr.ok ? [] : [stderr.missing])],
    rollback: await rollbackAgainst(incident, kind, known(app), changes, ports, patienceMs(clock)),
  };
  const lines = stderr.ok ? lastLines(stderr.value ?? '', EXCERPT_LINES) : [];
  return {
    facts: { diagnosis },
    ...(better === undefined ? {} : { instead: { ofKind: facts.kind, facts: better } }),
    ...(lines.length === 0
      ? {}
      : {
          excerpt: {
            title: `The last ${lines.length} lines of stderr of ${code(facts.taskId).plain}`,
            text: lines.join('\n'),
          },
        }),
  };
}

async function tailOf(
  facts: RestartFacts,
  last: MesosTaskStatus | undefined,
  frameworkId: string | undefined,
  { mesos, clock }: AlertPorts,
): Promise<Told<string | undefined>> {
  const mesosAgentId = last?.mesosAgentId ?? facts.mesosAgentId;
  const framework = last?.frameworkId ?? frameworkId;
  if (mesosAgentId === null || framework === undefined)
    return { ok: false, missing: 'nobody says where its sandbox is' };
  const task = { mesosAgentId, frameworkId: framework, executorId: last?.executorId ?? '', taskId: facts.taskId };
  const tail = await told(
    clock,
    'The Mesos agent',
    () => mesos.sandboxTail(task, 'stderr', EXCERPT_BYTES),
    patienceMs(clock),
  );
  if (!tail.ok) return tail;
  return tail.value === undefined ? { ok: false, missing: 'its sandbox is not to be had' } : tail;
}

const oneLine = (text: string): string => shorten((text.trim().split('\n')[0] ?? '').trim(), 300);

/** Marathon tells no reason in any version (contract marathon §7); Mesos does. */
function betterCause(
  { kind }: RestartFacts,
  last: MesosTaskStatus | undefined,
  agentIsGone: boolean,
): JsonObject | undefined {
  if (kind === 'killed' && /CONTAINER_LIMITATION_MEMORY/.test(last?.reason ?? '')) {
    return { kind: 'out-of-memory', words: 'out of memory', certain: true };
  }
  if (kind !== 'replaced') return undefined;
  if (agentIsGone) return { kind: 'agent-lost', words: 'its agent is gone', certain: true };
  if (last === undefined || last.state === 'TASK_KILLED' || last.state === 'TASK_RUNNING') return undefined;
  const { kind: better, words, certain, quote } = causeOf(last);
  return { kind: better, words, certain, quote: quote ?? null };
}

const CHANGES: ReadonlySet<string> = new Set([
  'deploy',
  'scale',
  'restart',
  'rollback',
  'suspend',
  'resume',
  'template',
]);
/** A deploy that failed is in Marathon all the same. */
const DID: ReadonlySet<string> = new Set(['succeeded', 'failed', 'lost']);
/** The audit trail goes before the label: a rollback brings an old label back (design §4.1). */
function lastChange(app: App | undefined, entries: readonly AuditEntry[]): Diagnosis['change'] {
  const ours = entries.find(({ command, outcome }) => CHANGES.has(command) && outcome === 'succeeded');
  const madeAt = app === undefined ? Number.NaN : definedAt(app);
  if (ours !== undefined && !(madeAt > ours.at + CLOCKS_APART_MS)) {
    return { at: ours.at, by: ours.userId, what: ours.text };
  }
  if (app === undefined || Number.isNaN(madeAt)) return null;
  return { at: madeAt, by: ours === undefined ? (app.labels[BY_LABEL] ?? null) : null, what: `version ${app.version}` };
}

/** Steps on the way back, each told once. */
interface Milestones extends JsonObject {
  jenkins: boolean;
  framework: boolean;
  scm: boolean;
}

export async function accompany(incident: Incident, ports: AlertPorts): Promise<Findings & { complete: boolean }> {
  const { jenkins, mesos, clock } = ports;
  const before = (incident.facts['milestones'] as Milestones | undefined) ?? {
    jenkins: false,
    framework: false,
    scm: false,
  };
  // The old Jenkins may still answer where the new one will be.
  if (incident.resolvedAt === undefined) return { facts: {}, complete: false };
  const pulse = await pulseInTime(jenkins, clock);
  if (pulse.state !== 'up') return { facts: {}, complete: false };
  const [settings, frameworks, scm] = await Promise.all([
    told(clock, 'Jenkins', () => jenkins.executorSettings(), patienceMs(clock)),
    told(clock, 'Mesos', () => mesos.frameworks(), patienceMs(clock)),
    told(clock, 'Jenkins', () => jenkins.scmSync(), patienceMs(clock)),
  ]);
  const plugin = known(settings);
  const framework = frameworks.ok ? jenkinsFramework(frameworks.value, plugin?.frameworkName) : undefined;
  const none = plugin !== undefined && (plugin.frameworkName === undefined || plugin.onDemandRegistration);
  const reached: Milestones = {
    jenkins: true,
    framework: before.framework || none || framework?.active === true,
    scm: before.scm || !scm.ok || scmState(scm.value) !== 'unknown',
  };
  const at = clock.now();
  const lines: Line[] = [];
  if (!before.jenkins)
    lines.push({ at, text: `Jenkins answers${pulse.version === undefined ? '' : `, version ${pulse.version}`}` });
  if (reached.framework && !before.framework && framework !== undefined)
    lines.push({ at, text: `registered with Mesos as \`${shorten(framework.name)}\`: agents can start` });
  if (reached.scm && !before.scm && scm.ok) lines.push({ at, text: `SCM sync: ${scmWords(scm.value)}` });
  return { facts: { milestones: reached }, lines, complete: reached.framework && reached.scm };
}
