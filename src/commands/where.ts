// `/ci where`: where the Jenkins controller runs, since when, and who put it there.
import { z } from 'zod';
import type { AuditEntry } from '../core/audit.js';
import type { App, Deployment, Framework, JenkinsPulse, MarathonInfo } from '../core/cluster.js';
import { type Asked, defineCommand, type Ports } from '../core/command.js';
import { addressOf, causeWords, healthWords, jenkinsFramework, pulseWords, runningTask } from '../core/controller.js';
import { context, type Message, say } from '../core/conversation.js';
import { BY_LABEL } from '../core/deploy.js';
import { causeOf } from '../core/failure-cause.js';
import { gaps, known, type Told, told } from '../core/gather.js';
import { pulseInTime } from '../core/pulse.js';
import { endsWords } from '../core/restart-view.js';
import { code, join, link, md, mention, moment, type Rich } from '../core/text.js';
import { makerOf, versionMakers } from '../core/version-author.js';
import { duration } from '../core/words.js';

interface Facts {
  appId: string;
  now: number;
  app: Told<App | undefined>;
  info: Told<MarathonInfo>;
  deployments: Told<Deployment[]>;
  frameworks: Told<Framework[]>;
  pulse: JenkinsPulse;
  jenkinsUrl: string | undefined;
  sandbox: string | undefined;
  /** Changes of the app through Bellboard, newest first. */
  makers: AuditEntry[];
  ends: { count: number; since: number } | undefined;
}

export const where = defineCommand({
  name: 'where',
  usage: 'where',
  summary: 'Where the Jenkins controller runs, since when, and who deployed it.',
  examples: ['where', 'where --here'],
  args: z.object({}),
  effect: 'read',
  run,
  view,
});

async function run(_: object, ports: Ports, _asked: Asked): Promise<Facts> {
  const { marathon, mesos, jenkins, clock, settings } = ports;
  const [app, info, deployments, frameworks, pulse, jenkinsUrl, entries, ends] = await Promise.all([
    told(clock, 'Marathon', () => marathon.app(settings.appId)),
    told(clock, 'Marathon', () => marathon.info()),
    told(clock, 'Marathon', () => marathon.deployments()),
    told(clock, 'Mesos', () => mesos.frameworks()),
    pulseInTime(jenkins, clock),
    told(clock, 'Jenkins', () => jenkins.publicUrl()).then(known),
    ports.audit.recent(100),
    ports.incidents.endsOfController(clock.now()),
  ]);
  const task = app.ok && app.value !== undefined ? runningTask(app.value) : undefined;
  const frameworkId = known(info)?.frameworkId;
  return {
    appId: settings.appId,
    now: clock.now(),
    app,
    info,
    deployments,
    frameworks,
    pulse,
    jenkinsUrl,
    sandbox:
      task?.mesosAgentId === undefined || frameworkId === undefined
        ? undefined
        : mesos.sandboxLink({ mesosAgentId: task.mesosAgentId, frameworkId, executorId: '', taskId: task.id }),
    makers: versionMakers(entries),
    ends,
  };
}

function view(facts: Facts): Message {
  const missing = [...new Set(gaps(facts.app, facts.info, facts.frameworks))];
  const notes = (sentences: string[]) =>
    sentences.length === 0 ? [] : [context(md`Not known: ${sentences.join('; ')}.`)];
  if (!facts.app.ok) {
    const said = facts.app.missing;
    const at = facts.jenkinsUrl === undefined ? '' : md` at ${link(facts.jenkinsUrl, facts.jenkinsUrl)}`;
    return say(
      md`:warning: Where ${facts.appId} runs is not known. ${said}. Jenkins itself ${pulseWords(facts.pulse)}${at}.`,
      ...notes(missing.filter((sentence) => sentence !== said)),
    );
  }
  const app = facts.app.value;
  if (app === undefined) {
    return say(md`:warning: Marathon has no app ${facts.appId}. \`deploy\` would create it.`, ...notes(missing));
  }
  const message = describe(app, facts);
  return { text: message.text, blocks: [...message.blocks, ...notes(missing)] };
}

function describe(app: App, facts: Facts): Message {
  const task = runningTask(app);
  if (task === undefined) return say(notRunning(app), ...failureNote(app, facts.now));
  const address = addressOf(task);
  const shownAddress = facts.jenkinsUrl === undefined ? code(address) : link(facts.jenkinsUrl, address);
  const since =
    task.startedAt === undefined
      ? md``
      : md`, since ${moment(task.startedAt)} (${duration(facts.now - task.startedAt)})`;
  const headline = md`:round_pushpin: The Jenkins controller runs on ${shownAddress}${since}; it is ${healthWords(task)} and Jenkins ${pulseWords(facts.pulse)}.`;
  return {
    text: headline.plain,
    blocks: [
      { type: 'section', text: headline },
      {
        type: 'fields',
        fields: [
          { label: 'App', value: code(app.id) },
          { label: 'Task', value: code(task.id) },
          { label: 'Version', value: versionWords(app, task.version, facts) },
          { label: 'Mesos agent', value: agentWords(task.host, task.mesosAgentId) },
          {
            label: 'Sandbox',
            value: facts.sandbox === undefined ? md`not known` : link(facts.sandbox, 'stdout, stderr'),
          },
          { label: 'Mesos framework', value: frameworkWords(facts.frameworks) },
          ...endsField(facts),
        ],
      },
      ...deploymentNote(app, facts),
      ...failureNote(app, facts.now),
    ],
  };
}

const endsField = ({ ends, now }: Facts) =>
  ends === undefined ? [] : [{ label: 'Last 24 h', value: endsWords(ends.count, ends.since, now) }];

function notRunning(app: App): Rich {
  if (app.instances === 0)
    return md`:double_vertical_bar: ${app.id} is suspended: 0 instances, so no controller runs. \`resume\` starts it.`;
  if (app.deploymentIds.length > 0)
    return md`:hourglass_flowing_sand: ${app.id} is being deployed; no controller runs at the moment.`;
  return md`:red_circle: ${app.id} has no running task. \`status\` says what Marathon waits for.`;
}

const agentWords = (host: string, id: string | undefined): Rich =>
  id === undefined ? md`${host}` : md`${host} (${id})`;

/** A version that no change of ours made is somebody else's, whatever label it carries. */
function versionWords(app: App, version: string | undefined, { makers }: Facts): Rich {
  const shown = version ?? app.version;
  const own = makerOf(shown, makers);
  // A deploy is what one thinks of; the others are said.
  if (own?.command === 'deploy') return md`${shown}, by ${mention(own.userId)}`;
  if (own !== undefined) return md`${shown}, by ${mention(own.userId)} (${own.command})`;
  const [last] = makers;
  if (last === undefined) {
    const label = app.labels[BY_LABEL];
    return label === undefined
      ? md`${shown}, by whom is not known`
      : md`${shown}, by ${mention(label)} as its label says`;
  }
  return md`${shown}, not by a change from here; the last of those was by ${mention(last.userId)}, ${moment(last.at)}`;
}

function frameworkWords(frameworks: Told<Framework[]>): Rich {
  if (!frameworks.ok) return md`not known`;
  const framework = jenkinsFramework(frameworks.value);
  if (framework === undefined) return md`Jenkins is not registered: no agent can start, unless it registers on demand`;
  return framework.active ? md`registered as ${framework.name}` : md`${framework.name} is away`;
}

function deploymentNote(app: App, { deployments }: Facts) {
  const ours = (known(deployments) ?? []).filter((deployment) => deployment.affectedApps.includes(app.id));
  return ours.length === 0
    ? []
    : [context(md`Deployment in progress: ${join(ours.map((deployment) => code(deployment.id)))}`)];
}

function failureNote(app: App, now: number) {
  const failure = app.lastTaskFailure;
  if (failure === undefined) return [];
  const cause = causeOf(failure);
  const quote = cause.quote === undefined ? '' : md`: ${code(cause.quote)}`;
  return [
    context(
      md`Last failure Marathon remembers: ${causeWords(cause)}, ${duration(now - failure.at)} ago, on ${failure.host ?? 'an unknown host'}${quote}`,
    ),
  ];
}
