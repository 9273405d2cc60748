// What `/ci template` says of how it went: before → after, template by template. Pure.
import type { CloudTemplate, TemplateSettings, TemplateSettingsResult } from './agent-templates.js';
import { context, type Message, say } from './conversation.js';
import { isSame, labelWords, needsWords, pickSettings, settingChanges, settingWords } from './template-words.js';
import { code, lines, md, type Rich } from './text.js';
import { counted } from './words.js';

/** What was there before the change. */
export interface TemplatesBefore {
  matching: CloudTemplate[];
  runningAgents: number | undefined;
  /** Of Mesos clouds; where there are several, each template is told with its cloud's number. */
  clouds: number[];
  isConfiguredAsCode: boolean;
}

export interface TemplateFacts {
  wanted: Partial<TemplateSettings>;
  before: TemplatesBefore;
  result: TemplateSettingsResult;
  /** Read back after the write; `unread`: why it could not be. */
  after: CloudTemplate[] | { unread: string };
}

const SHOWN = 8;

export function templateView(facts: TemplateFacts): { ok: boolean; message: Message } {
  const told = facts.before.matching.map((template) => outcomeOf(template, facts));
  const failed = told.filter(({ ok }) => !ok);
  const ok = failed.length === 0;
  const mark = ok ? (isUnread(facts) ? md`:warning: ` : md`:white_check_mark: `) : md`:red_circle: `;
  // What went wrong is not among those that are cut.
  const shown = [...failed, ...told.filter((one) => one.ok)].slice(0, SHOWN).map(({ words }) => words);
  const more = told.length - shown.length;
  const all = lines(...shown, ...(more > 0 ? [md`${more} more templates likewise.`] : []));
  const isDone = told.some(({ change }) => change);
  const effect = isDone ? effectWords(facts) : undefined;
  const again = ok ? undefined : md`Look at what ${code('templates')} shows now, and ask again if you still want it.`;
  const isConfiguredAsCode = isDone && facts.before.isConfiguredAsCode;
  return {
    ok,
    message: say(
      md`${mark}${lines(all, ...(effect === undefined ? [] : [effect]), ...(again === undefined ? [] : [again]))}`,
      ...(isConfiguredAsCode
        ? [
            context(
              md`Jenkins is configured as code: its next reload or restart sets what its files say, so change them too.`,
            ),
          ]
        : []),
    ),
  };
}

/** Whether Jenkins has another configuration than before, by this run or by the one it resumes. */
export const isTemplateChange = (facts: TemplateFacts): boolean =>
  facts.before.matching.some((template) => outcomeOf(template, facts).change);

const isUnread = ({ after }: TemplateFacts): boolean => 'unread' in after;

interface Outcome {
  ok: boolean;
  /** It was changed, now or by the run that this one resumes. */
  change: boolean;
  words: Rich;
}

function outcomeOf(template: CloudTemplate, { wanted, before, result, after }: TemplateFacts): Outcome {
  const name = nameOf(template, before);
  const refused = result.refused.find((row) => isSame(row, template));
  if (refused !== undefined) {
    const words = md`${name}: not changed. It has ${settingWords(refused.settings)} by now, and had ${settingWords(pickSettings(template, wanted))} when this began: somebody else changed it meanwhile.`;
    return { ok: false, change: false, words };
  }
  const isListed = [...result.changed, ...result.unchanged].some((row) => isSame(row, template));
  const now = 'unread' in after ? undefined : after.find((one) => isSame(one, template));
  if (!isListed || (!('unread' in after) && now === undefined)) {
    return {
      ok: false,
      change: false,
      words: md`${name}: it is not there any more; somebody changed the templates meanwhile.`,
    };
  }
  const changes = settingChanges(template, wanted);
  if (changes.plain === '') {
    return { ok: true, change: false, words: md`${name}: already ${settingWords(wanted)}. Nothing was changed.` };
  }
  if ('unread' in after) {
    return { ok: true, change: true, words: md`${name}: ${changes}, as far as it was answered; ${after.unread}.` };
  }
  const seen = pickSettings(now ?? template, wanted);
  if (settingChanges(seen, wanted).plain !== '') {
    const words = md`${name}: read back, it has ${settingWords(seen)} and not ${settingWords(wanted)}. Somebody else may have changed it at the same time.`;
    return { ok: false, change: false, words };
  }
  return { ok: true, change: true, words: md`${name}: ${changes}.` };
}

function nameOf(template: CloudTemplate, { clouds }: TemplatesBefore): Rich {
  const of = clouds.length > 1 ? md` of cloud ${clouds.indexOf(template.cloud) + 1}` : md``;
  return md`Agents ${labelWords(template)}${of}`;
}

function effectWords({ wanted, before, after }: TemplateFacts): Rich {
  const running = before.runningAgents;
  const keep =
    running === undefined
      ? md`Agents that run already keep what they have.`
      : running === 0
        ? md`No agent runs now.`
        : md`The ${counted(running, 'running agent')} ${running === 1 ? 'keeps what it has' : 'keep what they have'}.`;
  const resized = wanted.cpus !== undefined || wanted.memMiB !== undefined;
  const now = 'unread' in after ? [] : after.filter((one) => before.matching.some((template) => isSame(one, template)));
  const [size, ...others] = new Set(now.map(needsWords));
  const asks =
    resized && size !== undefined && others.length === 0
      ? md` and ask Mesos for ${size}${now.some(({ generation }) => generation === 0) ? md` with one executor` : ''}`
      : md``;
  return md`Agents started from now on get it${asks}. ${keep}`;
}
