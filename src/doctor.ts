// `bellboard doctor`: every check from this machine, a line each; exit code 0 or 1.
import { connect } from './adapters/index.js';
import { scrubberOf } from './adapters/secrets.js';
import { type Environment, readConfig } from './config.js';
import { toFix, verdict } from './core/doctor.js';
import { runningClock } from './core/time.js';
import { examine } from './doctor-checks.js';

/** Exit code 2 stays with wrong configuration, as for every role. */
export async function doctor(
  env: Environment,
  print: (line: string) => void = (line) => process.stdout.write(`${line}\n`),
): Promise<number> {
  const { config, warnings } = readConfig(env, 'doctor');
  print('ok    configuration: every variable is well-formed');
  for (const warning of warnings) print(`note  configuration: ${warning}`);
  const scrub = scrubberOf(config.secrets);
  const { ports, close } = connect(config, { clock: runningClock(), scrub, onResponse: () => {} });
  const checked = await examine(config, ports, false);
  close();
  for (const { ok, about, text } of checked)
    print(scrub(`${ok === true ? 'ok  ' : ok === 'note' ? 'note' : 'FIX '}  ${about}: ${text}`));
  const faults = toFix(checked).length;
  print(verdict(faults));
  return faults === 0 ? 0 : 1;
}
