// What goes wrong on our side: hands that tremble, copies, deaths, a Redis that falls or forgets, a clock that leaps.
import { HOUR } from '../../src/core/time.js';
import { isDisruptive } from './act.js';
import { always, type Fault, faultsOf } from './fault.js';
import { at, blows, type Moment } from './moments.js';

/** The worker dies around the very request that acts. */
const AROUND_THE_ACT: readonly Fault[] = (['before', 'lost', 'after', 'answered'] as const).map((when) => ({
  name: `kill -9 of the worker ${{ before: 'before the act, which is carried out nevertheless', lost: 'before the act, which is lost', after: 'after the act, unanswered', answered: 'after the act was answered' }[when]}`,
  kind: 'kill -9 of the worker',
  cast: 'worker apart',
  fits: (act) => act.isAct !== undefined,
  arm: (scene, act) => {
    let struck = false;
    const { hooks } = faultsOf(scene, act);
    hooks[when === 'lost' ? 'before' : when] = async (request) => {
      if (struck || act.isAct?.(request) !== true) return;
      struck = true;
      await scene.strike();
      if (when === 'lost') throw new Error('lost with its client');
    };
    return () => struck;
  },
}));

/** As the bot asks Redis. */
const HEARD: readonly Moment[] = [
  { name: 'what was typed is queued', pattern: /"kind":"command"/, fits: (act) => act.isPressed !== true },
  { name: 'the press is queued', pattern: /"kind":"press"|"kind":"command"/, fits: (act) => act.isPressed === true },
];

const BOT_DIES: readonly Fault[] = [
  ...HEARD.flatMap((moment) =>
    (['before', 'after'] as const).map(
      (when): Fault => ({
        name: `kill -9 of the bot ${when} ${moment.name}`,
        kind: 'kill -9 of the bot',
        cast: 'bot apart',
        fits: moment.fits,
        arm: at(moment, when, (scene) => scene.strike()),
      }),
    ),
  ),
  ...(['before', 'after'] as const).map(
    (when): Fault => ({
      name: `kill -9 of the bot ${when} the confirming press is queued`,
      kind: 'kill -9 of the bot',
      cast: 'bot apart',
      fits: isDisruptive,
      arm: at({ name: '', pattern: /"action":"plan.confirm"/, fits: always }, when, (scene) => scene.strike()),
    }),
  ),
  {
    name: 'kill -9 of the bot before the act',
    kind: 'kill -9 of the bot',
    cast: 'bot apart',
    fits: (act) => act.isAct !== undefined,
    arm: (scene, act) => {
      let struck = false;
      faultsOf(scene, act).hooks.before = async (request) => {
        if (struck || act.isAct?.(request) !== true) return;
        struck = true;
        await scene.strike();
      };
      return () => struck;
    },
  },
  {
    name: 'kill -9 of the bot as soon as something is seen',
    kind: 'kill -9 of the bot',
    cast: 'bot apart',
    fits: always,
    arm: (scene) => {
      let struck = false;
      const stop = scene.rig.slack.onChange(() => {
        if (struck) return;
        struck = true;
        stop();
        void scene.strike();
      });
      return () => struck;
    },
  },
];

/**
 * A replica that lags behind more than a second is not what anybody promises for. Of less: nothing is done twice, and what
 * is said of Marathon and Jenkins is so. But Redis may have forgotten that something was asked, or how far it was: then
 * its message stays as it stood or there is none, and whoever asked sees that and asks again, which does no harm. An ack
 * or a silence that was only in Redis may be gone although it was confirmed.
 */
const LONGEST_LAG_MS = 1_000;

const FAILOVERS: readonly Fault[] = blows(
  'a failover of Redis that loses its last writes',
  'together',
  ['after'],
  (scene) => scene.redis.failover(scene.random() * LONGEST_LAG_MS),
).map((fault) => ({ ...fault, forgetful: true }));

const leaps = (name: string, furthestMs: number): Fault[] =>
  blows(name, 'together', ['meanwhile'], async ({ clock, random }) => clock.leap(random() * furthestMs));

/** In the order of the table. */
export const HARMLESS: readonly Fault[] = [
  { name: 'nothing at all', kind: 'nothing', harmless: true, cast: 'together', fits: always, arm: () => always },
  {
    name: 'three deliveries of the same',
    kind: 'deliveries',
    harmless: true,
    cast: 'together',
    fits: always,
    deliveries: 3,
    arm: () => always,
  },
  {
    name: 'three deliveries of the same to two bots and two workers',
    kind: 'deliveries',
    harmless: true,
    cast: 'twins',
    fits: always,
    deliveries: 3,
    arm: () => always,
  },
  {
    name: 'a double click',
    kind: 'double click',
    harmless: true,
    cast: 'together',
    fits: (act) => isDisruptive(act),
    clicks: 2,
    arm: () => always,
  },
  {
    name: 'three clicks, to two bots and two workers',
    kind: 'double click',
    harmless: true,
    cast: 'twins',
    fits: (act) => isDisruptive(act),
    clicks: 3,
    arm: () => always,
  },
  { name: 'two bots and two workers', kind: 'twins', harmless: true, cast: 'twins', fits: always, arm: () => always },
];

export const FALLS: readonly Fault[] = [
  ...blows('kill -9 of the worker', 'worker apart', ['before', 'after'], (scene) => scene.strike()),
  ...AROUND_THE_ACT,
  ...BOT_DIES,
  ...blows('kill -9 of Redis', 'together', ['before', 'after'], (scene) => scene.redis.crash()),
  ...blows('kill -9 of Redis, with two of all,', 'twins', ['after'], (scene) => scene.redis.crash()),
  ...FAILOVERS,
  ...leaps('the clock leaps hours ahead', 12 * HOUR),
  ...leaps('the clock leaps hours back', -12 * HOUR),
];
