// The Home tab: shown from Redis the moment somebody opens it (bot), and again once a worker has asked the systems.
import type { Rule } from '../core/alert.js';
import type { AuditTrail } from '../core/audit.js';
import type { Incidents } from '../core/board.js';
import type { BuildQueueItem, JenkinsExecutors } from '../core/cluster.js';
import type { Catalogue, Ports } from '../core/command.js';
import { addressOf, healthWords, runningTask, stateWords } from '../core/controller.js';
import { type Messages, sorry } from '../core/conversation.js';
import { SlackError } from '../core/delivery.js';
import { UpstreamError } from '../core/errors.js';
import type { BoardNow, HomeStore, Kept, Screens } from '../core/form.js';
import { gaps, known, type Told, told } from '../core/gather.js';
import { ALERTS_SHOWN, boardOf, type HomeFacts, homeView } from '../core/home-view.js';
import type { HomeJob } from '../core/jobs.js';
import { commandIn } from '../core/parse.js';
import type { Plan, PlanStore } from '../core/plans.js';
import { md } from '../core/text.js';
import { SECOND } from '../core/time.js';
import type { UsageStore } from '../core/usage-sample.js';
import { permissionToSee } from './permission.js';
import type { PerformPorts } from './ports.js';
import { rootKey } from './reply.js';

/** For both halves. */
export interface HomePorts extends Pick<PerformPorts, 'people' | 'policy' | 'clock' | 'log'> {
  catalogue: Catalogue;
  slash: string;
  rules: readonly Rule[];
  usage: Pick<UsageStore, 'latest'>;
  incidents: Pick<Incidents, 'recent' | 'ackOf'>;
  audit: Pick<AuditTrail, 'recent'>;
  plans: Pick<PlanStore, 'open'>;
  messages: Pick<Messages, 'posted'>;
  linkOf: Ports['linkOf'];
  home: HomeStore;
  screens: Pick<Screens, 'home'>;
}

type Whose = Pick<HomeJob, 'actor' | 'place' | 'over'>;

/** What the last changes came to is looked for among so many of everybody's. */
const AUDIT_READ = 100;

/** @returns what stands there now; undefined when something newer does, or Slack did not take it */
export async function showHome(whose: Whose, ports: HomePorts, isBeingRefreshed: boolean): Promise<string | undefined> {
  const kept: Kept = { v: 1, kind: 'home', command: '', channelId: whose.place.channelId };
  const show = async () => {
    const refused = await refusal(whose, ports);
    return refused ?? homeView({ ...(await factsFor(whose, ports)), isBeingRefreshed });
  };
  const home = await show().catch((error: unknown) => {
    if (error instanceof UpstreamError)
      return sorry(`${error.system} did not answer, so there is nothing to show.`, 'Open this tab again in a minute.');
    throw error;
  });
  try {
    return await ports.screens.home(whose.actor.userId, home, kept, whose.over);
  } catch (error) {
    if (!(error instanceof SlackError)) throw error;
    if (error.code !== 'hash_conflict') ports.log.warn({ code: error.code }, 'Slack did not take a Home tab');
    return undefined;
  }
}

/** Whoever may not read the board is shown why, and nothing else. */
async function refusal(whose: Whose, ports: HomePorts) {
  const board = ports.catalogue.find('status');
  if (board === undefined) return undefined;
  const permission = await permissionToSee(whose, board, ports);
  return permission.allowed ? undefined : sorry(permission.reason, permission.hint);
}

async function factsFor(whose: Whose, ports: HomePorts): Promise<Omit<HomeFacts, 'isBeingRefreshed'>> {
  const { userId } = whose.actor;
  const now = ports.clock.now();
  const [looked, sample, recent, plans, asked, entries] = await Promise.all([
    ports.home.read(),
    ports.usage.latest(),
    ports.incidents.recent(AUDIT_READ),
    ports.plans.open(now),
    ports.home.askedBy(userId),
    ports.audit.recent(AUDIT_READ),
  ]);
  const open = recent.filter(({ resolvedAt }) => resolvedAt === undefined);
  const sampled = boardOf(sample);
  const alerts = await Promise.all(
    open.slice(0, ALERTS_SHOWN).map(async (incident) => {
      const rule = ports.rules.find(({ name }) => name === incident.rule);
      const headline = rule?.view(incident, now).headline ?? md`${incident.rule}`;
      const ackedBy = (await ports.incidents.ackOf(incident.id))?.userId;
      return { id: incident.id, headline, since: incident.raisedAt, ackedBy };
    }),
  );
  const isMine = ({ actor }: { actor: { userId: string } }) => actor.userId === userId;
  return {
    now,
    slash: ports.slash,
    board: (looked?.at ?? 0) > (sampled?.at ?? 0) ? looked : (sampled ?? looked),
    alerts,
    moreAlerts: Math.max(0, open.length - ALERTS_SHOWN),
    mine: await linked(plans.filter(isMine), ports),
    others: await linked(
      plans.filter((plan) => !isMine(plan) && (plan.approvals ?? 0) > 0),
      ports,
    ),
    asked: asked.map(({ text, at }) => ({
      text,
      at,
      isRead: commandIn(text, ports.catalogue)?.effect === 'read',
      outcome: entries.find((entry) => entry.userId === userId && entry.text === text && entry.at >= at)?.outcome,
    })),
    forms: ports.catalogue.all().flatMap(({ name, picks }) => (picks === undefined ? [] : [name])),
  };
}

const linked = (plans: readonly Plan[], { messages, linkOf }: HomePorts) =>
  Promise.all(
    plans.map(async (plan) => {
      const posted = await messages.posted(rootKey(plan.id));
      const at = posted.state === 'posted' ? { messageTs: posted.ts, channelId: posted.channelId } : undefined;
      const { threadTs } = plan.place;
      return { ...plan, url: at === undefined ? undefined : await linkOf({ ...at, threadTs }) };
    }),
  );

/** Whoever looks waits; what does not answer by then is named. */
const LOOK_MS = 5 * SECOND;

/** The worker's half: one look at the systems, for everybody whose tab is drawn after it. */
export async function refreshHome(job: HomeJob, ports: PerformPorts): Promise<void> {
  await ports.home.keep(await lookNow(ports));
  const { command } = ports;
  await showHome(
    job,
    { ...ports, ...command, home: ports.home, slash: command.settings.slashCommand, plans: ports.plans },
    false,
  );
}

async function lookNow({ command: { marathon, jenkins, settings, clock } }: PerformPorts): Promise<BoardNow> {
  const ms = LOOK_MS * clock.speed;
  const [app, pulse, executors, queue] = await Promise.all([
    told(clock, 'Marathon', () => marathon.app(settings.appId), ms),
    told(clock, 'Jenkins', () => jenkins.pulse(), ms),
    told(clock, 'Jenkins', () => jenkins.executors(), ms),
    told(clock, 'Jenkins', () => jenkins.buildQueue(), ms),
  ]);
  const heard = known(pulse);
  return {
    v: 1,
    at: clock.now(),
    controller: app.ok ? controllerWords(app, heard === undefined ? undefined : stateWords(heard)) : null,
    executors: loadOf(executors),
    buildQueue: queueOf(queue, clock.now()),
    missing: [...new Set(gaps(app, pulse, executors, queue))],
  };
}

type AppTold = Extract<Told<Awaited<ReturnType<PerformPorts['command']['marathon']['app']>>>, { ok: true }>;

function controllerWords({ value: app }: AppTold, jenkins: string | undefined): string {
  if (app === undefined) return 'not there';
  const task = runningTask(app);
  if (task === undefined) return app.instances === 0 ? 'suspended (0 instances)' : 'not running';
  return [`${addressOf(task)}, ${healthWords(task)}`, ...(jenkins === undefined ? [] : [`Jenkins ${jenkins}`])].join(
    '; ',
  );
}

const loadOf = (executors: Told<JenkinsExecutors>): BoardNow['executors'] =>
  executors.ok ? { busy: executors.value.busy, total: executors.value.total } : null;

const queueOf = (queue: Told<BuildQueueItem[]>, now: number): BoardNow['buildQueue'] =>
  queue.ok
    ? { length: queue.value.length, longestMs: Math.max(0, ...queue.value.map((item) => now - item.inQueueSince)) }
    : null;
