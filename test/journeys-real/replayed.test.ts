// HTTP mode, and somebody who kept what Slack sent. A request that is the same byte for byte, signature and all, passes
// every check of a signature for five minutes, so what it asks for must not be done again.
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Rig, startRig } from '../support/rig.js';
import { actsIn, ask, audit, change, ending, plan, press, putsThatTook, settle } from '../support/talk.js';

const SIGNING_SECRET = 'shh-0123456789abcdef';
const kept: { body: string; headers: Record<string, string> }[] = [];

let rig: Rig;
const tap = createServer(async (request, response) => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const one = { body: Buffer.concat(parts).toString(), headers: signedHeaders(request.headers) };
  kept.push(one);
  const answer = await send(one);
  response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain' });
  response.end(await answer.text());
});
const signedHeaders = (headers: IncomingHttpHeaders): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => /^(content-type|x-slack-)/.test(name))
      .map(([name, value]) => [name, String(value)]),
  );
const send = ({ body, headers }: (typeof kept)[number]) =>
  fetch(`http://127.0.0.1:${rig.running.port}/slack/events`, { method: 'POST', body, headers });

beforeAll(async () => {
  rig = await startRig({ env: { SLACK_APP_TOKEN: '', SLACK_SIGNING_SECRET: SIGNING_SECRET, PORT: '0' } });
  tap.listen(0, '127.0.0.1');
  await once(tap, 'listening');
  const url = `http://127.0.0.1:${(tap.address() as AddressInfo).port}/slack/events`;
  rig.slack.deliverHttp({ url, signingSecret: SIGNING_SECRET });
});
afterAll(async () => {
  tap.close();
  await rig.close();
});

/** What was kept last, again and again, and what changed by that. */
async function replay(matching: string): Promise<void> {
  const again = kept.filter(({ body }) => body.includes(matching)).at(-1);
  if (again === undefined) throw new Error(`nothing kept with ${matching}`);
  const state = async () => ({
    acts: actsIn(rig).length,
    puts: putsThatTook(rig),
    audit: await audit(rig),
    said: rig.slack.messages.map(({ text, ts }) => [ts, text]),
  });
  // Replies in the thread of a change are sent once a second at most.
  for (let quiet = 0; quiet < 3; ) {
    await settle(500);
    quiet = (await rig.running.busy()) ? 0 : quiet + 1;
  }
  const before = await state();
  // Let in, and acknowledged like a repeat of Slack's: the first may be the one whose answer was lost.
  for (const answer of await Promise.all([send(again), send(again), send(again)])) expect(answer.status).toBe(200);
  expect((await send(again)).status).toBe(200);
  await settle(1_500);
  expect(await state()).toEqual(before);
}

it('a change that was typed is done once and answered once', { timeout: 30_000 }, async () => {
  expect((await change(rig, 'scale executors 3')).text).toMatch(/→ 3 executors/);
  expect((await change(rig, 'scale executors 5')).text).toMatch(/→ 5 executors/);
  await replay('scale+executors+3');
});

it('a question is answered once', { timeout: 30_000 }, async () => {
  await ask(rig, 'where');
  await replay('text=where');
});

it('a click deploys once, while it runs and after its end', { timeout: 60_000 }, async () => {
  const message = await plan(rig, 'deploy --now --mem 2112');
  const puts = putsThatTook(rig);
  await press(rig, message, 'Deploy');
  const click = kept.at(-1);
  if (click === undefined) throw new Error('the click was not kept');
  expect(click.body).toContain('plan.confirm');
  for (let again = 0; again < 3; again += 1) expect((await send(click)).status).toBe(200);
  expect((await ending(rig, message)).text).toMatch(/^Deployed/);
  expect(putsThatTook(rig)).toBe(puts + 1);
  await replay('plan.confirm');
});
