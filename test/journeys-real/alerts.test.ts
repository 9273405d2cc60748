// The alert journey in one piece: a simulated cluster in which something breaks, and what the channel sees of it.
import { afterEach, expect, test } from 'vitest';
import { type Rig, startRig, until } from '../support/rig.js';
import { shown } from '../support/talk.js';

let rig: Rig;
afterEach(async () => rig.close());

const CHANNEL = 'C0CI';
const alertsIn = (one: Rig) =>
  one.slack.messages.filter(
    (message) => message.channelId === CHANNEL && message.threadTs === undefined && !message.deleted,
  );
const threadOf = (one: Rig, ts: string | undefined) => one.slack.messages.filter((message) => message.threadTs === ts);

const runningTask = (one: Rig): string => {
  const found = one.world.marathon.app('/jenkins').instances.find((instance) => instance.taskState === 'TASK_RUNNING');
  if (found === undefined) throw new Error('no controller runs');
  return found.taskId;
};

test('a controller that ran out of memory rings once, says why, and is followed until it is back', async () => {
  rig = await startRig({ env: { ALERT_CHANNEL: CHANNEL }, logTo: (line) => process.env['SHOW'] && console.log(line) });
  await until(() => rig.world.jenkins.current?.phase === 'up');
  await new Promise((resolve) => setTimeout(resolve, 1000));
  rig.world.cluster.crashTask(runningTask(rig), { oom: true });
  await until(() => alertsIn(rig).length > 0);
  await until(() => shown(alertsIn(rig)[0] as never).includes('is back after'), 30_000);
  await new Promise((resolve) => setTimeout(resolve, 2000));
  for (const m of alertsIn(rig)) console.log(m.text, '\n', JSON.stringify(m.blocks, null, 1));
  for (const m of threadOf(rig, alertsIn(rig)[0]?.ts)) console.log('   ↳', m.text, JSON.stringify(m.blocks));
  expect(alertsIn(rig)).toHaveLength(1);
}, 60_000);
