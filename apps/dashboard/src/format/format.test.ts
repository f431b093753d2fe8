import { describe, expect, it } from 'vitest';
import { createFormat, utcOffset } from './format.ts';

const at = new Date(2026, 10, 21, 5, 4, 9);

describe('numbers and times', () => {
  it('are Western in both languages unless asked otherwise', () => {
    expect(createFormat('en', 'latn').number(1280)).toBe('1,280');
    expect(createFormat('ar', 'latn').number(64)).toBe('64');
    expect(createFormat('ar', 'arab').number(64)).toBe('٦٤');
    expect(createFormat('en', 'arab').number(64)).toBe('64');
  });

  it('show the time with seconds, and the day when it is another one', () => {
    const format = createFormat('en', 'latn');
    expect(format.clock(at)).toBe('05:04:09');
    expect(format.since(at.getTime(), at.getTime() + 1000)).toBe('05:04:09');
    expect(format.since(at.getTime(), at.getTime() + 86_400_000)).toContain('21 Nov');
    expect(createFormat('ar', 'arab').clock(at)).toMatch(/٠٥.٠٤.٠٩/);
  });

  it('names the offset of a moment, not of the zone', () => {
    const zone = (minutes: number) => Object.assign(new Date(at), { getTimezoneOffset: () => minutes });
    expect(utcOffset(zone(-240))).toBe('UTC+04:00');
    expect(utcOffset(zone(210))).toBe('UTC−03:30');
    expect(utcOffset(zone(0))).toBe('UTC+00:00');
  });
});
