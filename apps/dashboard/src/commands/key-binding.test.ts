// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { matches } from './key-binding.ts';

const press = (code: string, more: Partial<KeyboardEvent> = {}) =>
  ({ code, key: '', ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...more }) as KeyboardEvent;

describe('keys', () => {
  it('match by place, so that an Arabic layout works', () => {
    expect(matches('F', press('KeyF', { key: 'ب' }))).toBe(true);
    expect(matches('F', press('KeyG', { key: 'f' }))).toBe(false);
  });

  it('need exactly their modifiers', () => {
    expect(matches('Mod+K', press('KeyK', { ctrlKey: true }))).toBe(true);
    expect(matches('Mod+K', press('KeyK', { metaKey: true }))).toBe(true);
    expect(matches('Mod+K', press('KeyK'))).toBe(false);
    expect(matches('K', press('KeyK', { ctrlKey: true }))).toBe(false);
    expect(matches('Shift+Delete', press('Delete', { shiftKey: true }))).toBe(true);
    expect(matches('Shift+Delete', press('Delete'))).toBe(false);
  });

  it('take digits from both places, and ? apart from /', () => {
    expect(matches('4', press('Numpad4'))).toBe(true);
    expect(matches('Slash', press('Slash'))).toBe(true);
    expect(matches('Slash', press('Slash', { shiftKey: true }))).toBe(false);
    expect(matches('Question', press('Slash', { shiftKey: true }))).toBe(true);
  });
});
