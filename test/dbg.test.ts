import { test } from 'vitest';
import { alertHouse, storyOf } from '/work/main/test/support/alert-house.js';
import { playTranscript } from '/work/main/test/support/transcript-marathon.js';
test('dbg', async () => {
  const house = await alertHouse();
  const m = await playTranscript({ files: ['x-gap-1-before.1.5.txt','x-gap-2-after.1.5.txt'], snapshots: ['gap-1-before.1.5.app.json','gap-2-after.1.5.app.json'], paceMs: 5 });
  const inst = [{ name: 't0', marathonUrl: m.url }];
  await house.open('worker', inst);
  await house.open('bot', inst);
  await m.attached(1);
  await new Promise((r) => setTimeout(r, 1500));
  await m.play();
  await new Promise((r) => setTimeout(r, Number(process.env['WAIT'] ?? 8000)));
  for (const root of house.roots('t0')) console.log('ROOT', root.text, '\n', storyOf(house, root).slice(0, 3000));
  await house.close(); await m.close();
}, 60000);
