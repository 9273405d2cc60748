// What goes wrong elsewhere: Slack, Marathon and Jenkins.
import { SECOND } from '../../src/core/time.js';
import type { FaultHow } from '../../src/playground/servers/faults.js';
import type { PlainRequest } from '../../src/playground/servers/http.js';
import type { Fault as SlackFault } from '../../src/playground/slack/workspace.js';
import { type Act, isDisruptive } from './act.js';
import { always, type Fault, faultsOf } from './fault.js';
import { blows } from './moments.js';
import { type Scene, SPEED } from './scene.js';

const SLACK_FAILS: [string, SlackFault][] = [
  ['500', { kind: 'status', status: 500 }],
  ['a connection that ends after it arrived', { kind: 'reset-after' }],
  ['silence after it arrived', { kind: 'timeout-after' }],
  ['429', { kind: 'rate-limit', retryAfterSeconds: 1 }],
  ...['internal_error', 'invalid_auth', 'not_in_channel'].map((code): [string, SlackFault] => [
    code,
    { kind: 'error', code },
  ]),
];

const SENDS: [name: string, method: string, skipped: number, times: number, fits: Fault['fits']][] = [
  ['the first message', 'chat.postMessage', 0, 1, always],
  ['the first message, twice', 'chat.postMessage', 0, 2, always],
  ['the second message', 'chat.postMessage', 1, 1, isDisruptive],
  ['the first edit', 'chat.update', 0, 1, always],
  ['the second edit', 'chat.update', 1, 1, isDisruptive],
  ['the first three edits', 'chat.update', 0, 3, isDisruptive],
];

/** Whether a call of that method has failed since. */
function isHit({ rig: { slack } }: Scene, method: string): () => boolean {
  const from = slack.calls.length;
  return () =>
    slack.calls.slice(from).some((call) => call.method === method && (call.status !== 200 || call.error !== undefined));
}

export const SLACK: readonly Fault[] = SLACK_FAILS.flatMap(([how, fault]) => {
  const alike = { kind: `Slack: ${how}`, cast: 'together', isSlow: fault.kind === 'timeout-after' } as const;
  return [
    ...SENDS.map(
      ([which, method, skipped, times, fits]): Fault => ({
        ...alike,
        name: `Slack answers ${which} with ${how}`,
        fits,
        arm: (scene) => {
          const { slack } = scene.rig;
          if (skipped > 0) slack.fault(method, { kind: 'well' }, skipped);
          slack.fault(method, fault, times);
          return isHit(scene, method);
        },
      }),
    ),
    {
      ...alike,
      name: `Slack takes no message into the channel, and answers that private word with ${how}`,
      fits: (act: Act) => act.isPressed !== true,
      arm: (scene: Scene) => {
        scene.rig.slack.fault('chat.postMessage', { kind: 'error', code: 'channel_not_found' });
        scene.rig.slack.fault('response_url', fault);
        return isHit(scene, 'response_url');
      },
    },
  ];
});

/** An answer is waited for in real time, however fast the world runs. */
const HEARD_OUT_MS = 15 * SECOND * SPEED;

const UNHEARD: [string, FaultHow][] = [
  ['carries it out and answers 502', 'apply-then-502'],
  ['carries it out and closes the connection', 'apply-then-close'],
  ['carries it out and answers half', 'truncate'],
  ['carries it out and never answers', 'apply-then-hang'],
  ['closes the connection', 'close'],
  ['answers 503', { status: 503, body: 'not now' }],
  ['answers 500', { status: 500, body: 'no' }],
  ['never answers', 'hang'],
  ['takes 40 s', { slowMs: 40 * SECOND }],
  ['takes it when nobody waits for the answer any more', { slowMs: HEARD_OUT_MS + 30 * SECOND }],
  ['takes it when nobody looks for it any more', { slowMs: HEARD_OUT_MS + 90 * SECOND }],
];

export const SYSTEMS: readonly Fault[] = UNHEARD.flatMap(([name, how]) =>
  (how === 'apply-then-502' || how === 'close' ? [1, 3] : [1]).map(
    (times): Fault => ({
      name: `the system ${name}${times === 1 ? '' : `, ${times} times`}`,
      kind: 'the system fails',
      cast: 'together',
      isSlow: how === 'apply-then-hang' || how === 'hang' || (typeof how === 'object' && 'slowMs' in how),
      fits: (act) => act.isAct !== undefined,
      arm: (scene, act) => {
        let met = false;
        const match = (request: PlainRequest) => {
          const hit = act.isAct?.(request) === true;
          met ||= hit;
          return hit;
        };
        faultsOf(scene, act).push({ match, how, times });
        return () => met;
      },
    }),
  ),
);

const LONGEST_ELECTION_MS = 12 * SECOND;

async function changeLeader({ rig: { world, clock }, random }: Scene): Promise<void> {
  const { marathon } = world;
  const { leader } = marathon;
  marathon.loseLeader();
  clock.after(random() * LONGEST_ELECTION_MS, () => marathon.electLeader(leader));
}

export const LEADER: readonly Fault[] = blows(
  'a change of Marathon’s leader',
  'together',
  ['meanwhile'],
  changeLeader,
).map((fault) => ({ ...fault, fits: (act: Act) => fault.fits(act) && act.system === 'Marathon' }));
