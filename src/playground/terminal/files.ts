// Files that come with messages, saved where the person at the terminal can open them. `transcript.ts` asks for each file it
// draws; `draw.ts` shows what came of it.
import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, parse, resolve } from 'node:path';
import type { SlackFile } from '../slack/workspace.js';

/** @returns `saved: <absolute path>`, or why not; asked again for the same file it answers the same */
export type SaveFile = (file: SlackFile) => string;

export const DEFAULT_FILES = join(tmpdir(), 'bellboard-playground');

/** Most file systems take 255 bytes. */
const LONGEST_NAME = 100;
/** Nobody keeps so many of one name. */
const MOST_OF_A_NAME = 10_000;

/** @param folder made when the first file comes */
export function savingTo(folder: string): SaveFile {
  const answers = new Map<SlackFile, string>();
  return (file) => {
    const known = answers.get(file);
    if (known !== undefined) return known;
    const answer = saved(file, resolve(folder));
    answers.set(file, answer);
    return answer;
  };
}

function saved({ name, bytes }: SlackFile, folder: string): string {
  if (bytes === undefined) return 'not saved: its content never arrived';
  try {
    mkdirSync(folder, { recursive: true });
    return `saved: ${writeNew(bytes, folder, safeName(name))}`;
  } catch (error) {
    return `not saved: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Never over something that is there: `chart.png`, then `chart-2.png`. */
function writeNew(bytes: Buffer, folder: string, wanted: string): string {
  const { name, ext } = parse(wanted);
  for (let count = 1; count <= MOST_OF_A_NAME; count += 1) {
    const path = join(folder, count === 1 ? wanted : `${name}-${count}${ext}`);
    try {
      writeFileSync(path, bytes, { flag: 'wx' });
      return path;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
  }
  throw new Error(`${folder} is full of files called ${wanted}`);
}

/** Its last part only, of letters, digits and a few signs, and no hidden file: the name is somebody else's. */
export function safeName(name: string): string {
  const last = name.split(/[/\\]/).at(-1) ?? '';
  const plain = last.replace(/[^\p{L}\p{N}._ -]/gu, '_').replace(/^[. ]+/, '');
  const { name: stem, ext } = parse(plain);
  return stem === '' ? 'file' : `${stem.slice(0, LONGEST_NAME)}${ext.slice(0, 20)}`;
}
