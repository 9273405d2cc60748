// A deploy's plan as people see it. Pure.
import { AWAY, lossesOf, thenWords } from './app-change-view.js';
import { context, type Message, type MessageBlock, section } from './conversation.js';
import type { DeployPlan } from './deploy.js';
import { lines, md, prose, type Rich } from './text.js';
import { counted } from './words.js';

const MOST_FINDINGS = 8;

export function planView(plan: DeployPlan): Message {
  const headline = headlineOf(plan);
  const blocks: MessageBlock[] = [section(headline)];
  if (plan.changes.length > 0) blocks.push({ type: 'code', text: plan.changes.join('\n') });
  if (plan.keeps.length > 0) {
    blocks.push(
      section(
        md`:warning: This Marathon (${plan.marathonVersion}) cannot remove these by a deploy, so they stay: ${plan.keeps.join(', ')}.`,
      ),
    );
  }
  const effects = effectsOf(plan);
  if (effects.length > 0) blocks.push(section(lines(...effects)));
  if (plan.findings.length > 0) blocks.push(section(findingsOf(plan)));
  if (plan.missing.length > 0) blocks.push(context(md`Not known: ${plan.missing.join('; ')}.`));
  return { text: [headline.plain, ...effects.map((effect) => effect.plain)].join(' '), blocks };
}

function headlineOf({ appId, exists, suspended, changes, keeps, args }: DeployPlan): Rich {
  const dry = args.dryRun ? md` Dry run: nothing will be done.` : '';
  if (!exists) return md`:new: Deploy creates ${appId}: Marathon has no such app yet.${dry}`;
  if (changes.length === 0)
    return keeps.length === 0
      ? md`:white_check_mark: ${appId} already runs exactly this; there is nothing to deploy.`
      : md`:white_check_mark: ${appId} already runs this, but for what cannot be removed; there is nothing to deploy.`;
  return md`:memo: Deploy of ${appId}: ${counted(changes.length, 'change')}, and ${thenWords(suspended)}.${dry}`;
}

function effectsOf(plan: DeployPlan): Rich[] {
  if (plan.exists && plan.changes.length === 0) return [];
  const effects = lossesOf(plan, plan.args.waitMs, 'the deploy');
  if (plan.gitNote !== null) effects.push(md`:warning: ${prose(plan.gitNote)}`);
  if (plan.exists && !plan.suspended) effects.push(AWAY);
  return effects;
}

const ICONS = { refuse: ':no_entry:', warn: ':warning:', hint: ':bulb:' } as const;

function findingsOf({ findings }: DeployPlan): Rich {
  const shown = findings.slice(0, MOST_FINDINGS).map((finding) => prose(`${ICONS[finding.level]} ${finding.text}`));
  return lines(...shown, findings.length > MOST_FINDINGS ? md`and ${findings.length - MOST_FINDINGS} more` : undefined);
}
