// Every incident happens in every generation, says what it did, and leaves a world that can be mended.
import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../src/core/time.js';
import { incidents, listed } from '../../src/playground/incidents/index.js';
import { atWork, EVERY, WELL } from './incident-scene.js';

/** What has to be broken before. */
const FIRST: Record<string, string> = {
  'agent back': 'lose agent',
  'framework back': 'framework lost',
  'mend push': 'fail push',
};
/** They last, and only a restart of Jenkins ends them. */
const ENDED_BY: Record<string, string> = { 'poison queue': 'jenkins restart' };

describe.each(EVERY)('with Marathon %s', (generation) => {
  it.each(incidents.map(({ name }) => name))('%s happens and can be mended', async (name) => {
    const stage = await atWork(generation);
    expect(stage.state()).toEqual(WELL);
    if (FIRST[name] !== undefined) stage.cause(FIRST[name]);
    expect(stage.cause(name)).toMatch(/^[A-Za-z0-9/].{10,}[.)]$/);
    await stage.clock.advance(30_000);
    const lasting = stage.world.troubles.names;
    expect(stage.cause('mend')).toBe(
      lasting.length === 0 ? 'Nothing is broken now.' : `Mended: ${[...new Set(lasting)].join(', ')}.`,
    );
    if (ENDED_BY[name] !== undefined) stage.cause(ENDED_BY[name]);
    await stage.clock.advance(15 * MINUTE);
    expect(stage.state()).toEqual(WELL);
  });
});

describe('a wish', () => {
  it('is understood in any case, with a number where it repeats, and refused with the list', async () => {
    const stage = await atWork();
    expect(stage.cause('  Kill   Controller ')).toContain('SIGKILL');
    await stage.clock.advance(3 * MINUTE);
    expect(stage.cause('crash loop 2')).toContain('crashes 2 times');
    expect(() => stage.cause('crash loop 0')).toThrow('Expected 1 to 20 times, got 0.');
    expect(() => stage.cause('kill controller 2')).toThrow(/^no incident "kill controller 2": kill controller, /);
    expect(() => stage.cause('mend no room')).toThrow('Nothing of that name is broken, only: crash loop');
    expect(() => stage.cause('agent back')).toThrow('No Mesos agent is away.');
  });

  it('that needs a controller says so when none runs', async () => {
    const stage = await atWork();
    stage.cause('suspend');
    await stage.clock.advance(MINUTE);
    expect(() => stage.cause('kill controller')).toThrow('No controller runs now.');
    expect(stage.cause('command not found')).toContain('127');
  });

  it('is one line of the list each', () => {
    const lines = listed().split('\n');
    expect(lines).toHaveLength(incidents.length + 1);
    expect(new Set(incidents.map(({ name }) => name)).size).toBe(incidents.length);
    for (const { what } of incidents) expect(what.length, what).toBeLessThan(100);
  });
});

it('what is broken in one world is not broken in another', async () => {
  const [one, other] = [await atWork(), await atWork()];
  expect(one.cause('mesos leader')).toContain('no leading master');
  expect(other.world.cluster.leader).toBeDefined();
  expect(other.cause('mesos leader')).toContain('no leading master');
  expect(one.cause('mesos leader')).toContain('leading master again');
});
