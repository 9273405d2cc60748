// What may be in a message, whatever it was made of: within Slack's limits, and nothing foreign that pages.
import { render } from '../../src/adapters/slack/render.js';
import type { Message } from '../../src/core/conversation.js';
import { complaintsAbout } from '../../src/playground/slack/block-kit.js';

/** @throws Error that says what Slack or people would complain of */
export function mustBeFit(message: Message): void {
  const { text, blocks } = render(message);
  const complaints = complaintsAbout(blocks, 'message');
  if (text.trim() === '') complaints.push('the text is empty');
  if (text.length > 4_000) complaints.push(`the text has ${text.length} characters`);
  for (const shown of [text, ...mrkdwnIn(blocks)]) {
    // A moment in each reader's zone is ours; nothing else of the kind is.
    const alarm = /<!(?!date\^\d+\^[^>]*\|)[^>]*/.exec(shown)?.[0];
    if (alarm !== undefined) complaints.push(`it pages: ${alarm}`);
    if (/<(?![!@#]|https?:\/\/)/.test(shown)) complaints.push(`unescaped: ${/<.{0,20}/s.exec(shown)?.[0]}`);
  }
  if (complaints.length > 0) throw new Error(`${complaints.join('\n')}\n${JSON.stringify(message).slice(0, 2_000)}`);
}

function mrkdwnIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  if ('type' in value && value.type === 'mrkdwn' && 'text' in value) return [String(value.text)];
  return Object.values(value).flatMap(mrkdwnIn);
}
