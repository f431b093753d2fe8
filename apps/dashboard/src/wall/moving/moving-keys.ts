import type { HeldCommand } from './hold.ts';

type KeyUse =
  | {
      readonly kind: 'hold';
      readonly command: HeldCommand /** Shift is needed to write it, and says nothing. */;
      readonly shifted: boolean;
    }
  | { readonly kind: 'home' | 'presets' | 'speed' | 'end' }
  | { readonly kind: 'preset'; readonly number: number };

type KeyEvent = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'altKey' | 'metaKey' | 'shiftKey'>;

const held: Record<string, HeldCommand> = {
  // Of the screen: left is left in either language.
  ArrowLeft: 'pan_left',
  ArrowRight: 'pan_right',
  ArrowUp: 'tilt_up',
  ArrowDown: 'tilt_down',
  '+': 'zoom_in',
  // The same key without Shift.
  '=': 'zoom_in',
  '-': 'zoom_out',
  _: 'zoom_out',
};

/** What a key does while a camera is moved; null leaves it to the wall. Letters and digits go by the place of the key. */
export function keyUse(event: KeyEvent): KeyUse | null {
  const { key, code, shiftKey } = event;
  if (event.ctrlKey || event.altKey || event.metaKey) return null;
  const command = held[key];
  if (command) return { kind: 'hold', command, shifted: key === '+' && code !== 'NumpadAdd' };
  if (key === 'Escape') return { kind: 'end' };
  if (key === 'Home') return { kind: 'home' };
  if (shiftKey) return null;
  if (code === 'KeyP') return { kind: 'end' };
  if (code === 'KeyG') return { kind: 'presets' };
  if (code === 'KeyV') return { kind: 'speed' };
  const [, digit] = /^(?:Digit|Numpad)([1-9])$/.exec(code) ?? [];
  return digit ? { kind: 'preset', number: Number(digit) } : null;
}
