// Rings when Bellboard itself cannot see: one case for each system that does not answer it, credentials included.
import { type AlertPorts, type AlertWords, defineRule } from '../core/alert.js';
import type { App, JsonObject } from '../core/cluster.js';
import { runningTask } from '../core/controller.js';
import { type System, UpstreamError } from '../core/errors.js';
import { failureWords, told } from '../core/gather.js';
import { type Incident, stateOf } from '../core/incident.js';
import { AFTER_PULSE_MS, pulseInTime } from '../core/pulse.js';
import type { Detected, Signal } from '../core/signal.js';
import { md, moment, type Rich } from '../core/text.js';
import { type Clock, MINUTE } from '../core/time.js';
import { duration } from '../core/words.js';

type Asked = Extract<System, 'Marathon' | 'Mesos' | 'Jenkins'>;
type Watched = Asked | 'Slack';
const ASKED: readonly Asked[] = ['Marathon', 'Mesos', 'Jenkins'];

/** What one question told. `nothing`: neither that the system is seen nor that it is not. */
type Look =
  | { saw: 'it' }
  | { saw: 'nothing' }
  | { saw: 'silence'; why: string; status: number | null; ringsAfterMs: number };

interface Facts extends Record<Asked, Look> {
  slackSilentSince: number | null;
}

interface Silence {
  since: number;
  looks: number;
  rang: boolean;
}

type Memory = Partial<Record<Watched, Silence>>;

interface Blindness extends JsonObject {
  system: Watched;
  why: string;
  status: number | null;
}

const RINGS_AFTER_MS = 2 * MINUTE;
/** Without health checks nobody says when Jenkins should answer, and a big one boots for minutes. */
const RINGS_AFTER_BOOT_MS = 10 * MINUTE;
const LOOKS = 2;

export const blind = defineRule<Facts, Memory>({
  name: 'blind',
  summary: 'Bellboard itself cannot see Marathon, Mesos, Jenkins or Slack.',
  watches: { everyMs: MINUTE },
  gather,
  detect,
  view,
});

async function gather(ports: AlertPorts): Promise<Facts> {
  const { marathon, mesos, jenkins, clock, settings } = ports;
  const snapshot = marathon.snapshot(settings.appId);
  const [Marathon, Mesos, silentSince] = await Promise.all([
    lookAt('Marathon', clock, () => snapshot),
    lookAt('Mesos', clock, () => mesos.frameworks()),
    ports.slackSilentSince(),
  ]);
  const app = Marathon.saw === 'it' ? (await snapshot).app : undefined;
  const Jenkins = await lookAtJenkins(app, jenkins, clock);
  return { Marathon, Mesos, Jenkins, slackSilentSince: silentSince ?? null };
}

async function lookAt(system: Asked, clock: Clock, ask: () => Promise<unknown>, deadlineMs?: number): Promise<Look> {
  const answer = await told(
    clock,
    system,
    () =>
      ask().then(
        (): Look => ({ saw: 'it' }),
        (error: unknown) => notSeen(system, error),
      ),
    deadlineMs,
  );
  return answer.ok ? answer.value : silence(answer.missing);
}

const silence = (why: string, status: number | null = null): Look => ({
  saw: 'silence',
  why,
  status,
  ringsAfterMs: RINGS_AFTER_MS,
});

function notSeen(system: Asked, error: unknown): Look {
  if (!(error instanceof UpstreamError)) throw error;
  // Where the Mesos master is, Marathon may have to be asked: then it is Marathon that is not seen.
  return error.system === system ? silence(failureWords(error), error.status) : { saw: 'nothing' };
}

/** A controller that Marathon does not call healthy is told of by the controller's own alerts. */
async function lookAtJenkins(app: App | undefined, jenkins: AlertPorts['jenkins'], clock: Clock): Promise<Look> {
  const task = app === undefined ? undefined : runningTask(app);
  if (task === undefined || (app?.hasHealthChecks && task.health !== 'healthy')) return { saw: 'nothing' };
  const pulse = await pulseInTime(jenkins, clock);
  if (pulse.state === 'starting' || pulse.state === 'restarting') return { saw: 'nothing' };
  const look =
    pulse.state === 'up'
      ? await lookAt('Jenkins', clock, () => jenkins.controller(), AFTER_PULSE_MS)
      : silence(pulse.detail ?? 'it does not answer');
  return look.saw === 'silence' && !app?.hasHealthChecks ? { ...look, ringsAfterMs: RINGS_AFTER_BOOT_MS } : look;
}

function detect(before: Memory | undefined, facts: Facts, now: number): Detected<Memory> {
  const memory: Memory = {};
  const signals: Signal[] = [];
  for (const system of ASKED) {
    const { silent, told } = judge(system, facts[system], before, now);
    if (silent !== undefined) memory[system] = silent;
    signals.push(...told);
  }
  const slack = judgeSlack(before?.Slack, facts.slackSilentSince, now);
  if (slack.silent !== undefined) memory.Slack = slack.silent;
  return { memory, signals: [...signals, ...slack.told] };
}

interface Judged {
  silent?: Silence | undefined;
  told: Signal[];
}

function judge(system: Asked, look: Look, before: Memory | undefined, now: number): Judged {
  const known = before?.[system];
  // A silence that has not rung must hold without a gap.
  if (look.saw === 'nothing') return { silent: known?.rang ? known : undefined, told: [] };
  if (look.saw === 'it') return { told: before === undefined || known !== undefined ? [seen(system, now)] : [] };
  const silent = { since: known?.since ?? now, looks: (known?.looks ?? 0) + 1, rang: known?.rang ?? false };
  if (!silent.rang && !holds(silent, look.ringsAfterMs, now)) return { silent, told: [] };
  const { why, status } = look;
  const raise = blindness(system, silent, { why, status });
  const update: Signal = { kind: 'update', fingerprint: raise.fingerprint, facts: { why, status } };
  return { silent: { ...silent, rang: true }, told: silent.rang ? [raise, update] : [raise] };
}

const holds = ({ since, looks }: Silence, longMs: number, now: number): boolean =>
  looks >= LOOKS && now - since >= longMs;

/** Nobody can be told while Slack takes nothing, so its case opens and ends at once, afterwards. */
function judgeSlack(known: Silence | undefined, silentSince: number | null, now: number): Judged {
  const goesOn = known !== undefined && known.since === silentSince;
  const ended = known !== undefined && !goesOn && holds(known, RINGS_AFTER_MS, now);
  const why = 'it took none of our messages';
  const told = ended ? [blindness('Slack', known, { why, status: null }), seen('Slack', now)] : [];
  if (silentSince === null) return { told };
  return { silent: { since: silentSince, looks: goesOn ? known.looks + 1 : 1, rang: false }, told };
}

const fingerprintOf = (system: Watched): string => `blind:${system}`;

const blindness = (
  system: Watched,
  { since }: Silence,
  seen: Pick<Blindness, 'why' | 'status'>,
): Extract<Signal, { kind: 'raise' }> => ({
  kind: 'raise',
  fingerprint: fingerprintOf(system),
  identity: `${fingerprintOf(system)}|${since}`,
  at: since,
  facts: { system, ...seen },
  line: system === 'Slack' ? 'Slack took nothing from Bellboard.' : `Bellboard could not see ${system}.`,
});

const seen = (system: Watched, now: number): Signal => ({
  kind: 'resolve',
  fingerprint: fingerprintOf(system),
  at: now,
  line: system === 'Slack' ? 'Slack took messages again.' : `Bellboard saw ${system} again.`,
});

function view(incident: Incident, _now: number): AlertWords {
  const blindness = incident.facts as Blindness;
  const { system, why } = blindness;
  const lastedMs = (incident.overAt ?? incident.happenedAt) - incident.happenedAt;
  const isOpen = stateOf(incident) === 'open';
  if (system === 'Slack') return slackWords(incident, lastedMs);
  return {
    headline: isRefused(blindness)
      ? md`Bellboard cannot see ${system}: its credentials are refused`
      : md`Bellboard cannot see ${system}`,
    over: md`Bellboard sees ${system} again: it was blind for ${duration(lastedMs)}, and what happened meanwhile is being looked up`,
    fields: [
      { label: 'Blind since', value: moment(incident.happenedAt) },
      { label: 'What was seen', value: md`${why}` },
      ...(isOpen ? [{ label: 'What it means', value: MEANING[system] }] : []),
    ],
    ...(isOpen && isRefused(blindness) ? { notes: [renewal(system, blindness.status)] } : {}),
  };
}

const slackWords = ({ happenedAt }: Incident, lastedMs: number): AlertWords => ({
  headline: md`Slack takes nothing from Bellboard`,
  over: md`Slack took nothing from Bellboard for about ${duration(lastedMs)}; what there was to say is being posted now`,
  fields: [{ label: 'Silent since', value: moment(happenedAt) }],
});

const isRefused = ({ status }: Blindness): boolean => status === 401 || status === 403;

const MEANING: Readonly<Record<Asked, Rich>> = {
  Marathon: md`restarts of the controller and deployments are told late, when Marathon answers again; commands that ask it fail`,
  Mesos: md`lost agents, Jenkins' framework and usage are not seen; a restart's cause may be told without details`,
  Jenkins: md`builds, the build queue and SCM sync are not seen. The controller's task runs, as Marathon says`,
};

/** The settings that hold them (`.env.example`). */
const CREDENTIALS: Readonly<Record<Asked, Rich>> = {
  Marathon: md`\`MARATHON_USERNAME\` and \`MARATHON_PASSWORD\`, or \`MARATHON_TOKEN\``,
  Mesos: md`\`MESOS_USERNAME\` and \`MESOS_PASSWORD\`, or \`MESOS_TOKEN\``,
  Jenkins: md`\`JENKINS_USERNAME\` and \`JENKINS_API_TOKEN\``,
};

function renewal(system: Asked, status: number | null): Rich {
  const renew = md`renew ${CREDENTIALS[system]}, then start Bellboard again`;
  if (status === 403)
    return md`${system} says 403: it knows these credentials or none at all, and allows them too little. Give their account the rights Bellboard needs, or ${renew}.`;
  // Tokens are kept in JENKINS_HOME, in files that are not in git (contract jenkins §5).
  const why = system === 'Jenkins' ? md` A token may have been lost with the old controller.` : md``;
  return md`${system} says 401: it does not accept Bellboard's credentials. To mend it, ${renew}.${why}`;
}
