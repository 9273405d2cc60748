// What every script has in common, without running it; that each compiles is `groovy.test.ts`.
import { describe, expect, it } from 'vitest';
import { allScripts } from '../../support/groovy.js';

describe('each script', () => {
  it.each(Object.entries(allScripts()))(
    '%s says what it does, takes arguments as base64 only, and ends in null',
    (_, text) => {
      expect(text).toMatch(/^\/\/ [A-Z]/);
      expect(text.trimEnd()).toMatch(/\nreturn null$/);
      expect(text.match(/@@ARGS_B64@@/g)?.length ?? 0).toBeLessThanOrEqual(1);
      expect(text.replaceAll("'@@ARGS_B64@@'.decodeBase64()", '')).not.toContain('@@ARGS_B64@@');
    },
  );
});
