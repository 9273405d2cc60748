// One history on the pure core, from the first look to the judge's verdict.
import { MINUTE, SECOND } from '../../src/core/time.js';
import { listen } from './ears.js';
import { type Act, type History, MENDED_AT_MS, QUIET_MS, RARE_FROM_MS, REST_MS } from './history.js';
import { judge, type Outcome, type Verdict } from './judge.js';
import { type PureStage, pureStage } from './pure-world.js';
import { giveUpOldPlans, isDown, isWell, mend, perform } from './stage.js';
import { recordTruth } from './truth.js';

const nobody = (): void => {};

export interface Told extends Verdict {
  outcome: Outcome;
}

export function live(history: History, tell: (line: string) => void = nobody): Told {
  const stage = pureStage(history);
  const { clock, marathon, cluster } = stage;
  const truth = recordTruth(cluster, marathon, clock.moment);
  const began = clock.now();
  const say = (line: () => string) => {
    if (tell !== nobody) tell(`${((clock.now() - began) / SECOND).toFixed(1).padStart(7)} s  ${line()}`);
  };
  if (tell !== nobody) {
    tell(new Date(began).toISOString());
    marathon.onEvent(({ type, body }) =>
      say(
        () =>
          `        ${type} ${String(body['taskId'] ?? '').slice(0, 16)} ${String(body['taskStatus'] ?? body['condition'] ?? '')}`,
      ),
    );
  }
  const pass = (ms: number) => clock.pass(ms, truth.notePlans);
  marathon.changes.create(stage.definition);
  pass(MINUTE);
  if (history.beginsDown) {
    cluster.withholdOffers(true);
    perform(stage, { at: 0, do: 'exit 1' });
    clock.after(MINUTE, () => cluster.withholdOffers(false));
    pass(20 * SECOND);
  }
  const ears = listen(stage, history, say);
  pass(10 * SECOND);
  for (const act of history.acts) clock.after(act.at, () => happen(stage, act));

  function happen(on: PureStage, act: Act): void {
    const { forMs } = act as { forMs?: number };
    if (act.do === 'deaf') ears.deaf(act.forMs);
    if (act.do === 'drops') ears.drop(act.forMs);
    if (act.do === 'away') ears.away(act.forMs);
    if (act.do === 'second') ears.second(act.forMs);
    say(() => `ACT ${JSON.stringify(act)}`);
    const takeBack = perform(on, act);
    if (takeBack === undefined || forMs === undefined) return;
    clock.after(forMs, () => {
      say(() => `ACT is over: ${act.do}`);
      takeBack();
      if (act.do === 'no leader') ears.republish();
    });
  }

  pass(MENDED_AT_MS);
  if (history.endsDown) breakDown(stage);
  else {
    mend(stage);
    for (const ms of [30, 60, 120, 200]) clock.after(ms * SECOND, () => mend(stage));
    clock.after(150 * SECOND, () => giveUpOldPlans(stage));
  }
  pass(RARE_FROM_MS);
  if (!history.endsDown) {
    const isOver = isWell(stage) && ears.incidents().every(({ resolvedAt }) => resolvedAt !== undefined);
    if (isOver) ears.rest();
    pass(isOver ? REST_MS : QUIET_MS - RARE_FROM_MS);
  }
  ears.stop();
  const outcome: Outcome = {
    history,
    truth,
    seen: ears.record,
    ledger: ears.ledger,
    opened: [...ears.opened.values()],
    ends: isWell(stage) ? 'well' : isDown(stage) ? 'down' : 'neither',
  };
  return { ...judge(outcome), outcome };
}

/** For good: no machine has room, and what runs ends. */
function breakDown(stage: PureStage): void {
  mend(stage);
  for (const ms of [30 * SECOND, MINUTE]) stage.clock.after(ms, () => mend(stage));
  stage.clock.after(2 * MINUTE, () => {
    stage.cluster.withholdOffers(true);
    perform(stage, { at: 0, do: 'exit 1' });
  });
}
