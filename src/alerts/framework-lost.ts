// Rings when Jenkins is no Mesos framework any more, or its scheduler has stopped: no agent can start, and builds wait.
import { type AlertPorts, type AlertWords, defineRule } from '../core/alert.js';
import type { ExecutorSettings, Framework, JsonObject } from '../core/cluster.js';
import { jenkinsFramework } from '../core/controller.js';
import { known, type Told, told } from '../core/gather.js';
import { type Incident, stateOf } from '../core/incident.js';
import { AFTER_PULSE_MS, pulseInTime } from '../core/pulse.js';
import type { Detected, Signal } from '../core/signal.js';
import { code, md, moment, type Rich } from '../core/text.js';
import { MINUTE } from '../core/time.js';
import { counted, duration } from '../core/words.js';

/** As the plugin says. `scheduler` is null where it cannot tell (2.x). */
interface Plugin {
  framework: string | null;
  onDemand: boolean;
  scheduler: boolean | null;
}

interface Facts {
  jenkinsUp: boolean;
  session: string | null;
  /** Null: it did not say. */
  plugin: Plugin | null;
  /** Null: Mesos did not say. */
  mesos: { framework: { id: string; name: string; active: boolean } | null } | null;
  buildsWaiting: number | null;
}

interface Memory {
  session: string | null;
  plugin: Plugin | null;
  /** The framework when it was last seen active. */
  active: { id: string; name: string } | null;
  /** Our time of the first look that missed it. */
  missing: { since: number; rang: boolean } | null;
}

/** What people are told. */
interface Lost extends JsonObject {
  framework: string | null;
  frameworkId: string | null;
  scheduler: boolean | null;
  inMesos: 'active' | 'away' | 'gone' | null;
  buildsWaiting: number | null;
  ended: 'registered' | 'on-demand' | 'no-cloud' | null;
}

const FINGERPRINT = 'framework-lost';
/** A framework is away for seconds when Jenkins or the Mesos master restarts. */
const RINGS_AFTER_MS = MINUTE;

export const frameworkLost = defineRule<Facts, Memory>({
  name: 'framework-lost',
  summary: 'Jenkins is not registered with Mesos any more, or its scheduler has stopped, so no agent can start.',
  watches: { everyMs: MINUTE },
  hiddenBy: ['controller-restarted', 'controller-down'],
  gather,
  detect,
  view,
});

async function gather({ mesos, jenkins, clock }: AlertPorts, memory: Memory | undefined): Promise<Facts> {
  const [pulse, frameworks] = await Promise.all([
    pulseInTime(jenkins, clock),
    told(clock, 'Mesos', () => mesos.frameworks()),
  ]);
  const jenkinsUp = pulse.state === 'up';
  const [settings, buildQueue] = jenkinsUp
    ? await Promise.all([
        told(clock, 'Jenkins', () => jenkins.executorSettings(), AFTER_PULSE_MS).then(known),
        told(clock, 'Jenkins', () => jenkins.buildQueue(), AFTER_PULSE_MS).then(known),
      ])
    : [];
  const plugin = settings === undefined ? null : pluginOf(settings);
  return {
    jenkinsUp,
    session: pulse.session ?? null,
    plugin,
    mesos: seenIn(frameworks, (plugin ?? memory?.plugin)?.framework ?? memory?.active?.name),
    buildsWaiting: buildQueue?.filter((item) => item.buildable).length ?? null,
  };
}

const pluginOf = ({ frameworkName, onDemandRegistration, schedulerRunning }: ExecutorSettings): Plugin => ({
  framework: frameworkName ?? null,
  onDemand: onDemandRegistration,
  scheduler: schedulerRunning ?? null,
});

function seenIn(frameworks: Told<Framework[]>, name: string | undefined): Facts['mesos'] {
  if (!frameworks.ok) return null;
  const found = jenkinsFramework(frameworks.value, name);
  return { framework: found === undefined ? null : { id: found.id, name: found.name, active: found.active } };
}

const NOTHING_KNOWN: Memory = { session: null, plugin: null, active: null, missing: null };

function detect(before: Memory | undefined, facts: Facts, now: number): Detected<Memory> {
  // Other alerts speak of a Jenkins that does not answer; what its framework does meanwhile is no sign.
  if (!facts.jenkinsUp) return { memory: before ?? NOTHING_KNOWN, signals: [] };
  const memory = lookedAt(before ?? NOTHING_KNOWN, facts);
  const found = judge(memory, facts);
  if (found === 'unclear') return { memory, signals: [] };
  if (found === 'missing') return missing(memory, facts, now);
  const wasTrouble = before === undefined || memory.missing !== null;
  return { memory: { ...memory, missing: null }, signals: wasTrouble ? [over(found, now)] : [] };
}

/** A restarted Jenkins starts its scheduler anew: what was suspected of the old one says nothing of it. */
function lookedAt(before: Memory, facts: Facts): Memory {
  const framework = facts.mesos?.framework;
  const memory = {
    ...before,
    session: facts.session,
    plugin: facts.plugin ?? before.plugin,
    active: framework?.active ? { id: framework.id, name: framework.name } : before.active,
  };
  if (before.session === null || facts.session === before.session) return memory;
  const { plugin, missing } = memory;
  return {
    ...memory,
    plugin: facts.plugin ?? (plugin === null ? null : { ...plugin, scheduler: null }),
    missing: missing?.rang ? missing : null,
  };
}

function judge(
  { plugin, active }: Memory,
  facts: Facts,
): 'registered' | 'on-demand' | 'no-cloud' | 'missing' | 'unclear' {
  if (plugin !== null && plugin.framework === null) return 'no-cloud';
  if (plugin?.onDemand) return 'on-demand';
  if (facts.plugin?.scheduler === false) return 'missing';
  if (facts.mesos === null) return 'unclear';
  if (facts.mesos.framework?.active) return plugin?.scheduler === false ? 'unclear' : 'registered';
  if (plugin?.scheduler === true) return 'missing';
  // Without the plugin's word it may be away because nothing builds.
  return active !== null && (facts.buildsWaiting ?? 0) > 0 ? 'missing' : 'unclear';
}

function missing(memory: Memory, facts: Facts, now: number): Detected<Memory> {
  const { since, rang } = memory.missing ?? { since: now, rang: false };
  if (now - since < RINGS_AFTER_MS) return { memory: { ...memory, missing: { since, rang } }, signals: [] };
  const lost = lostFacts(memory, facts);
  const raise: Signal = {
    kind: 'raise',
    fingerprint: FINGERPRINT,
    identity: `${FINGERPRINT}|${lost.framework ?? ''}|${since}`,
    at: since,
    facts: lost,
    line: lost.scheduler === false ? "Jenkins' Mesos scheduler stopped." : 'Jenkins was no Mesos framework any more.',
  };
  const update: Signal = { kind: 'update', fingerprint: FINGERPRINT, facts: lost };
  return { memory: { ...memory, missing: { since, rang: true } }, signals: rang ? [raise, update] : [raise] };
}

function lostFacts({ plugin, active }: Memory, { mesos, buildsWaiting }: Facts): Lost {
  const framework = mesos?.framework;
  return {
    framework: plugin?.framework ?? active?.name ?? null,
    frameworkId: active?.id ?? framework?.id ?? null,
    scheduler: plugin?.scheduler ?? null,
    inMesos: mesos === null ? null : framework == null ? 'gone' : framework.active ? 'active' : 'away',
    buildsWaiting,
    ended: null,
  };
}

const OVER: Record<NonNullable<Lost['ended']>, string> = {
  registered: 'Jenkins was registered with Mesos.',
  'on-demand': 'Jenkins was set to register on demand.',
  'no-cloud': 'Jenkins had no Mesos cloud any more.',
};

const over = (ended: NonNullable<Lost['ended']>, now: number): Signal => ({
  kind: 'resolve',
  fingerprint: FINGERPRINT,
  at: now,
  facts: { ended },
  line: OVER[ended],
});

function view(incident: Incident, _now: number): AlertWords {
  const lost = incident.facts as Lost;
  const isOpen = stateOf(incident) === 'open';
  return {
    headline:
      lost.scheduler === false
        ? md`Jenkins' Mesos scheduler has stopped: no agent can start`
        : md`Jenkins is not registered with Mesos: no agent can start`,
    over: overWords(incident, lost),
    fields: [
      { label: 'Framework', value: frameworkWords(lost) },
      { label: 'Missing since', value: moment(incident.happenedAt) },
      ...(isOpen
        ? [
            { label: 'Scheduler', value: schedulerWords(lost) },
            { label: 'Mesos', value: mesosWords(lost) },
            { label: 'What it means', value: meaning(lost) },
          ]
        : []),
    ],
    ...(isOpen ? { notes: remedy(lost) } : {}),
  };
}

function overWords({ overAt, happenedAt }: Incident, { ended }: Lost): Rich {
  if (ended === 'on-demand') return md`Jenkins registers with Mesos on demand now, so nothing is missing`;
  if (ended === 'no-cloud') return md`Jenkins has no Mesos cloud any more, so no framework is missing`;
  return md`Jenkins is registered with Mesos again after ${duration((overAt ?? happenedAt) - happenedAt)}`;
}

function frameworkWords({ framework, frameworkId }: Lost): Rich {
  const name = framework ?? 'name not known';
  return frameworkId === null ? md`${name}` : md`${name} (${code(frameworkId)})`;
}

function schedulerWords({ scheduler }: Lost): Rich {
  if (scheduler === null) return md`the plugin does not say`;
  return scheduler ? md`runs, as the plugin says` : md`stopped, as the plugin says`;
}

function mesosWords({ inMesos }: Lost): Rich {
  if (inMesos === null) return md`does not answer`;
  const words = { active: 'still lists it as active', away: 'lists it as away', gone: 'does not list it' };
  return md`${words[inMesos]}`;
}

function meaning({ buildsWaiting }: Lost): Rich {
  if (buildsWaiting === null) return md`no agent can start`;
  if (buildsWaiting === 0) return md`no agent can start; no build waits yet`;
  return md`no agent can start; ${counted(buildsWaiting, 'build')} ${buildsWaiting === 1 ? 'waits' : 'wait'}`;
}

/** The known cause and the danger of saving are those of contract jenkins §2.2 and §2.3. */
function remedy({ scheduler }: Lost): Rich[] {
  if (scheduler !== false)
    return [
      md`Jenkins' log says what its Mesos plugin met: a master it cannot reach, or a role, principal or secret that Mesos refuses. Do not save Jenkins' system configuration to try: with plugin 0.7 that starts a second scheduler beside one that runs. A restart of the controller registers anew.`,
    ];
  return [
    md`A known cause with Mesos plugin 0.7.0: an agent template without container settings ends the scheduler at the first offer; Jenkins' log then has _The Mesos driver was aborted! Status code: 3_ (mesos-plugin #130, mended in 0.8.0).`,
    md`What helps: give every agent template container settings, or update the plugin; then save Jenkins' system configuration, or restart the controller. Both start a new scheduler.`,
  ];
}
