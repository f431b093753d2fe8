import { describe, expect, it } from 'vitest';
import { Backoff } from './backoff.ts';

describe('Backoff', () => {
  it('waits 1, 2, 4 s, then 30 s again and again', () => {
    const backoff = new Backoff({ random: () => 0.5 });
    expect([1, 2, 3, 4, 5, 6].map(() => backoff.failed())).toEqual([1000, 2000, 4000, 30_000, 30_000, 30_000]);
    expect(backoff.open).toBe(true);
    backoff.reset();
    expect(backoff.open).toBe(false);
    expect(backoff.failed()).toBe(1000);
  });

  it('spreads delays by 20 % to each side', () => {
    expect(new Backoff({ random: () => 0 }).failed()).toBe(800);
    expect(new Backoff({ random: () => 1 }).failed()).toBe(1200);
  });

  it('opens at once when refused', () => {
    const backoff = new Backoff({ random: () => 0.5 });
    expect(backoff.refused()).toBe(30_000);
    expect(backoff.failed()).toBe(30_000);
  });
});
