// The role `playground`: the whole of Bellboard on one machine against a simulated world, in a terminal or for scripts.
import type { Environment } from '../config.js';
import { UserError } from '../core/errors.js';
import { PLAYGROUND_USAGE, type PlaygroundOptions, readOptions } from './options.js';
import { converse } from './prompt.js';
import { type Scene, setScene } from './scene.js';
import { runActs } from './script.js';

const MISUSED = 2;

/** @returns the exit code */
export async function playground(argv: string[], _env: Environment): Promise<number> {
  let options: PlaygroundOptions;
  try {
    options = readOptions(argv);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    process.stderr.write(`${error.message}${error.hint === undefined ? '' : ` ${error.hint}`}\n`);
    return MISUSED;
  }
  if (options.help) {
    process.stdout.write(PLAYGROUND_USAGE);
    return 0;
  }
  const bad: string[] = [];
  const scene = await setScene(options, (command, outcome) => {
    if (!['succeeded', 'unchanged'].includes(outcome)) bad.push(`${command}: ${outcome}`);
  });
  try {
    if (options.acts.length > 0) return (await runActs(scene, options)) && bad.length === 0 ? 0 : 1;
    if (options.json) return await stayUp(scene);
    return await converse(scene, options);
  } finally {
    await scene.close();
  }
}

async function stayUp(scene: Scene): Promise<number> {
  const { world, slack } = scene;
  const urls = {
    marathon: world.servers.marathon.url,
    mesos: world.servers.mesos.url,
    jenkins: world.servers.jenkins.url,
    slack: slack.slackApiUrl,
    proxy: world.proxyUrl,
    admin: `http://127.0.0.1:${scene.bellboard.adminPort}`,
  };
  process.stdout.write(`${JSON.stringify(urls)}\n`);
  await new Promise<void>((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
  return 0;
}
