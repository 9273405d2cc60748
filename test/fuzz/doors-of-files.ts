// The doors through which files and the event stream come in.
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { frameReader } from '../../src/adapters/marathon/event-frames.js';
import { commands } from '../../src/commands/index.js';
import { authorise } from '../../src/core/authorise.js';
import { fillManifest } from '../../src/core/manifest.js';
import { diffDefinitions } from '../../src/core/manifest-diff.js';
import { lintManifest } from '../../src/core/manifest-lint.js';
import { parsePolicy } from '../../src/core/policy.js';
import { anApp } from '../support/ci-service.js';
import { MANIFEST } from '../support/fakes.js';
import { type Door, erased, named } from './door.js';
import { from, placed } from './doors-of-people.js';
import { faults, slips, withFault, withSlip } from './hostile.js';

export const fileDoors: Door[] = [
  erased({
    name: 'policy files',
    share: 0.12,
    comes: fc.record({
      slips: slips(4),
      faults: faults(3),
      asJson: fc.boolean(),
      command: fc.constantFrom(...commands),
      from,
    }),
    async meet(given) {
      const written = given.asJson
        ? JSON.stringify(given.faults.reduce(withFault, POLICY_AS_JSON))
        : given.slips.reduce(withSlip, POLICY_TEXT);
      const policy = readOr(() => parsePolicy(written));
      if (policy instanceof Error) return 'policy fault';
      const { command } = given;
      const { actor, place } = placed(given.from);
      const answer = authorise({
        policy,
        actor,
        place,
        person: {},
        channel: {},
        homeTeamId: 'T0HOME',
        command,
        policyWords: command.name,
        args: { count: 4 },
      });
      // What was not written as somebody's role lets nobody in who is not named.
      if (answer.allowed && actor.teamId !== 'T0HOME') throw new Error('a stranger was let in');
      return answer.allowed ? 'allowed' : 'refused';
    },
  }),
  erased({
    name: 'manifests',
    share: 0.1,
    comes: fc.record({ slips: slips(3), faults: faults(4), asText: fc.boolean(), replaces: fc.boolean() }),
    async meet(given) {
      const written = given.asText
        ? given.slips.reduce(withSlip, MANIFEST)
        : (JSON.stringify(given.faults.reduce(withFault, JSON.parse(MANIFEST))) ?? '');
      try {
        const wanted = fillManifest(written, { SCM_SYNC_GIT: 'git@git.example.org:a/b.git', APP_USER: 'jenkins' });
        lintManifest(wanted, '1.5.15');
        diffDefinitions(anApp().definition, wanted, {
          replaces: given.replaces,
          ignoreLabels: [],
          marathonVersion: '1.5.15',
        });
        diffDefinitions(wanted, anApp().definition, {
          replaces: given.replaces,
          ignoreLabels: [],
          marathonVersion: '0.8.2',
        });
        return 'read';
      } catch (error) {
        return named(error);
      }
    },
  }),
];

function readOr<T>(read: () => T): T | Error {
  try {
    return read();
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
}

const POLICY_TEXT = readFileSync('manifests/policy.yaml', 'utf8');
const POLICY_AS_JSON = {
  roles: { operators: ['U0ANA', 'S0CIOPS'], admins: ['U0LEE'] },
  rules: [
    { command: 'scale executors', to: ['developers', 'operators'], max: { count: 8 }, in: ['C0CI'] },
    { effect: 'read', to: 'everyone' },
    { effect: ['change', 'disrupt'], to: 'operators', approvals: 1 },
  ],
};

const SEQUENCES = new URL('../fixtures/marathon/sequences/', import.meta.url);
const streams = (readdirSync(SEQUENCES) as string[])
  .filter((name) => name.endsWith('.txt'))
  .map((name) => readFileSync(new URL(name, SEQUENCES), 'utf8').slice(0, 30_000));

export const eventStream: Door = erased({
  name: "event stream's bytes",
  share: 0.1,
  comes: fc.record({
    which: fc.constantFrom(...streams),
    slips: slips(3),
    faults: faults(2),
    cuts: fc.array(fc.nat(), { maxLength: 6 }),
  }),
  async meet(given) {
    let spoilt = 0;
    const lines = given.which.split('\n').map((line) => {
      if (!line.startsWith('data: ') || given.faults.length === 0) return line;
      spoilt += 1;
      const wrong =
        spoilt % 3 === 0
          ? readOr(() => JSON.stringify(given.faults.reduce(withFault, JSON.parse(line.slice(6)))))
          : line.slice(6);
      return wrong instanceof Error ? line : `data: ${wrong}`;
    });
    const bytes = Buffer.from(given.slips.reduce(withSlip, lines.join('\n')), 'utf8');
    const heard = { taken: 0, skipped: 0 };
    const reader = frameReader({
      appId: '/ci/jenkins',
      take: (event, identity) => {
        if (!Number.isFinite(event.at) || identity.length !== 32)
          throw new Error(`an event without time or identity: ${JSON.stringify(event).slice(0, 300)}`);
        heard.taken += 1;
      },
      skip: (why) => {
        if (why.length > 300) throw new Error(`quotes: ${why.slice(0, 400)}`);
        heard.skipped += 1;
      },
    });
    const ends = given.cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b);
    for (const [index, end] of [...ends, bytes.length].entries())
      reader.push(bytes.subarray(ends[index - 1] ?? 0, end));
    return heard.taken > 0 ? 'events' : 'nothing';
  },
});
