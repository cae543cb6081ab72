import type { ControlName } from './call-controls.ts';

export type KeyCommand = ControlName | 'start' | 'focus-typing' | 'close-typing' | 'close-panel';

export interface KeyContext {
  readonly inCall: boolean;
  /** The avatar prepares or speaks an answer. */
  readonly answering: boolean;
  readonly typing: boolean;
  readonly panel: boolean;
}

const EDITABLE = 'input, textarea, select, [contenteditable]';
const PRESSABLE = 'button, a[href], summary';

/**
 * What a key means on the page: Space or Enter begins, M mutes, Escape stops the answer, `/` types, C captions. Keys
 * with modifiers belong to the browser, and letters in a text field belong to the text.
 */
export function keyCommand(event: KeyboardEvent, context: KeyContext): KeyCommand | undefined {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return undefined;
  // The page's own shadow roots hide the real target.
  const [target] = event.composedPath();
  const inText = target instanceof Element && target.closest(EDITABLE) !== null;
  if (event.key === 'Escape') {
    if (context.answering) return 'interrupt';
    if (context.typing && inText) return 'close-typing';
    return context.panel && !context.inCall ? 'close-panel' : undefined;
  }
  if (inText || event.repeat) return undefined;
  if (event.key === ' ' || event.key === 'Enter') {
    const onButton = target instanceof Element && target.closest(PRESSABLE) !== null;
    return context.inCall || onButton ? undefined : 'start';
  }
  if (!context.inCall) return undefined;
  switch (event.key.toLowerCase()) {
    case 'm':
      return 'mute';
    case 'c':
      return 'captions';
    case '/':
      return 'focus-typing';
    default:
      return undefined;
  }
}
