// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { moveOfPull, restRadius } from './pull.ts';

describe('a pull on the picture', () => {
  it('means nothing while it is short', () => {
    expect(moveOfPull(0, 0, 100, undefined)).toBeNull();
    expect(moveOfPull(restRadius, -restRadius, 100, undefined)).toBeNull();
  });

  it.each([
    [-60, 10, 'pan_left'],
    [60, -10, 'pan_right'],
    [10, -60, 'tilt_up'],
    [-10, 60, 'tilt_down'],
  ] as const)('of %i, %i is %s', (x, y, command) => {
    expect(moveOfPull(x, y, 100, undefined)?.command).toBe(command);
  });

  it('is faster the farther it goes, in five steps, and no faster than the camera can', () => {
    const speeds = [15, 30, 32, 60, 80, 100, 1000].map((x) => moveOfPull(x, 0, 100, undefined)?.speed);
    expect(speeds).toEqual([0.2, 0.2, 0.4, 0.6, 0.8, 1, 1]);
    expect(moveOfPull(20, 0, 5, undefined)?.speed).toBe(1);
  });

  it('keeps its axis along a diagonal', () => {
    expect(moveOfPull(50, 55, 100, 'pan_right')?.command).toBe('pan_right');
    expect(moveOfPull(50, 65, 100, 'pan_right')?.command).toBe('tilt_down');
    expect(moveOfPull(55, 50, 100, 'tilt_down')?.command).toBe('tilt_down');
    expect(moveOfPull(-55, 50, 100, undefined)?.command).toBe('pan_left');
  });
});
