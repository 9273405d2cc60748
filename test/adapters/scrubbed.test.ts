// No word of a message that people read keeps a secret; what a button does stays exact.
import { describe, expect, it } from 'vitest';
import { scrubbed } from '../../src/adapters/scrubbed.js';
import { scrubber } from '../../src/adapters/secrets.js';
import { say } from '../../src/core/conversation.js';
import { md } from '../../src/core/text.js';

describe('a message on its way out', () => {
  const scrub = scrubber(['s3cr3t-of-marathon']);

  it('loses the secret in every text of every block', () => {
    const message = say(
      md`Marathon said s3cr3t-of-marathon`,
      { type: 'code', text: 'PASS=s3cr3t-of-marathon' },
      {
        type: 'table',
        columns: ['a'],
        rows: [['s3cr3t-of-marathon']],
      },
    );
    expect(JSON.stringify(scrubbed(message, scrub))).not.toContain('s3cr3t');
    expect(scrubbed(message, scrub).text).toBe('Marathon said •••');
  });

  it('leaves what a button does as it is', () => {
    const button = { label: 'Run', action: 'run' as const, value: 'deploy --set token=abcdef' };
    const [, actions] = scrubbed(say(md`x`, { type: 'actions', buttons: [button] }), scrub).blocks;
    expect(actions).toEqual({ type: 'actions', buttons: [button] });
  });
});
