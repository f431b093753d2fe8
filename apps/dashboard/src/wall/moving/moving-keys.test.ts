// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { keyUse } from './moving-keys.ts';

const press = (code: string, key = code, more: Partial<KeyboardEvent> = {}) =>
  keyUse({ code, key, ctrlKey: false, altKey: false, metaKey: false, shiftKey: false, ...more });

describe('keys while a camera is moved', () => {
  it('hold a direction of the screen, with Shift too', () => {
    const left = { kind: 'hold', command: 'pan_left', shifted: false };
    expect(press('ArrowLeft')).toEqual(left);
    expect(press('ArrowLeft', 'ArrowLeft', { shiftKey: true })).toEqual(left);
    expect(press('Numpad4', 'ArrowLeft')).toEqual(left);
  });

  it('zoom by what the key writes, wherever it lies', () => {
    expect(press('Equal', '+', { shiftKey: true })).toEqual({ kind: 'hold', command: 'zoom_in', shifted: true });
    expect(press('Equal', '=')).toEqual({ kind: 'hold', command: 'zoom_in', shifted: false });
    expect(press('NumpadAdd', '+')).toEqual({ kind: 'hold', command: 'zoom_in', shifted: false });
    expect(press('Slash', '-')).toEqual({ kind: 'hold', command: 'zoom_out', shifted: false });
  });

  it('go to presets by the place of the digit, so that an Arabic layout works', () => {
    expect(press('Digit3', '٣')).toEqual({ kind: 'preset', number: 3 });
    expect(press('Numpad9', '9')).toEqual({ kind: 'preset', number: 9 });
    expect(press('Numpad7', 'Home')).toEqual({ kind: 'home' });
    expect(press('Digit0', '0')).toBeNull();
  });

  it('end it, and leave the others to the wall', () => {
    expect(press('Escape')).toEqual({ kind: 'end' });
    expect(press('KeyP', 'ح')).toEqual({ kind: 'end' });
    expect(press('KeyP', 'P', { shiftKey: true })).toBeNull();
    expect(press('ArrowLeft', 'ArrowLeft', { ctrlKey: true })).toBeNull();
    expect(press('Delete')).toBeNull();
    expect(press('KeyF', 'f')).toBeNull();
  });
});
