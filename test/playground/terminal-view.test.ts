// How forms and the Home tab look in the terminal, row by row.
import { expect, test } from 'vitest';
import type { SlackView, Wire } from '../../src/playground/slack/workspace.js';
import type { Look } from '../../src/playground/terminal/look.js';
import { drawView } from '../../src/playground/terminal/view.js';

const look: Look = { width: 50, color: false, nameOf: () => '@ana', numberOf: () => 7, timeZone: 'UTC' };
const plain = (text: string) => ({ type: 'plain_text', text });
const input = (id: string, label: string, element: Wire, more: Wire = {}) => ({
  type: 'input',
  block_id: id,
  label: plain(label),
  element: { action_id: 'x', ...element },
  ...more,
});

function view(more: Partial<SlackView>): SlackView {
  return {
    id: 'V1',
    userId: 'U0ANA',
    kind: 'modal',
    hash: '1.1',
    view: {},
    open: true,
    values: {},
    errors: {},
    ...more,
  };
}

test('a form, with what is filled in, what is wrong and what it amounts to', () => {
  const blocks = [
    { type: 'section', text: { type: 'mrkdwn', text: 'Change how many run.' } },
    input('count', 'Executors', { type: 'plain_text_input' }, { hint: plain('1 to 64.') }),
    input('label', 'Label', { type: 'external_select' }, { optional: true }),
    { type: 'context', elements: [{ type: 'mrkdwn', text: 'Runs `/ci scale`' }] },
  ];
  const shown = view({
    view: { title: plain('Scale'), submit: plain('Run'), close: plain('Cancel'), blocks },
    values: { count: { x: { type: 'plain_text_input', value: 'many' } } },
    errors: { count: 'Expected a number.' },
  });
  expect(drawView(shown, look)).toEqual([
    '┌ Scale · form of @ana',
    '│ Change how many run.',
    '│ Executors  [ many ]',
    '│   ✗ Expected a number.',
    '│   1 to 64.',
    '│ Label (optional)  [ choose ▾ ]',
    '│ Runs /ci scale',
    '└ Run: !submit   Cancel: !close',
  ]);
});

test('the Home tab, with buttons that can be pressed', () => {
  const button = { type: 'button', action_id: 'run:0', text: plain('Status'), value: 'status' };
  const blocks = [
    { type: 'header', text: plain('The board') },
    { type: 'actions', elements: [button] },
  ];
  expect(drawView(view({ kind: 'home', view: { blocks } }), look)).toEqual([
    '┌ Home tab of @ana',
    '│ The board',
    '│ [7] Status',
    '└',
  ]);
});
