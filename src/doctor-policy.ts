// The part of `doctor` that explains the policy file to whoever keeps it: each rule in a plain sentence, what is odd
// about it, and who is in the user groups it names.
import { slackClients } from './adapters/slack/client.js';
import { slackGroups } from './adapters/slack/groups.js';
import { commands } from './commands/index.js';
import type { Config } from './config.js';
import { bad, type Checked, good, note } from './core/doctor.js';
import { type GroupFacts, groupRemedy } from './core/groups.js';
import { HISTORY, policyFor } from './core/history-policy.js';
import { isGroup, type Policy, undefinedRoles } from './core/policy.js';
import { odditiesOf } from './core/policy-check.js';
import { ruleSentence } from './core/policy-words.js';
import { runningClock } from './core/time.js';
import { counted } from './core/words.js';
import { policyFile } from './policy-file.js';

export async function checkPolicy(config: Config): Promise<Checked[]> {
  const file = policyFile(config.policyFile, { info: () => {}, warn: () => {} });
  const policy = file.current();
  const fault = file.fault();
  if (fault !== undefined) return [bad('policy', `${config.policyFile} has faults: ${fault.replaceAll('\n', '; ')}`)];
  if (!policy.configured)
    return [
      bad('policy', `no file ${config.policyFile}, so nobody may change anything. Write one, or set POLICY_FILE.`),
    ];
  return [
    summary(config.policyFile, policy),
    ...policy.rules.map((rule, index) => note('policy', `rule ${index + 1}: ${ruleSentence(rule)}`)),
    ...insertedRule(policy),
    ...undefinedRoles(policy).map((role) =>
      bad('policy', `the role "${role}" is used but not defined, so it means nobody. Add it under \`roles\`.`),
    ),
    ...odditiesOf(policy, commands).map(({ serious, text }) => (serious ? bad : note)('policy', text)),
    ...(await checkGroups(config, policy)),
  ];
}

function insertedRule(policy: Policy): Checked[] {
  const { inserted } = policyFor(HISTORY, policy);
  if (inserted === undefined) return [];
  return [note('policy', `the file has no rule for \`${HISTORY}\`, so ours holds: ${ruleSentence(inserted)}`)];
}

function summary(path: string, policy: Policy): Checked {
  const ids = [...new Set(Object.values(policy.roles).flat())];
  const groups = ids.filter(isGroup).length;
  if (ids.length === 0)
    return bad('policy', `${path} lists nobody, so nobody may change anything. Put Slack ids under \`roles\`.`);
  const who = [
    ...(ids.length > groups ? [ids.length - groups === 1 ? '1 person' : `${ids.length - groups} people`] : []),
    ...(groups > 0 ? [counted(groups, 'user group')] : []),
  ].join(', ');
  const rules = policy.standing ? 'no rules, so ours hold' : counted(policy.rules.length, 'rule');
  return good('policy', `${path}: ${rules}, ${who}`);
}

async function checkGroups({ slack }: Config, policy: Policy): Promise<Checked[]> {
  const ids = [...new Set(Object.values(policy.roles).flat())].filter(isGroup);
  if (ids.length === 0) return [];
  const { group } = slackGroups(slackClients(slack.botToken.value(), slack.apiUrl).repeatable, runningClock());
  return Promise.all(ids.map(async (id) => groupFinding(await group(id))));
}

function groupFinding({ id, handle, told, fault }: GroupFacts): Checked {
  const name = handle === undefined ? id : `${id} (@${handle})`;
  if (fault !== undefined)
    return bad(
      'policy',
      `who is in the group ${name} is not known, so it means nobody: ${fault.code}. ${groupRemedy(fault.code)}`,
    );
  const members = told?.members.length ?? 0;
  return members === 0
    ? note('policy', `the group ${name} has no members, so it means nobody`)
    : good('policy', `the group ${name} has ${counted(members, 'member')}`);
}
