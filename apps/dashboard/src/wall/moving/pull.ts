import type { HeldCommand, Move } from './hold.ts';

/** So far a hand trembles without meaning it, in px. */
export const restRadius = 14;

/** Levels of speed: each change of one is a command to the camera. */
const levels = 5;
/** Along a diagonal the axis must not flutter: the other one has to be clearly longer before it takes over. */
const firmness = 1.25;

const isPan = (command: HeldCommand | undefined) => command === 'pan_left' || command === 'pan_right';
const isTilt = (command: HeldCommand | undefined) => command === 'tilt_up' || command === 'tilt_down';

/**
 * What a pull on the picture means: the direction of its longer axis, faster the farther it goes. Directions are those of
 * the screen in either language. Null while it is not far enough from where it began.
 *
 * @param x, y from where the pointer went down, px, to the right and down
 * @param farthest where the speed is 1, px
 * @param before what the pull meant until now
 */
export function moveOfPull(x: number, y: number, farthest: number, before: HeldCommand | undefined): Move | null {
  const across = Math.abs(x) * (isPan(before) ? firmness : 1);
  const along = Math.abs(y) * (isTilt(before) ? firmness : 1);
  const horizontal = across >= along;
  const distance = Math.abs(horizontal ? x : y);
  if (distance <= restRadius) return null;
  const share = Math.min(1, (distance - restRadius) / Math.max(1, farthest - restRadius));
  const speed = Math.ceil(share * levels) / levels;
  if (horizontal) return { command: x < 0 ? 'pan_left' : 'pan_right', speed };
  return { command: y < 0 ? 'tilt_up' : 'tilt_down', speed };
}
