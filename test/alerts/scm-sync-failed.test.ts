import { describe, expect, it } from 'vitest';
import { scmSyncFailed } from '../../src/alerts/scm-sync-failed.js';
import { type AlertPorts, type AlertWords, isPolled } from '../../src/core/alert.js';
import type { Jenkins, ScmSyncStatus } from '../../src/core/cluster.js';
import { applySignal, type Incident } from '../../src/core/incident.js';
import type { Detected } from '../../src/core/signal.js';
import { HOUR, MINUTE } from '../../src/core/time.js';
import { NOW, refusal, SAVED, silence } from '../support/ci-service.js';
import { fakeJenkins } from '../support/fakes.js';
import { manualClock } from '../support/manual-clock.js';

if (!isPolled(scmSyncFailed)) throw new Error('the rule looks every so often');
const rule = scmSyncFailed;

const FAILING: ScmSyncStatus = {
  ...SAVED,
  failedAt: NOW - MINUTE,
  failSize: 82,
  failText: 'Error while checking in file to scm repository',
  failDate: 'Thu May 28 17:59:00 CST 2015',
  logText: 'Host key verification failed.',
  logAt: NOW - MINUTE,
  unpushedCommits: 2,
  filesAtRisk: ['jobs/web/config.xml', 'config.xml'],
  source: 'script',
};
const FOOTER: ScmSyncStatus = {
  ...FAILING,
  scm: undefined,
  url: undefined,
  queuedCommits: undefined,
  unpushedCommits: undefined,
  configInSync: undefined,
  successAt: undefined,
  logText: undefined,
  filesAtRisk: undefined,
  source: 'footer',
};
const MENDED = { ...FAILING, successAt: NOW, unpushedCommits: 0, filesAtRisk: [] };
const refused = refusal('Jenkins', 403, 'bellboard lacks the right Overall/Administer', 'POST /scriptText');

const look = (calls: Partial<Jenkins>) =>
  rule.gather({ jenkins: fakeJenkins(calls), clock: manualClock() } as unknown as AlertPorts, undefined);

/** Looks at Jenkins a minute apart, and the case that comes of it. */
async function caseOf(...answers: Partial<Jenkins>[]): Promise<Incident | undefined> {
  let memory: unknown;
  let incident: Incident | undefined;
  const rung = new Set<string>();
  for (const [index, calls] of answers.entries()) {
    const now = NOW + index * MINUTE;
    const { signals, ...after }: Detected<unknown> = rule.detect(memory, await look(calls), now);
    memory = after.memory;
    for (const signal of signals) {
      if (signal.kind === 'raise' && rung.has(signal.identity)) continue;
      if (signal.kind === 'raise') rung.add(signal.identity);
      incident = applySignal(incident, signal, rule.name, now, () => 'A1') ?? incident;
    }
  }
  return incident;
}

const answers = (minute: number, status: ScmSyncStatus): Partial<Jenkins> => ({
  scmSync: async () => ({ ...status, now: NOW + minute * MINUTE }),
});
const shown = (minute: number, status: ScmSyncStatus): Partial<Jenkins> => ({
  scmSync: () => Promise.reject(refused),
  scmSyncFooter: async () => ({ ...status, now: NOW + minute * MINUTE }),
});

async function wordsOf(...looks: Partial<Jenkins>[]): Promise<AlertWords> {
  const incident = await caseOf(...looks);
  if (incident === undefined) throw new Error('nothing rang');
  return rule.view(incident, NOW);
}

const plain = ({ headline, over, fields, notes = [] }: AlertWords) => ({
  headline: headline.plain,
  over: over.plain,
  fields: Object.fromEntries(fields.map(({ label, value }) => [label, value.plain])),
  notes: notes.map((note) => note.plain),
});

describe('looking', () => {
  it('asks the script, and no page when that answers', async () => {
    expect(await look(answers(0, SAVED))).toEqual({ look: { ok: true, value: SAVED } });
  });

  it.each([
    ['is refused', refused, 'Jenkins: 403, bellboard lacks the right Overall/Administer'],
    ['does not answer', silence('Jenkins', 'POST /scriptText'), 'Jenkins: did not answer within 15 s'],
  ])('reads the footer of a page when the script %s', async (_how, error, why) => {
    const facts = await look({ scmSync: () => Promise.reject(error), scmSyncFooter: async () => FOOTER });
    expect(facts).toEqual({ look: { ok: true, value: FOOTER }, refused: why });
  });

  it('knows nothing when neither answers, and then nothing changes', async () => {
    const down = () => Promise.reject(silence('Jenkins'));
    const facts = await look({ scmSync: down, scmSyncFooter: down });
    expect(facts).toEqual({ look: { ok: false, missing: 'Jenkins: did not answer within 15 s' } });
    const { memory } = rule.detect(undefined, await look(answers(0, FAILING)), NOW);
    expect(rule.detect(memory, facts, NOW)).toEqual({ memory, signals: [] });
    expect(rule.detect(undefined, facts, NOW).signals).toEqual([]);
  });
});

describe('the alert', () => {
  it('says why, since when, what is at risk and what to do', async () => {
    const words = await wordsOf(answers(0, FAILING));
    expect(plain(words)).toEqual({
      headline:
        'Jenkins does not save its configuration in git: ssh does not know the host key of git.example.org, or knows another one',
      over: 'Jenkins saves its configuration in git again',
      fields: {
        Since: '2015-05-28 09:59 UTC',
        'Last success': '2015-05-28 09:00 UTC',
        'Jenkins says': 'Error while checking in file to scm repository',
        'Git says': 'Host key verification failed.',
        Waiting: '2 commits not pushed',
        'Files at risk': 'jobs/web/config.xml, config.xml',
        Repository: 'git.example.org',
      },
      notes: [expect.stringMatching(/^What to do: Compare ssh-keyscan git\.example\.org with /)],
    });
    expect(words.remedy).toBeUndefined();
  });

  it('names eight files at most', async () => {
    const filesAtRisk = Array.from({ length: 12 }, (_, index) => `jobs/web-${index}/config.xml`);
    const { fields } = plain(await wordsOf(answers(0, { ...FAILING, filesAtRisk })));
    expect(fields['Files at risk']).toMatch(/web-7\/config\.xml and 4 more$/);
  });

  it('says what a footer can show and what it cannot', async () => {
    const { headline, fields, notes } = plain(await wordsOf(shown(0, FOOTER)));
    expect(headline).toBe('Jenkins does not save its configuration in git: the plugin reports a failure');
    expect(fields).toEqual({
      Since: 'Thu May 28 17:59:00 CST 2015, by the clock of Jenkins',
      'Jenkins says': 'Error while checking in file to scm repository',
    });
    expect(notes.at(-1)).toMatch(
      /^As shown in the footer of Jenkins' pages, because the status script is not available \(Jenkins: 403, bellboard lacks the right Overall\/Administer\)\. It shows failures and no recovery/,
    );
  });

  it('is over when two looks are well, and then tells no remedy', async () => {
    const incident = await caseOf(answers(0, FAILING), answers(1, MENDED), answers(2, MENDED));
    expect(incident).toMatchObject({ count: 1, overAt: NOW + MINUTE, resolvedAt: NOW + 2 * MINUTE });
    expect(plain(rule.view(incident as Incident, NOW)).notes).toEqual([]);
  });

  it('stays one case while it lasts, whatever is repeated', async () => {
    const incident = await caseOf(answers(0, FAILING), answers(1, FAILING), answers(2, FAILING));
    expect(incident).toMatchObject({ count: 1, rev: 1 });
  });

  it('keeps saying what a restart may have lost', async () => {
    const restarted = { ...SAVED, session: 'session-2', successAt: NOW + HOUR };
    const open = await wordsOf(answers(0, FAILING), answers(5, restarted));
    expect(plain(open).notes[0]).toBe(
      'Jenkins restarted; configuration changes made after 2015-05-28 09:00 UTC may be lost.',
    );
    const over = await wordsOf(answers(0, FAILING), answers(5, restarted), answers(6, restarted));
    expect(plain(over)).toMatchObject({
      over: 'SCM sync shows no failure since Jenkins restarted; whether git takes changes shows with the next one',
      notes: ['Jenkins restarted; configuration changes made after 2015-05-28 09:00 UTC may be lost.'],
    });
  });

  it('says what stays behind when a removal failed and all else goes on', async () => {
    const missed = { ...MENDED, failSize: 120, failText: 'Delete jobs/old-name/' };
    const { headline, over, notes } = plain(
      await wordsOf(answers(0, SAVED), answers(1, missed), answers(2, missed), answers(3, missed)),
    );
    expect(headline).toBe(
      'Jenkins may have missed saving a change in git: something deleted in Jenkins is still in git',
    );
    expect(over).toBe('SCM sync goes on, but something deleted in Jenkins is still in git');
    expect(notes).toEqual([expect.stringContaining('It comes back with the next new task')]);
  });

  it('says that a try failed when a later one worked', async () => {
    const { over } = plain(await wordsOf(answers(0, SAVED), answers(1, { ...MENDED, failSize: 120 })));
    expect(over).toBe('SCM sync goes on: one save failed, and a later one worked');
  });

  it('does not call it saved when SCM sync was switched off', async () => {
    const off = { ...SAVED, plugin: 'inactive' } as const;
    const { over } = plain(await wordsOf(answers(0, FAILING), answers(1, off), answers(2, off)));
    expect(over).toBe('Jenkins no longer saves its configuration in git at all: SCM sync is switched off');
  });

  it('lets nothing that git or Jenkins wrote format or page', async () => {
    const words = await wordsOf(answers(0, { ...FAILING, failText: '<!channel> *x*', logText: '<@U1> `x`' }));
    const wire = JSON.stringify(words.fields.map(({ value }) => value.mrkdwn));
    expect(wire).not.toMatch(/<!channel>|<@U1>/);
  });
});
