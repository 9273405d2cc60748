// The part of the doctor that reads the manifest file as `deploy` would, before somebody needs it.
import { readFile } from 'node:fs/promises';
import type { Ports } from './adapters/index.js';
import type { Config } from './config.js';
import { bad, type Checked, good, note } from './core/doctor.js';
import { UpstreamError, UserError } from './core/errors.js';
import { fillManifest } from './core/manifest.js';
import { lintManifest } from './core/manifest-lint.js';

/** Where one is not set it is typed with each deploy. */
const TYPED = {
  SCM_SYNC_GIT: { option: '--git', example: 'git@git.example.org:ci.git' },
  APP_USER: { option: '--user', example: 'jenkins' },
};

export async function checkManifest({ manifestFile, manifestValues }: Config, { marathon }: Ports): Promise<Checked[]> {
  const about = `manifest ${manifestFile}`;
  const text = await readFile(manifestFile, 'utf8').catch(() => undefined);
  if (text === undefined) return [bad(about, 'cannot be read, so nothing can be deployed. Set MANIFEST_FILE.')];
  const { SCM_SYNC_GIT = TYPED.SCM_SYNC_GIT.example, APP_USER = TYPED.APP_USER.example } = manifestValues;
  const unset = (['SCM_SYNC_GIT', 'APP_USER'] as const).filter(
    (name) => manifestValues[name] === undefined && text.includes(`\${${name}}`),
  );
  try {
    const definition = fillManifest(text, { SCM_SYNC_GIT, APP_USER });
    const version = await marathon.info().then((info) => info.version, unlessAway);
    const found = version === undefined ? [] : lintManifest(definition, version);
    const said = found.map(({ level, text }) => (level === 'refuse' ? bad : note)(about, text));
    return [
      ...(said.length === 0 ? [good(about, 'nothing stands against deploying it')] : said),
      ...unset.map((name) => note(about, `${name} is not set, so each deploy needs ${TYPED[name].option}`)),
    ];
  } catch (error) {
    if (error instanceof UserError) return [bad(about, [error.message, error.hint].join(' '))];
    throw error;
  }
}

/** Marathon's own check says so; without its version the manifest is only read. */
function unlessAway(error: unknown): undefined {
  if (!(error instanceof UpstreamError)) throw error;
}
