// Pictures that are meant to be looked at, kept in `test/fixtures/gallery/`. `UPDATE_GALLERY=1` writes them anew.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../fixtures/gallery/', import.meta.url));
const rewrite = process.env['UPDATE_GALLERY'] === '1';

/** What hangs under that name, after it was hung there if asked to. */
export function golden(name: string, made: string): string {
  if (rewrite) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${folder}${name}`, made);
  }
  return readFileSync(`${folder}${name}`, 'utf8');
}
