// The playground as people and scripts start it: a process, its output, its exit code.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import axios from 'axios';
import { afterEach, describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
let child: ChildProcess | undefined;

afterEach(() => {
  child?.kill('SIGKILL');
});

function playground(...args: string[]): ChildProcess {
  const started = spawn(process.execPath, [program, 'playground', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  child = started;
  return started;
}

async function run(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const started = playground(...args);
  let out = '';
  let err = '';
  started.stdout?.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  started.stderr?.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  const [code] = await once(started, 'close');
  return { code, out, err };
}

const TIMEOUT = { timeout: 60_000 };

describe('npm run playground -- --run …', () => {
  it('answers where and usage and exits 0', TIMEOUT, async () => {
    const { code, out, err } = await run('--run', '/ci where', '--run', '/ci usage');
    expect(out).toContain('The Jenkins controller runs on 192.168.3.25:31052');
    expect(out).toContain("of the cluster's 156.0 cpus and 312.0 GB");
    expect({ code, err }).toEqual({ code: 0, err: '' });
  });

  it('has a week behind it: usage shows seven days, and the chart is saved as a file', TIMEOUT, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bb-charts-'));
    try {
      const { code, out } = await run('--run', '/ci usage 7d', '--files', folder);
      expect(out).toMatch(/1\d,?\d{3} samples/);
      expect(out).not.toContain('is back after');
      const path = /🖼 jenkins-usage-7d\.png \(\d+ kB\) saved:\s+(\S+)/.exec(out)?.[1] ?? '';
      expect(path).toBe(join(folder, 'jenkins-usage-7d.png'));
      expect(readFileSync(path).subarray(1, 4).toString()).toBe('PNG');
      expect(code).toBe(0);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('presses Deploy and waits for the end', TIMEOUT, async () => {
    const { code, out } = await run('--run', '/ci deploy --mem 3072 --now', '--press', 'Deploy');
    expect(out).toMatch(
      /Deployed \/jenkins in \d+ [^.]+\. It runs on 192\.168\.3\.\d+:\d+ \(before: 192\.168\.3\.25:31052\)/,
    );
    expect(code).toBe(0);
  });

  it('breaks something, lets time pass, and ends by itself', TIMEOUT, async () => {
    const { code, out } = await run('--incident', 'out of memory', '--wait', '5min', '--run', '/ci where');
    expect(out).toMatch(/— The controller ran out of memory\. Marathon starts it again\.\n[\s\S]*— 5 minutes pass\n/);
    // Whether it is first drawn while it lasts or when it is over is a matter of the machine's speed.
    expect(out).toMatch(/@bellboard in #ci-alerts[^\n]*\n {2}🟢 Jenkins controller is back after [^\n]*out of memory/);
    expect(out).toMatch(/it is healthy and Jenkins answers\.[\s\S]*Last failure Marathon remembers: out of memory/);
    expect(code).toBe(0);
  });

  it('exits 1 when something cannot be broken, 2 when a time has no unit', TIMEOUT, async () => {
    expect(await run('--incident', 'agent back')).toMatchObject({ code: 1, out: '— No Mesos agent is away.\n' });
    expect(await run('--wait', '10')).toMatchObject({ code: 2, err: expect.stringContaining('such as 10min') });
  });

  it('exits 1 when a command was not understood or a button is not there', TIMEOUT, async () => {
    const { code, out } = await run('--run', '/ci wehre', '--press', 'Deploy');
    expect(out).toContain('Did you mean');
    expect(out).toContain('No message or screen has a button "Deploy".');
    expect(code).toBe(1);
  });

  it('exits 2 and lists its options when one is unknown', TIMEOUT, async () => {
    const { code, err } = await run('--fast');
    expect(err).toContain("Unknown option '--fast'");
    expect(err).toContain('--help');
    expect(code).toBe(2);
  });

  it.each(['0.8', '0.11', '1.3', '1.11'])('deploys with Marathon %s', TIMEOUT, async (marathon) => {
    const { code, out } = await run(
      '--marathon',
      marathon,
      '--run',
      '/ci deploy --mem 3072 --now',
      '--press',
      'Deploy',
    );
    expect(out).toMatch(/Deployed \/jenkins in/);
    expect(code).toBe(0);
  });

  it('runs a modern Jenkins whose Mesos plugin starts one agent for each build', TIMEOUT, async () => {
    const { code, out } = await run('--jenkins', 'modern', '--run', '/ci status', '--run', '/ci scale executors 4');
    expect(out).toContain('2.479.3');
    expect(out).toContain('Mesos plugin 2.x');
    expect(code).toBe(1);
  });
});

describe('npm run playground -- --json', () => {
  it(
    'prints the addresses of the simulated systems first and stays up until it is asked to stop',
    TIMEOUT,
    async () => {
      const started = playground('--json');
      if (started.stdout === null) throw new Error('no output');
      const [line] = (await once(createInterface(started.stdout), 'line')) as [string];
      const urls = JSON.parse(line) as Record<'marathon' | 'mesos' | 'jenkins' | 'slack', string>;

      expect((await axios.get(`${urls.marathon}/v2/info`)).data.name).toBe('marathon');
      expect((await axios.get(`${urls.mesos}/slaves`)).data.slaves).toHaveLength(39);
      expect((await axios.get(`${urls.jenkins}/login`)).headers['x-jenkins']).toBe('1.596.2');
      expect((await axios.post(`${urls.slack}auth.test`)).data).toMatchObject({ ok: false, error: 'not_authed' });

      started.kill('SIGTERM');
      const [code] = await once(started, 'close');
      expect(code).toBe(0);
    },
  );
});
