// Reads a manifest for what Marathon would accept and Jenkins would suffer from; `/ci deploy` shows the findings in its
// plan and stops at a refusal. The rules are contract marathon §11.4.

import type { Json, JsonObject } from './cluster.js';
import { type Finding, hint, refuse, warn } from './finding.js';
import { fieldKnown } from './manifest-fields.js';
import { lintHealthChecks } from './manifest-lint-health.js';
import { isBlank, isJsonObject } from './manifest-normal.js';
import { largestHeapMiB, sharedHome, startsJavaBelowShell } from './start-command.js';
import { atLeast } from './version.js';

export type { Finding } from './finding.js';

type Rule = (definition: JsonObject, marathonVersion: string) => Finding[];

const RULES: readonly Rule[] = [
  instances,
  upgradeStrategy,
  twoSpellings,
  heap,
  lintHealthChecks,
  execBeforeJava,
  unreachableStrategy,
  unknownFields,
  oldSpellings,
];

/** @returns refusals first, then warnings, then hints */
export function lintManifest(definition: JsonObject, marathonVersion: string): Finding[] {
  const findings = RULES.flatMap((rule) => rule(definition, marathonVersion));
  return (['refuse', 'warn', 'hint'] as const).flatMap((level) => findings.filter((found) => found.level === level));
}

function instances(definition: JsonObject): Finding[] {
  const count = definition['instances'] ?? 1;
  if (typeof count !== 'number' || count <= 1) return [];
  const why = 'each instance is a Jenkins controller of its own, and they overwrite each other in git';
  return [refuse(`\`instances\` is ${count}: ${why}. Write \`"instances": 1\`.`)];
}

const STOP_FIRST = '"upgradeStrategy": {"minimumHealthCapacity": 0, "maximumOverCapacity": 0}';

function upgradeStrategy(definition: JsonObject): Finding[] {
  if (stopsFirst(definition)) return [];
  const strategy = definition['upgradeStrategy'] ?? null;
  const seen = strategy === null ? 'is missing' : `is \`${JSON.stringify(strategy)}\``;
  const why = 'Marathon then starts the new controller beside the old one at every deploy, and two controllers run';
  return [refuse(`\`upgradeStrategy\` ${seen}: ${why}. Write \`${STOP_FIRST}\`.`)];
}

/** Else Marathon starts the new task before the old one is gone (contract marathon §4). */
export function stopsFirst({ upgradeStrategy: strategy }: JsonObject): boolean {
  return isJsonObject(strategy) && strategy['minimumHealthCapacity'] === 0 && strategy['maximumOverCapacity'] === 0;
}

function twoSpellings(definition: JsonObject, version: string): Finding[] {
  if (!atLeast(version, '1.5') || isBlank(definition['uris']) || isBlank(definition['fetch'])) return [];
  return [refuse('`uris` and `fetch` are both given: Marathon 1.5 and later refuses that. Write `fetch` alone.')];
}

/** What the JVM needs beside its heap (metaspace, threads, buffers) is about a quarter. */
const HEAP_SHARE = 0.75;

function heap(definition: JsonObject): Finding[] {
  const heapMiB = largestHeapMiB(definition);
  const mem = typeof definition['mem'] === 'number' ? definition['mem'] : 128;
  if (heapMiB === undefined || heapMiB <= mem * HEAP_SHARE) return [];
  const share = Math.round((heapMiB / mem) * 100);
  const [less, more] = [Math.floor(mem * HEAP_SHARE), Math.ceil(heapMiB / HEAP_SHARE)];
  return [
    warn(
      `The heap (\`-Xmx\`) is ${Math.round(heapMiB)} MiB, ${share} % of \`mem\` ${mem}: Java needs about a quarter ` +
        'beside its heap, and Mesos kills a task that takes more memory than `mem`. ' +
        `Write \`-Xmx${less}m\`, or \`"mem": ${more}\`.`,
    ),
  ];
}

function execBeforeJava(definition: JsonObject): Finding[] {
  if (!startsJavaBelowShell(definition)) return [];
  return [
    warn(
      '`cmd` starts `java` without `exec`: the shell stays in between, gets the signal to stop in its place, and its ' +
        'exit status hides that of Jenkins. Write `exec java …`.',
    ),
  ];
}

function unreachableStrategy(definition: JsonObject, version: string): Finding[] {
  const home = sharedHome(definition);
  if (!atLeast(version, '1.4') || home === undefined || definition['unreachableStrategy'] === 'disabled') return [];
  // `"disabled"` came with 1.4.2 (contract marathon §4).
  const advice = atLeast(version, '1.4.2')
    ? 'Write `"unreachableStrategy": "disabled"`, and let a person decide'
    : 'Marathon 1.4.2 and later knows `"unreachableStrategy": "disabled"`; until then write long times';
  return [
    warn(
      `Jenkins' home looks shared between agents (\`${home}\`): when the network to an agent is cut, Marathon starts a ` +
        `second controller on it while the first may still run. ${advice}.`,
    ),
  ];
}

function unknownFields(definition: JsonObject, version: string): Finding[] {
  return Object.keys(definition).flatMap((field) => {
    const answer = fieldKnown(field, version);
    return answer.known ? [] : [warn(`Marathon ${version} silently ignores \`${field}\`: ${whyUnknown(answer)}`)];
  });
}

function whyUnknown({ since, until }: { since?: string; until?: string }): string {
  if (since !== undefined) return `it came with ${since}. Take it out, or update Marathon.`;
  if (until !== undefined) return `it went with ${until}. Take it out.`;
  return 'no version knows it. Check its spelling, or take it out.';
}

function oldSpellings(definition: JsonObject, version: string): Finding[] {
  if (!atLeast(version, '1.5')) return [];
  const container = definition['container'];
  const docker: Json = isJsonObject(container) ? (container['docker'] ?? null) : null;
  const has = (field: string) => isJsonObject(docker) && !isBlank(docker[field]);
  const old: [boolean, string, string][] = [
    [!isBlank(definition['uris']), 'uris', '"fetch": [{"uri": …}]'],
    [has('network'), 'container.docker.network', '"networks": [{"mode": …}]'],
    [has('portMappings'), 'container.docker.portMappings', '"container": {"portMappings": …}'],
  ];
  return old
    .filter(([present]) => present)
    .map(([, field, now]) => hint(`\`${field}\` is the spelling from before 1.5; it still works. Write \`${now}\`.`));
}
