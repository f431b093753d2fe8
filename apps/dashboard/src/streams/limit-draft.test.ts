// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { limitOf } from './limit-draft.ts';

describe('a limit as typed', () => {
  it('is a whole number in either digits', () => {
    expect(limitOf(' 50 ', 'METRO')).toBe(50);
    expect(limitOf('٥٠', 'METRO')).toBe(50);
    expect(limitOf('0', 'METRO')).toBe(0);
  });

  it('is nothing else', () => {
    for (const text of ['', '-1', '1.5', '5e3', 'ten', '100001', '9999999999']) expect(limitOf(text, 'BUS')).toBeNull();
  });
});
