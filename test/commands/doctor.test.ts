import { describe, expect, test } from 'vitest';
import { doctor } from '../../src/commands/doctor.js';
import { bad, type Checked, good, note } from '../../src/core/doctor.js';
import { linesOf, read } from '../support/read-command.js';

const shown = async (checked: Checked[]) => linesOf(await read(doctor, { examine: async () => checked }));

describe('doctor', () => {
  test('with nothing to fix says so, then what is to be known and what is well', async () => {
    expect(await shown([good('Marathon', 'version 1.5.15'), note('alerts', 'ALERT_CHANNEL is not set')])).toEqual([
      ':white_check_mark: *Everything needed is there.* 2 checks made.',
      ':information_source: *alerts*: ALERT_CHANNEL is not set',
      ':white_check_mark: *Marathon*: version 1.5.15',
    ]);
  });

  test('begins with what is to fix', async () => {
    expect(
      await shown([good('Redis', 'version 7.0.15'), bad('Mesos', 'answered 403 <!here>. `status` tells.')]),
    ).toEqual([
      ':wrench: *1 to fix.* 2 checks made.',
      ':wrench: *Mesos*: answered 403 &lt;!here&gt;. `status` tells.',
      ':white_check_mark: *Redis*: version 7.0.15',
    ]);
  });
});
