import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { readConfig } from '../src/config.js';
import { environment, isSecretName, secretNames, variableNames } from '../src/config-variables.js';

const WIDTH = 110;

describe('.env.example', () => {
  test('shows each variable with its default and why; `vitest -u` writes it anew', async () => {
    await expect(envExample()).toMatchFileSnapshot(fileURLToPath(new URL('../.env.example', import.meta.url)));
  });

  test('is enough once the required values are filled in', () => {
    const filled = { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1', MARATHON_URL: 'http://marathon' };
    const asCopied = { ...parseEnv(envExample()), ...filled };
    expect(Object.keys(asCopied).sort()).toEqual([...variableNames].sort());
    const copied = readConfig(asCopied, 'all');
    const bare = readConfig(filled, 'all');
    expect(JSON.stringify(copied)).toBe(JSON.stringify(bare));
  });

  test('says of every variable why one would set it', () => {
    for (const name of variableNames) expect(environment.shape[name].description, name).toMatch(/^[A-Z].{15,}\.$/);
    expect(secretNames.every(isSecretName)).toBe(true);
  });
});

function envExample(): string {
  const head = [
    '# Settings of Bellboard: copy to `.env` and fill in. A variable set to nothing counts as not set.',
    `# Secrets may lie in files instead: NAME_FILE=/path for ${secretNames.join(', ')}.`,
  ];
  const entries = variableNames.map((name) => {
    const schema: z.ZodType = environment.shape[name];
    const fallback = schema instanceof z.ZodPrefault ? String(schema.def.defaultValue) : '';
    return [schema.description ?? '', `${name}=${fallback}`] as const;
  });
  const lines = entries.flatMap(([why, line]) => ['', ...wrapped(why), line]);
  return `${[...head.flatMap((line) => wrapped(line.slice(2))), ...lines].join('\n')}\n`;
}

function wrapped(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length >= WIDTH) lines.push(`# ${word}`);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
