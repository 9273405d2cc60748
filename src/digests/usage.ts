// The usage digest: what a day or a week of CI cost on the cluster, whether the limit fits, and what went wrong.
import type { BuildHistory, ScmSyncStatus } from '../core/cluster.js';
import { runningTask } from '../core/controller.js';
import { context, type Message, type MessageBlock, section } from '../core/conversation.js';
import { type DigestPorts, defineDigest } from '../core/digest.js';
import {
  builtWords,
  changesWords,
  type DigestFacts,
  isQuiet,
  newsOf,
  quietLine,
  type Rung,
  ringsWords,
  upWords,
} from '../core/digest-words.js';
import { type ExecutorLimit, executorLimit } from '../core/executor-limit.js';
import { gaps, known, type Told, told } from '../core/gather.js';
import type { Incident } from '../core/incident.js';
import { endsOf } from '../core/outages.js';
import { type Period, periodBefore } from '../core/schedule.js';
import { scmWords } from '../core/scm-words.js';
import { md, type Rich } from '../core/text.js';
import { averageOf, coverage, figuresTable, isComparable, meaning, usageChart } from '../core/usage-period.js';
import { usageStatistics } from '../core/usage-statistics.js';
import { localDay } from '../core/words.js';

interface Facts extends DigestFacts {
  scm: Told<ScmSyncStatus>;
  limit: Told<ExecutorLimit | undefined>;
}

export const usage = defineDigest<Facts>({
  name: 'usage',
  summary: 'What CI cost on the cluster, whether the limit fits, builds, the controller, SCM sync, who changed what.',
  gather,
  view,
});

async function gather(period: Period, ports: DigestPorts): Promise<Facts> {
  const { clock, jenkins, usage: samples, settings } = ports;
  const { from, to } = period;
  const before = periodBefore(period, settings.timeZone);
  const [statistics, earlier, incidents, builds, startedAt, scm, limit, entries] = await Promise.all([
    usageStatistics(from, to, samples.read(from, to)),
    usageStatistics(before.from, before.to, samples.read(before.from, before.to)),
    ports.incidents.since(from),
    told(clock, 'Jenkins', () => jenkins.builds(from)),
    told(clock, 'Marathon', () => startOfController(ports)),
    told(clock, 'Jenkins', () => jenkins.scmSync()),
    told(clock, 'Jenkins', () => executorLimit(ports)),
    ports.audit.since(from),
  ]);
  const since = known(startedAt);
  const within = incidents.filter((incident) => incident.openedAt < to);
  const changes = entries.filter((entry) => entry.at < to);
  return {
    period,
    zone: settings.timeZone,
    statistics,
    before: earlier,
    rung: await Promise.all(within.map((incident) => rungOf(incident, ports))),
    builds: builds.ok ? { ok: true, value: until(builds.value, to) } : builds,
    remembersSince: since !== undefined && since > from ? since : undefined,
    scm,
    limit,
    changes: await Promise.all(changes.map(async (entry) => ({ entry, name: await ports.nameOf(entry.userId) }))),
  };
}

async function startOfController({ marathon, settings }: DigestPorts): Promise<number | undefined> {
  const app = await marathon.app(settings.appId);
  return app === undefined ? undefined : runningTask(app)?.startedAt;
}

const until = (history: BuildHistory, to: number): BuildHistory => ({
  ...history,
  builds: history.builds.filter((build) => build.at < to),
});

async function rungOf(incident: Incident, { rules, incidents, clock }: DigestPorts): Promise<Rung> {
  const words = rules.find((rule) => rule.name === incident.rule)?.view(incident, clock.now());
  const line = incident.resolvedAt === undefined ? words?.headline : words?.over;
  return { incident, words: line ?? md`${incident.rule}`, link: await incidents.link(incident.id) };
}

function view(facts: Facts): Message {
  if (isQuiet(facts)) {
    const line = quietLine(facts);
    return { text: line.plain, blocks: [section(line)] };
  }
  const { statistics, before, zone, period } = facts;
  const headline = newsOf(facts);
  const missing = [...new Set(gaps(facts.builds, facts.scm))];
  const restarts = endsOf(
    facts.rung.map(({ incident }) => incident),
    period.from,
    period.to,
  );
  const hasSamples = statistics.samples > 0;
  const figures: MessageBlock[] = hasSamples
    ? [
        section(md`${averageOf(statistics)} ${meaning(statistics, known(facts.limit), zone)}`),
        figuresTable(statistics, zone, isComparable(before) ? before : undefined),
      ]
    : [section(md`No usage samples in this time: no worker of Bellboard ran.`)];
  return {
    text: headline.plain,
    blocks: [
      section(headline),
      ...figures,
      {
        type: 'fields',
        fields: [
          { label: 'Controller', value: upWords(facts) },
          { label: 'Builds', value: builtWords(facts) },
          { label: 'SCM sync', value: scmField(facts) },
          { label: 'Changes', value: changesWords(facts) },
        ],
      },
      ...(facts.rung.length === 0 ? [] : [section(ringsWords(facts))]),
      ...(missing.length === 0 ? [] : [context(md`Not known: ${missing.join('; ')}.`)]),
      ...coverage(statistics, zone),
    ],
    ...(hasSamples ? { chart: usageChart(statistics, { ...named(facts), zone, restarts }) } : {}),
  };
}

const named = ({ period, zone }: Facts): { name: string; short: string } => ({
  name: `a ${period.kind}`,
  short: `${period.kind}-to-${localDay(period.to, zone).replaceAll(' ', '-').toLowerCase()}`,
});

function scmField({ scm, rung }: Facts): Rich {
  const failures = rung.filter(({ incident }) => incident.rule === 'scm-sync-failed').length;
  const now = known(scm);
  const words = now === undefined ? md`now: not known` : md`now: ${scmWords(now)}`;
  return failures === 0 ? words : md`failed ${failures === 1 ? 'once' : `${failures} times`}; ${words}`;
}
