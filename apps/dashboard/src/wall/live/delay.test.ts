import { describe, expect, it } from 'vitest';
import { bestOffset } from '../../api/server-clock.ts';
import { delayOf, PictureWatch, playoutTime } from './delay.ts';

const now = Date.UTC(2026, 10, 21, 8, 0, 0);
const ntp = 2_208_988_800_000;

describe('delay', () => {
  it('reads the playout time in either epoch', () => {
    expect(playoutTime(now - 80, now)).toBe(now - 80);
    expect(playoutTime(now - 80 + ntp, now)).toBe(now - 80);
  });

  it('is server time minus playout time, never negative', () => {
    expect(delayOf(null, { estimatedPlayoutTimestamp: now + ntp - 84.4 }, undefined, now)).toEqual({
      ms: 84,
      partial: false,
    });
    expect(delayOf(null, { estimatedPlayoutTimestamp: now + 3 }, undefined, now)).toEqual({ ms: 0, partial: false });
  });

  it('is best told by a picture that was shown', () => {
    const stat = { estimatedPlayoutTimestamp: now - 500 };
    expect(delayOf({ captureTime: 7910.1, expectedDisplayTime: 7947.5 }, stat, undefined, now)).toEqual({
      ms: 37,
      partial: false,
    });
    expect(delayOf({ expectedDisplayTime: 7947.5 }, stat, undefined, now)).toEqual({ ms: 500, partial: false });
  });

  it('falls back to the jitter buffer since the last reading', () => {
    const before = { jitterBufferDelay: 1, jitterBufferEmittedCount: 25 };
    const after = { jitterBufferDelay: 2.5, jitterBufferEmittedCount: 50 };
    expect(delayOf(null, after, before, now)).toEqual({ ms: 60, partial: true });
    expect(delayOf(null, after, after, now)).toBeNull();
    expect(delayOf(null, { ...after, estimatedPlayoutTimestamp: 12 }, before, now)).toEqual({ ms: 60, partial: true });
  });

  it('trusts the clock sample with the shortest round trip', () => {
    expect(bestOffset([])).toBe(0);
    const samples = [
      { roundTrip: 90, offset: 40, at: 0 },
      { roundTrip: 4, offset: 12, at: 1 },
      { roundTrip: 30, offset: 25, at: 2 },
    ];
    expect(bestOffset(samples)).toBe(12);
  });
});

describe('pictures that stop', () => {
  it('are frozen since the last one after two seconds', () => {
    const watch = new PictureWatch();
    expect(watch.read(10, 1000)).toBeNull();
    expect(watch.read(35, 2000)).toBeNull();
    expect(watch.read(35, 3900)).toBeNull();
    expect(watch.read(35, 4100)).toBe(2000);
    expect(watch.read(36, 5000)).toBeNull();
  });

  it('are frozen since the last one that was seen, once none can be seen', () => {
    const watch = new PictureWatch();
    watch.seen(1000);
    watch.seen(2000);
    // What was decoded up to now was seen already.
    expect(watch.read(60, 3900)).toBeNull();
    expect(watch.read(60, 4100)).toBe(2000);
    expect(watch.read(61, 5000)).toBeNull();
    expect(watch.read(61, 7500)).toBe(5000);
    watch.seen(8000);
    expect(watch.read(70, 8500)).toBeNull();
    watch.rest();
    expect(watch.read(70, 60_000)).toBeNull();
  });

  it('mean nothing before the first, or while the tile rests', () => {
    const watch = new PictureWatch();
    expect(watch.read(0, 0)).toBeNull();
    expect(watch.read(0, 9000)).toBeNull();
    watch.read(5, 9500);
    watch.rest();
    expect(watch.read(5, 60_000)).toBeNull();
  });
});
