// Makes a rollback's plan: reads the versions Marathon keeps, finds the one meant and compares. Writes nothing.
import { lookBefore } from './app-change.js';
import { appToChange } from './app-change-apply.js';
import { runsSeveral } from './app-change-refusals.js';
import { changesTo, instancesOf, type KeptVersion, labelIn, versionBefore, versionNamed } from './app-versions.js';
import type { AuditEntry } from './audit.js';
import type { App } from './cluster.js';
import { graceOf } from './coming-up.js';
import type { Asked, Ports } from './command.js';
import { printOf } from './definition-print.js';
import { BY_LABEL } from './deploy.js';
import { UserError } from './errors.js';
import { stopsFirst } from './manifest-lint.js';
import { readableChange } from './readable-change.js';
import type { ListedVersion, RollbackArgs, RollbackPlan } from './rollback.js';
import { makerOf, versionMakers } from './version-author.js';

/** More are a wall of text; `versions` lists them all. */
const MOST_LISTED = 5;

export async function planRollback(args: RollbackArgs, ports: Ports, asked: Asked): Promise<RollbackPlan> {
  const { marathon, jenkins, audit } = ports;
  const [app, info, pulse, entries] = await Promise.all([
    appToChange(ports, asked),
    marathon.info(),
    jenkins.pulse(),
    audit.recent(200),
  ]);
  const versions = await marathon.versions(app.id);
  const target = await targetOf(args, app, versions, info.version, ports);
  const instances = instancesOf(target.definition);
  if (instances > 1) throw runsSeveral({ id: `${app.id} of ${target.version}`, instances });
  const changes = changesTo(app, target.definition, info.version).map(readableChange);
  if (instances === 0 && changes.length > 0) throw stopsController(target.version);

  const shown = versions.filter((version, at) => at < MOST_LISTED || version === target.version);
  const [{ before }, listed] = await Promise.all([
    lookBefore(app, pulse, ports),
    Promise.all(shown.map((version) => listing(version, target, versionMakers(entries), app, ports))),
  ]);
  return {
    ...before,
    appId: app.id,
    appVersion: app.version,
    graceMs: graceOf(app),
    waitMs: args.waitMs,
    target: listed.find(({ version }) => version === target.version) ?? unknownMaker(target.version, ports),
    versions: listed,
    more: versions.length - shown.length,
    changes,
    definition: printOf(target.definition),
    suspended: app.instances === 0,
    twoAtOnce: !stopsFirst(target.definition),
  };
}

async function targetOf(
  { version: typed }: RollbackArgs,
  app: App,
  versions: readonly string[],
  marathonVersion: string,
  { marathon }: Ports,
): Promise<KeptVersion> {
  if (typed === undefined) {
    const before = await versionBefore(app, versions, marathonVersion, marathon);
    if (before !== undefined) return before;
    throw new UserError(
      `No earlier version of \`${app.id}\` that Marathon keeps differs from the one that runs, ${app.version}.`,
      '`restart` starts it anew as it is.',
    );
  }
  const version = versionNamed(typed, versions, app.id);
  const definition = version === app.version ? app.definition : await marathon.appVersion(app.id, version);
  if (definition !== undefined) return { version, definition };
  throw new UserError(`Marathon lists version \`${version}\` of \`${app.id}\` and does not have it any more.`);
}

const stopsController = (version: string): UserError =>
  new UserError(
    `Version \`${version}\` has 0 instances: it would stop the controller. Nothing was changed.`,
    '`suspend` does that; or name a version that runs one.',
  );

async function listing(
  version: string,
  target: KeptVersion,
  makers: readonly AuditEntry[],
  app: App,
  ports: Ports,
): Promise<ListedVersion> {
  const maker = makerOf(version, makers);
  const unknown = unknownMaker(version, ports);
  if (maker !== undefined) return { ...unknown, by: maker.userId, byTrail: true, command: maker.command };
  const definition =
    version === target.version
      ? target.definition
      : version === app.version
        ? app.definition
        : await ports.marathon.appVersion(app.id, version);
  return { ...unknown, by: labelIn(definition, BY_LABEL) ?? null };
}

function unknownMaker(version: string, { clock }: Ports): ListedVersion {
  const at = Date.parse(version);
  const ageMs = Number.isNaN(at) ? null : Math.max(0, clock.now() - at);
  return { version, ageMs, by: null, byTrail: false, command: null };
}
