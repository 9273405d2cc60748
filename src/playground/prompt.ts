// The playground's terminal: type commands, press buttons by number, break things, change who you are.
import { createInterface } from 'node:readline/promises';
import { cause, listed } from './incidents/index.js';
import { approvalsOf, durationOf, type PlaygroundOptions, personOf, speedOf } from './options.js';
import type { Scene } from './scene.js';
import { onScreen, SCREEN_ACTS } from './screen-acts.js';
import { HURRY, untilIdle } from './script.js';
import { savingTo } from './terminal/files.js';
import { screenOf } from './terminal/screen.js';
import { Transcript } from './terminal/transcript.js';

const INTRO = `A simulated cluster of 40 machines runs Jenkins; you are @ana in #ci of a simulated Slack.
Type /ci where, /ci usage 7d, /ci scale executors 4, /ci deploy --mem 3072 … and press buttons by their number.
  !list  what can be broken    !wait 10min  let time pass quickly    !speed 60  let it run so fast from now on
  !as lee  become somebody else    !approvals 1  let a second person agree    #random, dm  go to another channel, or to direct messages    ?  help    Ctrl-D  leave
  @ci where  a mention; in direct messages plain words will do
${SCREEN_ACTS}
`;

const REDRAW_MS = 60;

export async function converse(scene: Scene, options: PlaygroundOptions): Promise<number> {
  const screen = screenOf(process.stdout);
  const transcript = new Transcript(scene.slack, screen, savingTo(options.files));
  const who = { user: options.user, channel: options.channel };
  screen.write(INTRO + (options.speed === 1 ? '' : `Time runs ${options.speed} times as fast here.\n`));

  const input = createInterface({ input: process.stdin, output: process.stdout });
  const prompt = () => {
    input.setPrompt(`${who.user} in ${who.channel} › `);
    input.prompt(true);
  };
  // Several changes in one turn make one redraw.
  let pending: NodeJS.Timeout | undefined;
  const stopWatching = scene.slack.onChange(() => {
    pending ??= setTimeout(() => {
      pending = undefined;
      if (screen.isTerminal) screen.write('\r\u001b[J');
      transcript.flush();
      prompt();
    }, REDRAW_MS);
  });
  prompt();
  for await (const line of input) {
    transcript.settle();
    try {
      await obey(line.trim(), scene, who, transcript);
    } catch (error) {
      transcript.note(error instanceof Error ? error.message : String(error));
    }
    prompt();
  }
  stopWatching();
  clearTimeout(pending);
  transcript.flush();
  screen.write('\n');
  return 0;
}

async function obey(
  line: string,
  scene: Scene,
  who: { user: string; channel: string },
  transcript: Transcript,
): Promise<void> {
  if (line === '') return;
  if (line === '?') return transcript.note(INTRO.trim());
  const somebody = /^!as\s+(\S+)$/.exec(line)?.[1];
  if (somebody !== undefined) {
    who.user = personOf(somebody);
    return;
  }
  if (line.startsWith('!')) {
    const note = (await onScreen(line.slice(1).trim(), scene, who)) ?? (await told(line.slice(1).trim(), scene));
    return note === '' ? undefined : transcript.note(note);
  }
  if (/^\d+$/.test(line)) return press(Number(line), scene, who, transcript);
  if (/^@\w+$/.test(line)) {
    who.user = line;
    return;
  }
  if (/^(#\S+|dm)$/.test(line)) {
    who.channel = line;
    return;
  }
  if (/^\/ci\b/.test(line)) {
    await scene.slack.command({ ...who, text: line.slice('/ci'.length).trim() });
    return;
  }
  await scene.slack.mention({ ...who, text: line.replace(/^@(ci|bellboard)\s+/, '') });
}

/** @returns what was done */
async function told(wish: string, scene: Scene): Promise<string> {
  const { world, clock } = scene;
  const [word = '', rest = ''] = wish.split(/\s+(.*)/);
  if (wish === 'list') return listed();
  if (word === 'speed') {
    clock.setSpeed(speedOf('!speed', rest));
    return `Time runs ${clock.speed} times as fast from now on.`;
  }
  if (word === 'approvals') {
    const count = approvalsOf('!approvals', rest);
    scene.needApprovals(count);
    return `What interrupts Jenkins needs ${count} more to agree from now on.`;
  }
  if (word === 'wait') {
    await clock.hurry(durationOf('!wait', rest), HURRY);
    await untilIdle(scene);
    return `${rest} passed.`;
  }
  return cause(world, wish);
}

async function press(number: number, scene: Scene, who: { user: string }, transcript: Transcript): Promise<void> {
  const found = transcript.button(number);
  if (found === undefined) return transcript.note(`There is no button ${number}.`);
  const { button, owner } = found;
  if ('hash' in owner) {
    await scene.slack.screens.pressInView({
      user: who.user,
      viewId: owner.id,
      actionId: button.actionId,
      label: button.label,
    });
    return;
  }
  await scene.slack.press({
    user: who.user,
    channel: owner.channelId,
    messageTs: owner.ts,
    actionId: button.actionId,
  });
}
