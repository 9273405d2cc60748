// `/ci help`: what you may do, here, with examples; generated from the list of commands.
import { z } from 'zod';
import { words } from '../core/arguments.js';
import { type Asked, type Command, defineCommand, type Permission, type Ports } from '../core/command.js';
import { context, type Message, type MessageBlock, section } from '../core/conversation.js';
import { UserError } from '../core/errors.js';
import { reachWords } from '../core/policy-words.js';
import { code, join, lines, md, prose, type Rich, shorten } from '../core/text.js';

interface Facts {
  slash: string;
  one: { command: Command; permission: Permission } | undefined;
  all: { command: Command; permission: Permission }[];
}

export const help = defineCommand({
  name: 'help',
  usage: 'help [command]',
  summary: 'What you may do here.',
  examples: ['help', 'help deploy', 'help sync save'],
  syntax: { rest: 'command' },
  args: z.object({ command: words('command', 100).optional() }),
  effect: 'read',
  run,
  view,
});

async function run(
  { command: word }: { command?: string | undefined },
  { catalogue, settings }: Ports,
  asked: Asked,
): Promise<Facts> {
  const all = await Promise.all(
    catalogue.all().map(async (command) => ({ command, permission: await asked.may(command) })),
  );
  if (word === undefined) return { slash: settings.slashCommand, one: undefined, all };
  const command = catalogue.find(word.toLowerCase());
  if (command === undefined) {
    const near = catalogue.nearest(word.toLowerCase());
    throw new UserError(
      `No command \`${shorten(word)}\`.`,
      near === undefined ? 'Type `help` for the list.' : `Did you mean \`help ${near.name}\`?`,
    );
  }
  return { slash: settings.slashCommand, one: { command, permission: await asked.may(command) }, all };
}

function view({ slash, one, all }: Facts): Message {
  return one === undefined ? listOf(slash, all) : pageOf(slash, one.command, one.permission);
}

const EFFECTS: readonly [Command['effect'], Rich][] = [
  ['read', md`*Look*: only you see the answer; ${code('--here')} shows it to the channel`],
  ['change', md`*Change*: the channel sees it`],
  ['disrupt', md`*Change with a plan first*, which asks`],
];

/** So many, with all that a policy may say about each, fit into one section. */
const MOST_ROWS = 12;

function listOf(slash: string, all: Facts['all']): Message {
  const allowed = all.filter(({ permission }) => permission.allowed);
  const refused = all.filter(({ permission }) => !permission.allowed);
  const blocks: MessageBlock[] = [section(md`*What you may do here*`)];
  for (const [effect, title] of EFFECTS) {
    const rows = allowed
      .filter(({ command }) => command.effect === effect)
      .map(
        ({ command, permission }) => md`${code(`${slash} ${command.usage}`)} ${command.summary}${limits(permission)}`,
      );
    for (let from = 0; from < rows.length; from += MOST_ROWS)
      blocks.push(section(lines(...(from === 0 ? [title] : []), ...rows.slice(from, from + MOST_ROWS))));
  }
  if (refused.length > 0) {
    const names = join(refused.map(({ command }) => code(command.name)));
    blocks.push(context(md`Not for you here: ${names}. ${code(`${slash} help <command>`)} says who can.`));
  }
  blocks.push(
    context(
      md`:hourglass_flowing_sand: under way · :large_green_circle: done · :red_circle: failed · :warning: look at this · :no_entry_sign: cancelled`,
    ),
  );
  return { text: `What you may do here: ${allowed.map(({ command }) => command.name).join(', ')}.`, blocks };
}

function pageOf(slash: string, command: Command, permission: Permission): Message {
  const blocks: MessageBlock[] = [
    section(
      lines(
        md`${code(`${slash} ${command.usage}`)}`,
        md`${command.summary} ${effectWords(command)}`,
        ...(command.details ?? []).map(prose),
      ),
    ),
    section(lines(md`*Examples*`, ...command.examples.map((example) => code(`${slash} ${example}`)))),
  ];
  if (!permission.allowed) blocks.push(section(prose(`${permission.reason} ${permission.hint}`)));
  const far = farWords(permission);
  if (far !== '') blocks.push(section(md`For you here: ${prose(far)}.`));
  return { text: `${slash} ${command.usage}: ${command.summary}`, blocks };
}

/** `up to `count` 8`, `needs 1 approval`; empty when it goes all the way. */
const farWords = (permission: Permission): string => (permission.allowed ? reachWords(permission.grants ?? [{}]) : '');

function limits(permission: Permission): Rich | '' {
  const far = farWords(permission);
  return far === '' ? '' : md` _For you: ${prose(far)}._`;
}

function effectWords(command: Command): Rich {
  switch (command.effect) {
    case 'read':
      return md`Only you see the answer; ${code('--here')} shows it to the channel.`;
    case 'change':
      return md`Changes something: the channel sees it, and it is recorded.`;
    case 'disrupt':
      return md`Shows a plan first and asks; the channel sees it, and it is recorded.`;
  }
}
