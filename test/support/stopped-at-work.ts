// The whole program, asked to stop in the middle of a command that a system does not answer.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSlack } from '../../src/playground/slack/workspace.js';
import { listening } from './port.js';
import { childrenOf, type Ending, startProgram, stillRunning } from './program.js';
import { until } from './rig.js';

/** A Marathon that takes every question and answers none. */
async function silentMarathon() {
  const { server, port } = await listening();
  let asked = 0;
  server.on('request', () => {
    asked += 1;
  });
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${port}`, asked: () => asked, close };
}

/** `all` in the middle of `/ci where` is sent the signals, one after the other. */
export async function stoppedAtWork(...signals: NodeJS.Signals[]): Promise<Pick<Ending, 'code' | 'signal'>> {
  const [own, marathon, dataDir] = [await startSlack(), await silentMarathon(), mkdtempSync(join(tmpdir(), 'bb-'))];
  const program = startProgram(['all'], {
    SLACK_BOT_TOKEN: own.botToken,
    SLACK_APP_TOKEN: own.appToken,
    SLACK_API_URL: own.slackApiUrl,
    MARATHON_URL: marathon.url,
    MESOS_URL: marathon.url,
    DATA_DIR: dataDir,
    ADMIN_PORT: '0',
  });
  try {
    await program.ready();
    await own.command({ user: '@ana', channel: '#ci', text: 'where' });
    await until(() => marathon.asked() > 0);
    const children = childrenOf(program);
    for (const signal of signals) {
      program.child.kill(signal);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    const { code, signal } = await program.ended;
    await until(() => stillRunning(children).length === 0);
    return { code, signal };
  } finally {
    program.child.kill('SIGKILL');
    marathon.close();
    await own.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}
