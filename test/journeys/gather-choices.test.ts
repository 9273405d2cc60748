// What there is to choose from, looked up by a worker.
import { describe, expect, it } from 'vitest';
import { PICK_SOURCES } from '../../src/core/pick.js';
import { gatherChoices } from '../../src/journeys/gather-choices.js';
import { NOW } from '../support/ci-service.js';
import { fakePerform, passing } from '../support/fakes-journey.js';

describe('what there is to choose from', () => {
  it.each(PICK_SOURCES)('%s is looked up and kept', async (source) => {
    const worker = fakePerform();
    await gatherChoices({ v: 1, kind: 'gather', source }, worker);
    const found = await worker.choices.read(source, undefined);
    expect(found?.missing).toBeUndefined();
    expect(found?.at).toBe(NOW);
    for (const { value } of found?.choices ?? []) expect(value).not.toBe('');
  });

  it('is known to be missing when a system does not answer, and what was found before stays', async () => {
    const worker = fakePerform();
    const silent = { labels: () => new Promise<never>(() => {}) };
    const asking = () =>
      passing(worker.clock, gatherChoices({ v: 1, kind: 'gather', source: 'labels' }, worker, silent));
    const missing = expect.stringContaining('did not answer');
    await asking();
    expect(await worker.choices.read('labels', undefined)).toMatchObject({ choices: [], missing });
    await worker.choices.keep('labels', undefined, { at: NOW, choices: [{ value: 'linux' }] });
    await asking();
    const found = await worker.choices.read('labels', undefined);
    expect(found).toMatchObject({ choices: [{ value: 'linux' }], missing });
    expect(found?.at).toBeGreaterThan(NOW);
  });

  it('of a newer version is left alone', async () => {
    const worker = fakePerform();
    await gatherChoices({ v: 1, kind: 'gather', source: 'planets' as never }, worker);
    expect(worker.choices.kept.size).toBe(0);
  });
});
