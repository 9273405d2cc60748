// Finds what can be pressed in a message or view, in the order a reader meets it. Used by people's clicks and by the
// terminal, which numbers them.
import { type Content, isWire, objectsAt, textAt, type Wire } from './types.js';

export interface Pressable {
  /** The label people see. */
  label: string;
  actionId: string;
  blockId: string;
  /** Link buttons open a page besides telling the app. */
  url: string | undefined;
  /** The confirmation a person is asked before anything is sent. */
  confirm: Wire | undefined;
  style: string | undefined;
  element: Wire;
}

export function pressables(content: Content): Pressable[] {
  const attached = content.attachments.flatMap((attachment) => objectsAt(attachment, 'blocks'));
  return [...content.blocks, ...attached].flatMap(inBlock);
}

function inBlock(block: Wire): Pressable[] {
  const accessory = block['accessory'];
  const own = [
    ...(isWire(accessory) ? [accessory] : []),
    ...objectsAt(block, 'elements').filter((element) => element['type'] !== 'card'),
    ...objectsAt(block, 'actions'),
  ];
  const inner = [
    ...objectsAt(block, 'child_blocks'),
    ...objectsAt(block, 'elements').filter((element) => element['type'] === 'card'),
  ];
  const blockId = textAt(block, 'block_id') ?? '';
  return [...own.flatMap((element) => asPressable(element, blockId)), ...inner.flatMap(inBlock)];
}

function asPressable(element: Wire, blockId: string): Pressable[] {
  if (element['type'] === 'overflow' || element['type'] === 'static_select') {
    return objectsAt(element, 'options').map((option) => ({
      ...common(element, blockId),
      label: textAt(option['text'], 'text') ?? '',
      url: textAt(option, 'url'),
      element: { ...element, selected_option: option },
    }));
  }
  if (element['type'] !== 'button') return [];
  return [
    { ...common(element, blockId), label: textAt(element['text'], 'text') ?? '', url: textAt(element, 'url'), element },
  ];
}

function common(element: Wire, blockId: string): Omit<Pressable, 'label' | 'url' | 'element'> {
  return {
    actionId: textAt(element, 'action_id') ?? '',
    blockId,
    confirm: isWire(element['confirm']) ? element['confirm'] : undefined,
    style: textAt(element, 'style'),
  };
}

/** The `actions` entry of a click. */
export function clicked(pressed: Pressable, actionTs: string): Wire {
  const { element } = pressed;
  const kept = ['text', 'value', 'style', 'url', 'confirm', 'selected_option'];
  return {
    action_id: pressed.actionId,
    block_id: pressed.blockId,
    ...Object.fromEntries(kept.filter((key) => element[key] !== undefined).map((key) => [key, element[key]])),
    type: element['type'],
    action_ts: actionTs,
  };
}
