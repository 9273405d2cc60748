// A rollback's plan as people see it. Pure.
import { AWAY, lossesOf, planMessage, TWO_AT_ONCE, thenWords } from './app-change-view.js';
import { type Message, say, section } from './conversation.js';
import type { ListedVersion, RollbackPlan } from './rollback.js';
import { code, lines, md, mention, type Rich } from './text.js';
import { counted, duration } from './words.js';

export function rollbackView(plan: RollbackPlan): Message {
  const { appId, target, changes, suspended } = plan;
  if (changes.length === 0) {
    return say(
      md`:white_check_mark: ${appId} already runs what version ${code(target.version)} says; there is nothing to roll back.`,
      section(versionsOf(plan)),
    );
  }
  return planMessage(
    md`:rewind: Rollback of ${appId} to version ${code(target.version)}: ${counted(changes.length, 'change')}, and ${thenWords(suspended)}.`,
    {
      shown: [{ type: 'code', text: changes.join('\n') }, section(versionsOf(plan))],
      effects: [
        ...lossesOf(plan, plan.waitMs, 'the rollback'),
        ...(plan.twoAtOnce && !suspended ? [TWO_AT_ONCE] : []),
        ...(suspended ? [] : [AWAY]),
      ],
      missing: plan.missing,
    },
  );
}

function versionsOf({ versions, more, appVersion, target }: RollbackPlan): Rich {
  const line = (one: ListedVersion): Rich => {
    const age = one.ageMs === null ? md`` : md`, ${duration(one.ageMs)} old`;
    return md`• ${code(one.version)}${mark(one.version, appVersion, target.version)}${age}, ${makerWords(one)}`;
  };
  return lines(...versions.map(line), more > 0 ? md`and ${counted(more, 'older version')}` : undefined);
}

function mark(version: string, running: string | null, target: string): Rich {
  if (version === running) return md` (now)`;
  return version === target ? md` *(goes back to this)*` : md``;
}

function makerWords({ by, byTrail, command }: ListedVersion): Rich {
  if (by === null) return md`by whom is not known`;
  if (!byTrail) return md`by ${mention(by)} as its label says`;
  return command === null || command === 'deploy' ? md`by ${mention(by)}` : md`by ${mention(by)} (${command})`;
}
