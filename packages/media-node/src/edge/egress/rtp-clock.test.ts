import { expect, test } from 'vitest';
import { RtpClock } from './rtp-clock.ts';

test('live pictures keep their spacing', () => {
  const clock = new RtpClock(0, 1000);
  const stamps = [0, 3600, 7200, 10_800].map((pts, index) => clock.live(pts, index * 40 + (index % 2) * 15));
  for (let i = 1; i < stamps.length; i++) {
    expect(Math.abs((stamps[i] ?? 0) - (stamps[i - 1] ?? 0) - 3600)).toBeLessThanOrEqual(18);
  }
});

test('a camera whose clock runs 500 ppm fast stays within some milliseconds of this one over a day', () => {
  const clock = new RtpClock(0, 0);
  let last = 0;
  for (let i = 0; i < 100_000; i++) last = clock.live(i * 3600 * 1.0005, i * 40);
  expect(Math.abs(last / 90 - 99_999 * 40)).toBeLessThan(20);
});

test('a step of the camera clock is not passed on', () => {
  const clock = new RtpClock(0, 0);
  const before = clock.live(1_000_000, 1000);
  const after = clock.live(9_000_000_000, 1040);
  expect(after - before).toBe(3600);
  expect(clock.live(500, 1080) - after).toBe(3600);
});

test('time never stands still or goes back, whatever comes', () => {
  const clock = new RtpClock(0, 0);
  let last = clock.burst(0);
  for (const next of [clock.burst(0), clock.burst(1), clock.live(5, 1), clock.live(5, 1), clock.live(1, 2)]) {
    expect(next).toBeGreaterThan(last);
    last = next;
  }
});
