// `/ci deployments`: what Marathon deploys now: which app, how far, since when, whether it is ours, and a way to cancel it.
import { z } from 'zod';
import type { AuditEntry } from '../core/audit.js';
import type { Deployment } from '../core/cluster.js';
import { type Asked, defineCommand, type Ports } from '../core/command.js';
import { context, type Message, type MessageBlock, say, section } from '../core/conversation.js';
import { madeAt, stepWords } from '../core/deployment-words.js';
import { gaps, known, type Told, told } from '../core/gather.js';
import { deploymentsOf, isOfOurs } from '../core/own-change.js';
import { code, join, md, moment, type Rich } from '../core/text.js';
import { DAY } from '../core/time.js';
import { hasWritten, makerOf, versionMakers, wayBackOf } from '../core/version-author.js';
import { counted } from '../core/words.js';

interface Row {
  deployment: Deployment;
  /** The change of ours that made it. */
  owner: { text: string; name: string } | undefined;
  /** What `cancel` calls it; undefined: none of the apps we change. */
  cancel: { id: string; asksFirst: boolean } | undefined;
}

interface Facts {
  now: number;
  rows: Told<Row[]>;
  missing: string[];
}

const SHOWN = 10;
const MOST_CHANGES = 50;

export const deployments = defineCommand({
  name: 'deployments',
  usage: 'deployments',
  summary: 'What Marathon deploys now, how far it is, whose it is, and a way to cancel it.',
  examples: ['deployments', 'deployments --here'],
  args: z.object({}),
  effect: 'read',
  run,
  view,
});

async function run(_: object, ports: Ports, _asked: Asked): Promise<Facts> {
  const { marathon, clock, settings, changes, audit } = ports;
  const now = clock.now();
  const [found, app, running, { rows: entries }] = await Promise.all([
    told(clock, 'Marathon', () => marathon.deployments()),
    told(clock, 'Marathon', () => marathon.app(settings.appId)),
    changes.running(),
    audit.page({ from: now - DAY, fits: mayOwn, limit: MOST_CHANGES }),
  ]);
  if (!found.ok) return { now, rows: found, missing: [] };
  const trail = entries.map(({ entry }) => entry);
  const isItsOwn = await deploymentsOf(running, known(app), ports);
  const rows = [...found.value]
    .sort((a, b) => Number(isOfOurs(b, settings)) - Number(isOfOurs(a, settings)))
    .map(async (deployment): Promise<Row> => {
      const itsChange = isItsOwn(deployment) ? running : undefined;
      const own = itsChange ?? endedOwner(deployment, trail, ports);
      return {
        deployment,
        owner: own === undefined ? undefined : { text: own.text, name: await ports.nameOf(own.userId) },
        // A change of ours ends with its deployment, so it is the change that is cancelled.
        cancel: itsChange
          ? { id: itsChange.jobId, asksFirst: false }
          : isOfOurs(deployment, settings)
            ? { id: deployment.id, asksFirst: true }
            : undefined,
      };
    });
  return { now, rows: { ok: true, value: await Promise.all(rows) }, missing: gaps(app) };
}

const mayOwn = (entry: AuditEntry): boolean =>
  versionMakers([entry]).length > 0 || hasScaled(entry) || entry.command === 'cancel';

const hasScaled = (entry: AuditEntry): boolean => entry.command === 'scale' && hasWritten(entry);

/** Of a change that is over. One that rolls back says which deployment that made; most of what is cancelled makes none. */
function endedOwner(deployment: Deployment, trail: readonly AuditEntry[], { settings }: Ports): AuditEntry | undefined {
  if (!isOfOurs(deployment, settings)) return undefined;
  const makers = deployment.affectedApps.includes(settings.appId) ? versionMakers(trail) : trail.filter(hasScaled);
  return wayBackOf(deployment.id, trail) ?? makerOf(deployment.version, makers);
}

function view({ now, rows, missing }: Facts): Message {
  if (!rows.ok) return say(md`:warning: What Marathon deploys is not known. ${rows.missing}.`);
  if (rows.value.length === 0) return say(md`:white_check_mark: Marathon deploys nothing now.`);
  const headline = md`:hourglass_flowing_sand: ${counted(rows.value.length, 'deployment')} in progress.`;
  const shown = rows.value.slice(0, SHOWN);
  const told = shown.map((row) => rowWords(row, now));
  const blocks = shown.flatMap((row, index): MessageBlock[] => [
    section(told[index] ?? md``),
    ...(row.cancel === undefined ? [] : [cancelButton(row.cancel)]),
  ]);
  const hidden = rows.value.length - shown.length;
  const notes = [
    ...(hidden === 0 ? [] : [`${hidden} more, of apps that are not ours`]),
    ...(missing.length === 0 ? [] : [`not known: ${missing.join('; ')}`]),
  ];
  return {
    text: [headline.plain, ...told.map(({ plain }) => plain)].join('\n'),
    blocks: [section(headline), ...blocks, ...(notes.length === 0 ? [] : [context(md`${notes.join('; ')}.`)])],
  };
}

function rowWords({ deployment, owner }: Row, now: number): Rich {
  const apps = join(deployment.affectedApps.map((app) => md`${app}`));
  const at = madeAt(deployment);
  const since = at === undefined ? md`` : md`, since ${moment(at)}`;
  const whose =
    owner === undefined ? md`not from here, as far as is recorded` : md`${code(owner.text)} by ${owner.name}`;
  return md`${code(deployment.id)} of ${apps}: ${stepWords(deployment, now)}${since}; ${whose}.`;
}

/** Of somebody else's deployment `cancel` asks which way before it does anything. */
const cancelButton = ({ id, asksFirst }: NonNullable<Row['cancel']>): MessageBlock => ({
  type: 'actions',
  buttons: [
    {
      label: 'Cancel',
      action: 'run',
      value: `cancel ${id}`,
      ...(asksFirst ? {} : { style: 'danger', confirm: STOP_OURS }),
    },
  ],
});

const STOP_OURS = {
  title: 'Stop the change?',
  text: 'It is asked to stop, and Marathon goes back to the version before. Its own message says what that leaves.',
  yes: 'Stop it',
  no: 'Let it go on',
};
