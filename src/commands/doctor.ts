// `/ci doctor`: what `bellboard doctor` prints on the server, for whoever has no shell there.
import { z } from 'zod';
import { type Asked, defineCommand, type Ports } from '../core/command.js';
import { type Message, say, section } from '../core/conversation.js';
import { type Checked, toFix, verdict } from '../core/doctor.js';
import { bold, lines, md, type Rich, report } from '../core/text.js';
import { counted } from '../core/words.js';

export const doctor = defineCommand({
  name: 'doctor',
  usage: 'doctor',
  summary: 'Checks reach and rights of every system, the policy and the manifest, and says what to fix.',
  examples: ['doctor', 'doctor --here'],
  details: ['It looks from where the bot works, and changes nothing. `status` is the quicker look at how things are.'],
  args: z.object({}),
  effect: 'read',
  run: (_: object, { examine }: Ports, _asked: Asked): Promise<Checked[]> => examine(),
  view,
});

const MARKS = { true: md`:white_check_mark: `, note: md`:information_source: `, false: md`:wrench: ` };

function view(checked: Checked[]): Message {
  const faults = toFix(checked);
  const notes = checked.filter(({ ok }) => ok === 'note');
  const well = checked.filter(({ ok }) => ok === true);
  const mark = faults.length === 0 ? MARKS.true : MARKS.false;
  const parts = [faults, notes, well].filter((part) => part.length > 0);
  return say(
    md`${mark}${bold(md`${verdict(faults.length)}`)} ${counted(checked.length, 'check')} made.`,
    ...parts.map((part) => section(lines(...part.map(row)))),
  );
}

const row = ({ ok, about, text }: Checked): Rich => md`${MARKS[`${ok}`]}${bold(md`${about}`)}: ${report(text)}`;
